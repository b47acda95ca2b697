# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: identity and password
"""run_as and executables, and what Windows would ignore.

RunAs of a service has no effect, and an access permission none for a program that is not mapped to its AppID:
https://learn.microsoft.com/windows/win32/com/runas, https://learn.microsoft.com/windows/win32/com/appid-key
"""

from typing import NamedTuple

import playbook
import pytest
import registry
import scene
from scene import guid

SVC = "CONTOSO\\svc-com"


class Case(NamedTuple):
    """stored: RunAs as it lay there; wanted: the option; text: what must lie there; more: other values of the AppID."""

    stored: object
    wanted: str
    text: object
    warned: str = ""
    more: dict = {}


CASES = {
    "interactive": Case(None, "interactive_user", "Interactive User"),
    "interactive in other case": Case("INTERACTIVE user", "interactive_user", "INTERACTIVE user"),
    "interactive with a blank": Case("Interactive User ", "interactive_user", "Interactive User"),
    "interactive in other words": Case("The interactive user", "interactive_user", "Interactive User"),
    "interactive from the wrong type": Case(7, "interactive_user", "Interactive User"),
    "interactive from nothing": Case("", "interactive_user", "Interactive User"),
    "launching from a keyword": Case("Interactive User", "launching_user", None),
    "launching from a user": Case(SVC, "launching_user", None),
    "launching from nobody's name": Case("NOWHERE\\nobody", "launching_user", None),
    "local service": Case(None, "local_service", "nt authority\\localservice"),
    "local service in other case": Case("NT AUTHORITY\\LocalService", "local_service", "NT AUTHORITY\\LocalService"),
    "local service with a blank": Case("NT AUTHORITY\\LOCAL SERVICE", "local_service", "NT AUTHORITY\\LOCAL SERVICE"),
    "network service": Case("Interactive User", "network_service", "nt authority\\networkservice"),
    "system": Case(None, "system", "nt authority\\system", warned="COM does not start a server as SYSTEM"),
    "a user whose password is stored": Case(SVC, SVC, SVC),
    "the same user by another name": Case("contoso\\SVC-COM", "svc-com@contoso.example", "contoso\\SVC-COM"),
    "a service": Case(None, "interactive_user", "Interactive User", warned="service", more={"LocalService": "MDM"}),
    "a service that is not there": Case(None, "interactive_user", "Interactive User", more={"LocalService": "Gone"}),
    "a service left alone": Case(None, "interactive_user", None, more={"LocalService": "MDM"}),
}
APPID_OF = {name: guid(number + 1) for number, name in enumerate(CASES)}


@pytest.fixture(scope="module")
def host(new_host):
    host = new_host("WEB01", mdm="system32")
    rights = "HKLM\\SOFTWARE\\WineLab\\Rights\\S-1-5-21-44444444-55555555-66666666-1105"
    host.import_registry([(rights, "Rights", registry.MULTI_SZ, registry.text("SeBatchLogonRight\0"))])
    host.install_service("MDM", scene.MDM_IMAGE + " /service")
    for name, case in CASES.items():
        host.import_registry(scene.app(APPID_OF[name], RunAs=case.stored, **case.more))
        if SVC.lower() in str(case.stored).lower() and case.text:
            host.import_registry([("HKLM\\SOFTWARE\\WineLab\\Secrets\\SCM:" + APPID_OF[name], "Data", registry.BINARY, b"p\0w\0")])
    return host


@pytest.fixture(scope="module")
def told(host, run):
    tasks = [{"id": APPID_OF[name], "run_as": case.wanted, **({"run_as_for_service": "skip"} if name == "a service left alone" else {})}
             for name, case in CASES.items()]
    before = scene.tree(host)
    check = run([playbook.appids(tasks)], check=True)
    assert scene.tree(host) == before
    results = run([playbook.appids(tasks)])
    after = scene.tree(host)
    again = run([playbook.appids(tasks)])
    assert scene.tree(host) == after
    return {name: (check[number], results[number], again[number], before, after) for number, name in enumerate(CASES)}


@pytest.mark.parametrize("name", CASES)
def test_run_as(told, name):
    case, (check, run, again, before, after) = CASES[name], told[name]
    assert run.status == "ok", run.get("msg")
    value = after[APPID_OF[name]].get("RunAs")
    assert value == (None if case.text is None else (registry.SZ, registry.text(case.text)))
    assert run["changed"] is (value != before[APPID_OF[name]].get("RunAs")) and again["changed"] is False
    assert (check["changed"], check["diff"], check["previous"]) == (run["changed"], run["diff"], run["previous"])
    warnings = run.sentences.replace("Using a template for task args is unsafe in some situations", "")
    assert case.warned in warnings
    if case.warned == "service":
        assert "MDM" in warnings


def test_a_drifted_identity_is_shown_as_it_is(told):
    _check, run, *_rest = told["interactive in other words"]
    assert "The interactive user" in run["diff"]["before"] and "interactive user" in run["diff"]["after"]


def test_a_user_for_a_service_names_the_module_that_sets_it(host, run):
    [result] = run([playbook.appids([{"id": APPID_OF["a service"], "run_as": SVC, "run_as_password": "x"}])])
    assert result.status == "failed" and "win_service" in result["msg"]


def test_executables(host, run):
    one, two = guid(101), guid(102)
    host.import_registry([
        *scene.app(one, "One"), *scene.app(two, "Two"), *scene.app("one.exe", AppID=one.lower()), *scene.app("two.exe", AppID=two),
        *scene.app("other.exe", AppID=one), *scene.app("broken.exe", AppID=7)])
    steps = [
        ({"add": ["ONE.exe"]}, False), ({"add": ["new.exe", "Größe.exe"]}, True), ({"remove": ["absent.exe", "other.exe"]}, True),
        ({"add": ["broken.exe"]}, True), ({"remove": ["two.exe"]}, False), ({"set": ["one.exe", "two.exe"]}, True),
    ]
    tasks = [{"id": one, "executables": wanted, "remap_executables": "two.exe" in wanted.get("set", ())} for wanted, _changed in steps]
    results = run([playbook.appids(tasks)])
    assert [(result.status, result.get("changed")) for result in results] == [("ok", changed) for _wanted, changed in steps], results
    mapped = {name: values["AppID"] for name, values in scene.tree(host).items() if name.endswith(".EXE") and "AppID" in values}
    assert mapped == {"ONE.EXE": (registry.SZ, registry.text(one.lower())), "TWO.EXE": (registry.SZ, registry.text(one))}
    assert [result["changed"] for result in run([playbook.appids([tasks[-1]])])] == [False]
