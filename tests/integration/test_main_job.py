# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: role and playbooks, restarts
"""The main job, by the playbook wincom.dcom.mdm_dcom: a host that has IWAM_<name>, and one that has not."""

import descriptor
import playbook
import pytest
import registry
import scene
from descriptor import ADMINISTRATORS, ALLOW, INTERACTIVE, SYSTEM
from host import Account

BOOK = "wincom.dcom.mdm_dcom"
SETTINGS, HANDLER = "Keep the DCOM settings of the Machine Debug Manager", "End the running instances of the Machine Debug Manager"
ELSEWHERE = "C:\\tools\\mdm.exe"
IWAM = "S-1-5-21-0-0-0-1001"
WHO = {"WEB01": {INTERACTIVE, SYSTEM, ADMINISTRATORS, IWAM}, "WEB02": {INTERACTIVE, SYSTEM, ADMINISTRATORS}}


@pytest.fixture(scope="module")
def hosts(new_host):
    return [new_host("WEB01", [Account("IWAM_WEB01")], mdm=["system32", ELSEWHERE]), new_host("WEB02", mdm=["common", "system32"])]


@pytest.fixture(scope="module")
def story(hosts):
    """The runs of the playbook, one after the other: {name of the run: {host: its task results}}, and what lay there then."""
    told = {}

    def tell(name, **more):
        told[name] = {host: [result for result in results if result.status != "skipped" and reaches_host(result)]
                      for host, results in playbook.play(hosts, book=BOOK, **more).items()}
        told[name + " tree"] = {host.name: scene.tree(host) for host in hosts}

    told["before tree"] = {host.name: scene.tree(host) for host in hosts}
    tell("check", check=True)
    tell("apply")
    tell("again")
    tell("check again", check=True)
    return told


def reaches_host(result):
    """Whether a result is that of a task that goes to the host; debug and the like stay on the controller."""
    return result.task.rpartition(" : ")[2] in (SETTINGS, HANDLER)


def settings_of(results):
    return next(result for result in results if result.task.endswith(SETTINGS))


@pytest.mark.parametrize("name", WHO)
def test_check_changes_nothing_and_predicts_to_the_letter(story, name):
    assert story["check tree"][name] == story["before tree"][name]
    check, run = settings_of(story["check"][name]), settings_of(story["apply"][name])
    assert check["changed"] and run["changed"]
    assert check["diff"] == run["diff"]
    assert check["previous"] == run["previous"] and check["skipped_principals"] == run["skipped_principals"]


@pytest.mark.parametrize("name", WHO)
@pytest.mark.parametrize("option, all_rights", [("launch_permission", 0x1F), ("access_permission", 0x7)])
def test_the_permissions_hold_exactly_the_articles_principals(story, hosts, name, option, all_rights):
    host = next(host for host in hosts if host.name == name)
    got = scene.stored(host, scene.MDM, option)
    assert got.rights == {(ALLOW, sid): all_rights for sid in WHO[name]}
    assert len(got.dacl.entries) == len(WHO[name]) and all(entry.flags == 0 and entry.rest == b"" for entry in got.dacl.entries)
    assert got.owner == got.group == ADMINISTRATORS
    assert got.control & descriptor.DACL_PRESENT and got.sacl is None


@pytest.mark.parametrize("name", WHO)
def test_identity_and_mapping(story, name):
    values = story["apply tree"][name]
    assert values[scene.MDM]["RunAs"] == (registry.SZ, "Interactive User\0".encode("utf-16-le"))
    assert values["MDM.EXE"] == {"AppID": (registry.SZ, (scene.MDM + "\0").encode("utf-16-le"))}
    assert set(values[scene.MDM]) == {"", "RunAs", "LaunchPermission", "AccessPermission"}


def test_who_does_not_exist_is_said(story):
    assert settings_of(story["apply"]["WEB01"])["skipped_principals"] == []
    assert settings_of(story["apply"]["WEB02"])["skipped_principals"] == ["IWAM_%COMPUTERNAME%"]


