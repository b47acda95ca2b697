# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: permissions, identity and password
"""What other tools for DCOM permissions get wrong, by their sources. None of it happens here; each test names a mistake."""

import descriptor
import playbook
import pytest
import registry
import scene
import stages
from accounts import GERMAN_ACCOUNTS
from descriptor import ADMINISTRATORS, ALLOW, DENY, EVERYONE, INTERACTIVE, SYSTEM, allow, deny
from scene import guid

IIS, GUESTS, SELF, ANONYMOUS, ORPHAN = "S-1-5-32-568", "S-1-5-32-546", "S-1-5-10", "S-1-5-7", "S-1-5-21-1-2-3-4711"
USUAL = [allow(SYSTEM, 0x7), allow(ADMINISTRATORS, 0x7)]
KEPT = {(ALLOW, SYSTEM): 0x7, (ALLOW, ADMINISTRATORS): 0x7}
MACHINE_DEFAULT = [allow(SYSTEM, 0x1F), allow(ADMINISTRATORS, 0x1F), allow(ORPHAN, 0x1F)]
SVC = "CONTOSO\\svc-com"
SVC_SID = "S-1-5-21-44444444-55555555-66666666-1105"
PASSWORD = "Kx2-known-Emu!48"


def access(**permission):
    return {"access_permission": permission}


def launch(**permission):
    return {"launch_permission": permission}


def entry(principal, rights, **more):
    return {"principal": principal, "rights": rights, **more}


# name: (values of the AppID before, the tasks, one after the other)
ROWS = {
    "unknown principal": ({"AccessPermission": USUAL}, [access(add=["Nobody Here"])]),
    "allow after deny": ({"AccessPermission": [deny(IIS, 0x7), *USUAL]}, [access(add=[entry("IIS_IUSRS", "all")])] * 2),
    "another mask": ({"AccessPermission": [*USUAL, allow(IIS, 0x3)]}, [access(add=[entry("S-1-5-32-568", "all")]), access(add=[entry("IIS_IUSRS", "all")])]),
    "protected": ({"AccessPermission": [*USUAL, allow(IIS, 0x3)]}, [access(add=["IIS_IUSRS"]), access(add=[entry("Guests", "local")]), access(set=["SYSTEM"])]),
    "no list": ({"AccessPermission": None}, [access(remove=["Guests"]), access(set=["SYSTEM", "Administrators"])]),
    "nobody": ({"AccessPermission": []}, [access(set=["SYSTEM"])]),
    "legacy access": ({"AccessPermission": [allow(SYSTEM, 1), allow(ADMINISTRATORS, 1)]}, [access(add=[entry("SYSTEM", "all")]), access(add=["IIS_IUSRS"])]),
    "legacy launch": ({"LaunchPermission": [allow(SYSTEM, 1), allow(ADMINISTRATORS, 1)]}, [launch(add=[entry("SYSTEM", "all")])]),
    "no execute": ({"AccessPermission": [allow(SYSTEM, 0x7), allow(IIS, 0x6)]}, [access(add=[entry("Guests", "local")])]),
    "other entries": ({"LaunchPermission": [allow(SYSTEM, 0x111FFFFF), allow(EVERYONE, 0x6B), allow(IIS, 0xB, flags=0x8)]}, [launch(add=["Administrators"])]),
    "machine default": ({}, [launch(add=["IIS_IUSRS"])]),
    "satisfied by the default": ({}, [launch(add=[entry(ORPHAN, "all")], remove=["INTERACTIVE"])]),
    "run as": ({}, [{"run_as": "interactive_user"}]),
    "limits": ({}, [access(add=["IIS_IUSRS"])]),
    "password": ({"RunAs": SVC}, [{"run_as": SVC, "run_as_password": PASSWORD}, {"run_as": "interactive_user", "revoke_logon_as_batch": True}]),
    "local rights": ({"LaunchPermission": [allow(SYSTEM, 0x1F)]}, [launch(set=["IIS_IUSRS", entry("SYSTEM", "all")])] * 2),
    "deny": ({"AccessPermission": USUAL}, [access(add=[entry("Guests", "all", type="deny"), entry("IIS_IUSRS", "remote", type="deny"), "IIS_IUSRS"])]),
    "deny removed": ({"AccessPermission": [deny(IIS, 0x5), *USUAL, allow(IIS, 0x3)]}, [access(remove=[{"principal": "IIS_IUSRS", "type": "deny"}])]),
    "allow removed": ({"AccessPermission": [deny(IIS, 0x5), *USUAL, allow(IIS, 0x3)]}, [access(remove=["IIS_IUSRS"])]),
}
APPID_OF = {name: guid(number + 1) for number, name in enumerate(ROWS)}
LIMITS = [allow(EVERYONE, 0x7), allow(ANONYMOUS, 0x7)]


def bytes_of(value):
    return descriptor.encode(value) if isinstance(value, list) else value


