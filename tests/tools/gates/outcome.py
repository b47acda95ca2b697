# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How a gate ends other than well, and running a tool as one."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from collection import ROOT


class GateFailed(Exception):
    """The sources don't have the property; the message says where and what to do."""


class GateUnavailable(Exception):
    """The gate can't run here; the message says what is missing."""


def report(findings: Iterable[str]) -> None:
    """Raise GateFailed with the findings, if there are any."""
    lines = list(findings)
    if lines:
        raise GateFailed(f"{len(lines)} to mend:\n  " + "\n  ".join(lines))


def tool(name: str, *arguments: str, cwd: Path = ROOT, environment: dict[str, str] | None = None) -> str:
    """Run a lint tool that fails by its exit code, and return what it printed."""
    program = shutil.which(name)
    if not program:
        raise GateUnavailable(f"{name} isn't installed")
    done = subprocess.run(
        [program, *arguments], check=False, cwd=cwd, env={**os.environ, "NO_COLOR": "1", **(environment or {})},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    if done.returncode:
        raise GateFailed(f"{name} ended with {done.returncode}:\n{done.stdout.strip()}")
    return done.stdout
