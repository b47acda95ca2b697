# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What nobody but this machine has, or what a reader needs and doesn't find, has no place in the repository."""

from __future__ import annotations

import re
from pathlib import Path

from collection import ROOT, sources

from gates.outcome import report

_RULES = (
    (re.compile(r"(?:^|[^A-Za-z0-9_.])/(?:work|root|farm)/"), "a path of one machine"),
    (
        re.compile(
            r"\b(?:pypi\.org|files\.pythonhosted\.org|(?:api|www)\.nuget\.org|registry\.npmjs\.org|(?:deb|security)\.debian\.org)\b"
        ),
        "the host of a package registry",
    ),
)
_LICENSE = "GNU General Public License v3.0+"
_CODE = (".py", ".ps1", ".psm1", ".cs", ".c", ".h", ".sh", ".toml")
_HEADER_LINES = 20


def check() -> str:
    """Look at each file of the project."""
    names = sources()
    report(finding for name in names for finding in examine(ROOT / name, name))
    return f"{len(names)} files: no path of one machine, no registry host, a licence line in every source"


def examine(path: Path, name: str) -> list[str]:
    """Return what is wrong with one file."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return []
    lines = text.splitlines()
    findings = [
        f"{name}:{number}: names {what}: {line.strip()[:100]}"
        for number, line in enumerate(lines, 1) for pattern, what in _RULES if pattern.search(line)
    ]
    if _is_source(name) and text.strip() and not any(_LICENSE in line for line in lines[:_HEADER_LINES]):
        findings.append(f"{name}: has no line with '{_LICENSE}' in its first {_HEADER_LINES}")
    return findings


def _is_source(name: str) -> bool:
    return name.endswith(_CODE) or (name.startswith("plugins/") and name.endswith(".yml"))
