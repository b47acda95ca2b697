# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: principals
"""Names to SIDs and back: whatever is printed is accepted back."""

from __future__ import annotations

import pytest
from ansible_collections.wincom.dcom.plugins.plugin_utils._principals import BUILTIN, NAME_OF, NT_AUTHORITY, name_sids, to_name, to_sid, with_sid

ORPHAN = "S-1-5-21-1-2-3-1001"


@pytest.mark.parametrize("sid", sorted(NAME_OF))
def test_every_printed_name_is_accepted_back(sid):
    name = to_name(sid, {})
    assert name != sid
    assert to_sid(name) == sid
    assert to_sid(name.upper()) == to_sid(f"  {name.lower()} ") == sid


@pytest.mark.parametrize("sid", sorted([*NT_AUTHORITY, *BUILTIN]))
def test_the_bare_name_means_the_same(sid):
    assert to_sid(NAME_OF[sid].rpartition("\\")[2]) == sid


def test_no_name_stands_for_two_sids():
    bare = [name.rpartition("\\")[2].casefold() for name in NAME_OF.values()]
    assert len(set(bare)) == len(bare)


@pytest.mark.parametrize(
    ("sid", "name"),
    [
        ("S-1-1-0", "Everyone"),
        ("S-1-5-18", "NT AUTHORITY\\SYSTEM"),
        ("S-1-5-4", "NT AUTHORITY\\INTERACTIVE"),
        ("S-1-5-32-544", "BUILTIN\\Administrators"),
        ("S-1-5-32-562", "BUILTIN\\Distributed COM Users"),
        ("S-1-15-2-1", "ALL APPLICATION PACKAGES"),
        ("S-1-5-80-0", "NT SERVICE\\ALL SERVICES"),
    ],
)
def test_the_table_wins_over_what_the_host_says(sid, name):
    assert to_name(sid, {sid: "VORDEFINIERT\\Irgendwer"}) == name


def test_packages_are_accepted_as_windows_prints_them():
    assert to_sid("APPLICATION PACKAGE AUTHORITY\\ALL APPLICATION PACKAGES") == "S-1-15-2-1"


@pytest.mark.parametrize("text", ["IWAM_%COMPUTERNAME%", "IIS APPPOOL\\Shop", ".\\joe", "joe", "S-1-5-18", ORPHAN, "CONTOSO\\Users", "x\\SYSTEM"])
def test_what_is_not_in_the_table_stays_for_the_host(text):
    assert to_sid(text) == text


def test_a_sid_without_a_name_is_printed_alone():
    assert with_sid(ORPHAN, {}) == with_sid(ORPHAN, {ORPHAN: ORPHAN}) == ORPHAN
    assert with_sid(ORPHAN, {ORPHAN: "CONTOSO\\joe"}) == f"CONTOSO\\joe ({ORPHAN})"


def test_the_sids_of_a_message_become_readable():
    text = f"denying local rights to 'S-1-5-32-544' and {ORPHAN}"
    assert name_sids(text, {ORPHAN: ".\\joe"}) == f"denying local rights to 'BUILTIN\\Administrators (S-1-5-32-544)' and .\\joe ({ORPHAN})"


def test_a_readable_message_stays_as_it_is():
    text = "conditional entry for BUILTIN\\Users (S-1-5-32-545)"
    assert name_sids(text, {}) == text
