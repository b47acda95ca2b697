# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: machine settings, defaults and limits, findings
"""The machine-wide settings, judged by type and bytes.

The values: docs/machine.md and https://learn.microsoft.com/windows/win32/com/hkey-local-machine-software-microsoft-ole
"""

import base64

import descriptor
import playbook
import pytest
import scene
import stages
from descriptor import ADMINISTRATORS as BA
from descriptor import ALLOW, CONDITIONAL_ALLOW, Entry, allow, deny
from descriptor import EVERYONE as WD
from descriptor import INTERACTIVE as IU
from descriptor import SYSTEM as SY
from registry import BINARY
from scene import dword, multi, sz

MODULE, INFO = "wincom.dcom.machine", "wincom.dcom.machine_info"
AN, SELF, IIS, DCOM_USERS, LOG_USERS, PACKAGES = "S-1-5-7", "S-1-5-10", "S-1-5-32-568", "S-1-5-32-562", "S-1-5-32-559", "S-1-15-2-1"
LPAC_COM = "S-1-15-3-1024-2405443489-874036122-4286035555-1823921565-1746547431-2453885448-3625952902-991631256"
LAUNCH_LIMIT = [allow(BA, 0x1F), allow(WD, 0xB), allow(DCOM_USERS, 0x1F)]
CONDITION = Entry(CONDITIONAL_ALLOW, 0, 0xB, WD, b"artx\xf8\x0a\0\0\0W\0I\0N\0:\0/\0\0\0\0\0\0")


# option: what is given; {(key, value): what must lie there}; a value that Windows would not take
VALUES = {
    "enable_dcom": (False, {(scene.OLE, "EnableDCOM"): sz("N")}, None),
    "default_authentication_level": ("packet_privacy", {(scene.OLE, "LegacyAuthenticationLevel"): dword(6)}, dword(9)),
    "default_impersonation_level": ("impersonate", {(scene.OLE, "LegacyImpersonationLevel"): dword(3)}, sz("3")),
    "secure_references": ("yes", {(scene.OLE, "LegacySecureReferences"): sz("Y")}, dword(1)),
    "call_failure_logging": ("always", {(scene.OLE, "CallFailureLoggingLevel"): dword(1)}, dword(0)),
    "activation_failure_logging": ("discretionary", {(scene.OLE, "ActivationFailureLoggingLevel"): dword(0)}, dword(3)),
    "invalid_descriptor_logging": ("never", {(scene.OLE, "InvalidSecurityDescriptorLoggingLevel"): dword(2)}, sz("2")),
    "require_integrity_activation": (False, {(scene.HARDENING, "RequireIntegrityActivationAuthenticationLevel"): dword(0)}, sz("0")),
    "raise_activation_authentication": ("all", {(scene.HARDENING, "RaiseActivationAuthenticationLevel"): dword(2)}, dword(3)),
    "com_plus_remote_access": (True, {(scene.COM_PLUS, "RemoteAccessEnabled"): dword(1)}, sz("1")),
    "rpc_ports": (
        ["5000 - 5050", 6000],
        {
            (scene.RPC_PORTS, "Ports"): multi("5000-5050", "6000"), (scene.RPC_PORTS, "PortsInternetAvailable"): sz("Y"),
            (scene.RPC_PORTS, "UseInternetPorts"): sz("Y"),
        },
        multi("5000 - 5050")),
}
GIVEN = {option: given for option, (given, _left, _wrong) in VALUES.items()}
WORDS = {**GIVEN, "enable_dcom": "false", "secure_references": "true", "require_integrity_activation": "false", "com_plus_remote_access": "true",
         "rpc_ports": ["5000-5050", "6000"]}
LISTS = {
    "default_launch_permission": "DefaultLaunchPermission", "default_access_permission": "DefaultAccessPermission",
    "launch_limit": "MachineLaunchRestriction", "access_limit": "MachineAccessRestriction",
}


def value(host, key, name):
    return host.registries(key)[0].get("", {}).get(name)


def listed(host, option):
    """The descriptor that an option has in the registry; None where there is no value."""
    found = value(host, scene.OLE, LISTS[option])
    assert found is None or found[0] == BINARY
    return found and descriptor.decode(found[1])


def put(host, **values):
    """Values of the Ole key: bytes (binary), a text, a number, (type, bytes)."""
    host.import_registry([(scene.OLE, name, *scene.typed(one)) for name, one in values.items()])


