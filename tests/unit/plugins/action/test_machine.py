# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: input, machine settings
"""What the machine action plugin refuses before the host is reached, and what it makes of short forms."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleActionFail

LISTS = ("default_launch_permission", "default_access_permission", "launch_limit", "access_limit")


def given(play, **args):
    """The arguments that the module gets."""
    play.run("machine", args)
    return play.calls[0]["module_args"]


def refused(play, **args):
    """The words with which a task is refused; the host was not reached."""
    with pytest.raises(AnsibleActionFail) as caught:
        play.run("machine", args)
    assert play.calls == []
    return str(caught.value)


@pytest.mark.parametrize("option", LISTS)
def test_permissions_are_written_out(play, option):
    entry = {"principal": "joe", "type": "allow", "mask": 6 if "access" in option else 0x1E, "optional": False}
    assert given(play, **{option: {"add": [{"principal": "joe", "rights": "all"}]}})[option] == {"add": [entry]}


@pytest.mark.parametrize("option", LISTS)
def test_a_limit_has_no_default(play, option):
    if "limit" in option:
        assert refused(play, **{option: {"default": True}}) == f"{option} has no default; it takes add, remove, set, sddl, binary."
        assert refused(play, **{option: {}}) == f"{option} takes add and/or remove, or one of set, sddl, binary; found nothing."
        assert "default" not in refused(play, **{option: {"sddl": " "}})
    else:
        assert given(play, **{option: {"default": True}})[option] == {"default": True}


@pytest.mark.parametrize(
    ("option", "right", "home"),
    [
        ("launch_limit", "local_access", "access_limit"),
        ("access_limit", "local_launch", "launch_limit"),
        ("default_access_permission", "remote_activation", "default_launch_permission"),
    ],
)
def test_a_right_of_the_other_kind(play, option, right, home):
    assert f"({right} belongs in {home})" in refused(play, **{option: {"add": [{"principal": "joe", "rights": right}]}})


@pytest.mark.parametrize("option", ["enable_dcom", "secure_references", "require_integrity_activation", "com_plus_remote_access"])
@pytest.mark.parametrize(
    ("value", "word"), [(True, "true"), (False, "false"), ("yes", "true"), ("Off", "false"), (0, "false"), ("default", "default"), ("Default", "default"), ("maybe", "maybe")]
)
def test_booleans_become_words(play, option, value, word):
    assert given(play, **{option: value})[option] == word


@pytest.mark.parametrize("option", ["default_authentication_level", "call_failure_logging", "raise_activation_authentication"])
def test_words_are_spelt_as_the_module_does(play, option):
    assert given(play, **{option: "Default"})[option] == "default"


@pytest.mark.parametrize(
    ("value", "ports"),
    [
        (["5000-5100", 6000], ["5000-5100", "6000"]),
        ("5000 - 5100, 6000", ["5000-5100", "6000"]),
        (["6000", "5000 -5100 "], ["6000", "5000-5100"]),
        (5000, ["5000"]),
        (["1-65535"], ["1-65535"]),
        (["05000-5000"], ["5000"]),
        ("default", ["default"]),
        (["default"], ["default"]),
        ("Default", ["default"]),
    ],
)
def test_ports_that_may_be(play, value, ports):
    assert given(play, rpc_ports=value)["rpc_ports"] == ports


@pytest.mark.parametrize("port", ["5100-5000", 0, "65000-65536", "x", "5000-", "-5000", "5000--5100", "5000-5100-5200", True, None, ""])
def test_what_is_no_port(play, port):
    assert refused(play, rpc_ports=["7000", port]).startswith(f"rpc_ports: {str(port)!r} is no port or range of ports; write 5000 or 5000-5100")


@pytest.mark.parametrize(
    ("ports", "text"),
    [
        (["5000-5100", "5050"], "5000-5100 and 5050 overlap"),
        (["5050", "5050"], "5050 and 5050 overlap"),
        (["6000-6100", "5000-6000"], "5000-6000 and 6000-6100 overlap"),
    ],
)
def test_ports_that_overlap(play, ports, text):
    assert refused(play, rpc_ports=ports) == f"rpc_ports: {text}."


@pytest.mark.parametrize("ports", [[], "", [""]])
def test_no_ports(play, ports):
    assert refused(play, rpc_ports=ports) == "rpc_ports is empty; default lets Windows choose its ports."


def test_what_is_not_given_is_not_asked_for(play):
    args = {"enable_dcom": None, "rpc_ports": None, "launch_limit": None}
    assert given(play, **args) == args


@pytest.mark.parametrize("diff", [False, True])
def test_the_diff_follows_the_task(play, diff):
    play.result = {"changed": True, "settings": [{"name": "enable_dcom", "before": "true", "after": "false"}], "skipped_principals": []}
    assert ("diff" in play.run("machine", {"enable_dcom": False}, diff=diff)) is diff
