# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: input
"""The way that every action plugin takes."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.wincom.dcom.plugins.action import appid, server
from ansible_collections.wincom.dcom.plugins.plugin_utils._input import OPTIONS

PLUGINS = {"appid": appid.ActionModule, "server": server.ActionModule}
ID = "{0C0A3666-30C9-11D0-8F20-00805F2CD064}"


@pytest.mark.parametrize("plugin", PLUGINS)
def test_async_is_refused_without_reaching_the_host(play, plugin):
    with pytest.raises(AnsibleActionFail, match=f"wincom.dcom.{plugin} does not run with async"):
        play.run(plugin, {"id": ID}, async_val=60)
    assert play.calls == []


@pytest.mark.parametrize("plugin", PLUGINS)
def test_a_host_that_is_not_windows_is_refused(play, plugin):
    with pytest.raises(AnsibleActionFail) as caught:
        play.run(plugin, {"id": ID}, windows=False)
    assert str(caught.value).startswith(f"wincom.dcom.{plugin} configures Windows hosts, but 'web01' is reached by the connection 'ssh'")
    assert play.calls == []


@pytest.mark.parametrize("plugin", PLUGINS)
@pytest.mark.parametrize("check_mode", [False, True])
def test_the_module_runs_exactly_once(play, plugin, check_mode):
    play.run(plugin, {"id": ID}, check_mode=check_mode)
    (call,) = play.calls
    assert call["module_name"] == f"wincom.dcom.{plugin}"
    assert call["module_args"] == {"id": ID}
    assert call["task_vars"] == {"inventory_hostname": "web01"}


@pytest.mark.parametrize("plugin", OPTIONS)
def test_an_option_that_there_is_not_is_told_before_the_host_is_reached(play, plugin):
    with pytest.raises(AnsibleActionFail) as caught:
        play.run(plugin, {"no_such_thing": "Kx1-told-nobody"})
    assert str(caught.value).startswith(f"wincom.dcom.{plugin} has no no_such_thing; it takes ") and str(caught.value).endswith(".")
    assert "Kx1" not in str(caught.value) and play.calls == []


def test_a_question_ends_as_one(play):
    with pytest.raises(AnsibleActionFail, match=r"^stat: did you mean state\?$"):
        play.run("server", {"id": ID, "stat": "stopped"})


@pytest.mark.parametrize("plugin", PLUGINS.values())
def test_check_mode_yes_async_no(plugin):
    assert (plugin._supports_check_mode, plugin._supports_async, plugin.TRANSFERS_FILES) == (True, False, False)


def test_the_arguments_of_the_task_are_not_touched(play):
    args = {"id": ID, "launch_permission": {"add": ["SYSTEM"]}}
    play.run("appid", args)
    assert args == {"id": ID, "launch_permission": {"add": ["SYSTEM"]}}
    assert play.calls[0]["module_args"]["launch_permission"]["add"][0]["principal"] == "S-1-5-18"


def test_the_sids_in_messages_get_names_and_the_names_go(play):
    sid = "S-1-5-21-1-2-3-1001"
    play.result = {"failed": True, "msg": f"denying local rights to '{sid}'.", "warnings": ["S-1-5-18 is gone"], "names": {sid: ".\\joe"}}
    result = play.run("appid", {"id": ID})
    assert result["msg"] == f"denying local rights to '.\\joe ({sid})'."
    assert result["warnings"] == ["NT AUTHORITY\\SYSTEM (S-1-5-18) is gone"]
    assert "names" not in result
