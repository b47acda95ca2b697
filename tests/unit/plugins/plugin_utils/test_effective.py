# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: effective rights
"""What a principal may do: two lists, deny first, groups as far as they are known."""

from __future__ import annotations

import pytest
from ansible_collections.wincom.dcom.plugins.plugin_utils._effective import Caller, Lists, rights

EVERYONE, ANONYMOUS, USERS, ADMINISTRATORS, SYSTEM, INTERACTIVE = "S-1-1-0", "S-1-5-7", "S-1-5-32-545", "S-1-5-32-544", "S-1-5-18", "S-1-5-4"
SELF, SERVICE, IIS_IUSRS, AUTHENTICATED = "S-1-5-10", "S-1-5-6", "S-1-5-32-568", "S-1-5-11"
POOL, SERVICE_ACCOUNT = "S-1-5-82-1-2-3-4-5", "S-1-5-80-1-2-3-4-5"
ALL_SERVICES, LOCAL_ACCOUNT, LOCAL_ADMINISTRATOR = "S-1-5-80-0", "S-1-5-113", "S-1-5-114"
APPLICATION, OTHER_APPLICATION = "S-1-15-2-1-2-3-4-5-6-7", "S-1-15-2-7-6-5-4-3-2-1"
PACKAGES, RESTRICTED_PACKAGES, CAPABILITY = "S-1-15-2-1", "S-1-15-2-2", "S-1-15-3-1024-1-2-3-4-5-6-7-8"
JOE, FARM = "S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-513"
OPEN = [("allow", EVERYONE, 0x1E)]


def permission(*entries, problem="", policy=None, disorder=False, conditional=()):
    unmanaged = [{"what": "conditional entry", "type": kind, "sid": sid, "mask": mask} for kind, sid, mask in conditional]
    return {"problem": problem, "policy": policy, "disorder": disorder, "unmanaged": unmanaged,
            "entries": [{"type": kind, "sid": sid, "mask": mask} for kind, sid, mask in entries]}


def caller(sid=JOE, *groups, unknown="", user=None):
    user = sid == JOE if user is None else user
    return Caller.of({"name": "it", "sid": sid, "groups": list(groups), "unknown": unknown, "user": user})


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
    (SERVICE_ACCOUNT, ALL_SERVICES, True), (POOL, ALL_SERVICES, False), ("S-1-5-19", ALL_SERVICES, False),
    (SERVICE_ACCOUNT, SERVICE, True), (SERVICE_ACCOUNT, USERS, True), (SERVICE_ACCOUNT, IIS_IUSRS, False),
    ("S-1-5-19", USERS, True), ("S-1-5-20", USERS, True), ("S-1-5-20", SERVICE, True), ("S-1-5-20", IIS_IUSRS, False), (JOE, SERVICE, False),
])
def test_accounts_of_services_have_groups_in_their_token(sid, group, granted):
    assert ask(permission(("allow", group, 0x2)), who=caller(sid))["granted"] is granted


@pytest.mark.parametrize("sid", ["S-1-5-15", "S-1-2-1", "S-1-5-80-0"])
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
    assert condition not in ask(own, who=caller(JOE, ADMINISTRATORS))["depends_on"]   # it is granted anyway
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


# --- local accounts, and what UAC takes out of the token of an administrator


@pytest.mark.parametrize("who", [caller(), caller(unknown="access denied"), caller(SYSTEM), caller("S-1-5-19"), caller(POOL), caller(SERVICE_ACCOUNT),
                                 caller("S-1-5-83-1-2", unknown="no user"), caller(ANONYMOUS)], ids=lambda who: f"{who.sid} {who.unknown}")
def test_local_accounts_are_users_of_the_host_alone(who):
    told = ask(permission(("allow", LOCAL_ACCOUNT, 0x2), ("allow", LOCAL_ADMINISTRATOR, 0x2)), who=who)
    assert not told["granted"] and told["depends_on"] == []


def test_whether_a_local_account_is_an_administrator_may_be_unknown():
    own = permission(("allow", LOCAL_ADMINISTRATOR, 0x2))
    assert ask(own, who=caller(JOE, LOCAL_ACCOUNT))["depends_on"] == []
    name = "NT AUTHORITY\\Local account and member of Administrators group"
    assert ask(own, who=caller(JOE, LOCAL_ACCOUNT, unknown="access denied"))["depends_on"] == [name]
    assert ask(own, who=caller(FARM, unknown="it is a group"))["depends_on"] == [name]     # its members may be


@pytest.mark.parametrize("group, name", [
    (ADMINISTRATORS, "BUILTIN\\Administrators"), ("S-1-5-32-551", "BUILTIN\\Backup Operators"),
    (LOCAL_ADMINISTRATOR, "NT AUTHORITY\\Local account and member of Administrators group"),
])
def test_an_administrator_depends_on_elevation(group, name):
    own, elevation = permission(("allow", group, 0x1E)), f"elevation, without which (UAC) {name} only denies"
    told = ask(own, who=caller(JOE, LOCAL_ACCOUNT, group))
    assert told["granted"] and told["depends_on"] == [elevation]
    assert ask(own, "remote_launch", who=caller(JOE, LOCAL_ACCOUNT, group))["depends_on"] == [elevation]
    assert ask(own, "remote_launch", who=caller(JOE, group))["depends_on"] == []            # a domain's user comes with all its groups
    assert ask(own, "local_launch", who=caller(JOE, group))["depends_on"] == [elevation]


