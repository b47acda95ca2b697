#!/usr/bin/env python3
# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs tests/powershell, or one file of it, by Pester on a lab host, whose PowerShell and .NET are the ones for Windows."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import dotnet
import python_env
from collection import OUTPUT, ROOT
from results import Result
from run_pytest import run_limited

FOLDER = "tests/powershell"
_REPORT = OUTPUT / "pester.json"
_MINUTES = 10
# The checkout is C:\dcom there, so that a test finds what it imports by a path from its own. The counts are written here:
# Pester's own reports ask WMI for the machine, which the lab hasn't got.
_SCRIPT = r"""
$ErrorActionPreference = 'Stop'
Import-Module -Name C:\Pester\Pester.psd1
$configuration = New-PesterConfiguration
$configuration.Run.Path = 'C:\dcom\TESTS'
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
$configuration.Output.RenderMode = 'Plaintext'
Set-Location -LiteralPath C:\dcom
$result = Invoke-Pester -Configuration $configuration
$counts = @{ Passed = $result.PassedCount; Failed = $result.FailedCount; Skipped = $result.SkippedCount + $result.NotRunCount }
$counts.Failed += $result.FailedContainersCount
[System.IO.File]::WriteAllText('C:\pester.json', (ConvertTo-Json -InputObject $counts))
exit [int]($result.Result -ne 'Passed')
"""


def run(part: str = FOLDER) -> Result:
    """Run the Pester tests, or those of one file, as a stage of ``make test``; no test at all is a failure."""
    path = ROOT / part
    if not (list(path.glob("*.Tests.ps1")) or path.is_file()):
        return Result(failed=1, notes=[f"pester: there is no test in {part}"])
    _REPORT.unlink(missing_ok=True)
    code = run_limited([sys.executable, str(Path(__file__)), part], dict(os.environ), _MINUTES)
    return verdict(_REPORT, code)


def verdict(report: Path, code: int) -> Result:
    """Return the counts of a run from its report and its exit code."""
    if not report.exists():
        return Result(failed=1, notes=[f"pester: it ended with {code} and left no result"])
    counts = json.loads(report.read_text(encoding="utf-8"))
    result = Result(counts["Passed"], counts["Failed"], counts["Skipped"])
    if not (result.passed or result.failed or result.skipped):
        result += Result(failed=1, notes=["pester: no test ran"])
    elif code and not result.failed:
        result += Result(failed=1, notes=[f"pester: it ended with {code}, though no test failed"])
    return result


def run_on_host(part: str) -> int:
    """Start a host, run Pester on it, and bring back its report; return Pester's exit code."""
    sys.path.insert(0, str(ROOT / "tests" / "lab"))
    from host import Host

    pester = dotnet.package("Pester", dotnet.PESTER) / "tools"
    with Host(name="PESTER") as host:
        host.path("C:\\dcom").symlink_to(ROOT)
        host.path("C:\\Pester").symlink_to(pester)
        done = host.powershell(_SCRIPT.replace("TESTS", part.replace("/", "\\")), timeout=_MINUTES * 60)
        sys.stdout.buffer.write(done.stdout + done.stderr)
        report = host.path("C:\\pester.json")
        if report.exists():
            OUTPUT.mkdir(parents=True, exist_ok=True)
            shutil.copy(report, _REPORT)
    return done.returncode


if __name__ == "__main__":
    python_env.enter()
    sys.exit(run_on_host(*(sys.argv[1:] or [FOLDER])))
