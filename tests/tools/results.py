# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Counts of tests, and reading them from the XML that pytest and Pester write."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Result:
    """How many passed, failed and were skipped, and what the summary has to say about them."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    notes: list[str] = field(default_factory=list)

    def __add__(self, other: Result) -> Result:
        """Return the counts and notes of both."""
        return Result(
            self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped, self.notes + other.notes,
        )

    def line(self) -> str:
        """Return the counts in the form that a CI reads."""
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def read_junit(path: Path) -> Result:
    """Return the counts of a JUnit file, one for each test case; why tests were skipped goes into the notes."""
    result = Result()
    reasons: dict[str, int] = {}
    for case in ElementTree.parse(path).iter("testcase"):
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            result.failed += 1
        elif skipped is not None:
            result.skipped += 1
            reason = skipped.get("message") or "no reason given"
            reasons[reason] = reasons.get(reason, 0) + 1
        else:
            result.passed += 1
    result.notes += [f"Skipped ({count}): {reason}" for reason, count in reasons.items()]
    return result


def count_property(path: Path, name: str) -> dict[str, int]:
    """Return how many test cases of a JUnit file carry each value of a property."""
    counts: dict[str, int] = {}
    for entry in ElementTree.parse(path).iterfind(".//testcase/properties/property"):
        if entry.get("name") == name:
            value = entry.get("value") or ""
            counts[value] = counts.get(value, 0) + 1
    return counts