def policy(host, **values):
    host.import_registry([(scene.POLICIES, name, *scene.typed(one)) for name, one in values.items()])


def machine(host, *rows, check=False):
    return playbook.play([host], [playbook.each(MODULE, rows)], check=check)[host.name]


def info(host, back=False):
    """What machine_info says; with back, also what machine says of being given those very settings."""
    tasks = [{INFO: {}, "register": "info"}] + [{MODULE: "{{ info.settings }}"}] * back
    results = playbook.play([host], tasks)[host.name]
    return results if back else results[0]


def found(result):
    return sorted((finding["id"], finding["setting"]) for finding in result["findings"])


# --- every value and the default permissions, which leave the limits alone ------------------------------------------

DEFAULTS = {
    "default_launch_permission": {"add": [{"principal": "IIS_IUSRS", "rights": "all"}], "remove": ["INTERACTIVE"]},
    "default_access_permission": {"add": ["IIS_IUSRS"]},
}


def seed(host):
    put(host, MachineLaunchRestriction=descriptor.encode(LAUNCH_LIMIT), MachineAccessRestriction=descriptor.encode([allow(WD, 0x7)]))


@pytest.fixture(scope="module")
def hosts(new_pair):
    return new_pair(seed)


@pytest.fixture(scope="module")
def told(hosts):
    return stages.check_run_and_repeat(*hosts, [GIVEN, DEFAULTS], module=MODULE)


@pytest.mark.parametrize("number", [0, 1])
def test_check_tells_what_the_run_does(told, number):
    check, run, again = told.check[number], told.run[number], told.again[number]
    assert run.status == "ok" and run["changed"] and stages.tell_the_same(check, run), (check, run)
    assert check["reboot_required"] == run["reboot_required"] is (number == 0)
    assert again["changed"] is False and again["diff"]["before"] == again["diff"]["after"] == run["diff"]["after"]
    assert run["restorable"] and run["policy_managed"] == [] and run["set_is_complete"]


@pytest.mark.parametrize("option", VALUES)
def test_type_and_bytes(told, option):
    _given, left, _wrong = VALUES[option]
    assert {place: told.after[place[0]].get(place[1]) for place in left} == left
    shown = option.replace("_", " ") + ": "
    [line] = [line for line in scene.lines(told.run[0], "after") if line.startswith(shown)]
    assert line == shown + (", ".join(WORDS[option]) if option == "rpc_ports" else WORDS[option].replace("_", " "))


def test_the_default_permissions(told):
    launch, access = (descriptor.decode(told.after[scene.OLE][LISTS[option]][1]) for option in DEFAULTS)
    assert launch.rights == {(ALLOW, BA): 0x1F, (ALLOW, SY): 0x1F, (ALLOW, IIS): 0x1F}
    # absent: what COM answers
    assert access.rights == {(ALLOW, SELF): 0x7, (ALLOW, SY): 0x3, (ALLOW, BA): 0x7, (ALLOW, IIS): 0x3}
    assert "had no list of its own" in told.warned(1)
    assert "  what Windows starts with" in scene.lines(told.run[1], "before")


def test_the_limits_are_as_they_were(told):
    for option in ("launch_limit", "access_limit"):
        assert told.after[scene.OLE][LISTS[option]] == told.before[scene.OLE][LISTS[option]]


def test_nothing_else_is_touched(told):
    written = {place for _given, left, _wrong in VALUES.values() for place in left} | {(scene.OLE, LISTS[option]) for option in DEFAULTS}
    for key in {*told.before, *told.after}:
        old, new = told.before.get(key, {}), told.after.get(key, {})
        assert {name for name in {*old, *new} if old.get(name) != new.get(name)} <= {name for where, name in written if where == key}


def test_what_is_said_of_them(told):
    said = told.warned(0)
    assert "has no effect since March 2023" in said and "52 ports are few" in said and "enable_dcom: after the next restart" in said


def test_a_restart_that_is_owed_is_seen_by_the_next_run(told, hosts):
    """From the keys that hold nothing else; not of EnableDCOM, whose key tells nothing."""
    assert told.again[0]["reboot_required"] is True and told.again[1]["reboot_required"] is False
    [one] = machine(hosts[1], {"enable_dcom": False})
    assert one["changed"] is False and one["reboot_required"] is False


