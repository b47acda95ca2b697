# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: connections
"""How a host is reached: winrm with Basic and NTLM, what is no Windows host, what is not elevated."""

import importlib.util
import sys

import descriptor
import playbook
import pytest
import scene
from descriptor import ALLOW, SYSTEM, allow
from host import Account
from scene import guid

GOOD = descriptor.encode([allow(SYSTEM, 0x7)])
JOERG = "S-1-5-21-0-0-0-1001"


@pytest.fixture(scope="module")
def host(new_host):
    return new_host("WEB01", [Account("jörg"), Account("IWAM_WEB01")], mdm="C:\\Program Files\\Größe 漢字\\mdm.exe")


@pytest.mark.parametrize("connection", ["winrm", "ntlm"])
def test_names_of_any_language_over_winrm(host, connection):
    if connection == "ntlm" and not importlib.util.find_spec("spnego"):
        pytest.skip("NTLM needs pyspnego")
    number = 1 if connection == "winrm" else 2
    host.import_registry(scene.app(guid(number), f"Größe 漢字 {number}", AccessPermission=GOOD))
    task = {"id": f"Größe 漢字 {number}", "access_permission": {"add": [".\\jörg"]}, "executables": {"add": [f"größe{number}.exe"]}}
    first, second = playbook.play([host], [{"wincom.dcom.appid": task}] * 2, connection=connection)[host.name]
    assert first["changed"] and not second["changed"] and first["display_name"] == f"Größe 漢字 {number}"
    assert scene.stored(host, guid(number), "access_permission").rights == {(ALLOW, SYSTEM): 0x7, (ALLOW, JOERG): 0x3}
    assert "allow .\\jörg (" in first["diff"]["after"] and f"größe{number}.exe" in first["diff"]["after"]


def test_an_unchanged_role_asks_winrm_for_what_one_task_does(host):
    """And a registration from a path that is not ASCII."""
    variables = {"mdm_dcom_paths": ["%ProgramFiles%\\Größe 漢字\\mdm.exe"]}

    def shells(**more):
        before = len(host.requests())
        results = playbook.play([host], connection="winrm", **more)[host.name]
        return results, sum(request["op"] == "Create" for request in host.requests()[before:])

    registered, _count = shells(book="wincom.dcom.mdm_dcom", variables=variables)
    assert any(result.get("registered_with") == "C:\\Program Files\\Größe 漢字\\mdm.exe" for result in registered)
    unchanged, role = shells(book="wincom.dcom.mdm_dcom", variables=variables)
    assert not any(result.get("changed") for result in unchanged)
    _results, task = shells(tasks=[{"wincom.dcom.appid": {"id": scene.MDM_CLASS, "run_as": "interactive_user"}}])
    assert role == task >= 1


def test_the_first_command_works_as_well_as_the_tenth(new_host):
    fresh = new_host("WEB02")
    task = {"name": "say", "ansible.builtin.raw": "echo 'Grüße-漢字 {{ item }}'", "loop": list(range(1, 11))}
    results = playbook.play([fresh], [task], connection="winrm")[fresh.name]
    assert [result["stdout"].strip() for result in results] == [f"Grüße-漢字 {number}" for number in range(1, 11)]


def test_a_wrong_password_is_unreachable(host):
    variables = dict(host.vars("winrm"), ansible_password="wrong")
    [result] = playbook.play({host.name: variables}, [{"wincom.dcom.appid": {"id": scene.MDM}}])[host.name]
    assert result.status == "unreachable"


def test_what_is_no_windows_host_is_told_so():
    here = {"LINUX": {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}}
    tasks = [playbook.appids([{"id": scene.MDM}]), playbook.each("wincom.dcom.server", [{"id": scene.MDM}])]
    results = playbook.play(here, tasks)["LINUX"]
    assert len(results) == 2
    for result in results:
        assert result.status == "failed" and "Windows" in result["msg"] and "'LINUX'" in result["msg"] and "winrm" in result["msg"]


def test_async_is_refused_in_one_sentence(host, run):
    tasks = [{"wincom.dcom.appid": {"id": scene.MDM}, "async": 30, "poll": poll, "ignore_errors": True} for poll in (0, 5)]
    tasks.append({"wincom.dcom.server": {"id": scene.MDM}, "async": 30, "ignore_errors": True})
    before = len(host.requests())
    results = run(tasks)
    assert [result.status for result in results] == ["failed"] * 3
    assert all("async" in result["msg"] for result in results)
    assert len(host.requests()) == before


def test_a_token_without_administrator_rights_is_refused_first(host, run):
    host.import_registry(scene.app(guid(3), AccessPermission=GOOD))
    before = scene.tree(host)
    host.set_double("NotElevated", 1)
    try:
        tasks = [playbook.appids([{"id": guid(3), "access_permission": {"add": ["INTERACTIVE"]}}, {"id": "Nobody Knows"}]),
                 playbook.each("wincom.dcom.server", [{"id": "Nobody Knows"}])]
        results = run(tasks)
    finally:
        host.set_double("NotElevated", None)
    assert [result.status for result in results] == ["failed"] * 3 and scene.tree(host) == before
    assert all("administrator" in result["msg"].lower() and "Nobody" not in result["msg"] for result in results)
