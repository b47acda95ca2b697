# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: permissions
"""The model itself, against answers worked out by hand, and the cases that Pester replays."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import permission_model as model  # noqa: E402

CASES = Path(__file__).parents[2] / "data" / "permission_cases.json"
JOE, JANE = "S-1-5-21-1-2-3-1", "S-1-5-21-1-2-3-2"


def aces(*lines):
    return [model.Ace(word, sid, int(mask, 16)) for word, sid, mask in (line.split() for line in lines)]


@pytest.mark.parametrize(
    ("kind", "before", "request_", "after"),
    [
        ("launch", [], {"add": [f"allow {JOE} 0xa"]}, [f"allow {JOE} 0xb"]),
        ("launch", [f"allow {JOE} 0x3"], {"add": [f"allow {JOE} 0x8"]}, [f"allow {JOE} 0xb"]),
        ("launch", [f"deny {JOE} 0x1f"], {"add": [f"allow {JOE} 0xa"]}, [f"deny {JOE} 0x15", f"allow {JOE} 0xb"]),
        ("launch", [f"deny {JOE} 0xb"], {"add": [f"allow {JOE} 0xa"]}, [f"allow {JOE} 0xb"]),
        ("launch", [f"allow {JOE} 0x1", f"allow {JANE} 0x1"], {"remove": [f"allow {JOE} 0x1e"]}, [f"allow {JANE} 0x1"]),
        ("launch", [f"allow {JOE} 0x1"], {"add": [f"allow {JANE} 0xa"]}, [f"allow {JOE} 0x1f", f"allow {JANE} 0xb"]),
        ("access", [f"allow {JOE} 0x1"], {"add": [f"allow {JANE} 0x2"]}, [f"allow {JOE} 0x7", f"allow {JANE} 0x3"]),
        ("launch", [f"allow {JOE} 0x1"], {"add": [f"allow {JOE} 0x1e"]}, [f"allow {JOE} 0x1"]),
        ("access", [f"allow {JOE} 0x3"], {"remove": [f"allow {JOE} 0x2"]}, []),
        ("access", [f"allow {JOE} 0x23"], {"remove": [f"allow {JOE} 0x2"]}, [f"allow {JOE} 0x21"]),
        ("access", [f"allow {JOE} 0x23"], {"remove": [f"allow {JOE} 0x6"]}, []),
        ("launch", [f"allow {JOE} 0x6b", f"if {JANE} 0xb"], {"set": [f"allow {JOE} 0x1e"]}, [f"if {JANE} 0xb", f"allow {JOE} 0x7f"]),
    ],
)
def test_answers_worked_out_by_hand(kind, before, request_, after):
    assert model.answer(kind, aces(*before), {form: aces(*lines) for form, lines in request_.items()}) == aces(*after)


@pytest.mark.parametrize(
    ("lines", "ordered"),
    [
        ([f"deny {JOE} 0xb", f"unless {JANE} 0xb", f"if {JOE} 0xb", f"allow {JANE} 0xb"], True),
        ([f"allow {JOE} 0xb", f"unless {JOE} 0xb"], False),
        ([f"if {JOE} 0xb", f"deny {JOE} 0xb"], False),
        ([f"inherit {JOE} 0xb", f"deny {JOE} 0xb"], True),
    ],
)
def test_the_order_counts_for_conditional_entries_too(lines, ordered):
    assert model.in_order(aces(*lines)) is ordered


def test_the_answer_to_the_answer_is_the_same():
    for one in model.cases():
        request = {form: aces(*lines) for form, lines in one["request"].items()}
        after = model.answer(one["kind"], aces(*one["before"]), request)
        again = model.answer(one["kind"], after, request)
        assert model.meaning(one["kind"], again) == model.meaning(one["kind"], after), one


def test_the_cases_are_those_of_the_model():
    assert CASES.read_text(encoding="utf-8") == model.text()


def test_the_cases_meet_what_matters():
    found = list(model.cases())
    assert sum(one["changed"] for one in found) > 100 and sum(not one["changed"] for one in found) > 20
    for word in ("deny", "if", "unless", "inherit"):
        assert sum(any(line.startswith(word + " ") for line in one["before"]) for one in found) > 30
    legacy = [one for one in found if model.is_legacy(aces(*one["before"]))]
    assert len(legacy) > 30
    assert len({form for one in found for form in one["request"]}) == 3
