# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: reading, findings, effective rights
"""Which list exempts an AppID from the activation check, and what decides where a setting of the AppID does not count."""

from __future__ import annotations

import pytest
from ansible_collections.wincom.dcom.plugins.plugin_utils._appid_info import Host, read_info

APPID = "{0C0A3666-30C9-11D0-8F20-00805F2CD064}"
OTHER = "{00000000-0000-0000-0000-000000000001}"
ALLOW = "AllowLocalActivationSecurityCheckExemptionList"


@pytest.mark.parametrize("policy, local, settings, expected", [
    ({}, {}, {}, ""),
    ({APPID.lower(): "1"}, {}, {}, "Group Policy"),
    ({APPID: "0"}, {APPID: "1"}, {ALLOW: "1"}, ""),          # always checked, whatever the computer's list says
    ({}, {APPID: "1"}, {}, "this computer"),
    ({}, {APPID: "0"}, {}, ""),
    ({OTHER: "1"}, {APPID: "1"}, {}, ""),                    # the policy's list hides the computer's
    ({OTHER: "1"}, {APPID: "1"}, {ALLOW: "1"}, "this computer"),
    ({}, {APPID: "1"}, {ALLOW: "0"}, ""),
])
def test_exemptions(policy, local, settings, expected):
    host = Host(names={}, orphans=set(), machine={}, exemptions={"policy": policy, "local": local, "settings": settings}, callers=[])
    assert host.exempts(APPID) == expected


# --- whom the lists of an AppID let in -----------------------------------------------------------------------------------

JOE, EVERYONE, SELF, SYSTEM = "S-1-5-21-1-2-3-1001", "S-1-1-0", "S-1-5-10", "S-1-5-18"
ROWS = ("display_name", "classes", "executables", "images", "service", "surrogate", "com_plus", "processes")
ACCESS = ("local_access", "remote_access")


def permission(*entries):
    return {"default": False, "problem": "", "disorder": False, "legacy": False, "unmanaged": [], "owner": SYSTEM, "group": SYSTEM, "binary": "", "sddl": "",
            "entries": [{"type": "allow", "sid": sid, "mask": mask} for sid, mask in entries]}


PLAIN_ROWS: dict = {"display_name": "", "classes": [], "executables": [], "images": [], "service": None, "surrogate": False, "com_plus": False, "processes": []}


def read(sid=JOE, gather=("findings",), machine=None, exemptions=None, raw=None, **settings):
    """What appid_info says of one AppID and one caller."""
    result = {
        "appids": [{"id": APPID, "without_appid": "", **PLAIN_ROWS, "settings": [{"name": name, "before": before} for name, before in settings.items()], **(raw or {})}],
        "callers": [{"name": "it", "sid": sid, "groups": [], "unknown": ""}],
        "exemptions": exemptions or {},
        "machine": {
            "launch_limit": permission((EVERYONE, 0x1F)), "access_limit": permission((EVERYONE, 0x7)), "enable_dcom": "true",
            "default_launch_permission": permission((SELF, 0x1F)), "default_access_permission": permission((SELF, 0x7), (SYSTEM, 0x3)),
            "default_authentication_level": "default", **(machine or {}),
        },
    }
    read_info(result, gather)
    [one] = result["appids"]
    return one["principals"][0]["rights"], {finding["id"]: finding["text"] for finding in one.get("findings", ())}


def test_a_server_of_the_launching_user_is_the_callers_own():
    for settings in ({}, {"run_as": {"identity": "launching_user", "password": False}}):
        told, _findings = read(**settings)
        assert all(told[right]["granted"] for right in ACCESS) and "SELF" in told["local_access"]["decided_by"]


