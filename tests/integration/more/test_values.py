# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: other AppID values
"""Everything else that dcomcnfg shows, judged by type and bytes.

The values and their types: https://learn.microsoft.com/windows/win32/com/appid-key
"""

from typing import NamedTuple

import playbook
import pytest
import registry
import scene
import stages
from registry import BINARY, EXPAND_SZ, QWORD
from scene import dword, guid, multi, sz


class Case(NamedTuple):
    """stored: values as they lay there; given: the options; left: values as they must lie there then; None: not there."""

    stored: dict
    given: dict
    left: dict
    changed: bool = True
    restorable: bool = True


TEXTS = {"display_name": "", "service_parameters": "ServiceParameters", "remote_server_name": "RemoteServerName"}
ALL_DEFAULT = {
    "authentication_level": "default", "display_name": "default", "dll_surrogate": "default", "service": "default", "service_parameters": "default",
    "remote_server_name": "default", "activate_at_storage": "default", "endpoints": ["default"], "preferred_server_bitness": "default",
    "flags": {"default": True},
}
ALL = {
    "authentication_level": "packet_privacy", "display_name": "Größe & \u65e5\u672c", "dll_surrogate": "system", "service": "MDM", "service_parameters": "-a \"b c\"",
    "remote_server_name": "srv.contoso.example", "activate_at_storage": "true", "endpoints": ["ncacn_ip_tcp,0,1024", "ncacn_ip_tcp,0,65535"],
    "preferred_server_bitness": "64", "flags": {"add": ["activate_iuserver_indesktop", 2]},
}
ALL_BYTES = {
    "AuthenticationLevel": dword(6), "": sz("Größe & \u65e5\u672c"), "DllSurrogate": sz(""), "LocalService": sz("MDM"), "ServiceParameters": sz('-a "b c"'),
    "RemoteServerName": sz("srv.contoso.example"), "ActivateAtStorage": sz("Y"), "Endpoints": multi("ncacn_ip_tcp,0,1024", "ncacn_ip_tcp,0,65535"),
    "PreferredServerBitness": dword(3), "AppIDFlags": dword(3),
}
NONE = dict.fromkeys(ALL_BYTES)
WRONG = {
    "AuthenticationLevel": sz("6"), "DllSurrogate": dword(1), "ServiceParameters": (BINARY, b"\1\2\3"), "ActivateAtStorage": dword(1),
    "Endpoints": sz("ncacn_ip_tcp,0,5000"), "PreferredServerBitness": (QWORD, b"\3" + bytes(7)), "AppIDFlags": (BINARY, b"\1\0\0\0"), "": (EXPAND_SZ, registry.text("%X%")),
}
REPAIRED = {
    "AuthenticationLevel": dword(4), "DllSurrogate": sz("C:\\windows\\s.exe"), "ServiceParameters": sz("x"), "ActivateAtStorage": sz("N"),
    "Endpoints": multi("ncacn_ip_tcp,0,5000"), "PreferredServerBitness": dword(2), "AppIDFlags": dword(4), "": sz("Name"),
}

