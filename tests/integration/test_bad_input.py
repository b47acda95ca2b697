# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: input
"""Bad input gets a clear error, and nothing is written: in check mode and for real."""

import descriptor
import playbook
import pytest
import registry
import scene
import stages
from descriptor import ADMINISTRATORS, EVERYONE, INTERACTIVE, SYSTEM, allow
from scene import guid

GOOD = descriptor.encode([allow(SYSTEM, 0x7), allow(ADMINISTRATORS, 0x7)])
ADD = {"add": ["INTERACTIVE"]}
TWINS = "Twin Server"
# stored access permissions that add and remove can't start from
STORED = {
    "a text": ((registry.SZ, registry.text("O:BAG:BAD:")), "is of type REG_SZ instead of REG_BINARY"),
    "a number": (7, "is of type REG_DWORD instead of REG_BINARY"),
    "no list at all": (descriptor.encode(None), "NULL"),
    "mixed list": (descriptor.encode([allow(SYSTEM, 0x1), allow(INTERACTIVE, 0x7)]), "mix"),
    "no execute bit": (descriptor.encode([allow(SYSTEM, 0x6)]), "0x1"),
    "no bytes": (b"", "0 bytes"),
    "too short": (GOOD[:15], "15 bytes"),
    "list behind the end": (GOOD[:16] + b"\xff\0\0\0" + GOOD[20:], "access list is at offset 255"),
    "owner behind the end": (GOOD[:4] + b"\0\x10\0\0" + GOOD[8:], "owner is at offset 4096"),
    "entry too long": (GOOD[:30] + b"\xf0\x0f" + GOOD[32:], "entry 1 of 4080 bytes"),
    "more entries than there are": (GOOD[:24] + b"\x09\0" + GOOD[26:], "entr"),
}
BROKEN = {name: guid(100 + number) for number, name in enumerate(STORED)}


def task(**more):
    return {"id": guid(1), **more}


def access(**permission):
    return task(access_permission=permission)


def launch(**permission):
    return task(launch_permission=permission)


