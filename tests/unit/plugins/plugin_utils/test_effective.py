# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a principal may do: two lists, deny first, groups as far as they are known."""

from __future__ import annotations

import pytest
from ansible_collections.wincom.dcom.plugins.plugin_utils._effective import Caller, Lists, rights

EVERYONE, ANONYMOUS, USERS, ADMINISTRATORS, SYSTEM, INTERACTIVE = "S-1-1-0", "S-1-5-7", "S-1-5-32-545", "S-1-5-32-544", "S-1-5-18", "S-1-5-4"
SELF, SERVICE, IIS_IUSRS, AUTHENTICATED = "S-1-5-10", "S-1-5-6", "S-1-5-32-568", "S-1-5-11"
POOL, SERVICE_ACCOUNT = "S-1-5-82-1-2-3-4-5", "S-1-5-80-1-2-3-4-5"
JOE, FARM = "S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-513"
OPEN = [("allow", EVERYONE, 0x1E)]


def permission(*entries, problem="", policy=None, disorder=False, conditional=()):
    unmanaged = [{"what": "conditional entry", "type": kind, "sid": sid, "mask": mask} for kind, sid, mask in conditional]
    return {"problem": problem, "policy": policy, "disorder": disorder, "unmanaged": unmanaged,
            "entries": [{"type": kind, "sid": sid, "mask": mask} for kind, sid, mask in entries]}


def caller(sid=JOE, *groups, unknown=""):
    return Caller.of({"name": "it", "sid": sid, "groups": list(groups), "unknown": unknown})


def ask(own, right="local_launch", who=None, limit=None, kind="launch", dcom_is_on=True, **more):
    lists = {kind: Lists(limit or permission(*OPEN, ("allow", ANONYMOUS, 0x1E)), (own, "its list"), **more)}
    return rights(lists, dcom_is_on, who or caller(), {})[right]


def test_nobody_named():
    assert ask(permission()) == {"granted": False, "decided_by": "its list does not allow it", "depends_on": []}


@pytest.mark.parametrize("sid", [JOE, EVERYONE, "S-1-5-11"])
def test_own_entries_and_groups_everybody_has(sid):
    assert ask(permission(("allow", sid, 0x2)))["granted"]


def test_anonymous_is_neither_authenticated_nor_everyone():
    """It has not been in Everyone since Windows XP, unless EveryoneIncludesAnonymous says so."""
    for sid in (AUTHENTICATED, EVERYONE):
        assert not ask(permission(("allow", sid, 0x2)), who=caller(ANONYMOUS))["granted"]
    assert ask(permission(("allow", ANONYMOUS, 0x2)), who=caller(ANONYMOUS))["granted"]


@pytest.mark.parametrize("sid", [EVERYONE, "S-1-5-32-546"])
def test_not_all_of_everyone_are_authenticated(sid):
    assert not ask(permission(("allow", AUTHENTICATED, 0x2)), who=caller(sid))["granted"]
    assert ask(permission(("allow", EVERYONE, 0x2)), who=caller(sid))["granted"]


def test_system_is_an_administrator():
    assert ask(permission(("allow", ADMINISTRATORS, 0x2)), who=caller(SYSTEM))["granted"]
    assert not ask(permission(("allow", ADMINISTRATORS, 0x2)))["granted"]


def test_a_deny_wins_whatever_the_order():
    told = ask(permission(("allow", JOE, 0x2), ("deny", USERS, 0x2)), who=caller(JOE, USERS))
    assert not told["granted"] and told["decided_by"] == "its list denies it by BUILTIN\\Users (S-1-5-32-545)"


def test_a_deny_of_other_rights_is_none():
    assert ask(permission(("allow", JOE, 0x2), ("deny", JOE, 0x4)))["granted"]


def test_both_lists_must_grant():
    told = ask(permission(("allow", JOE, 0x1E)), "remote_launch", limit=permission(("allow", EVERYONE, 0xA)))
    assert not told["granted"] and told["decided_by"] == "the machine's launch limit does not allow it"


def test_groups_of_a_logon_and_of_a_domain_are_told():
    told = ask(permission(("allow", INTERACTIVE, 0x2), ("allow", FARM, 0x2)))
    assert not told["granted"] and told["depends_on"] == ["NT AUTHORITY\\INTERACTIVE", FARM]
    told = ask(permission(("allow", JOE, 0x2), ("deny", FARM, 0x2)))
    assert told["granted"] and told["depends_on"] == [FARM]


def test_local_groups_are_a_question_only_where_they_could_not_be_told():
    assert ask(permission(("allow", USERS, 0x2)))["depends_on"] == []
    assert ask(permission(("allow", USERS, 0x2)), who=caller(unknown="access denied"))["depends_on"] == ["BUILTIN\\Users"]