def test_info_is_taken_back(told, hosts):
    read, back = info(hosts[1], back=True)
    assert {option: read["settings"][option] for option in WORDS} == WORDS
    assert set(read["settings"]) == {*WORDS, *LISTS} and read["reboot_required"] is True and read["policy_managed"] == []
    assert back["changed"] is False and stages.state(hosts[1]) == told.after
    assert found(read) == [("dcom_disabled", "enable_dcom"), ("few_rpc_ports", "rpc_ports"), ("no_effect", "require_integrity_activation")]
    limit = read["permissions"]["launch_limit"]
    assert limit["source"] == "machine" and limit["sddl"].startswith("O:BAG:BAD:(A;;CCDCLCSWRP;;;BA)")
    assert f"allow Everyone ({WD}): local launch, local activation" in limit["entries"]


def test_previous_restores(told, hosts):
    """Byte for byte, the lists by their meaning; the key of the ports goes with them."""
    results = machine(hosts[1], *({"allow_lockout": True, **result["previous"]} for result in told.run))
    assert [result["changed"] for result in results] == [True, True], results
    now = stages.state(hosts[1])
    was = {key: dict(values) for key, values in told.before.items()}
    for key in (scene.HARDENING, scene.COM_PLUS):
        was.setdefault(key, {})     # a key that was made stays, empty
    name = LISTS["default_launch_permission"]
    lists = [descriptor.decode(state[scene.OLE].pop(name)[1]) for state in (now, was)]
    assert lists[0].rights == lists[1].rights
    assert now == was


# --- limits -----------------------------------------------------------------------------------------------------------

LIMITS = [
    {"launch_limit": {"add": [{"principal": "IIS_IUSRS", "rights": "all"}], "remove": ["Distributed COM Users"]}},
    # Everyone's remote access goes, Administrators keep it by an entry of their own
    {"access_limit": {"add": [{"principal": "Administrators", "rights": "all"}], "remove": [{"principal": "Everyone", "rights": "remote"}]}},
]
# what the lab's hosts are made to hold, and what then is refused; for real, on the host of check mode
GUARDED = {
    "Everyone's local launch": ({"launch_limit": {"remove": [{"principal": "Everyone", "rights": "local_launch"}]}}, f"'Everyone ({WD})' would lose local rights"),
    "Everyone": ({"launch_limit": {"remove": ["Everyone"]}}, f"'Everyone ({WD})' would lose local rights"),
    "Administrators": ({"launch_limit": {"remove": ["Administrators"]}}, f"'BUILTIN\\Administrators ({BA})' would lose rights"),
    "Administrators denied": ({"launch_limit": {"add": [{"principal": "Administrators", "rights": "remote", "type": "deny"}]}}, "would lose rights"),
    "Administrators as part of Everyone": ({"access_limit": {"remove": [{"principal": "Everyone", "rights": "remote"}]}}, "would lose rights"),
    "all by text": ({"launch_limit": {"sddl": "O:BAG:BAD:(A;;0x1f;;;SY)"}}, "'Everyone"),
    "an empty list": ({"access_limit": {"set": []}}, "an empty list lets nobody in"),
    "no authentication": ({"default_authentication_level": "none"}, "anybody may call"),
}


@pytest.fixture(scope="module")
def limited(new_pair):
    def seed_limits(host):
        put(host, MachineLaunchRestriction=descriptor.encode(LAUNCH_LIMIT))

    return new_pair(seed_limits)


@pytest.fixture(scope="module")
def limits(limited):
    return stages.check_run_and_repeat(*limited, LIMITS, module=MODULE)


def test_limits(limits):
    for check, run, again in zip(limits.check, limits.run, limits.again):
        assert run.status == "ok" and run["changed"] and stages.tell_the_same(check, run), (check, run)
        assert again["changed"] is False and run["reboot_required"] is False
    launch, access = (descriptor.decode(limits.after[scene.OLE][LISTS[option]][1]) for option in ("launch_limit", "access_limit"))
    assert launch.rights == {(ALLOW, BA): 0x1F, (ALLOW, WD): 0xB, (ALLOW, IIS): 0x1F}
    # absent, and COM did not answer: the list of Windows 10 and Server 2016
    assert access.rights == {
        (ALLOW, WD): 0x3, (ALLOW, BA): 0x7, (ALLOW, AN): 0x3, (ALLOW, DCOM_USERS): 0x7, (ALLOW, LOG_USERS): 0x7, (ALLOW, PACKAGES): 0x3, (ALLOW, LPAC_COM): 0x3}
    assert [run["restorable"] for run in limits.run] == [True, False]     # that there was none can't be declared


