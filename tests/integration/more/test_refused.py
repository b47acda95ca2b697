# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: input
"""More bad input, beside test_bad_input.py: identities, passwords, values, creation, removal. Nothing is written, nor kept of a password."""

import base64

import descriptor
import playbook
import pytest
import scene
import stages
import test_bad_input
from descriptor import ADMINISTRATORS, SYSTEM, allow
from host import Account
from scene import class_guid, guid

SECRET = "Kx1-refused-Gnu!47"
SVC = "CONTOSO\\svc-com"
GOOD = descriptor.encode([allow(SYSTEM, 0x7), allow(ADMINISTRATORS, 0x7)])


def b64(raw):
    return base64.b64encode(raw).decode()


def task(**more):
    return {"id": guid(1), **more}


def access(**permission):
    return task(access_permission=permission)


def user(name=SVC, **more):
    return task(run_as=name, run_as_password=SECRET, **more)


# name: (arguments, a piece of the error, or several)
CASES = {
    "no id": ({"display_name": "x"}, "id"),
    "id of nothing": (task(id=""), "id"),
    "id and a user": (task(id=guid(1), runs_as=SVC, run_as_password=SECRET), "give id, which leads to one AppID, or runs_as"),
    "all AppIDs of a user, no password": ({"runs_as": SVC}, "run_as_password is missing"),
    "all AppIDs of a user, other settings": ({"runs_as": SVC, "run_as_password": SECRET, "display_name": "x"}, ("goes with", "display_name")),
    "all AppIDs of nobody": ({"runs_as": "CONTOSO\\nobody", "run_as_password": SECRET}, "'CONTOSO\\nobody'"),
    "a password without a user": (task(run_as_password=SECRET), "run_as_password needs run_as"),
    "a password for a word": (task(run_as="interactive_user", run_as_password=SECRET), "interactive_user has no password"),
    "an empty password": (task(run_as=SVC, run_as_password=""), "run_as_password is empty"),
    "a mistyped password": (task(run_as=SVC, run_as_passwrd=SECRET), "run_as_passwrd: did you mean run_as_password?"),
    "a password without its blank": (task(run_as=SVC, **{"run_as_password:" + SECRET: None}), "run_as_password: a blank is missing after the colon"),
    "a password in the wrong place": (task(launch_permission=SECRET), "launch_permission is a dictionary with add"),
    "run_as nothing": (task(run_as=""), "run_as"),
    "run_as Windows' own word": (task(run_as="nt authority\\system"), "write run_as: system"),
    "run_as as the registry has it": (task(run_as="Interactive User"), "write run_as: interactive_user"),
    "run_as with a slash": (user("CONTOSO/svc-com"), "write CONTOSO\\svc-com"),
    "run_as a SID that does not fit": (user("S-1-5-21-1-2-3-99999999999"), "99999999999 is no number of a SID"),
    "run_as everybody": (user("Everyone"), "is not the account of a user"),
    "run_as a bad SID": (user("S-1-5-x"), "'S-1-5-x'"),
    "run_as the SID of nobody": (user("S-1-5-21-1-2-3-4711"), "S-1-5-21-1-2-3-4711"),
    "run_as the SID of a group": (user("S-1-5-21-44444444-55555555-66666666-1106"), "not the account of a user"),
    "run_as a virtual account": (user("NT SERVICE\\TrustedInstaller"), "is a virtual account"),
    "run_as of an unknown domain": (user("NOWHERE\\svc"), "'NOWHERE\\svc'"),
    "run_as two accounts": (user("twin"), ("twin", "CONTOSO")),
    "a principal of two accounts": (access(add=["twin"]), ("twin", "CONTOSO")),
    "a principal of an unknown domain": (access(add=["NOWHERE\\x"]), "'NOWHERE\\x' does not exist"),
    "a principal that is nothing": (access(add=[{"principal": " "}]), "principal"),
    "a single percent sign": (access(add=["100%"]), "'100%'"),
    "no choice of update_password": (user(update_password="always"), "update_password must be one of"),
    "no boolean": (user(verify_password="perhaps"), "verify_password"),
    "a wrong password": (user(verify_password=True), "1326"),
    "no choice of state": (task(state="gone"), "state must be one of"),
    "no choice of level": (task(authentication_level="high"), "authentication_level must be one of"),
    "a level by number": (task(authentication_level=6), "authentication_level must be one of"),
    "level none": (task(authentication_level="none"), "allow_lockout"),
    "no choice of bitness": (task(preferred_server_bitness="16"), "preferred_server_bitness must be one of"),
    "no choice of storage": (task(activate_at_storage="sometimes"), "activate_at_storage must be one of"),
    "a service that is not there": (task(service="NoSuchService"), "'NoSuchService'"),
    "an endpoint of a pipe": (task(endpoints=["ncacn_np,0,\\pipe\\x"]), "is no endpoint"),
    "a port below 1024": (task(endpoints=["ncacn_ip_tcp,0,1023"]), "from 1024 to 65535"),
    "a port too high": (task(endpoints=["ncacn_ip_tcp,0,5000", "ncacn_ip_tcp,0,65536"]), "'ncacn_ip_tcp,0,65536' is no endpoint"),
    "no endpoints": (task(endpoints=[]), "default takes the value away"),
    "a surrogate without a name": (task(dll_surrogate=""), "system is the surrogate of Windows"),
    "a class by number": (task(classes=5), "5 is no CLSID"),
    "made with no name but default": (task(id=guid(99), display_name="default", classes=[class_guid(1)]), "needs a name of its own"),
    "endpoints and their default": (task(endpoints=["default", "ncacn_ip_tcp,0,5000"]), "default"),
    "flags that are no dictionary": (task(flags=["activate_iuserver_indesktop"]), "flags is a dictionary with add"),
    "no name of a flag": (task(flags={"add": ["magic"]}), "'magic' is neither a number nor one of"),
    "two bits as one flag": (task(flags={"add": [3]}), "3 is not a single bit"),
    "no bit as flag": (task(flags={"set": [0]}), "0 is not a single bit"),
    "a negative flag": (task(flags={"remove": [-1]}), "-1 is not a single bit"),
    "no form of flags": (task(flags={"adds": [1]}), "adds"),
    "flags both added and removed": (task(flags={"add": [1], "remove": ["activate_iuserver_indesktop"]}), "add and remove"),
    "flags set and default": (task(flags={"set": [1], "default": True}), "flags"),
    "flags set and added": (task(flags={"set": [1], "add": [2]}), "flags"),
    "flags by default false": (task(flags={"default": False}), "default"),
    "flags with nothing": (task(flags={}), "flags"),
    "executables both added and removed": (task(executables={"add": ["x.exe"], "remove": ["X.EXE"]}), "add and remove both name x.exe"),
    "executables set and added": (task(executables={"set": ["x.exe"], "add": ["y.exe"]}), "executables"),
    "an executable without a name": (task(executables={"add": [" "]}), "is not a file name"),
    "executables by pattern": (task(executables={"set": ["*.exe"]}), "'*.exe' is not a file name"),
    "no form of executables": (task(executables={"adds": ["x.exe"]}), "adds"),
    "a class by name": (task(classes=["My.Class"]), "'My.Class' is no CLSID"),
    "a class without braces": (task(classes=[class_guid(1)[1:-1]]), "is no CLSID"),
    "a class that is not registered": (task(classes=[class_guid(99)]), class_guid(99)),
    "a class of another AppID": (task(classes=[class_guid(2)]), (class_guid(2), guid(2))),
    "made without classes": (task(id=guid(99), display_name="x"), guid(99)),
    "made without a name": (task(id=guid(99), classes=[class_guid(1)]), guid(99)),
    "removal of what a class uses": (task(id=guid(2), state="absent"), (class_guid(2), "force")),
    "rights that are a number": (access(add=[{"principal": "SYSTEM", "rights": 7}]), "one of local_access, remote_access, local, remote, all, not a number"),
    "optional that is no boolean": (access(add=[{"principal": "SYSTEM", "optional": "perhaps"}]), "perhaps"),
    "an entry that is a list": (access(add=[["SYSTEM"]]), "entry"),
    "a permission that is a list": (task(access_permission=["SYSTEM"]), "access_permission is a dictionary with add"),
    "binary of an absolute descriptor": (access(binary=b64(GOOD[:2] + b"\x04\0" + GOOD[4:])), "absolute form"),
    "binary that ends too early": (access(binary=b64(GOOD[:-4])), "ends before"),
    "binary of no list": (access(binary=b64(descriptor.encode(None))), "NULL"),
    "binary of a mixed list": (access(binary=b64(descriptor.encode([allow(SYSTEM, 1), allow(ADMINISTRATORS, 7)]))), "mix"),
    "binary without the execute bit": (access(binary=b64(descriptor.encode([allow(SYSTEM, 6)]))), "0x1"),
    "binary of another revision": (access(binary=b64(b"\2" + GOOD[1:])), "revision"),
    "sddl without SYSTEM": (access(sddl="O:BAG:BAD:(A;;0x7;;;BA)"), "SYSTEM would lose local access"),
    "sddl of unknown letters": (access(sddl="O:BAG:BAD:(A;;0x7;;;QQ)"), "entry 1: account: QQ is no SID"),
}