@pytest.mark.parametrize("raw, run_as", [
    ({}, {"identity": "interactive_user"}),
    ({}, {"identity": None, "problem": "names 'x', which does not exist"}),
    ({}, {"problem": "is of type REG_DWORD instead of REG_SZ"}),
    ({"service": {"name": "MDM"}}, {"identity": JOE}),             # RunAs is ignored: it runs as the service's account
    ({"service": {"name": "MDM"}}, None),
])
def test_whom_self_stands_for_is_not_always_known(raw, run_as):
    told, _findings = read(raw=raw, **({"run_as": {"password": True, **run_as}} if run_as else {}))
    assert not told["local_access"]["granted"] and told["local_access"]["depends_on"] == ["NT AUTHORITY\\SELF"]


def test_self_is_the_user_that_run_as_names():
    run_as = {"identity": JOE, "password": True}
    assert read(run_as=run_as)[0]["local_access"]["granted"]
    told = read("S-1-5-19", run_as=run_as)[0]["local_access"]
    assert not told["granted"] and not told["depends_on"]


@pytest.mark.parametrize("flags, granted", [(None, False), (0x803, False), (0x10, True), (0x813, True), ({"problem": "is no number"}, False)])
def test_self_may_launch_by_a_flag_only(flags, granted):
    told = read(**({} if flags is None else {"flags": flags}))[0]["local_launch"]
    assert told["granted"] is granted and told["depends_on"] == []


def test_the_machines_level_none_lets_everybody_in():
    none = {"default_authentication_level": "none"}
    closed = {"access_permission": permission((SYSTEM, 0x7))}
    told, findings = read(machine=none, **closed)
    assert told["local_access"]["granted"] and told["local_access"]["decided_by"] == "the machine's default authentication level none lets everybody in"
    assert "machine's default authentication level none" in findings["no_authentication"]
    told, findings = read(machine=none, authentication_level="packet", **closed)
    assert not told["local_access"]["granted"] and "no_authentication" not in findings
    told, findings = read(authentication_level="none", **closed)
    assert told["local_access"]["decided_by"] == "authentication level none lets everybody in" and findings["no_authentication"].startswith("authentication")


def test_what_is_not_mapped_follows_the_machine():
    program = {"images": ["C:\\shop\\shop.exe"]}
    closed = {"access_permission": permission((SYSTEM, 0x7)), "authentication_level": "none"}
    told, findings = read(raw=program, **closed)
    assert told["local_access"]["granted"] and "mapping_missing" in findings and "no_authentication" not in findings
    assert told["local_access"]["decided_by"].startswith("the machine default (that of the AppID is ignored, for shop.exe is not mapped to it)")
    told, _findings = read(raw=program, machine={"default_authentication_level": "none"}, **{**closed, "authentication_level": "packet"})
    assert told["local_access"]["decided_by"].startswith("the machine's default authentication level none")
    told, findings = read(raw={**program, "executables": ["SHOP.EXE"]}, access_permission=closed["access_permission"])
    assert not told["local_access"]["granted"] and told["local_access"]["decided_by"] == "the access permission of the AppID does not allow it"
    for other in ({"service": {"name": "Shop"}}, {"surrogate": True}):
        assert not read(raw={**program, **other}, access_permission=closed["access_permission"])[0]["local_access"]["granted"]


def test_the_answer_does_not_depend_on_what_else_is_gathered():
    more = {"exemptions": {"local": {APPID: "1"}}, "launch_permission": permission((SYSTEM, 0x1F))}
    told = [read(gather=gather, **more)[0] for gather in ((), ("findings",), ("settings", "findings"))]
    assert told[0] == told[1] == told[2] and told[0]["local_activation"]["granted"]


@pytest.mark.parametrize("identity, missing", [(JOE, True), ("S-1-5-19", False), ("local_service", False)])
def test_only_users_need_a_password(identity, missing):
    _rights, findings = read(run_as={"identity": identity, "password": False})
    assert ("password_missing" in findings) is missing


