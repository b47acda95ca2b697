# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Running a folder of pytest tests as a stage of ``make test``."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys

from collection import OUTPUT, ROOT, linked_path
from results import Result, count_property, read_junit


def run_pytest(name: str, part: str, minutes: float, workers: int = 1) -> Result:
    """Run the tests of a folder, a file, or one test (``FILE::NAME``), and return their counts from the JUnit file.

    No test at all is a failure. With pytest-xdist, workers share the files of a folder, each file in one of them.
    """
    path = ROOT / part.partition("::")[0]
    if not path.exists():
        return Result(failed=1, notes=[f"{name}: there is no {path.relative_to(ROOT)}"])
    report = OUTPUT / f"{name}.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", part, f"--junit-xml={report}", "-o", "junit_family=xunit1", "-q", "-ra"]
    if importlib.util.find_spec("pytest_ansible"):
        command.append("--ansible-unit-inject-only")
    if workers > 1 and path.is_dir() and importlib.util.find_spec("xdist"):
        command += ["-n", str(workers), "--dist", "loadfile"]
    environment = dict(os.environ, ANSIBLE_COLLECTIONS_PATH=linked_path(), ANSIBLE_DEVEL_WARNING="false")
    code = run_limited(command, environment, minutes)
    if not report.exists():
        return Result(failed=1, notes=[f"{name}: pytest ended with {code} and left no result"])
    result = read_junit(report)
    result.notes = [f"{name}: {note}" for note in result.notes]
    if code == 5 or result == Result():
        result += Result(failed=1, notes=[f"{name}: no test was found in {part}"])
    elif code and not result.failed:
        result += Result(failed=1, notes=[f"{name}: pytest ended with {code}"])
    used = count_property(report, "pytest_ansible")
    if used:
        parts = ", ".join(f"{count} tests with its {how}" for how, count in used.items())
        result.notes.append(f"{name}: pytest-ansible served {parts}")
    return result


def run_limited(command: list[str], environment: dict[str, str], minutes: float) -> int:
    """Run a command in a process group of its own, which is ended as a whole when its time is over."""
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        return process.wait(minutes * 60)
    except subprocess.TimeoutExpired:
        print(f"error: not done after {minutes:g} minutes, so it was ended: {' '.join(command)}", flush=True)
        return -signal.SIGTERM
    finally:
        _end_group(process)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            return
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            continue
