#!/usr/bin/env python3
# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``make matrix``: the story of tests/integration/test_cores.py on every ansible-core that this machine can have, as a table."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from xml.etree import ElementTree

import python_env

if __name__ == "__main__":
    python_env.enter()

from collection import OUTPUT, ROOT, linked_path  # noqa: E402

REPORT = OUTPUT / "matrix.xml"


def table(report: ElementTree.Element) -> str:
    """The outcomes of a JUnit report by ansible-core and connection; properties tell the versions of each."""
    versions = {one.get("name"): one.get("value") for one in report.iter("property")}
    counts: dict[str, Counter[str]] = {}
    for case in report.iter("testcase"):
        found = re.search(r"\[([\d.]+-\w+)\]", case.get("name") or "")
        if found:
            outcome = next((child.tag for child in case if child.tag in ("failure", "error", "skipped")), "passed")
            counts.setdefault(found.group(1), Counter())[outcome] += 1
    lines = ["| ansible-core, Python | connection | tests |", "|---|---|---|"]
    for name, outcomes in counts.items():
        core, _dash, connection = name.partition("-")
        told = ", ".join(f"{number} {outcome}" for outcome, number in sorted(outcomes.items()))
        lines.append(f"| {versions.get(name, core)} | {connection} | {told} |")
    return "\n".join(lines)


def main() -> int:
    OUTPUT.mkdir(parents=True, exist_ok=True)
    REPORT.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "-rfEs", "-o", "junit_family=xunit1", f"--junit-xml={REPORT}", "tests/integration/test_cores.py"]
    environment = dict(os.environ, WINCOM_CORES="all", ANSIBLE_COLLECTIONS_PATH=linked_path(), ANSIBLE_DEVEL_WARNING="false")
    code = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, check=False).returncode
    if REPORT.exists():
        print("\n" + table(ElementTree.parse(REPORT).getroot()))
    return code


if __name__ == "__main__":
    sys.exit(main())
