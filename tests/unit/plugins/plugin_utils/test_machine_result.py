# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: machine settings, defaults and limits, findings
"""The raw results of machine and machine_info, made readable."""

from __future__ import annotations

import copy
import sys
from pathlib import Path

import pytest
from ansible_collections.wincom.dcom.plugins.plugin_utils._action import is_true
from ansible_collections.wincom.dcom.plugins.plugin_utils._machine import normalise_ports, read_info, read_settings
from ansible_collections.wincom.dcom.plugins.plugin_utils._permission import normalise

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from permission_data import ADMINISTRATORS, EVERYONE, SYSTEM, allow, deny, permission  # noqa: E402

ANONYMOUS = "S-1-5-7"
JOE = "S-1-5-21-1-2-3-1001"
LIMIT = permission(allow(EVERYONE, 0xA), allow(ADMINISTRATORS, 0x1E))
ABSENT = permission(allow(EVERYONE, 0xA), allow(ADMINISTRATORS, 0x1E), default=True)
NAMES = {JOE: "CONTOSO\\joe"}


def run(*settings, wanted=None, diff=True):
    """The readable result of machine's settings (name, before, after); wanted: the task's, by default an add for each."""
    raw = {"changed": True, "names": NAMES, "skipped_principals": [], "settings": [dict(zip(("name", "before", "after"), one)) for one in settings]}
    raw = copy.deepcopy(raw)
    read_settings(raw, wanted or {name: {"add": []} for name, _before, _after in settings}, diff)
    return raw


def info(exempts=False, **settings):
    raw = {"names": NAMES, "exempts_activation": exempts, "settings": [{"name": name, "before": value} for name, value in settings.items()]}
    raw = copy.deepcopy(raw)
    read_info(raw)
    return raw


def found(exempts=False, **settings):
    return [finding["id"] for finding in info(exempts, **settings)["findings"]]


# --- machine ---


def test_changes_read_as_sentences():
    result = run(("enable_dcom", "true", "false"), ("rpc_ports", "default", ["5000-5100", "6000"]), wanted={"rpc_ports": ["5000-5100", "6000"]})
    assert result["diff"]["before_header"] == "DCOM settings of the machine"
    assert result["diff"]["after"] == "enable dcom: false\nrpc ports: 5000-5100, 6000\n"
    assert result["previous"] == {"enable_dcom": "true", "rpc_ports": "default"} and result["restorable"]
    assert "warnings" not in result


@pytest.mark.parametrize(("ports", "count"), [(["5000"], "1 port is"), (["5000-5049", "6000-6048"], "99 ports are")])
def test_few_ports_are_said(ports, count):
    [warning] = run(("rpc_ports", ports, ports), wanted={"rpc_ports": ports})["warnings"]
    assert warning.startswith(f"rpc_ports: {count} few")


@pytest.mark.parametrize("ports", [["5000-5099"], ["default"]])
def test_enough_ports(ports):
    assert "warnings" not in run(("rpc_ports", "default", ports), wanted={"rpc_ports": ports})


@pytest.mark.parametrize(
    ("option", "opened"),
    [("default_launch_permission", "opens every server without a list of its own to Everyone"), ("launch_limit", "the limit no longer keeps Everyone out")],
)
def test_what_is_opened(option, opened):
    before, after = permission(allow(SYSTEM, 0x1E)), permission(allow(SYSTEM, 0x1E), allow(EVERYONE, 0x1E))
    [warning] = run((option, before, after))["warnings"]
    assert warning.startswith(f"{option}: ") and opened in warning


@pytest.mark.parametrize("option", ["default_launch_permission", "launch_limit"])
def test_a_list_that_was_absent(option):
    result = run((option, ABSENT, permission(*LIMIT["entries"], allow(JOE, 0xA))))
    assert "this machine had no list of its own" in result["warnings"][0]
    assert "  what Windows starts with\n" in result["diff"]["before"]
    limit = option == "launch_limit"
    assert list(result["previous"][option]) == (["set"] if limit else ["default"]) and result["restorable"] is not limit


def test_a_policy_is_shown():
    managed = {**LIMIT, "policy": {"problem": "", "own": ABSENT}}
    assert "  set by Group Policy\n" in run(("launch_limit", managed, managed))["diff"]["before"]


def test_a_value_that_can_not_be_declared():
    result = run(("rpc_ports", {"problem": "is incomplete"}, ["1-100"]), wanted={"rpc_ports": ["1-100"]})
    assert (result["previous"], result["restorable"]) == ({}, False)
    assert result["diff"]["before"] == "rpc ports: invalid: is incomplete\n"


# --- machine_info ---