# name: (arguments, a piece of the error)
CASES = {
    "unknown AppID": (task(id=guid(999)), f"'{guid(999)}' is no AppID"),
    "unknown name": (task(id="No Such Server"), "'No Such Server' is no AppID"),
    "unknown name like others": (task(id="Twin"), "similar names: Twin Server"),
    "a name that fits two AppIDs": (task(id=TWINS), f"fits 2 AppIDs: {guid(2)}"),
    "a name that fits two AppIDs, to remove": (task(id=TWINS, state="absent"), "fits 2 AppIDs"),
    "a name that fits two AppIDs, to pass over": (task(id=TWINS, missing="skip"), "fits 2 AppIDs"),
    "class whose AppID is missing": (task(id=scene.class_guid(3)), f"leads (by its class) to the AppID {guid(998)}, which is not registered"),
    "class without AppID": (task(id=scene.class_guid(4)), f"'{scene.class_guid(4)}' is no AppID"),
    "no such principal": (access(add=["Nobody Here"]), "'Nobody Here' does not exist"),
    "all bad principals at once": (
        task(launch_permission={"add": ["Nobody Here", "CONTOSO\\nobody"], "remove": ["S-1-5-x"]}, access_permission={"set": ["SYSTEM", "Me Neither"]}),
        ("'Nobody Here'", "'CONTOSO\\nobody'", "'S-1-5-x'", "'Me Neither'")),
    "unknown variable": (access(add=["%USERNAME%"]), "%USERNAME%"),
    "access right in a launch permission": (launch(add=[{"principal": "SYSTEM", "rights": "local_access"}]), "local_access is no right of a launch permission"),
    "launch right in an access permission": (access(add=[{"principal": "SYSTEM", "rights": ["local_launch"]}]), "local_launch is no right of an access permission"),
    "no such right": (access(add=[{"principal": "SYSTEM", "rights": ["full"]}]), "full is no right"),
    "rights in one text of a list": (access(add=[{"principal": "SYSTEM", "rights": ["local_access, remote_access"]}]), "write a list: [local_access, remote_access]"),
    "names in one text": (access(add="SERVICE, SYSTEM"), "write a list: [SERVICE, SYSTEM]"),
    "a name with two backslashes": (access(add=["IIS APPPOOL\\\\Shop"]), "write IIS APPPOOL\\Shop"),
    "a name with a slash": (access(add=["CONTOSO/Web Admins"]), "write CONTOSO\\Web Admins"),
    "a SID that does not fit": (access(add=["S-1-5-21-1-2-3-99999999999"]), "99999999999 is no number of a SID"),
    "no rights": (access(add=[{"principal": "SYSTEM", "rights": []}]), "rights of 'SYSTEM' are empty"),
    "set with add": (access(set=["SYSTEM"], add=["SYSTEM"]), "found add or remove and set"),
    "sddl with binary": (access(sddl="O:BAG:BAD:", binary="AA=="), "found binary and sddl"),
    "no form": (access(), "found nothing"),
    "unknown form": (access(adds=["SYSTEM"]), "access_permission: adds: did you mean add?"),
    "not a dictionary": (task(access_permission="SYSTEM"), "access_permission is a dictionary with add, remove,"),
    "unknown key of an entry": (access(add=[{"name": "SYSTEM"}]), "an entry has no name; it takes principal"),
    "entry without principal": (access(add=[{"rights": "all"}]), "needs a principal"),
    "unknown type": (access(add=[{"principal": "SYSTEM", "type": "permit"}]), "'allow' or 'deny', not 'permit'"),
    "add and remove overlap": (access(add=["IIS_IUSRS"], remove=["BUILTIN\\IIS_IUSRS"]), "add and remove both name rights"),
    "add and remove overlap by account": (access(add=["CONTOSO\\svc-com"], remove=["svc-com@contoso.example"]), "are added and taken away"),
    "empty set": (access(set=[]), ("an empty list lets nobody in", "allow_lockout")),
    "set without SYSTEM": (access(set=["INTERACTIVE"]), ("SYSTEM would lose local access", "allow_lockout")),
    "SYSTEM removed": (access(remove=["SYSTEM"]), ("SYSTEM would lose local access", "allow_lockout")),
    "Everyone without rights": (access(add=["Everyone"]), ("must name its rights", "such as rights: local_access")),
    "Users without rights": (access(add=["BUILTIN\\Users"]), "must name its rights"),
    "all packages without rights": (launch(set=["SYSTEM", "ALL APPLICATION PACKAGES"]), "must name its rights"),
    "default false": (access(default=False), "default can only be true"),
    "sddl that can't be read": (access(sddl="D:(A;;"), "sddl: the access list (D:), entry 1 has 3 of the 6 fields"),
    "sddl without a list": (access(sddl="O:BAG:BA"), "sddl: there is no access list"),
    "sddl with a label alone": (access(sddl="S:(ML;;NX;;;LW)"), "sddl: there is no access list, only a system list (S:)"),
    "sddl with garbage between entries": (access(sddl="O:BAG:BAD:(A;;0x7;;;SY)and(A;;0x7;;;BA)"), "'and(A;;0x7;;;BA)' is no beginning of the next entry"),
    "sddl with a SID that does not fit": (access(sddl="O:BAG:BAD:(A;;0x7;;;SY)(A;;0x7;;;S-1-5-21-1-2-3-99999999999)"), "entry 2: account: 99999999999 is no number"),
    "sddl for everybody": (access(sddl="O:BAG:BAD:NO_ACCESS_CONTROL"), "NULL"),
    "sddl that mixes formats": (access(sddl="O:BAG:BAD:(A;;0x1;;;SY)(A;;0x7;;;BA)"), "mix"),
    "binary that is no base64": (access(binary="!!"), "binary is not base64"),
    "binary that is no descriptor": (access(binary="AAAA"), "3 bytes"),
    "user without a stored password": (task(run_as="CONTOSO\\svc-com"), "password"),
    "run_as a group": (task(run_as="CONTOSO\\Web Admins"), "Web Admins"),
    "run_as a computer account": (task(run_as="CONTOSO\\gmsa$"), "is a managed or computer account"),
    "run_as a virtual account": (task(run_as="IIS APPPOOL\\Shop"), "is a virtual account"),
    "run_as a group's name": (task(run_as="Administrators"), "is not the account of a user"),
    "run_as nobody": (task(run_as="nobody here"), "nobody here"),
    "a path as executable": (task(executables={"add": ["C:\\x\\mdm.exe"]}), "is not a file name"),
    "an executable of another AppID": (task(executables={"add": ["taken.exe"]}), ("taken.exe", "remap_executables")),
    "a shared host": (task(executables={"add": ["svchost.exe"]}), ("svchost.exe", "remap_executables")),
    "register_with a name": (task(id="Some Server", register_with=["C:\\x.exe"]), "register_with needs a GUID"),
    "register_with an unknown variable": (task(id=guid(999), register_with=["%TEMP%\\x.exe"]), "%TEMP%"),
    "COM+ application": (task(id=guid(6), run_as="interactive_user"), "COM+ application"),
    "not a choice": (task(missing="ignore"), "missing must be one of"),
    "unknown option": (task(launch_permissions={"default": True}), "launch_permissions: did you mean launch_permission?"),
    **{"add to: " + name: (task(id=BROKEN[name], access_permission=ADD), message) for name, (_value, message) in STORED.items()},
    "remove from: mixed list": (task(id=BROKEN["mixed list"], access_permission={"remove": ["INTERACTIVE"]}), "add and remove can't start from it"),
    "remove from: no list at all": (task(id=BROKEN["no list at all"], access_permission={"remove": ["Everyone"]}), "add and remove can't start from it"),
}