def test_the_first_path_that_exists_registers(story):
    for name, path in (("WEB01", scene.MDM_IMAGE), ("WEB02", "C:\\Program Files\\Common Files\\Microsoft Shared\\VS7Debug\\mdm.exe")):
        told = settings_of(story["apply"][name])
        assert told["registered_with"].lower() == path.lower()
        assert told["appid"] == scene.MDM and told["clsids"] == [scene.MDM_CLASS] and told["display_name"] == "Machine Debug Manager"


@pytest.mark.parametrize("name", WHO)
@pytest.mark.parametrize("again", ["again", "check again"])
def test_an_unchanged_run_is_one_task_that_changes_nothing(story, name, again):
    assert [result["changed"] for result in story[again][name]] == [False]
    assert story[again + " tree"][name] == story["apply tree"][name]
    diff = settings_of(story[again][name])["diff"]
    assert diff["before"] == diff["after"]


def running(host):
    return [pid for pid, path in host.processes() if path == scene.MDM_IMAGE]


def results_of(host, **more):
    return [result for result in playbook.play([host], book=BOOK, **more)[host.name] if result.status != "skipped"]


def test_a_lost_handler_is_caught_by_the_next_run_and_default_goes_back(story, hosts):
    host = hosts[0]
    host.start_program(scene.MDM_IMAGE)
    host.start_program(scene.MDM_IMAGE)
    elsewhere = host.start_program(ELSEWHERE)
    before = running(host)
    assert len(before) == 2

    # a run that changes something, but whose handler is lost
    results_of(host, variables={"mdm_dcom_restart": False, "mdm_dcom_rights": "local"})
    assert scene.stored(host, scene.MDM, "access_permission").rights == {(ALLOW, sid): 0x3 for sid in WHO["WEB01"]}
    assert running(host) == before

    check = results_of(host, check=True, variables={"mdm_dcom_rights": "local"})
    assert settings_of(check)["server_restart_required"] and not settings_of(check)["changed"] and running(host) == before
    assert sorted(process["pid"] for process in check[-1]["ended"]) == sorted(before)

    owed = results_of(host, variables={"mdm_dcom_rights": "local"})
    assert settings_of(owed)["server_restart_required"] and not settings_of(owed)["changed"]
    assert sorted(process["pid"] for process in settings_of(owed)["running"]) == sorted(before)
    assert sorted(process["pid"] for process in owed[-1]["ended"]) == sorted(before)
    assert running(host) == [] and elsewhere.running()

    # started after the change: nothing is owed
    host.start_program(scene.MDM_IMAGE)
    after = results_of(host, variables={"mdm_dcom_rights": "local"})
    assert settings_of(after)["server_restart_required"] is False and [result for result in after if reaches_host(result)] == [settings_of(after)]
    assert len(running(host)) == 1

    # back to Windows' defaults
    check = results_of(host, check=True, variables={"mdm_dcom_state": "default"})
    back = results_of(host, variables={"mdm_dcom_state": "default"})
    assert settings_of(back)["diff"] == settings_of(check)["diff"] and settings_of(back)["changed"]
    assert set(scene.tree(host)[scene.MDM]) == {""} and running(host) == []
    settled = results_of(host, variables={"mdm_dcom_state": "default"})
    assert [result["changed"] for result in settled if reaches_host(result)] == [False]


def test_default_where_mdm_is_not_there_is_skipped(new_host):
    host = new_host("WEB03")
    before = scene.tree(host)
    results = playbook.play([host], book=BOOK, variables={"mdm_dcom_state": "default"})[host.name]
    told = settings_of(results)
    assert told.status == "skipped" and "is no AppID" in told["msg"] and scene.tree(host) == before
    assert not any(result.status == "ok" and reaches_host(result) for result in results)