def test_what_is_read_can_be_declared():
    conditional = permission(allow(SYSTEM, 0x1E), unmanaged=[{"what": "conditional entry", "sid": JOE}], binary="AAAA")
    read = info(
        enable_dcom="true", rpc_ports=["5000-5100"], default_launch_permission=conditional, default_access_permission={**ABSENT, "sddl": "D:"},
        launch_limit=LIMIT, access_limit=permission(problem="is malformed", binary="AAAA"),
    )
    assert read["settings"] == {
        "enable_dcom": "true", "rpc_ports": ["5000-5100"], "default_launch_permission": {"binary": "AAAA"}, "default_access_permission": {"default": True},
        "launch_limit": {"set": [
            {"principal": "Everyone", "type": "allow", "rights": ["local_launch", "local_activation"]},
            {"principal": "BUILTIN\\Administrators", "type": "allow", "rights": ["local_launch", "remote_launch", "local_activation", "remote_activation"]},
        ]},
    }  # fmt: skip
    assert read["permissions"]["default_access_permission"]["source"] == "windows" and read["permissions"]["default_access_permission"]["sddl"] == "D:"
    assert read["permissions"]["launch_limit"]["source"] == "machine"
    assert normalise("launch_limit", read["settings"]["launch_limit"], is_true)["set"][0]["mask"] == 0xA
    assert read["settings"]["enable_dcom"] == "true" and normalise_ports(read["settings"]["rpc_ports"]) == ["5000-5100"]


def test_a_sound_machine_has_no_findings():
    access = permission(allow(SYSTEM, 0x2), allow(ADMINISTRATORS, 0x6))
    everyone = permission(allow(EVERYONE, 0x6))
    assert found(enable_dcom="true", rpc_ports="default", default_access_permission=access, access_limit=everyone, launch_limit=LIMIT) == []


@pytest.mark.parametrize(
    ("settings", "identity"),
    [
        ({"enable_dcom": "false"}, "dcom_disabled"),
        ({"require_integrity_activation": "false"}, "no_effect"),
        ({"default_authentication_level": "none"}, "no_authentication"),
        ({"default_authentication_level": {"problem": "is not what Windows takes"}}, "invalid_value"),
        ({"rpc_ports": {"problem": "is incomplete"}}, "invalid_value"),
        ({"rpc_ports": ["0-10"]}, "few_rpc_ports"),
        ({"default_launch_permission": permission(allow(EVERYONE, 0x14))}, "open_to_network"),
        ({"default_launch_permission": permission(allow(ANONYMOUS, 0x4))}, "open_to_network"),
        ({"default_access_permission": permission(allow(ADMINISTRATORS, 0x2))}, "access_without_system"),
        ({"default_launch_permission": permission(disorder=True)}, "disordered_permission"),
        ({"default_launch_permission": permission(problem="has a NULL DACL, which lets everybody in")}, "null_permission"),
        ({"default_launch_permission": permission(problem="is malformed", binary="")}, "invalid_permission"),
        ({"launch_limit": permission(problem="is of type REG_DWORD instead of REG_BINARY", binary="")}, "invalid_permission"),
        ({"launch_limit": permission(allow(ADMINISTRATORS, 0x1E))}, "locked_out"),
        ({"launch_limit": permission(allow(EVERYONE, 0xA), allow(ADMINISTRATORS, 0xA))}, "locked_out"),
        ({"launch_limit": permission(allow(EVERYONE, 0x1E), deny(ADMINISTRATORS, 0x4))}, "locked_out"),
        ({"launch_limit": permission(*LIMIT["entries"], allow(ANONYMOUS, 0x10))}, "open_to_network"),
        ({"launch_limit": {**LIMIT, "policy": {"problem": "", "own": ABSENT}}}, "policy_managed"),
        ({"launch_limit": {**LIMIT, "policy": {"problem": "is 'x'", "own": ABSENT}}}, "policy_not_sddl"),
        ({"exempts": True}, "activation_exempted"),
    ],
)
def test_findings(settings, identity):
    assert found(**settings) == [identity]


def test_a_denied_remote_right_is_not_open():
    assert found(default_launch_permission=permission(deny(EVERYONE, 0x14), allow(EVERYONE, 0x1E))) == []


def test_a_limit_that_a_policy_sets():
    own = permission(problem="is of type REG_SZ instead of REG_BINARY: 'D:'", binary="")
    read = info(launch_limit={**LIMIT, "policy": {"problem": "", "own": own}}, access_limit={**own, "policy": {"problem": "is 'x'", "own": own}})
    assert list(read["settings"]) == ["launch_limit"]
    assert [read["permissions"][option]["source"] for option in ("launch_limit", "access_limit")] == ["policy", "policy"]
    assert read["permissions"]["access_limit"] == {"source": "policy", "sddl": None, "entries": ["invalid: is 'x'"], "overridden": None}
    assert [finding["id"] for finding in read["findings"]] == ["invalid_permission", "policy_managed", "invalid_permission", "policy_not_sddl"]
    assert "Group Policy overrides, is of type REG_SZ instead of REG_BINARY: 'D:'" in read["findings"][0]["text"]


def test_an_empty_policy_is_none():
    read = info(launch_limit={**LIMIT, "blank_policy": True})
    assert list(read["settings"]) == ["launch_limit"] and read["permissions"]["launch_limit"]["source"] == "machine"
    assert [(finding["id"], finding["severity"]) for finding in read["findings"]] == [("policy_empty", "info")]


def test_a_failure_has_no_findings():
    result = {"failed": True, "msg": "no administrator", "settings": []}
    read_info(result)
    assert "findings" not in result and "settings" not in result