def test_limits_go_back(limits, limited):
    results = machine(limited[1], *({"allow_lockout": True, **run["previous"]} for run in limits.run))
    assert [result["changed"] for result in results] == [True, True], results
    assert listed(limited[1], "launch_limit").rights == {(ALLOW, BA): 0x1F, (ALLOW, WD): 0xB, (ALLOW, DCOM_USERS): 0x1F}
    assert listed(limited[1], "access_limit").rights[ALLOW, WD] == 0x7


@pytest.fixture(scope="module")
def guarded(limits, limited):
    before = stages.state(limited[0])
    results = machine(limited[0], *(row for row, _error in GUARDED.values()), {"launch_limit": {"add": ["IIS_IUSRS"], "remove": ["Guests"]}, "access_limit": {
        "set": [{"principal": "Everyone", "rights": "all"}]}, "enable_dcom": "maybe"})
    assert results.pop().status == "failed" and stages.state(limited[0]) == before
    return dict(zip(GUARDED, results))


@pytest.mark.parametrize("name", GUARDED)
def test_a_lockout_is_refused(guarded, name):
    result = guarded[name]
    assert result.status == "failed" and GUARDED[name][1] in result["msg"] and "allow_lockout: true does it nevertheless" in result["msg"]


def test_a_lockout_is_done_on_request(guarded, limits, limited):
    [result] = machine(limited[0], {"launch_limit": {"set": [{"principal": "Administrators", "rights": "all"}]}, "allow_lockout": True})
    assert result["changed"] and listed(limited[0], "launch_limit").rights == {(ALLOW, BA): 0x1F}
    # what is so already is no lockout, but a finding
    [more, read] = playbook.play([limited[0]], [{MODULE: {"launch_limit": {"add": ["IIS_IUSRS"]}}}, {INFO: {}}])[limited[0].name]
    assert more["changed"] and ("locked_out", "launch_limit") in found(read)


# --- Group Policy -----------------------------------------------------------------------------------------------------

POLICY_ROWS = [
    {"launch_limit": {"add": [{"principal": "Administrators", "rights": "all"}]}},
    {"launch_limit": {"set": [{"principal": "Administrators", "rights": "all"}, {"principal": "Everyone", "rights": "local"}]}},
    {"launch_limit": {"sddl": "O:BAG:BAD:(A;;0xb;;;WD)(A;;0x1f;;;BA)"}, "call_failure_logging": "default"},
    {"launch_limit": {"add": ["IIS_IUSRS"]}, "call_failure_logging": "always"},
    {"launch_limit": {"remove": ["Everyone"]}, "allow_lockout": True},
    {"access_limit": {"add": [{"principal": "Everyone", "rights": "remote"}]}},
]


@pytest.fixture(scope="module")
def managed(new_host):
    host = new_host("POLICY01")
    put(host, MachineLaunchRestriction="O:BAG:BAD:(A;;0x1f;;;SY)", MachineAccessRestriction=descriptor.encode([allow(WD, 0x7)]))
    policy(host, MachineLaunchRestriction="D:(A;;CCDCLCSWRP;;;BA)(A;;CCDCSW;;;WD)")
    return host


def test_a_limit_that_a_policy_sets_is_judged_by_it(managed):
    before = stages.state(managed)
    results = machine(managed, *POLICY_ROWS)
    assert [result.status for result in results] == ["ok", "ok", "ok", "failed", "failed", "ok"], [result.get("msg") for result in results]
    assert [result["policy_managed"] for result in results] == [["launch_limit"]] * 6
    assert not any(result["changed"] for result in results)
    for result in results[3:5]:
        assert "Group Policy sets this limit (HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows NT\\DCOM, MachineLaunchRestriction)" in result["msg"]
        assert "Machine Launch Restrictions" in result["msg"] and "lockout" not in result["msg"]
    assert "  set by Group Policy" in scene.lines(results[0], "before")
    assert stages.state(managed) == before


