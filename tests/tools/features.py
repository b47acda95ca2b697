#!/usr/bin/env python3
# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``make docs``: the table in docs/testing.md that says where each feature is tested, from a line in each file of tests.

The line is ``# Features: NAME, NAME``. What is counted are test functions (``It`` of Pester, a target as one); a table of cases is one.
"""

from __future__ import annotations

import re
from pathlib import Path

from collection import ROOT

TESTS = ROOT / "tests"
GUIDE = ROOT / "docs" / "testing.md"
# stage: where its files are
STAGES = {
    "units": ("unit/plugins/**/test_*.py", "unit/model/test_*.py"),
    "pester": ("powershell/*.Tests.ps1",),
    "integration": ("integration/test_*.py",),
    "more": ("integration/more/test_*.py",),
    "targets": ("integration/targets/*/tasks/main.yml",),
}
FEATURES = (
    "permissions",
    "defaults and limits",
    "principals",
    "identity and password",
    "executables and classes",
    "other AppID values",
    "life of an AppID",
    "machine settings",
    "baseline",
    "reading",
    "findings",
    "effective rights",
    "denials",
    "restarts",
    "role and playbooks",
    "reports",
    "input",
    "failures and turns",
    "hostile hosts",
    "connections",
)
BEGIN, END = "<!-- features: made by make docs -->\n", "<!-- end of features -->\n"
_LINE = re.compile(r"^# Features: (.+)$", re.MULTILINE)
_TEST = {".py": re.compile(r"^def test_", re.MULTILINE), ".ps1": re.compile(r"^\s*It '", re.MULTILINE)}


def files() -> dict[str, list[Path]]:
    """Every file of tests, by stage."""
    return {stage: sorted(path for pattern in patterns for path in TESTS.glob(pattern)) for stage, patterns in STAGES.items()}


def features_of(path: Path) -> list[str]:
    """The features that a file names; none where the line is missing."""
    found = _LINE.search(path.read_text(encoding="utf-8"))
    return found.group(1).split(", ") if found else []


def table() -> str:
    """Features down, stages across, the number of tests in each cell."""
    counts = {(feature, stage): 0 for feature in FEATURES for stage in STAGES}
    for stage, paths in files().items():
        for path in paths:
            number = len(_TEST[path.suffix].findall(path.read_text(encoding="utf-8"))) if path.suffix in _TEST else 1
            for feature in features_of(path):
                counts[feature, stage] += number
    rows = [f"| feature | {' | '.join(STAGES)} |", "|---" * (len(STAGES) + 1) + "|"]
    rows += [f"| {feature} | {' | '.join(str(counts[feature, stage] or '') for stage in STAGES)} |" for feature in FEATURES]
    return "\n".join(rows) + "\n"


def text() -> str:
    """docs/testing.md with the table of now."""
    written = GUIDE.read_text(encoding="utf-8")
    before, _begin, rest = written.partition(BEGIN)
    return before + BEGIN + table() + END + rest.partition(END)[2]


if __name__ == "__main__":
    GUIDE.write_text(text(), encoding="utf-8")
