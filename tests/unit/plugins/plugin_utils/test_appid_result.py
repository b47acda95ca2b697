# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: permissions, identity and password, executables and classes
"""The raw result of the appid module, made readable."""

from __future__ import annotations

import base64
import copy
import sys
from pathlib import Path

import pytest
from ansible_collections.wincom.dcom.plugins.plugin_utils._appid import read_settings
from ansible_collections.wincom.dcom.plugins.plugin_utils._permission import names_of

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from permission_data import EVERYONE, SYSTEM, USERS, allow, permission  # noqa: E402

APPID = "{0C0A3666-30C9-11D0-8F20-00805F2CD064}"
JOE = "S-1-5-21-1-2-3-1001"
NAMES = {JOE: "CONTOSO\\joe", SYSTEM: "NT-AUTORIT\u00c4T\\SYSTEM"}
CONDITION = {"what": "conditional entry", "sid": USERS}
OLD = permission(allow(SYSTEM, 0x1E))
NEW = permission(allow(SYSTEM, 0x1E), allow(JOE, 0xA))


def identity(who, password=False):
    return {"identity": who, "password": password}


def read(*settings, args=None, diff=True, **result):
    """The readable result of settings (name, before, after); args: the task's, by default an add for each."""
    raw = {"changed": True, "appid": APPID, "names": NAMES, "skipped_principals": [], **result}
    raw["settings"] = [{"appid": APPID, "name": name, "before": before, "after": after} for name, before, after in settings]
    raw = copy.deepcopy(raw)
    read_settings(raw, {"id": "mdm.exe", **(args or {name: {"add": []} for name, _before, _after in settings})}, diff)
    return raw


def test_a_change_reads_as_sentences():
    result = read(("launch_permission", OLD, NEW), args={"launch_permission": {"add": []}})
    system = "  allow NT AUTHORITY\\SYSTEM (S-1-5-18): local launch, remote launch, local activation, remote activation\n"
    assert result["diff"] == {
        "before_header": f"AppID {APPID}",
        "after_header": f"AppID {APPID}",
        "before": "launch permission:\n" + system,
        "after": f"launch permission:\n  allow CONTOSO\\joe ({JOE}): local launch, local activation\n" + system,
    }
    assert result["previous"] == {
        "launch_permission": {"set": [{"principal": "NT AUTHORITY\\SYSTEM", "type": "allow", "rights": names_of("launch", 0x1E)}]}
    }
    assert (result["restorable"], result["set_is_complete"], result["unmanaged"]) == (True, True, {})
    assert "settings" not in result and "warnings" not in result and result["diff_is_partial"] is False


def test_no_change_leaves_nothing_to_put_back():
    result = read(("launch_permission", OLD, OLD), ("run_as", identity("interactive_user"), identity("interactive_user")), changed=False)
    assert (result["previous"], result["restorable"]) == ({}, True)
    assert result["diff"]["before"] == result["diff"]["after"]


def test_the_diff_comes_only_when_asked():
    assert "diff" not in read(("launch_permission", OLD, NEW), diff=False)


def test_skipped_principals_get_their_names():
    result = read(("launch_permission", OLD, NEW), skipped_principals=["IWAM_%COMPUTERNAME%", "S-1-5-18"])
    assert result["skipped_principals"] == ["IWAM_%COMPUTERNAME%", "NT AUTHORITY\\SYSTEM"]


def test_what_set_leaves_makes_it_inexact():
    data = permission(allow(SYSTEM, 0x1E), unmanaged=[CONDITION])
    by_set = read(("launch_permission", data, data), args={"launch_permission": {"set": []}})
    by_add = read(("launch_permission", data, data))
    expected = {"launch_permission": ["conditional entry for BUILTIN\\Users (S-1-5-32-545)"]}
    assert by_set["unmanaged"] == by_add["unmanaged"] == expected
    assert (by_set["set_is_complete"], by_add["set_is_complete"]) == (False, True)
    assert by_set["warnings"][0].startswith("launch_permission: set does not cover these, they stay: ")
    assert "warnings" not in by_add


def test_warnings_join_those_of_the_host():
    opened = permission(allow(EVERYONE, 0x6))
    result = read(("access_permission", permission(), opened), warnings=["of the host"])
    assert result["warnings"] == ["of the host", "access_permission: this opens the server to Everyone"]


def test_what_can_not_be_declared_is_not_restorable():
    broken = permission(problem="has a NULL DACL, which lets everybody in")
    unknown = {"problem": "names 'x', which does not exist", "password": False}
    result = read(("launch_permission", broken, NEW), ("run_as", unknown, identity("interactive_user")))
    assert (result["restorable"], result["previous"]) == (False, {})
    assert "invalid: has a NULL DACL, which lets everybody in" in result["diff"]["before"]
    assert "invalid: names 'x', which does not exist" in result["diff"]["before"]


def test_identities_read_as_words():
    result = read(("run_as", identity(JOE), identity("launching_user")))
    assert f": CONTOSO\\joe ({JOE})" in result["diff"]["before"]
    assert ": launching user" in result["diff"]["after"]
    assert result["previous"] == {"run_as": "CONTOSO\\joe"}


