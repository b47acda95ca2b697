# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The gates of ``make test``: each checks one property of the sources and says in a sentence what it saw.

A gate returns its sentence. It raises GateFailed with what is wrong, or GateUnavailable where its tool isn't there.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Callable

from results import Result

from gates.outcome import GateFailed, GateUnavailable


@dataclass(frozen=True)
class Gate:
    """One row: the gate's name, and what checks it."""

    name: str
    check: Callable[[], str]


def table() -> list[Gate]:
    """Return the rows, the quick ones first."""
    from gates import artifact, csharp, documentation, hygiene, lint, payload, portability, sanity

    return [
        Gate("repository hygiene", hygiene.check),
        Gate("payload size", payload.check),
        Gate("C# 5 on .NET Framework 4.7.2", csharp.check),
        Gate("PowerShell 5.1", portability.check),
        Gate("documentation against spec", documentation.check),
        Gate("yamllint", lint.yamllint),
        Gate("ruff", lint.ruff),
        Gate("mypy", lint.mypy),
        Gate("changelog", lint.changelog),
        Gate("galaxy artifact", artifact.check),
        Gate("ansible-lint", lint.ansible_lint),
        Gate("ansible-test sanity", sanity.check),
    ]


def run(part: str = "gates") -> Result:
    """Run every gate, or the one of ``gates/NAME``, one line each, and return the counts."""
    name = part.partition("/")[2]
    chosen = [gate for gate in table() if name in ("", gate.name)]
    if not chosen:
        return Result(failed=1, notes=[f"no gate is called {name}; there are {', '.join(gate.name for gate in table())}"])
    result = Result()
    for gate in chosen:
        begun = time.monotonic()
        try:
            verdict, text = "passed", gate.check()
            result.passed += 1
        except GateUnavailable as reason:
            verdict, text = "skipped", str(reason)
            result.skipped += 1
            result.notes.append(f"Could not run: gate {gate.name}: {reason}")
        except Exception as error:  # a gate that breaks has not passed, and the others still have to run
            verdict, text = "FAILED", str(error) if isinstance(error, GateFailed) else f"{type(error).__name__}: {error}"
            result.failed += 1
            result.notes.append(f"Failed: gate {gate.name}")
        print(f"{verdict:8}{gate.name}: {text} ({time.monotonic() - begun:.1f} s)", flush=True)
    return result