@pytest.fixture(scope="module")
def host(new_host):
    host = new_host("WEB01")
    for name, (values, _tasks) in ROWS.items():
        values = {key: descriptor.encode(None) if key.endswith("Permission") and value is None else bytes_of(value) for key, value in values.items()}
        host.import_registry(scene.app(APPID_OF[name], f"App {name}", **values))
    host.import_registry([
        (scene.OLE, "DefaultLaunchPermission", registry.BINARY, descriptor.encode(MACHINE_DEFAULT)),
        (scene.OLE, "MachineAccessRestriction", registry.BINARY, descriptor.encode(LIMITS)),
        (scene.OLE, "MachineLaunchRestriction", registry.BINARY, descriptor.encode([allow(EVERYONE, 0x1F)])),
        ("HKCU\\Software\\Classes\\AppID\\" + APPID_OF["run as"], "", registry.SZ, registry.text("hides the machine's in HKEY_CLASSES_ROOT")),
        stages.put_secret(APPID_OF["password"], "old"),
    ])
    host.protect_keys("SOFTWARE\\Classes\\AppID\\" + APPID_OF["protected"])
    return host


@pytest.fixture(scope="module")
def told(host):
    """{name: results of its tasks}, and what lay there after the first and after the last of them."""
    found, trees = {name: [] for name in ROWS}, []
    trees.append(scene.tree(host))
    for step in range(max(len(tasks) for _values, tasks in ROWS.values())):
        names = [name for name, (_values, tasks) in ROWS.items() if len(tasks) > step]
        results = playbook.play([host], [playbook.appids([{"id": APPID_OF[name], **ROWS[name][1][step]} for name in names])])[host.name]
        for name, result in zip(names, results):
            found[name].append(result)
        trees.append(scene.tree(host))
        if not step:
            found["secret"], found["rights"] = stages.secret(host, APPID_OF["password"]), stages.rights(host, SVC_SID)
    return found, trees


def stored(host, name, option="access_permission"):
    return scene.stored(host, APPID_OF[name], option)


def test_01_failure_that_looks_like_success(told):
    found, trees = told
    [result] = found["unknown principal"]
    assert result.status == "failed" and not result.get("changed") and "'Nobody Here'" in result["msg"]
    assert trees[-1][APPID_OF["unknown principal"]] == trees[0][APPID_OF["unknown principal"]]


def test_02_appending(told, host):
    found, _trees = told
    for name in ("allow after deny", "another mask"):
        first, second = found[name]
        assert first["changed"] and second["changed"] is False
        assert stored(host, name).rights == {**KEPT, (ALLOW, IIS): 0x7}     # which looks for doubled principals, too


def test_03_ignored_write_errors(host, told):
    host.import_registry(scene.app(guid(90), AccessPermission=bytes_of(USUAL)))
    before = scene.tree(host)
    [result] = playbook.play([host], [playbook.appids([{"id": guid(90), **access(add=["IIS_IUSRS"])}], **playbook.fault("error", 1))])[host.name]
    assert result.status == "failed" and "AccessPermission" in result["msg"] or "access permission" in result["msg"].lower()
    assert not result.get("changed") and scene.tree(host) == before


def test_04_access_denied_shown_as_default(told):
    found, trees = told
    there, refused, exact = found["protected"]
    assert there.status == "ok" and there["changed"] is False       # what it holds is read, not the default
    assert "IIS_IUSRS" in there["diff"]["before"] and "default" not in there["diff"]["before"].lower()
    for result in (refused, exact):
        assert result.status == "failed" and "override_key_protection" in result["msg"] and "default" not in result["msg"].lower()
    assert trees[-1][APPID_OF["protected"]] == trees[0][APPID_OF["protected"]]


def test_05_null_dacl_upside_down(told, host):
    found, _trees = told
    refused, repaired = found["no list"]
    assert refused.status == "failed" and "NULL" in refused["msg"] and "every" in refused["msg"].lower()
    assert repaired.status == "ok" and "every" in repaired["diff"]["before"].lower(), repaired["diff"]
    assert stored(host, "no list").rights == {(ALLOW, SYSTEM): 0x3, (ALLOW, ADMINISTRATORS): 0x3}
    [nobody] = found["nobody"]
    assert nobody.status == "ok" and "nobody" in nobody["diff"]["before"].lower(), nobody["diff"]


def test_06_canonicalising_what_is_not_theirs(told, host):
    found, trees = told
    kept, grown = found["legacy access"]
    assert kept["changed"] is False and trees[1][APPID_OF["legacy access"]] == trees[0][APPID_OF["legacy access"]]
    assert grown["changed"] and stored(host, "legacy access").rights == {**KEPT, (ALLOW, IIS): 0x3}        # not 0x1f
    assert found["legacy launch"][0]["changed"] is False and stored(host, "legacy launch", "launch_permission").rights[(ALLOW, SYSTEM)] == 1
    [refused] = found["no execute"]
    assert refused.status == "failed" and trees[-1][APPID_OF["no execute"]] == trees[0][APPID_OF["no execute"]]
    entries = stored(host, "other entries", "launch_permission").dacl.entries
    assert set(entries) == {allow(SYSTEM, 0x111FFFFF), allow(EVERYONE, 0x6B), allow(IIS, 0xB, flags=0x8), allow(ADMINISTRATORS, 0xB)}