def test_info_tells_the_policy_and_is_taken_back(managed):
    before = stages.state(managed)
    read, back = info(managed, back=True)
    assert read["policy_managed"] == ["launch_limit"] and back.status == "ok" and back["changed"] is False, back
    limit = read["permissions"]["launch_limit"]
    assert limit["source"] == "policy" and "(A;;CCDCSW;;;WD)" in limit["sddl"] and read["permissions"]["access_limit"]["source"] == "machine"
    assert found(read) == [("invalid_permission", "launch_limit"), ("policy_managed", "launch_limit")] and limit["overridden"] is None
    assert "O:BAG:BAD:(A;;0x1f;;;SY)" in str(read["findings"])     # the machine's own, overridden
    assert stages.state(managed) == before


def test_policies_that_are_no_sddl(managed):
    policy(managed, MachineLaunchRestriction="Everybody", MachineAccessRestriction=descriptor.encode(LAUNCH_LIMIT))
    told = {"launch_limit": "MachineLaunchRestriction is 'Everybody'", "access_limit": "MachineAccessRestriction is of type REG_BINARY instead of REG_SZ"}
    before = stages.state(managed)
    both, one, other, read = playbook.play([managed], [
        {MODULE: {option: {"add": ["SYSTEM"]} for option in told}, "ignore_errors": True}, {MODULE: {"access_limit": {"set": ["SYSTEM"]}}, "ignore_errors": True},
        {MODULE: {"call_failure_logging": "default"}}, {INFO: {}}])[managed.name]
    assert both.status == one.status == "failed" and "launch_limit" not in one["msg"] and told["access_limit"] in one["msg"]
    for option, text in told.items():
        assert f"{option}: Group Policy sets this limit by a value that is no SDDL" in both["msg"] and text in both["msg"]
        assert ("policy_not_sddl", option) in found(read) and option not in read["settings"] and read["permissions"][option]["sddl"] is None
    assert "Windows refuses every request" in both["msg"]
    assert other.status == "ok" and other["policy_managed"] == ["launch_limit", "access_limit"]
    assert read["permissions"]["access_limit"]["overridden"] == "O:BAG:BAD:(A;;CCDCLC;;;WD)" and stages.state(managed) == before


# --- bad input --------------------------------------------------------------------------------------------------------

TEXT = "O:BAG:BAD:(A;;0x1f;;;BA)(A;;0xb;;;WD)"
WRONG_LISTS = {
    "launch_limit": (sz(TEXT), f"is of type REG_SZ instead of REG_BINARY: '{TEXT}'", "invalid_permission"),
    "access_limit": (dword(1), "is of type REG_DWORD instead of REG_BINARY", "invalid_permission"),
    "default_launch_permission": (descriptor.encode([allow(SY, 0x1), allow(IU, 0x1F)]), "mixes entries", "invalid_permission"),
    "default_access_permission": (descriptor.encode(None), "NULL DACL", "null_permission"),
}
MALFORMED = descriptor.encode(LAUNCH_LIMIT)[:30]
REFUSED = {
    "default of a limit": ({"launch_limit": {"default": True}}, "launch_limit has no default; it takes add"),
    "not a choice": ({"default_impersonation_level": "all"}, "default_impersonation_level must be one of"),
    "neither true nor false": ({"enable_dcom": "maybe"}, "enable_dcom must be one of"),
    "no such principal": ({"default_access_permission": {"set": ["SYSTEM", "Nobody Here"]}}, "'Nobody Here' does not exist"),
    "Everyone without rights": ({"default_launch_permission": {"set": ["Everyone"]}}, "must name its rights"),
    "a default that can't be read": ({"default_launch_permission": {"sddl": "D:(A;;"}}, "default_launch_permission: sddl: the access list (D:), entry 1 has 3 of the 6 fields"),
    "ports upside down": ({"rpc_ports": ["5100-5000"]}, "'5100-5000' is no port or range of ports"),
    "unknown option": ({"enable_com": True}, "enable_com: did you mean enable_dcom?"),
    **{f"{form} to {option}": ({option: {form: ["IIS_IUSRS"]}}, error) for option, (_stored, error, _id) in WRONG_LISTS.items() for form in ("add", "remove")},
}


@pytest.fixture(scope="module")
def broken(new_host):
    host = new_host("BROKEN01")
    put(host, **{LISTS[option]: stored for option, (stored, _error, _id) in WRONG_LISTS.items()})
    places = [(next(iter(left)), wrong) for _given, left, wrong in VALUES.values() if wrong]
    host.import_registry([(key, name, *wrong) for (key, name), wrong in places])
    return host