CASES = {
    "everything from nothing": Case({}, ALL, ALL_BYTES),
    "everything as it is": Case(ALL_BYTES, ALL, ALL_BYTES, changed=False),
    "everything back": Case(ALL_BYTES, ALL_DEFAULT, NONE),
    "default where nothing is": Case({}, ALL_DEFAULT, NONE, changed=False),
    "wrong types": Case(WRONG, {
        "authentication_level": "packet", "dll_surrogate": "C:\\windows\\s.exe", "service_parameters": "x", "activate_at_storage": False,
        "endpoints": ["ncacn_ip_tcp,0,5000"], "preferred_server_bitness": "32", "flags": {"set": [4]}, "display_name": "Name"}, REPAIRED, restorable=False),
    "wrong types back": Case(WRONG, {name: ALL_DEFAULT[name] for name in ALL_DEFAULT if name != "service"}, dict.fromkeys(WRONG), restorable=False),
    "out of range": Case(
        {"AuthenticationLevel": 9, "PreferredServerBitness": 7}, {"authentication_level": "connect", "preferred_server_bitness": "match_client"},
        {"AuthenticationLevel": dword(2), "PreferredServerBitness": dword(1)}, restorable=False),
    "level zero is no level": Case({"AuthenticationLevel": 0}, {"authentication_level": "call"}, {"AuthenticationLevel": dword(3)}, restorable=False),
    "level five, a surrogate of its own": Case(
        {"AuthenticationLevel": 2, "DllSurrogate": ""}, {"authentication_level": "packet_integrity", "dll_surrogate": "C:\\x\\host.exe"},
        {"AuthenticationLevel": dword(5), "DllSurrogate": sz("C:\\x\\host.exe")}),
    "a surrogate of its own, then the system's": Case({"DllSurrogate": "C:\\x\\host.exe"}, {"dll_surrogate": "system"}, {"DllSurrogate": sz("")}),
    "level none, allowed": Case({}, {"authentication_level": "none", "allow_lockout": True}, {"AuthenticationLevel": dword(1)}),
    "level none already": Case({"AuthenticationLevel": 1}, {"authentication_level": "none"}, {"AuthenticationLevel": dword(1)}, changed=False),
    "at storage: yes means yes": Case({"ActivateAtStorage": "yes"}, {"activate_at_storage": True}, {"ActivateAtStorage": sz("yes")}, changed=False),
    "at storage: anything else means no": Case({"ActivateAtStorage": "0"}, {"activate_at_storage": "false"}, {"ActivateAtStorage": sz("0")}, changed=False),
    "flags: unknown bits stay": Case(
        {"AppIDFlags": 0x80000043}, {"flags": {"set": ["issue_activation_rpc_at_identify", "aaa_no_implicit_activate_as_iu"]}},
        {"AppIDFlags": dword(0x80000844)}),
    "flags: add and remove": Case({"AppIDFlags": 0x43}, {"flags": {"add": ["0x10"], "remove": [0x1, 0x8]}}, {"AppIDFlags": dword(0x52)}),
    "flags: remove from nothing": Case({}, {"flags": {"remove": [1]}}, {"AppIDFlags": None}, changed=False),
    "flags: there already": Case({"AppIDFlags": 0x6}, {"flags": {"add": ["secure_server_process_sd_and_bind"]}}, {"AppIDFlags": dword(6)}, changed=False),
    "endpoints: another order": Case(
        {"Endpoints": multi("ncacn_ip_tcp,0,5001", "ncacn_ip_tcp,0,5000")}, {"endpoints": ["ncacn_ip_tcp,0,5000", "ncacn_ip_tcp,0,6000"]},
        {"Endpoints": multi("ncacn_ip_tcp,0,5000", "ncacn_ip_tcp,0,6000")}),
    "one endpoint as a text": Case({}, {"endpoints": "ncacn_ip_tcp,0,5000"}, {"Endpoints": multi("ncacn_ip_tcp,0,5000")}),
    "words in any case": Case({}, {
        "authentication_level": "Packet", "activate_at_storage": "True", "dll_surrogate": "System", "preferred_server_bitness": "Match_Client",
        "display_name": "Default", "state": "Present"},
        {"AuthenticationLevel": dword(4), "ActivateAtStorage": sz("Y"), "DllSurrogate": sz(""), "PreferredServerBitness": dword(1)}),
    "a letter in two pieces for one": Case({"": "K\u00e4se"}, {"display_name": "Ka\u0308se"}, {"": sz("Ka\u0308se")}),
    "other values of the key": Case(
        {"RunAs": "Interactive User", "ROTFlags": 1, "Custom": (BINARY, b"\0\1")}, {"display_name": "Named"},
        {"": sz("Named"), "RunAs": sz("Interactive User"), "ROTFlags": dword(1), "Custom": (BINARY, b"\0\1")}),
    "level none, not allowed": Case({}, {"authentication_level": "none"}, {}, changed=False),
    "a service that is not there": Case({}, {"service": "NoSuchService"}, {}, changed=False),
    "a service by pattern": Case({}, {"service": "M*"}, {}, changed=False),
}
REFUSED = {"level none, not allowed": "allow_lockout", "a service that is not there": "NoSuchService", "a service by pattern": "there is no service 'M*'"}
NAMES = list(CASES)
APPID_OF = {name: guid(number + 1) for number, name in enumerate(NAMES)}


def seed(host):
    host.install_service("MDM", scene.MDM_IMAGE + " /service")
    host.import_registry([entry for name, case in CASES.items() for entry in scene.app(APPID_OF[name], case.stored.get(""), **{
        key: value for key, value in case.stored.items() if key})])


@pytest.fixture(scope="module")
def hosts(new_pair):
    return new_pair(seed, mdm="system32")


@pytest.fixture(scope="module")
def told(hosts):
    return stages.check_run_and_repeat(*hosts, [{"id": APPID_OF[name], **CASES[name].given} for name in NAMES])


def values_of(state, name):
    return state["AppID\\" + APPID_OF[name]]


@pytest.mark.parametrize("name", NAMES)
def test_type_and_bytes(told, name):
    case, number = CASES[name], NAMES.index(name)
    check, run, again = told.check[number], told.run[number], told.again[number]
    assert stages.tell_the_same(check, run), (check, run)
    left = values_of(told.after, name)
    if name in REFUSED:
        assert run.status == "failed" and REFUSED[name] in run["msg"] and left == values_of(told.before, name)
        return
    assert run.status == "ok", run["msg"]
    assert {key: left.get(key) for key in case.left} == case.left
    assert set(left) == {key for key, value in case.left.items() if value is not None}
    assert run["changed"] is case.changed and again.status == "ok" and again["changed"] is False
    assert run["restorable"] is case.restorable and (run["diff"]["before"] != run["diff"]["after"]) is case.changed
    assert not case.restorable or bool(run["previous"]) is case.changed


@pytest.fixture(scope="module")
def back(told, hosts):
    """{name: (result of giving previous back, values that lie there then)} of the cases whose values can be declared."""
    names = [name for name in NAMES if CASES[name].changed and CASES[name].restorable]
    rows = [{"id": APPID_OF[name], "allow_lockout": True, **told.run[NAMES.index(name)]["previous"]} for name in names]
    results = playbook.play(hosts[1:], [playbook.appids(rows)])["REAL01"]
    now = stages.state(hosts[1])
    return {name: (result, dict(values_of(now, name))) for name, result in zip(names, results)}


@pytest.mark.parametrize("name", [name for name in NAMES if CASES[name].changed and CASES[name].restorable])
def test_previous_restores(told, back, name):
    """Byte for byte."""
    result, got = back[name]
    assert result.status == "ok" and result["changed"], result
    wanted = dict(values_of(told.before, name))
    if name.startswith("endpoints"):        # their order has no meaning
        for values in (got, wanted):
            kind, raw = values["Endpoints"]
            values["Endpoints"] = kind, sorted(raw.decode("utf-16-le").split("\0"))
    assert got == wanted