def seed(host):
    host.import_registry([
        *scene.app(guid(1), "First", AccessPermission=GOOD), *scene.app(guid(2), TWINS), *scene.app(guid(3), TWINS),
        *scene.app("taken.exe", AppID=guid(2)), *scene.app(guid(6), "Plus"),
        scene.text(scene.CLASSES + "\\" + scene.class_guid(3), "AppID", guid(998)), scene.text(scene.CLASSES + "\\" + scene.class_guid(4), "", "Class"),
        scene.text(scene.CLASSES + "\\" + scene.class_guid(6), "AppID", guid(6)),
        scene.text(scene.CLASSES + "\\" + scene.class_guid(6) + "\\LocalServer32", "", f"C:\\windows\\system32\\dllhost.exe /Processid:{guid(6)}"),
        *(entry for name, (value, _message) in STORED.items() for entry in scene.app(BROKEN[name], AccessPermission=value)),
    ])


@pytest.fixture(scope="module")
def told(new_pair):
    return stages.refuse(new_pair(seed), CASES)


@pytest.mark.parametrize("name", CASES)
def test_is_a_clear_error(told, name):
    _arguments, pieces = CASES[name]
    check, real = told[name]
    assert real.status == "failed", real
    if check:
        assert check.status == "failed", check
        assert check["msg"] == real["msg"]
    for piece in [pieces] if isinstance(pieces, str) else pieces:
        assert piece in real["msg"]
    assert "Exception" not in real["msg"] and "at line" not in real["msg"] and not real.get("changed")


REPAIRS = {"set": {"set": ["SYSTEM"]}, "sddl": {"sddl": "O:BAG:BAD:(A;;0x3;;;SY)"}, "default": {"default": True}}


