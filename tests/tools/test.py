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

Runner = Callable[[str], Result]
# Stage and part: what people at work run between two changes.
QUICK = {"units": "tests/unit", "pester": "tests/powershell", "integration": "tests/integration/test_main_job.py"}


@dataclass(frozen=True)
class Stage:
    """One row of the run: its name, what it is in a few words, where its tests are, and what runs them.

    The runner takes that folder, or a part of it: a folder below, a file, or one test of a file.
    """

    name: str
    about: str
    tests: str
    run: Runner

    def has(self, part: str) -> bool:
        """Tell whether a part is below the folder of the stage."""
        return part == self.tests or part.startswith(self.tests + "/")


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
        Stage("units", "Python units", "tests/unit", lambda part: run_pytest("units", part, minutes=10)),
        Stage("pester", "PowerShell units, in a lab host", pester.FOLDER, pester.run),
        Stage("lab", "the lab's own tests", "tests/lab/tests", lambda part: run_pytest("lab", part, minutes=20)),
        Stage(
            "integration", "playbooks and modules on lab hosts", "tests/integration",
            lambda part: run_pytest("integration", part, minutes=60, workers=2),
        ),
        Stage(
            "more", "longer tables on lab hosts, only when asked for", "tests/integration/more",
            lambda part: run_pytest("more", part, minutes=60, workers=2),
        ),
        Stage("gates", "documentation, lint, portability", "gates", gates.run),
    ]


def select(known: list[Stage], names: str | None, part: str | None) -> list[tuple[Stage, str]]:
    """Return the stages to run, each with the part of it; ValueError where there is no such stage.

    Args:
        known: all stages.
        names: names of stages with commas between them, or ``quick``; None for all but ``more``.
        part: the one folder, file or test to run, in place of names; its stage is the one whose folder is nearest.
    """
    if part:
        part = part.removeprefix("./")
        holders = sorted((stage for stage in known if stage.has(part)), key=lambda stage: len(stage.tests))
        if not holders:
            raise ValueError(f"no stage has {part}; there are {', '.join(stage.tests for stage in known)}")
        return [(holders[-1], part)]
    if names == "quick":
        return [(stage, QUICK[stage.name]) for stage in known if stage.name in QUICK]
    wanted = names.split(",") if names else [stage.name for stage in known if stage.name != "more"]
    unknown = sorted(set(wanted) - {stage.name for stage in known})
    if unknown:
        raise ValueError(f"no stage is called {', '.join(unknown)}; there are {', '.join(stage.name for stage in known)}")
    return [(stage, stage.tests) for stage in known if stage.name in wanted]


def run(chosen: list[tuple[Stage, str]]) -> Tally:
    """Run the stages one after the other; one that breaks counts as a failure and the rest goes on."""
    tally = Tally()
    for stage, part in chosen:
        print(f"\n=== {stage.name}: {stage.about}", flush=True)
        begun = time.monotonic()
        try:
            result = stage.run(part)
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
    parser.add_argument("--test", metavar="PATH", help="the one folder, file or test to run, or gates/NAME")
    options = parser.parse_args()
    try:
        programs = python_env.enter()
    except (python_env.PythonEnvError, apt.AptError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    try:
        chosen = select(stages(), options.only, options.test)
    except ValueError as error:
        parser.error(str(error))
    if not options.test:  # a single test leaves the results of a whole run, which may be going on
        shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    print(f"Testing {ROOT} with {programs}")
    tally = run(chosen)
    print(summary(tally, programs), flush=True)
    return 1 if tally.total().failed else 0


if __name__ == "__main__":
    sys.exit(main())
