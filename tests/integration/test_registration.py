# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: life of an AppID
"""register_with: the server is registered first, and only the key counts. The usual paths are in test_main_job."""

import playbook
import pytest
import scene

ADD = {"add": ["IIS_IUSRS"]}


def mdm(program, **more):
    return {"id": scene.MDM_CLASS, "register_with": [f"C:\\lab\\mdm-{name}.exe" for name in program.split()], "access_permission": ADD, "run_as": "interactive_user", **more}


# on the first host: name: (arguments, check mode, status, a piece of the message)
ROWS = {
    "fails": (mdm("fail"), False, "failed", ("mdm-fail.exe", "3")),
    "registers nothing": (mdm("silent"), False, "failed", ("mdm-silent.exe", scene.MDM_CLASS)),
    "none is there": (mdm("none other"), False, "failed", ("mdm-none.exe", "mdm-other.exe")),
    "none is there, skipped": (mdm("none", missing="skip"), False, "skipped", ("mdm-none.exe",)),
    "none is there, checked": (mdm("none"), True, "failed", ("mdm-none.exe",)),
    "check": (mdm("none grumble fail"), True, "ok", ()),
    "registers and grumbles": (mdm("none grumble fail"), False, "ok", ()),
    "registered already": (mdm("fail"), False, "ok", ()),
}


@pytest.fixture(scope="module")
def hosts(new_host):
    return {"WEB01": new_host("WEB01"), "WEB02": new_host("WEB02")}


@pytest.fixture(scope="module")
def told(hosts):
    """The rows on one host; on another, at the same time, a /regserver that never ends."""
    rows = [{"arguments": arguments, "check": check} for arguments, check, *_expected in ROWS.values()]
    hanging = [{"arguments": mdm("hang"), "check": False}]
    inventory = {name: dict(host.vars(playbook.BULK), rows=rows if name == "WEB01" else hanging) for name, host in hosts.items()}
    task = playbook.appids([], check_mode="{{ item.check }}")
    task.update({"loop": "{{ rows }}", "wincom.dcom.appid": "{{ item.arguments }}"})
    results = playbook.play(inventory, [task])
    return {**dict(zip(ROWS, results["WEB01"])), "hangs": results["WEB02"][0]}


@pytest.mark.parametrize("name", ROWS)
def test_outcome(told, name):
    _arguments, _check, status, pieces = ROWS[name]
    assert told[name].status == status, told[name].get("msg")
    for piece in pieces:
        assert piece in told[name]["msg"]


def test_one_that_hangs_is_ended_after_a_minute(told, hosts):
    assert told["hangs"].status == "failed" and "mdm-hang.exe" in told["hangs"]["msg"] and "60 seconds" in told["hangs"]["msg"]
    assert not [path for _pid, path in hosts["WEB02"].processes() if "hang" in path]
    assert scene.MDM not in scene.tree(hosts["WEB02"])


def test_check_predicts_without_registering(told):
    # that the key was not there: the next row registers
    check, run = told["check"], told["registers and grumbles"]
    assert check["changed"] and run["changed"] and check["diff"] == run["diff"] and check["previous"] == run["previous"]
    assert check["diff"]["before"] == "not registered\n"
    assert scene.lines(run, "after")[0] == "registered with C:\\lab\\mdm-grumble.exe"
    assert check["registered_with"] == run["registered_with"] == "C:\\lab\\mdm-grumble.exe"
    assert check["diff_is_partial"] is run["diff_is_partial"] is True       # add starts from a list that /regserver might have written
    assert check["appid"] is None and run["appid"] == scene.MDM


def test_a_registration_with_one_setting(told, hosts):
    task = {"id": scene.MDM_CLASS, "register_with": ["C:\\lab\\mdm-grumble.exe"], "run_as": "interactive_user"}
    [result] = playbook.play([hosts["WEB02"]], [playbook.appids([task])])["WEB02"]
    assert result.status == "ok" and scene.lines(result, "after") == ["registered with C:\\lab\\mdm-grumble.exe", "run as: interactive user"], result["msg"]


def test_what_is_registered_is_not_registered_again(told, hosts):
    again = told["registered already"]
    assert "registered_with" not in again and again["changed"] is False
    assert scene.stored(hosts["WEB01"], scene.MDM, "access_permission") is not None
    command = hosts["WEB01"].registry(scene.CLASSES + "\\" + scene.MDM_CLASS)["LocalServer32"][""][1].decode("utf-16-le")
    assert "mdm-grumble.exe" in command