def test_the_batch_right_is_left_alone_only_of_users():
    for identity, expected in ((JOE, {"grant_logon_as_batch": False}), ("S-1-5-19", {})):
        data = {"identity": identity, "password": True, "own_right": False}
        raw = {"id": APPID, "without_appid": "", "settings": [{"name": "run_as", "before": data}], **dict.fromkeys(ROWS)}
        result = {"appids": [raw], "names": {JOE: ".\\joe"}}
        read_info(result, ["settings"])
        settings = result["appids"][0]["settings"]
        assert settings == {"id": APPID, "run_as": {JOE: ".\\joe"}.get(identity, "local_service"), **expected}


# --- lists that let nobody in, and entries that do nothing ---------------------------------------------------------------

GENERIC_EXECUTE = {"what": "further bits 0x20000000 of an entry", "sid": EVERYONE}


def findings(**settings):
    return read(**settings)[1]


def test_a_list_that_lets_nobody_in_is_told():
    assert findings(launch_permission=permission()) == {"empty_permission": "the launch permission has no entries, so nobody may start the server"}
    assert findings(access_permission=permission())["empty_permission"].endswith("nobody may call the server")
    denies = {**permission(), "entries": [{"type": "deny", "sid": JOE, "mask": 0x1E}]}
    assert findings(launch_permission=denies)["empty_permission"].startswith("the launch permission has no entry that allows a right, so nobody")
    for other in ({"problem": "is malformed"}, {"problem": "has a NULL DACL, which lets everybody in"},
                  {"unmanaged": [{"what": "conditional entry", "sid": JOE, "type": "allow", "mask": 0xB}]}):
        assert "empty_permission" not in findings(launch_permission={**permission(), **other})
    assert findings(launch_permission=permission((JOE, 0xA))) == {}


def test_an_entry_that_gives_nothing_is_told():
    generic = {**permission((EVERYONE, 0), (JOE, 0xA)), "unmanaged": [GENERIC_EXECUTE]}
    assert findings(launch_permission=generic) == {"idle_entry": "the launch permission has an entry for Everyone (S-1-1-0) with generic rights only, "
                                                   "which Windows does not translate when COM asks the list, so it allows nothing"}
    alone = {**permission((EVERYONE, 0)), "unmanaged": [GENERIC_EXECUTE]}
    assert set(findings(launch_permission=alone)) == {"empty_permission", "idle_entry"}
    denies = {**permission((JOE, 0xA)), "entries": [{"type": "deny", "sid": JOE, "mask": 0}, {"type": "allow", "sid": JOE, "mask": 0xA}]}
    assert findings(launch_permission=denies)["idle_entry"].endswith("with no right that counts there, so it denies nothing")
    both = {**permission((EVERYONE, 0xA)), "unmanaged": [GENERIC_EXECUTE]}                      # the same bits beside real rights
    assert findings(launch_permission=both) == {}


@pytest.mark.parametrize(("values", "setting"), [
    ({"endpoints": ["ncacn_ip_tcp,0,5000", "ncacn_np,0,\\pipe\\shop"]}, "endpoints"), ({"endpoints": [""]}, "endpoints"),
    ({"dll_surrogate": " \t"}, "dll_surrogate"),
])
def test_what_appid_would_refuse_is_left_out_and_told(values, setting):
    result = {"appids": [{"id": APPID, "without_appid": "", **PLAIN_ROWS, "settings": [{"name": name, "before": before} for name, before in values.items()]}], "machine": {}}
    read_info(result, ("settings", "findings"))
    [one] = result["appids"]
    assert one["settings"] == {"id": APPID} and [(found["id"], found["setting"]) for found in one["findings"]] == [("not_declarable", setting)]


@pytest.mark.parametrize("values", [{"endpoints": ["ncacn_ip_tcp,0,5000"]}, {"endpoints": ["default"]}, {"dll_surrogate": "system"}])
def test_what_appid_takes_is_declared(values):
    result = {"appids": [{"id": APPID, "without_appid": "", **PLAIN_ROWS, "settings": [{"name": name, "before": before} for name, before in values.items()]}], "machine": {}}
    read_info(result, ("settings", "findings"))
    assert result["appids"][0]["settings"] == {"id": APPID, **values} and result["appids"][0]["findings"] == []