def test_a_stored_password_can_not_go_back():
    result = read(("run_as", identity(JOE, True), identity("launching_user")))
    assert (result["restorable"], result["previous"]) == (False, {"run_as": "CONTOSO\\joe"})
    assert "password: stored" in result["diff"]["before"] and "password" not in result["diff"]["after"]


def test_a_user_needs_its_password_to_go_back():
    result = read(("run_as", identity(JOE), identity("launching_user")))
    assert (result["restorable"], result["previous"]) == (False, {"run_as": "CONTOSO\\joe"})
    assert read(("run_as", identity("interactive_user"), identity(JOE, True)))["restorable"] is True


@pytest.mark.parametrize(("sid", "keyword"), [("S-1-5-18", "system"), ("S-1-5-19", "local_service"), ("S-1-5-20", "network_service")])
def test_an_identity_by_another_name_goes_back_as_its_keyword(sid, keyword):
    result = read(("run_as", identity(sid), identity("interactive_user")))
    assert (result["restorable"], result["previous"]) == (True, {"run_as": keyword})


def test_an_identity_that_is_no_user_can_not_go_back():
    result = read(("run_as", identity(USERS), identity("interactive_user")))
    assert (result["restorable"], result["previous"]) == (False, {})


def test_a_list_with_a_new_label_can_not_go_back():
    labelled = permission(allow(SYSTEM, 0x1E), unmanaged=[{"what": "mandatory label", "sid": ""}])
    result = read(("launch_permission", OLD, labelled), args={"launch_permission": {"sddl": "D:"}})
    assert (result["restorable"], result["previous"]) == (False, {})


def test_executables_go_back_by_the_difference():
    before = {"names": ["b.exe", "A.exe"], "elsewhere": {}}
    result = read(("executables", before, {"names": ["A.exe", "c.exe"], "elsewhere": {}}))
    assert result["previous"] == {"executables": {"add": ["b.exe"], "remove": ["c.exe"]}}
    assert result["diff"]["before"] == "executables: A.exe, b.exe\n"
    assert read(("executables", {"names": [], "elsewhere": {}}, before))["diff"]["before"] == "executables: none\n"


def test_an_executable_taken_from_elsewhere_can_not_go_back():
    other = "{00000000-0000-0000-0000-000000000001}"
    result = read(("executables", {"names": [], "elsewhere": {"a.exe": other}}, {"names": ["a.exe"], "elsewhere": {}}))
    assert (result["restorable"], result["previous"]) == (False, {})
    assert result["diff"]["before"] == f"executables: a.exe (of {other})\n"


def test_a_changed_owner_is_shown():
    result = read(("launch_permission", OLD, permission(allow(SYSTEM, 0x1E), owner=JOE)))
    assert f"  owner CONTOSO\\joe ({JOE})\n" in result["diff"]["after"]
    assert "owner" not in read(("launch_permission", OLD, NEW))["diff"]["after"]


# --- registration ---


def test_registration_diffs_against_not_registered():
    settings = [("launch_permission", OLD, NEW), ("run_as", identity("launching_user"), identity("interactive_user"))]
    check = read(*settings, registered_with="C:\\mdm.exe", appid=None)
    run = read(*settings, registered_with="C:\\mdm.exe", appid=APPID)
    assert check["diff"] == run["diff"]
    assert run["diff"]["before"] == "not registered\n"
    assert run["diff"]["after"].splitlines()[:2] == ["registered with C:\\mdm.exe", "launch permission:"]
    assert run["restorable"] is False


@pytest.mark.parametrize(("form", "partial"), [("add", True), ("remove", True), ("set", False), ("sddl", False), ("default", False)])
def test_an_edit_of_what_registration_writes_is_a_partial_prediction(form, partial):
    result = read(("launch_permission", OLD, NEW), args={"launch_permission": {form: []}}, registered_with="C:\\mdm.exe")
    assert result["diff_is_partial"] is partial


# --- failures ---


def test_a_failure_has_no_half_made_keys():
    result = read(("launch_permission", OLD, None), ("run_as", identity("system"), identity("system")), failed=True, msg="launch_permission: no", changed=False)
    assert result["msg"] == "launch_permission: no"
    assert not {"settings", "previous", "restorable", "unmanaged", "set_is_complete", "diff"} & set(result)


def test_a_failure_before_anything_was_read_stays_as_it_is():
    raw = {"failed": True, "msg": "missing required arguments: id"}
    result = dict(raw)
    read_settings(result, {}, True)
    assert result == raw


def malformed(length):
    return permission(problem="is malformed", binary=base64.b64encode(b"\1" * length).decode())


def test_a_malformed_list_says_what_is_wrong():
    msg = "launch_permission: the stored list is malformed; add and remove can't start from it"
    result = read(("launch_permission", malformed(7), None), failed=True, msg=msg)
    assert "is malformed (it has 7 bytes, a security descriptor has at least 20); add" in result["msg"]


def test_two_malformed_lists_say_each_its_own():
    msg = "launch_permission: the stored list is malformed; access_permission: the stored list is malformed"
    settings = [("launch_permission", malformed(7), None), ("access_permission", malformed(9), None)]
    launch, access = read(*settings, failed=True, msg=msg)["msg"].split("; ")
    assert ("7 bytes" in launch, "9 bytes" in launch) == (True, False)
    assert ("7 bytes" in access, "9 bytes" in access) == (False, True)