def test_07_starting_from_a_guess(told, host):
    found, trees = told
    assert stored(host, "machine default", "launch_permission").rights == {
        (ALLOW, SYSTEM): 0x1F, (ALLOW, ADMINISTRATORS): 0x1F, (ALLOW, ORPHAN): 0x1F, (ALLOW, IIS): 0xB}
    [satisfied] = found["satisfied by the default"]
    assert satisfied["changed"] is False and "LaunchPermission" not in trees[-1][APPID_OF["satisfied by the default"]]


def test_08_run_as_without_the_closing_nul(told, host):
    _found, trees = told
    assert trees[-1][APPID_OF["run as"]]["RunAs"] == (registry.SZ, "Interactive User\0".encode("utf-16-le"))
    assert set(host.registry("HKCU\\Software\\Classes\\AppID\\" + APPID_OF["run as"])[""]) == {""}


def test_09_names_only_in_english(new_host):
    host = new_host("DE01", GERMAN_ACCOUNTS)
    host.set_double("HideBuiltin", 1)
    host.import_registry([*scene.app(guid(1), AccessPermission=bytes_of([*USUAL, allow(ORPHAN, 0x3)])), *scene.app(guid(2), AccessPermission=bytes_of([allow(SYSTEM, 0x7)]))])
    rows = [{"id": guid(1), **access(add=["BUILTIN\\Administrators", "S-1-5-18"])}, {"id": guid(1), **access(add=[entry("Guests", "local"), "INTERACTIVE"])},
            {"id": guid(2), **access(add=["Administratoren", "S-1-5-4"])}]
    there, added, german = playbook.play([host], [playbook.appids(rows)])[host.name]
    assert there.status == "ok" and there["changed"] is False and ORPHAN in there["diff"]["before"]     # who can't be resolved is shown
    assert added.status == "ok" and scene.stored(host, guid(1), "access_permission").rights == {
        **KEPT, (ALLOW, ORPHAN): 0x3, (ALLOW, GUESTS): 0x3, (ALLOW, INTERACTIVE): 0x3}
    assert german.status == "ok" and scene.stored(host, guid(2), "access_permission").rights == {
        (ALLOW, SYSTEM): 0x7, (ALLOW, ADMINISTRATORS): 0x3, (ALLOW, INTERACTIVE): 0x3}


def test_10_the_password(told, host):
    """That it is nowhere to be seen, not even on a command line, is in test_password.py."""
    found, _trees = told
    changed, left = found["password"]
    assert changed.status == "ok" and changed["changed"], changed          # though the user's name is the same
    assert found["secret"][2] == PASSWORD.encode("utf-16-le") and found["rights"] == ["SeBatchLogonRight"]
    assert left["changed"] and stages.secret(host, APPID_OF["password"]) is None and stages.rights(host, SVC_SID) == []
    assert PASSWORD not in stages.text_of(changed) + stages.text_of(left)


def test_11_the_limits_copied_into_the_application(told, host):
    found, _trees = told
    assert found["limits"][0]["changed"]
    assert stored(host, "limits").rights == {(ALLOW, SELF): 0x7, (ALLOW, SYSTEM): 0x3, (ALLOW, ADMINISTRATORS): 0x7, (ALLOW, IIS): 0x3}
    assert host.registry(scene.OLE)[""]["MachineAccessRestriction"] == (registry.BINARY, descriptor.encode(LIMITS))


def test_12_checks_that_cannot_pass_or_cannot_fail(told, host):
    found, _trees = told
    written, checked = found["local rights"]
    assert written["changed"] and checked["changed"] is False
    drifted = [[allow(SYSTEM, 0x1F), allow(IIS, 0x1F)], [allow(SYSTEM, 0x1F)], [allow(SYSTEM, 0x1F), allow(IIS, 0xB), allow(GUESTS, 0xB)],
               [deny(IIS, 0xB), allow(SYSTEM, 0x1F), allow(IIS, 0xB)]]
    rows = []
    for number, entries in enumerate(drifted):
        host.import_registry(scene.app(guid(80 + number), LaunchPermission=bytes_of(entries)))
        rows.append({"id": guid(80 + number), **ROWS["local rights"][1][0]})
    assert [result.get("changed") for result in playbook.play([host], [playbook.appids(rows)], check=True)[host.name]] == [True] * len(rows)


def test_13_deny_that_allows(told, host):
    found, _trees = told
    assert found["deny"][0]["changed"]
    got = stored(host, "deny")
    assert got.rights == {(DENY, GUESTS): 0x7, (DENY, IIS): 0x5, **KEPT, (ALLOW, IIS): 0x3}
    assert [item.kind for item in got.dacl.entries] == [DENY, DENY, ALLOW, ALLOW, ALLOW]
    assert stored(host, "deny removed").rights == {**KEPT, (ALLOW, IIS): 0x3}
    assert stored(host, "allow removed").rights == {(DENY, IIS): 0x5, **KEPT}