def seed(host):
    host.set_double("PrimaryDomain", "CONTOSO")
    host.import_registry([
        *scene.app(guid(1), "First", AccessPermission=GOOD, RunAs="Interactive User"), *scene.app(guid(2), "Second"),
        scene.text(scene.CLASSES + "\\" + class_guid(1), "", "One"), scene.text(scene.CLASSES + "\\" + class_guid(2), "AppID", guid(2))])


@pytest.fixture(scope="module")
def told(new_pair):
    twins = [Account("twin"), Account("twin", "CONTOSO", "S-1-5-21-44444444-55555555-66666666-2001")]
    return stages.refuse(new_pair(seed, twins), CASES)


ONLY_TRIED_FOR_REAL = ("a wrong password",)
DEFECTS: dict = {}  # name of a case: why it fails
NAMES = [pytest.param(name, marks=pytest.mark.xfail(strict=True, reason=DEFECTS[name]) if name in DEFECTS else ()) for name in CASES]


@pytest.mark.parametrize("name", NAMES)
def test_is_a_clear_error(told, name):
    _arguments, pieces = CASES[name]
    check, real = told[name]
    assert real.status == "failed", real
    if check and name in ONLY_TRIED_FOR_REAL:
        assert check.status == "ok"
    elif check:
        assert check.status == "failed", check
        assert check["msg"].replace("CHECK01", "REAL01") == real["msg"]
    for piece in [pieces] if isinstance(pieces, str) else pieces:
        assert piece in real["msg"]
    assert "Exception" not in real["msg"] and "at line" not in real["msg"] and not real.get("changed")
    assert SECRET not in real["msg"] and SECRET not in stages.text_of(real) + stages.text_of(check or {})


def test_async_is_refused(new_host):
    host = new_host("ASYNC01")
    seed(host)
    before = stages.state(host)
    [result] = playbook.play([host], [playbook.appids([task(display_name="x")], **{"async": 10})])["ASYNC01"]
    assert result.status == "failed" and "async" in result["msg"] and stages.state(host) == before


def test_the_tables_have_at_least_sixty_rows():
    assert len(CASES) + len(test_bad_input.CASES) >= 60
    arguments = [str(given) for given, _message in [*CASES.values(), *test_bad_input.CASES.values()]]
    assert len(set(arguments)) >= 60
