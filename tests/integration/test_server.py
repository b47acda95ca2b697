# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: restarts
"""The module server: ends the very programs of an AppID, restarts its service, and leaves alone what must run."""

import time

import playbook
import pytest
import scene
from scene import guid

SURROGATE = "C:\\Surrogates\\dllhost.exe"
ELSEWHERE = "C:\\Program Files\\Other Vendor\\mdm.exe"


def server(*rows, **keywords):
    return playbook.each("wincom.dcom.server", rows, **keywords)


@pytest.fixture(scope="module")
def host(new_host):
    host = new_host("WEB01", mdm=["system32", ELSEWHERE])
    host.run(scene.MDM_IMAGE, "/regserver")
    return host


def running(host, image):
    return [pid for pid, path in host.processes() if path.lower() == image.lower()]


def test_ends_all_instances_of_its_image_and_no_other(host, run):
    for image in (scene.MDM_IMAGE, scene.MDM_IMAGE, ELSEWHERE):
        host.start_program(image)
    before = sorted(running(host, scene.MDM_IMAGE))
    assert len(before) == 2
    check, unknown = run([server({"id": scene.MDM}, {"id": "No Such Server"})], check=True)
    assert check["changed"] and sorted(process["pid"] for process in check["ended"]) == before
    assert sorted(running(host, scene.MDM_IMAGE)) == before
    assert unknown.status == "ok" and not unknown["changed"] and unknown["ended"] == [] and "No Such Server" in unknown["msg"]

    ended, again, unknown = run([server({"id": scene.MDM_CLASS}, {"id": "mdm.exe", "state": "stopped"}, {"id": "No Such Server"})])
    assert ended["changed"] and sorted(process["pid"] for process in ended["ended"]) == before
    assert all(process["image"].lower() == scene.MDM_IMAGE.lower() for process in ended["ended"]) and ended["service"] is None
    assert again["changed"] is False and again["ended"] == []
    assert unknown.status == "failed" and "No Such Server" in unknown["msg"]
    assert running(host, scene.MDM_IMAGE) == [] and len(running(host, ELSEWHERE)) == 1


def state(host, service):
    return next(line.split()[-1] for line in host.run("sc.exe", "query", service).stdout.decode().splitlines() if "STATE" in line)


def start(host, service):
    host.run("net.exe", "start", service)
    for _attempt in range(100):
        if state(host, service) in ("RUNNING", "4"):
            return
        time.sleep(0.1)
    raise AssertionError(f"{service} does not run: {state(host, service)}")


def test_a_service_is_restarted_only_where_it_runs(host, run):
    host.install_service("MDM", scene.MDM_IMAGE + " /service")
    host.import_registry(scene.app(guid(1), "As a service", LocalService="MDM"))
    [stopped] = run([server({"id": guid(1)})])
    assert stopped.status == "ok" and stopped["changed"] is False and stopped["service"] == "MDM"
    assert running(host, scene.MDM_IMAGE) == []

    start(host, "MDM")
    before = running(host, scene.MDM_IMAGE)
    [check] = run([server({"id": guid(1)})], check=True)
    assert check["changed"] and [process["pid"] for process in check["ended"]] == before == running(host, scene.MDM_IMAGE)
    [restarted] = run([server({"id": guid(1)})])
    after = running(host, scene.MDM_IMAGE)
    assert restarted["changed"] and len(before) == len(after) == 1 and before != after
    [stopped] = run([server({"id": guid(1), "state": "stopped"})])
    assert stopped["changed"] and running(host, scene.MDM_IMAGE) == []


def test_what_must_run_is_refused(host, run):
    host.run("sc.exe", "create", "SharedSvc", "binPath=", ELSEWHERE + " /service", "type=", "share", "start=", "demand")
    start(host, "SharedSvc")
    owned = scene.CLASSES + "\\" + scene.class_guid(4)
    host.import_registry([*scene.app(guid(2), LocalService="RpcSs"), *scene.app(guid(3), LocalService="SharedSvc"), *scene.app(guid(4)),
                          scene.text(owned, "AppID", guid(4)), scene.text(owned + "\\LocalServer32", "", f"dllhost.exe /Processid:{guid(4)}")])
    before = host.processes()
    for check in (True, False):
        core, shared, complus = run([server({"id": guid(2)}, {"id": guid(3), "state": "stopped"}, {"id": guid(4)})], check=check)
        assert core.status == "failed" and "'RpcSs'" in core["msg"] and "restart the computer" in core["msg"]
        assert shared.status == "failed" and "'SharedSvc'" in shared["msg"] and "restart the computer" in shared["msg"]
        assert complus.status == "failed" and "COM+ application" in complus["msg"]
    assert {path for _pid, path in before if "launch" not in path} <= {path for _pid, path in host.processes()}