@pytest.fixture(scope="module")
def refused(broken):
    """{name: result}; what lies there is as it was. Some are run in check mode too."""
    before = stages.state(broken)
    checked = [name for name in REFUSED if name.startswith("add")]
    tasks = [playbook.each(MODULE, (REFUSED[name][0] for name in names), check_mode=checking) for names, checking in ((checked, True), (REFUSED, False))]
    results = playbook.play([broken], tasks)[broken.name]
    told = dict(zip(REFUSED, results[len(checked):]))
    assert stages.state(broken) == before and len(told) == len(REFUSED)
    assert [told[name]["msg"] for name in checked] == [result["msg"] for result in results[:len(checked)]]
    return told


@pytest.mark.parametrize("name", REFUSED)
def test_is_a_clear_error(refused, name):
    result = refused[name]
    assert result.status == "failed" and REFUSED[name][1] in result["msg"], result
    assert "Exception" not in result["msg"] and "at line" not in result["msg"]


def test_info_finds_what_is_wrong_and_loses_nothing(refused, broken):
    before = stages.state(broken)
    read = info(broken)
    wrong = [option for option, (_given, _left, value) in VALUES.items() if value and option != "secure_references"]
    expected = [("invalid_value", option) for option in [*wrong, "secure_references"]] + [(identity, option) for option, (_s, _e, identity) in WRONG_LISTS.items()]
    assert found(read) == sorted(expected) and stages.state(broken) == before
    assert set(read["settings"]) == {"enable_dcom"} and all(read["permissions"][option]["source"] == "machine" for option in LISTS)
    assert TEXT in str(read["findings"]) and "Ports: '5000 - 5050'" in str(read["findings"]).replace("\\'", "'")


def test_the_whole_repairs(refused, broken):
    everyone, administrators = {"principal": "Everyone", "rights": "local"}, {"principal": "Administrators", "rights": "all"}
    row = {
        **GIVEN, "launch_limit": {"set": [everyone, administrators]}, "access_limit": {"sddl": "O:BAG:BAD:(A;;0x7;;;WD)"},
        "default_launch_permission": {"set": [administrators, {"principal": "SYSTEM", "rights": "all"}]}, "default_access_permission": {"default": True},
    }
    result, again = machine(broken, row, row)
    assert result["changed"] and result["restorable"] is False and again["changed"] is False, result
    for _given, left, _wrong in VALUES.values():
        assert {place: value(broken, *place) for place in left} == left
    assert listed(broken, "launch_limit").rights == {(ALLOW, WD): 0xB, (ALLOW, BA): 0x1F}
    assert listed(broken, "access_limit").rights == {(ALLOW, WD): 0x7} and listed(broken, "default_access_permission") is None
    assert listed(broken, "default_launch_permission").rights == {(ALLOW, BA): 0x1F, (ALLOW, SY): 0x1F}
    assert f"invalid: is of type REG_SZ instead of REG_BINARY: '{TEXT}'" in result["diff"]["before"]


def test_what_is_open_is_found(broken, refused):
    put(
        broken, DefaultAccessPermission=descriptor.encode([allow(WD, 0x7), allow(AN, 0x5), CONDITION]),
        DefaultLaunchPermission=descriptor.encode([allow(SY, 0x1F), deny(IIS, 0x1F)]),
        MachineLaunchRestriction=descriptor.encode([allow(WD, 0xB), allow(BA, 0x1F), allow(AN, 0x1F)]), MachineAccessRestriction=MALFORMED,
        LegacyAuthenticationLevel=1,
    )
    host_policies = scene.POLICIES + "\\AppCompat"
    broken.import_registry([(host_policies, "AllowLocalActivationSecurityCheckExemptionList", *dword(1))])
    read = info(broken)
    for finding in (
        ("open_to_network", "default_access_permission"), ("open_to_network", "launch_limit"), ("disordered_permission", "default_launch_permission"),
        ("invalid_permission", "access_limit"), ("no_authentication", "default_authentication_level"),
    ):
        assert finding in found(read)
    assert "activation_exempted" in [finding["id"] for finding in read["findings"]]
    assert "it has 30 bytes" in str(read["findings"]) or "offset" in str(read["findings"])
    # what the forms can't express is told as it lies there
    assert base64.b64decode(read["settings"]["default_access_permission"]["binary"]) == value(broken, scene.OLE, "DefaultAccessPermission")[1]
    assert "access_without_system" not in [finding["id"] for finding in read["findings"]]