def test_no_elevation_where_something_else_grants_or_nobody_filters():
    member = caller(JOE, LOCAL_ACCOUNT, ADMINISTRATORS, USERS)
    told = ask(permission(("allow", ADMINISTRATORS, 0x2), ("allow", USERS, 0x2)), who=member)
    assert told == {"granted": True, "decided_by": "its list allows it by BUILTIN\\Users (S-1-5-32-545)", "depends_on": []}
    assert not ask(permission(("deny", ADMINISTRATORS, 0x2), ("allow", JOE, 0x2)), who=member)["granted"]
    for who in (caller(SYSTEM), caller(ADMINISTRATORS, user=False)):
        assert ask(permission(("allow", ADMINISTRATORS, 0x2)), who=who)["depends_on"] == []


# --- application containers: the application and its user must both be allowed


def ask_container(*entries, sid=APPLICATION, limit=(("allow", EVERYONE, 0xA), ("allow", RESTRICTED_PACKAGES, 0xA)), right="local_launch", **more):
    return ask(permission(*entries, **more), right, who=caller(sid), limit=permission(*limit))


def test_everyone_is_no_container():
    told = ask_container(("allow", EVERYONE, 0xA))
    assert not told["granted"] and told["depends_on"] == [] and "does not allow it to the application" in told["decided_by"]
    assert not ask_container(("allow", EVERYONE, 0xA), ("allow", OTHER_APPLICATION, 0xA))["granted"]


@pytest.mark.parametrize("sid, entry, granted, less", [
    (APPLICATION, APPLICATION, True, False), (APPLICATION, PACKAGES, True, True), (APPLICATION, RESTRICTED_PACKAGES, True, False),
    (PACKAGES, PACKAGES, True, False), (PACKAGES, RESTRICTED_PACKAGES, True, False), (RESTRICTED_PACKAGES, RESTRICTED_PACKAGES, True, False),
    (PACKAGES, APPLICATION, False, False), (PACKAGES, CAPABILITY, False, False), (CAPABILITY, CAPABILITY, True, False), (CAPABILITY, PACKAGES, True, True),
])
def test_entries_for_containers_count_beside_those_for_the_user(sid, entry, granted, less):
    told = ask_container(("allow", EVERYONE, 0xA), ("allow", entry, 0xA), sid=sid)
    assert told["granted"] is granted
    assert any("LPAC" in text for text in told["depends_on"]) is less and len(told["depends_on"]) == less


def test_less_privileged_ones_are_not_in_all_application_packages():
    told = ask_container(("allow", EVERYONE, 0xA), ("allow", PACKAGES, 0xA), sid=RESTRICTED_PACKAGES)
    assert not told["granted"] and told["depends_on"] == ["ALL APPLICATION PACKAGES (S-1-15-2-1)"]


def test_a_capability_is_a_question():
    told = ask_container(("allow", EVERYONE, 0xA), ("allow", CAPABILITY, 0xA))
    assert not told["granted"] and told["depends_on"] == [CAPABILITY]


def test_its_user_must_be_allowed_too():
    told = ask_container(("allow", APPLICATION, 0xA), ("allow", INTERACTIVE, 0xA), ("allow", SYSTEM, 0xA))
    assert told["granted"] and told["depends_on"] == [
        "the user that it runs as being allowed by NT AUTHORITY\\INTERACTIVE (S-1-5-4), NT AUTHORITY\\SYSTEM (S-1-5-18)"]
    told = ask_container(("allow", APPLICATION, 0xA))
    assert not told["granted"] and told["decided_by"] == "its list allows it to the application, but to no user, and Windows asks for both"
    told = ask_container(("allow", PACKAGES, 0xA), ("allow", SELF, 0xA))                    # SELF stands for nobody here
    assert not told["granted"] and "by ALL APPLICATION PACKAGES (S-1-15-2-1), but to no user" in told["decided_by"]


def test_denies_of_its_user_count_and_of_the_container_are_in_doubt():
    both = ("allow", EVERYONE, 0xA), ("allow", APPLICATION, 0xA)
    assert ask_container(*both, ("deny", EVERYONE, 0xA))["decided_by"] == "its list denies it by Everyone (S-1-1-0)"
    assert ask_container(*both, ("deny", EVERYONE, 0xA), disorder=True)["depends_on"] == ["the order of the entries in its list"]
    told = ask_container(*both, ("deny", USERS, 0xA))
    assert told["granted"] and told["depends_on"] == ["the user that it runs as being denied by BUILTIN\\Users (S-1-5-32-545)"]
    told = ask_container(*both, ("deny", PACKAGES, 0xA), ("deny", OTHER_APPLICATION, 0xA), ("deny", "S-1-5-2", 0xA))
    assert told["granted"] and told["depends_on"] == ["whether Windows heeds a deny entry for ALL APPLICATION PACKAGES (S-1-15-2-1)"]


def test_the_limit_asks_for_both_as_well():
    both = ("allow", EVERYONE, 0xA), ("allow", APPLICATION, 0xA)
    told = ask_container(*both, limit=[("allow", EVERYONE, 0x1E)])
    assert not told["granted"] and told["decided_by"].startswith("the machine's launch limit does not allow it to the application")


def test_a_condition_on_either_side_is_a_question():
    told = ask_container(("allow", EVERYONE, 0xA), conditional=[("allow", APPLICATION, 0xA)])
    assert not told["granted"] and told["depends_on"] == [f"conditional entry for {APPLICATION}"]
    told = ask_container(("allow", APPLICATION, 0xA), conditional=[("allow", EVERYONE, 0xA)])
    assert told["granted"] and told["depends_on"] == ["the user that it runs as being allowed by conditional entry for Everyone (S-1-1-0)"]