def test_ends_the_surrogate_of_its_appid_alone(new_host):
    host = new_host("SURR01", mdm=[SURROGATE])
    host.import_registry([*scene.app(guid(5), "Library", DllSurrogate=""), *scene.app(guid(6), "Another", DllSurrogate="")])
    mine, other = (host.start_program(SURROGATE, f"/Processid:{appid}") for appid in (guid(5).lower(), guid(6)))
    [check] = playbook.play([host], [server({"id": "Library"})], check=True)[host.name]
    assert check["changed"] and [process["pid"] for process in check["ended"]] == [mine.pid] and mine.running()
    [ended, again] = playbook.play([host], [server({"id": "Library"}, {"id": guid(5)})])[host.name]
    assert ended.status == "ok" and [process["pid"] for process in ended["ended"]] == [mine.pid] and not again["changed"]
    assert not mine.running() and other.running()


def test_services_that_depend_on_it_go_and_come_with_it(new_host):
    host = new_host("DEPS01", mdm=["system32", ELSEWHERE])
    host.install_service("MDM", scene.MDM_IMAGE + " /service")
    host.run("sc.exe", "create", "Upper", "binPath=", ELSEWHERE + " /service", "type=", "own", "start=", "demand", "depend=", "MDM")
    host.import_registry(scene.app(guid(1), "As a service", LocalService="MDM"))
    for service in ("MDM", "Upper"):
        start(host, service)
    before = {image: running(host, image) for image in (scene.MDM_IMAGE, ELSEWHERE)}
    [restarted] = playbook.play([host], [server({"id": guid(1)})])[host.name]
    assert restarted.status == "ok" and restarted["changed"], restarted
    after = {image: running(host, image) for image in (scene.MDM_IMAGE, ELSEWHERE)}
    assert all(len(before[image]) == len(after[image]) == 1 and before[image] != after[image] for image in before)


def test_a_disabled_service_is_left_running(new_host):
    """It could not be started again. One that depends on it and is disabled counts too, but Wine drops the dependence with the change."""
    host = new_host("DIS01", mdm=["system32"])
    host.install_service("MDM", scene.MDM_IMAGE + " /service")
    host.import_registry(scene.app(guid(1), "As a service", LocalService="MDM"))
    start(host, "MDM")
    host.powershell("Set-Service MDM -StartupType Disabled -ErrorAction SilentlyContinue")      # Wine can't delay a start, and says so
    before = running(host, scene.MDM_IMAGE)
    [check] = playbook.play([host], [server({"id": guid(1)})], check=True)[host.name]
    [real] = playbook.play([host], [server({"id": guid(1)})])[host.name]
    assert all(result.status == "failed" and "MDM (disabled)" in result["msg"] for result in (check, real)), real
    assert len(before) == 1 and running(host, scene.MDM_IMAGE) == before
    [stopped] = playbook.play([host], [server({"id": guid(1), "state": "stopped"})])[host.name]
    assert stopped.status == "ok" and running(host, scene.MDM_IMAGE) == []


def test_bad_state(run):
    [result] = run([server({"id": scene.MDM, "state": "started"})])
    assert result.status == "failed" and "state must be one of" in result["msg"]


def test_a_service_name_is_no_pattern(host, run):
    """The registry may hold any text: `DB[G]` and `*` name no service, although DBG runs."""
    host.install_service("DBG", f"{scene.MDM_IMAGE} /service")
    host.run("sc.exe", "start", "DBG")
    names = {guid(91): "DB[G]", guid(92): "*", guid(93): "dbg"}
    host.import_registry([entry for appid, name in names.items() for entry in scene.app(appid, LocalService=name)])
    found = run([server(*({"id": appid} for appid in names))], check=True)
    assert [result["service"] for result in found] == [None, None, "dbg"]
    assert [result["changed"] for result in found] == [False, False, True]