@pytest.mark.parametrize("sid, group, granted", [
    (POOL, IIS_IUSRS, True), (POOL, USERS, True), (POOL, SERVICE, True),
    (SERVICE_ACCOUNT, SERVICE, True), (SERVICE_ACCOUNT, USERS, True), (SERVICE_ACCOUNT, IIS_IUSRS, False),
    ("S-1-5-19", USERS, True), ("S-1-5-20", USERS, True), ("S-1-5-20", SERVICE, True), ("S-1-5-20", IIS_IUSRS, False), (JOE, SERVICE, False),
])
def test_accounts_of_services_have_groups_in_their_token(sid, group, granted):
    assert ask(permission(("allow", group, 0x2)), who=caller(sid))["granted"] is granted


@pytest.mark.parametrize("sid", ["S-1-5-15", "S-1-5-113", "S-1-5-114", "S-1-2-1"])
def test_groups_of_a_logon_that_not_everybody_has(sid):
    own = permission(("allow", sid, 0x2))
    assert not ask(own)["granted"] and ask(own)["depends_on"]
    assert ask(own, who=caller(JOE, sid))["granted"]


def test_network_is_every_remote_caller_and_no_local_one():
    own = permission(("deny", "S-1-5-2", 0x1E), ("allow", JOE, 0x1E))
    assert ask(own)["granted"] and not ask(own, "remote_launch")["granted"]


def test_self_is_the_identity_of_the_server():
    own = permission(("allow", SELF, 0x2))
    assert ask(own, "local_access", kind="access", server=JOE)["granted"]
    nobody = {"granted": False, "decided_by": "its list does not allow it", "depends_on": []}
    assert ask(own, "local_access", kind="access", server=FARM) == ask(own, "local_access", kind="access", server="") == nobody
    assert ask(own, "local_access", kind="access", server=None) == {**nobody, "depends_on": ["NT AUTHORITY\\SELF"]}


def test_an_entry_under_a_condition_is_told():
    condition = "conditional entry for NT AUTHORITY\\Authenticated Users (S-1-5-11)"
    own = permission(("allow", ADMINISTRATORS, 0x1E), conditional=[("allow", AUTHENTICATED, 0x1F)])
    assert ask(own) == {"granted": False, "decided_by": "its list does not allow it", "depends_on": [condition]}
    assert ask(own, who=caller(JOE, ADMINISTRATORS))["depends_on"] == []              # it is granted anyway
    own = permission(("allow", JOE, 0x6), conditional=[("deny", AUTHENTICATED, 0x3), ("allow", FARM, 0x3)])
    assert ask(own)["granted"] and ask(own)["depends_on"] == [condition]
    assert ask(own, "remote_launch")["depends_on"] == []                              # it is about another right


def test_a_doubt_about_the_limit_is_told_too():
    limit = permission(conditional=[("allow", EVERYONE, 0x2)])
    told = ask(permission(("allow", JOE, 0x2)), limit=limit)
    assert not told["granted"] and told["depends_on"] == ["conditional entry for Everyone (S-1-1-0)"]
    assert ask(permission(), limit=limit)["depends_on"] == []                         # its own list says no whatever the limit says


def test_what_a_list_out_of_order_denies_is_in_doubt():
    entries = [("allow", EVERYONE, 0x2), ("deny", JOE, 0x2)]
    assert ask(permission(*entries))["depends_on"] == []
    told = ask(permission(*entries, disorder=True))
    assert not told["granted"] and told["depends_on"] == ["the order of the entries in its list"]
    assert ask(permission(("deny", JOE, 0x2), disorder=True))["depends_on"] == []     # nothing that would let it in


def test_invalid_lists():
    assert not ask(permission(problem="is malformed"))["granted"]
    assert ask(permission(problem="has a NULL DACL, which lets everybody in"))["granted"]
    assert "no SDDL" in ask(permission(), limit=permission(policy={"problem": "is 'x'"}))["decided_by"]


def test_what_sets_a_check_aside():
    assert ask(permission(), "local_access", kind="access", ignored="level none lets everybody in") == {
        "granted": True, "decided_by": "level none lets everybody in", "depends_on": []}
    exempted = {"exempted": "Group Policy"}
    assert ask(permission(), "local_activation", **exempted)["granted"] and not ask(permission(), "local_launch", **exempted)["granted"]
    told = ask(permission(*OPEN), "remote_launch", dcom_is_on=False)
    assert not told["granted"] and "EnableDCOM" in told["decided_by"] and ask(permission(*OPEN), dcom_is_on=False)["granted"]
