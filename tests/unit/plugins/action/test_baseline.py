# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: input, baseline
"""What the baseline action plugin refuses before the host is reached: entries that contradict each other."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleActionFail

CLASS = "{c0000000-0000-4000-8000-00000000000%d}"


def entry(number, **options):
    return {"id": f"App {number}", **options}


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ({"executables": {"add": ["Shop.exe"]}}, {"executables": {"set": ["a.exe", "shop.EXE"]}}, "executables: entry 1 (App 1) names shop.EXE too; an executable"),
        ({"executables": {"set": "shop.exe"}}, {"executables": {"add": ["shop.exe"]}}, "executables: entry 1 (App 1) names shop.exe too; an executable"),
        ({"classes": [CLASS % 1]}, {"classes": [CLASS % 2, (CLASS % 1).upper()]}, f"classes: entry 1 (App 1) names {(CLASS % 1).upper()} too; a class"),
    ],
)
def test_what_belongs_to_one_appid_is_not_claimed_twice(play, first, second, words):
    with pytest.raises(AnsibleActionFail) as caught:
        play.run("baseline", {"appids": [entry(1, **first), entry(2), entry(3, **second)]})
    assert str(caught.value) == f"appids, entry 3 (App 3): {words} belongs to one AppID." and play.calls == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"executables": {"remove": ["shop.exe"]}}, {"executables": {"add": ["shop.exe"]}}),
        ({"executables": {"add": ["shop.exe", "SHOP.exe"]}, "classes": [CLASS % 1, CLASS % 1]}, {"classes": [CLASS % 2]}),
        ({"executables": "wrong", "classes": None}, {"executables": {"set": None}, "classes": "wrong"}),
    ],
)
def test_what_does_not_contradict_is_left_to_the_host(play, first, second):
    try:
        play.run("baseline", {"appids": [entry(1, **first), entry(2, **second)]})
    except AnsibleActionFail as error:
        assert "too; a" not in str(error)
