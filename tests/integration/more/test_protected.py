# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: failures and turns
"""Keys that belong to TrustedInstaller: against the double of backup semantics, in Wine's real registry.

REG_OPTION_BACKUP_RESTORE: https://learn.microsoft.com/windows/win32/api/winreg/nf-winreg-regcreatekeyexw
"""

import descriptor
import playbook
import pytest
import registry
import scene
import stages
from descriptor import ADMINISTRATORS, ALLOW, SYSTEM, allow
from scene import guid

LIST = descriptor.encode([allow(SYSTEM, 0x7), allow(ADMINISTRATORS, 0x7)])
WANTED = {
    "access_permission": {"add": ["IIS_IUSRS"]}, "authentication_level": "packet", "display_name": "Renamed", "dll_surrogate": "default",
    "endpoints": ["ncacn_ip_tcp,0,5000"], "flags": {"add": [4]},
}
OVERRIDE = {"override_key_protection": True}
PLAIN, SURE, LIKE, GONE, MAPPED, ID = (guid(number) for number in range(1, 7))
# name: (arguments, a piece of the error or None)
ROWS = {
    "without override": ({"id": PLAIN, **WANTED}, "override_key_protection"),
    "with override": ({"id": SURE, **WANTED, **OVERRIDE, "executables": {"add": ["sure.exe"]}}, None),
    "nothing to change needs no override": ({"id": LIKE, "display_name": "App", "access_permission": {"add": ["SYSTEM"]}}, None),
    "removal": ({"id": GONE, "state": "absent"}, "never removes such a key"),
    "removal with override": ({"id": GONE, "state": "absent", "force": True, **OVERRIDE}, "never removes such a key"),
    "override where nothing is protected": ({"id": guid(20), "display_name": "Renamed", **OVERRIDE}, None),
    "a misspelled id": ({"id": guid(98), "display_name": "Renamed", **OVERRIDE}, f"'{guid(98)}' is no AppID"),
    "a user": ({"id": ID, "run_as": "CONTOSO\\svc-com", "run_as_password": "pw", **OVERRIDE}, None),
    "a protected mapping": ({"id": MAPPED, "executables": {"remove": ["mapped.exe"]}, **OVERRIDE}, None),
    "a user without override": ({"id": PLAIN, "run_as": "CONTOSO\\svc-com", "run_as_password": "pw"}, "override_key_protection"),
}
NAMES = list(ROWS)
PROTECTED = (PLAIN, SURE, LIKE, GONE, ID)


def seed(host):
    host.import_registry([entry for appid in (*PROTECTED, guid(20))
                          for entry in scene.app(appid, "App", AccessPermission=LIST, DllSurrogate="", AuthenticationLevel=2)])
    host.import_registry([*scene.app(MAPPED, "App"), *scene.app("mapped.exe", AppID=MAPPED)])
    host.protect_keys(*("SOFTWARE\\Classes\\AppID\\" + name for name in (*PROTECTED, "mapped.exe")))


@pytest.fixture(scope="module")
def hosts(new_pair):
    return new_pair(seed)


@pytest.fixture(scope="module")
def told(hosts):
    before = scene.key_security(hosts[1], *PROTECTED)
    assert all("S-1-5-80-956008885" in sddl for sddl in before.values()) and len(before) == len(PROTECTED)
    return before, stages.check_run_and_repeat(*hosts, [arguments for arguments, _error in ROWS.values()]), scene.key_security(hosts[1], *PROTECTED)


@pytest.mark.parametrize("name", NAMES)
def test_row(told, name):
    (_before, found, _after), number = told, NAMES.index(name)
    check, run, again = found.check[number], found.run[number], found.again[number]
    _arguments, error = ROWS[name]
    assert stages.tell_the_same(check, run), (check, run)
    if error:
        assert run.status == "failed" and error in run["msg"], run
    else:
        assert run.status == "ok", run["msg"]
        assert run["changed"] is ("nothing to change" not in name) and again["changed"] is False


def test_values(told):
    _before, found, _after = told
    for appid in (PLAIN, LIKE, GONE):
        assert found.after["AppID\\" + appid] == found.before["AppID\\" + appid]
    values = found.after["AppID\\" + SURE]
    assert descriptor.decode(values.pop("AccessPermission")[1]).rights == {(ALLOW, SYSTEM): 7, (ALLOW, ADMINISTRATORS): 7, (ALLOW, "S-1-5-32-568"): 3}
    assert values == {
        "": (registry.SZ, registry.text("Renamed")), "AuthenticationLevel": (registry.DWORD, registry.dword(4)), "AppIDFlags": (registry.DWORD, registry.dword(4)),
        "Endpoints": (registry.MULTI_SZ, "ncacn_ip_tcp,0,5000\0\0".encode("utf-16-le"))}
    assert found.after["AppID\\" + ID]["RunAs"] == (registry.SZ, registry.text("CONTOSO\\svc-com"))


def test_a_protected_mapping_loses_its_value_and_stays(told):
    _before, found, _after = told
    assert found.before["AppID\\MAPPED.EXE"] and found.after["AppID\\MAPPED.EXE"] == {}


def test_a_refused_user_leaves_no_secret(told, hosts):
    assert stages.secret(hosts[1], PLAIN) is None and stages.secret(hosts[1], ID)[2] == "pw".encode("utf-16-le")


def test_no_key_is_made(told):
    _before, found, _after = told
    new = {key for key in found.after if key not in found.before and not key.startswith(("Secrets", "Rights"))}
    assert new == {"AppID\\SURE.EXE"} and set(found.before) <= set(found.after)


def test_owner_and_access_list_are_as_before(told):
    before, _found, after = told
    assert before == after


def test_a_write_fault_under_protection_brings_everything_back(hosts):
    host = hosts[1]
    before = stages.state(host)
    [result] = playbook.play([host], [playbook.appids([{"id": LIKE, **WANTED, **OVERRIDE}], **playbook.fault("error", 3))])[host.name]
    assert result.status == "failed" and "as it was before" in result["msg"] and stages.state(host) == before
