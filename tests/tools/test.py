#!/usr/bin/env python3
# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``make test``: everything that passes or fails, stage by stage, with a closing summary."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

import apt
import python_env
from collection import OUTPUT, ROOT
from results import Result

Runner = Callable[[], Result]


@dataclass(frozen=True)
class Stage:
    """One row of the run: its name, what it is in a few words, and what runs it."""

    name: str
    about: str
    run: Runner


@dataclass
class Tally:
    """What the stages gave, in their order."""

    rows: list[tuple[str, Result, float]] = field(default_factory=list)

    def total(self) -> Result:
        """Return the sum over all stages."""
        total = Result()
        for _name, result, _seconds in self.rows:
            total += result
        return total


def stages() -> list[Stage]:
    """Return the rows; what runs them is loaded here, since it needs the environment's Python."""
    import gates
    import pester
    from run_pytest import run_pytest

    return [
        Stage("units", "Python units", lambda: run_pytest("units", "tests/unit", minutes=10)),
        Stage("pester", "PowerShell units, in a lab host", pester.run),
        Stage("lab", "the lab's own tests", lambda: run_pytest("lab", "tests/lab/tests", minutes=20)),
        Stage("integration", "playbooks and modules on lab hosts", lambda: run_pytest("integration", "tests/integration", minutes=60, workers=2)),
        Stage("more", "longer tables on lab hosts, only when asked for", lambda: run_pytest("more", "tests/integration/more", minutes=60, workers=2)),
        Stage("gates", "documentation, lint, portability", gates.run),
    ]


def run(chosen: list[Stage]) -> Tally:
    """Run the stages one after the other; one that breaks counts as a failure and the rest goes on."""
    tally = Tally()
    for stage in chosen:
        print(f"\n=== {stage.name}: {stage.about}", flush=True)
        begun = time.monotonic()
        try:
            result = stage.run()
        except Exception as error:  # one stage that breaks must not hide the others
            result = Result(failed=1, notes=[f"{stage.name} could not run: {type(error).__name__}: {error}"])
        seconds = time.monotonic() - begun
        tally.rows.append((stage.name, result, seconds))
        print(f"--- {stage.name}: {result.line()} in {seconds:.1f} s", flush=True)
    return tally


def summary(tally: Tally, programs: Path) -> str:
    """Return the closing lines; the last one is the total, alone."""
    total = tally.total()
    lines = ["", "=== summary", f"{'stage':14}{'passed':>8}{'failed':>8}{'skipped':>8}{'time':>10}"]
    for name, result, seconds in tally.rows:
        lines.append(f"{name:14}{result.passed:8}{result.failed:8}{result.skipped:8}{seconds:8.1f} s")
    versions = python_env.versions(programs)
    lines.append("Ran with " + ", ".join(f"{name} {version}" for name, version in versions.items() if version))
    absent = [name for name, version in versions.items() if not version]
    if absent:
        lines.append("Not installed here: " + ", ".join(absent))
    lines += total.notes
    lines.append(total.line())
    return "\n".join(lines)


def main() -> int:
    """Run the stages that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", metavar="NAMES", help="stages to run, with commas between them")
    options = parser.parse_args()
    try:
        programs = python_env.enter()
    except (python_env.PythonEnvError, apt.AptError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    known = stages()
    names = options.only.split(",") if options.only else [stage.name for stage in known if stage.name != "more"]
    unknown = sorted(set(names) - {stage.name for stage in known})
    if unknown:
        parser.error(f"no stage is called {', '.join(unknown)}; there are {', '.join(stage.name for stage in known)}")
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir(parents=True)
    print(f"Testing {ROOT} with {programs}")
    tally = run([stage for stage in known if stage.name in names])
    print(summary(tally, programs), flush=True)
    return 1 if tally.total().failed else 0


if __name__ == "__main__":
    sys.exit(main())