def test_only_whole_lists_repair(host, run):
    """Each broken list is repaired by one of the forms that declare the whole; on keys of their own, all at once."""
    rows = []
    for number, name in enumerate(STORED):
        form = list(REPAIRS)[number % len(REPAIRS)]
        host.import_registry(scene.app(BROKEN[name], AccessPermission=STORED[name][0]))
        rows.append((name, form, {"id": BROKEN[name], "access_permission": REPAIRS[form]}))
    results = run([playbook.appids(task for _name, _form, task in rows)])
    for (name, form, row), result in zip(rows, results):
        assert result.status == "ok" and result["changed"] and result["restorable"] is False, (name, form, result)
        got = scene.stored(host, row["id"], "access_permission")
        if form == "default":
            assert got is None
        else:
            assert got.rights == {(descriptor.ALLOW, SYSTEM): 0x3} and got.owner == ADMINISTRATORS, (name, form)
    assert [result["changed"] for result in run([playbook.appids(task for _name, _form, task in rows)])] == [False] * len(rows)


def test_everyone_with_named_rights_is_accepted_and_said(host, run):
    host.import_registry(scene.app(guid(7), AccessPermission=GOOD))
    [result] = run([playbook.appids([{"id": guid(7), "access_permission": {"add": [{"principal": "Everyone", "rights": "remote"}]}}])])
    assert scene.stored(host, guid(7), "access_permission").rights[(descriptor.ALLOW, EVERYONE)] == 0x5
    assert "opens the server to Everyone" in result.sentences


def test_a_broken_machine_default_is_called_that(new_host):
    """add would start from it; mended by machine, it does."""
    host = new_host("DEFAULT01")
    host.import_registry([*scene.app(guid(8)), (scene.OLE, "DefaultLaunchPermission", registry.BINARY, GOOD[:15])])
    wanted = playbook.appids([{"id": guid(8), "launch_permission": {"add": [{"principal": "CONTOSO\\svc-com", "rights": "local"}]}}])
    mended = {"wincom.dcom.machine": {"default_launch_permission": {"set": ["SYSTEM"]}}}
    refused, machine, added = playbook.play([host], [{**wanted, "ignore_errors": True}, mended, wanted])[host.name]
    assert refused.status == "failed" and "stored list" not in refused["msg"]
    for piece in ("the machine default (DefaultLaunchPermission) is malformed", "wincom.dcom.machine (default_launch_permission)"):
        assert piece in refused["msg"]
    assert (machine.status, added.status, added["changed"]) == ("ok", "ok", True), (machine, added)
    assert set(scene.stored(host, guid(8), "launch_permission").rights) == {(descriptor.ALLOW, SYSTEM), (descriptor.ALLOW, "S-1-5-21-44444444-55555555-66666666-1105")}


# What hides a key from everybody but a service.
HIDE = """
$key = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SOFTWARE\\Classes\\AppID\\%s',
    [Microsoft.Win32.RegistryKeyPermissionCheck]::ReadWriteSubTree, 'ReadPermissions, ChangePermissions')
$acl = [Security.AccessControl.RegistrySecurity]::new()
$acl.SetSecurityDescriptorSddlForm('D:P(A;;KA;;;S-1-5-80-1-2-3-4-5)', 'Access')
[Microsoft.Win32.RegistryAclExtensions]::SetAccessControl($key, $acl)
"""


def test_a_key_that_hides_its_values(new_host):
    """One that can't be read is an error by its name, or a finding; the others are read nevertheless."""
    host = new_host("HIDE01")
    host.import_registry([*scene.app(guid(1), "Hidden", AccessPermission=GOOD), *scene.app(guid(2), "Plain")])
    assert host.powershell(HIDE % guid(1)).returncode == 0
    tasks = [playbook.appids([{"id": guid(1), "authentication_level": "packet"}]), {"wincom.dcom.appid_info": {"id": [guid(1), guid(2)]}}]
    refused, read = playbook.play([host], tasks)[host.name]
    assert refused.status == "failed" and f"AppID\\{guid(1)} can't be read" in refused["msg"] and not refused["changed"]
    hidden, plain = read["appids"]
    assert [finding["id"] for finding in hidden["findings"]] == ["unreadable"] and hidden["settings"] == {"id": guid(1)}
    assert plain["settings"] == {"id": guid(2), "display_name": "Plain"} and plain["findings"] == []
