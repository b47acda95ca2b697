# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: life of an AppID
"""An AppID that is made, and one that is removed: `state`, `classes`, and the removal of what others still use."""

import playbook
import pytest
import registry
import scene
import stages
from scene import class_guid, guid

LINK = "AppID"
NEW_64, NEW_32, NEW_BOTH, TAKEN, PARTLY, UNKNOWN = (class_guid(number) for number in (1, 2, 3, 4, 5, 99))


def present(number, **more):
    return {"id": guid(number), "display_name": f"Made {number}", **more}


# name: (arguments, a piece of the error or None, changed)
ROWS = {
    "made with a class": (present(1, classes=[NEW_64], run_as="interactive_user", executables={"add": ["made.exe"]},
                                  access_permission={"set": ["SYSTEM", "Administrators"]}), None, True),
    "made with a class that 32-bit programs see": (present(2, classes=[NEW_32.lower()]), None, True),
    "made with a class in both views": (present(3, classes=[NEW_BOTH]), None, True),
    "a class of another AppID": (present(4, classes=[class_guid(6), TAKEN]), TAKEN, False),
    "a class that is not registered": (present(5, classes=[class_guid(6), UNKNOWN]), UNKNOWN, False),
    "without classes": (present(6), guid(6), False),
    "without a name": ({"id": guid(7), "classes": [class_guid(6)]}, guid(7), False),
    "with a name as id": ({"id": "Brandnew", "display_name": "Brandnew", "classes": [class_guid(6)]}, "'Brandnew'", False),
    "another class for one that is there": ({"id": guid(10), "classes": [PARTLY]}, None, True),
    "gone: nothing uses it": ({"id": guid(11), "state": "absent"}, None, True),
    "gone: was never there": ({"id": guid(12), "state": "absent"}, None, False),
    "gone: by name": ({"id": "Unused By Name", "state": "absent"}, None, True),
    "stays: a class": ({"id": guid(14), "state": "absent"}, class_guid(14), False),
    "stays: a class that 32-bit programs see": ({"id": guid(15), "state": "absent"}, class_guid(15), False),
    "stays: a service": ({"id": guid(16), "state": "absent"}, "MDM", False),
    "gone: a service that is not there": ({"id": guid(17), "state": "absent"}, None, True),
    "gone by force: a class": ({"id": guid(18), "state": "absent", "force": True}, None, True),
    "gone by force: a service": ({"id": guid(19), "state": "absent", "force": True}, None, True),
}
NAMES = list(ROWS)


def class_of(clsid, appid=None, view=scene.CLASSES):
    yield scene.text(view + "\\" + clsid, "", f"Class {clsid}")
    if appid:
        yield scene.text(view + "\\" + clsid, LINK, appid)


def full(appid, name, exe, **more):
    """An AppID with everything that must go with it. more: values of the mapping's key that others have put there."""
    yield from scene.app(appid, name, RunAs="CONTOSO\\svc-com", AuthenticationLevel=4, Odd=(registry.QWORD, bytes(8)))
    yield scene.text(scene.APPIDS + "\\" + appid + "\\Sub\\Deeper", "x", "y")
    yield from scene.app(exe, AppID=appid.lower(), **more)
    yield stages.put_secret(appid, "pw")


def seed(host):
    host.install_service("MDM", scene.MDM_IMAGE + " /service")
    host.import_registry([
        *class_of(NEW_64), *class_of(NEW_32, view=scene.CLASSES_32), *class_of(NEW_BOTH), *class_of(NEW_BOTH, view=scene.CLASSES_32),
        *class_of(TAKEN, guid(10)), *class_of(PARTLY), *class_of(PARTLY, guid(10), view=scene.CLASSES_32), *class_of(class_guid(6)),
        *scene.app(guid(10), "There"), *full(guid(11), "Unused", "unused.exe", Extra=1), *scene.app("other.exe", AppID=guid(10)),
        *scene.app(guid(13), "Unused By Name"),
        *full(guid(14), "Used", "used.exe"), *class_of(class_guid(14), guid(14)), *scene.app(guid(15)), *class_of(class_guid(15), guid(15), view=scene.CLASSES_32),
        *scene.app(guid(16), LocalService="MDM"), *scene.app(guid(17), LocalService="Gone"),
        *full(guid(18), "Forced", "forced.exe"), *class_of(class_guid(18), guid(18)), *scene.app(guid(19), LocalService="MDM"),
        stages.put_right("S-1-5-21-44444444-55555555-66666666-1105", "SeBatchLogonRight"),
    ])


@pytest.fixture(scope="module")
def hosts(new_pair):
    return new_pair(seed, mdm="system32")


@pytest.fixture(scope="module")
def told(hosts):
    return stages.check_run_and_repeat(*hosts, [arguments for arguments, _error, _changed in ROWS.values()])


def keys(state, appid):
    """What of the state belongs to an AppID: its keys, its mappings and its secret."""
    link = (registry.SZ, registry.text(appid).lower())
    return {key for key, values in state.items() if appid.upper() in key.upper() or key.endswith(".EXE")
            and (values.get("AppID", (0, b""))[0], values.get("AppID", (0, b""))[1].lower()) == link}


@pytest.mark.parametrize("name", NAMES)
def test_check_run_and_again(told, name):
    arguments, error, changed = ROWS[name]
    number = NAMES.index(name)
    check, run, again = told.check[number], told.run[number], told.again[number]
    assert stages.tell_the_same(check, run), (check, run)
    if error:
        assert run.status == "failed" and error in run["msg"], run
        assert keys(told.before, arguments["id"]) == keys(told.after, arguments["id"])
        return
    assert run.status == "ok", run["msg"]
    assert run["changed"] is changed
    assert again["changed"] is False or "by name" in name      # a name is no name any more once its AppID is gone


def links(state, clsid):
    found = [state.get(view + "\\" + clsid, {}).get(LINK) for view in (scene.CLASSES, scene.CLASSES_32)]
    return [value and value[1].decode("utf-16-le").rstrip("\0") for value in found]


def test_what_is_made(told):
    assert links(told.after, NEW_64) == [guid(1), None]
    assert links(told.after, NEW_32) == [None, guid(2)]
    assert links(told.after, NEW_BOTH) == [guid(3), guid(3)]
    assert links(told.after, PARTLY) == [guid(10), guid(10)]
    made = told.after["AppID\\" + guid(1)]
    assert set(made) == {"", "RunAs", "AccessPermission"} and made[""] == (registry.SZ, registry.text("Made 1"))
    assert told.after["AppID\\MADE.EXE"] == {"AppID": (registry.SZ, registry.text(guid(1)))}
    run = told.run[NAMES.index("made with a class")]
    assert run["created"] is True and run["appid"] == guid(1)


def test_the_classes_are_told(told):
    assert told.run[NAMES.index("made with a class")]["clsids"] == [NEW_64]


def test_what_is_refused_leaves_no_trace(told):
    assert links(told.after, class_guid(6)) == [None, None] and links(told.after, TAKEN) == [guid(10), None]
    assert links(told.after, UNKNOWN) == [None, None] and scene.CLASSES + "\\" + UNKNOWN not in told.after
    for number in (4, 5, 6, 7):
        assert keys(told.after, guid(number)) == set()


def test_what_is_gone(told):
    for number in (11, 13, 17, 18, 19):
        assert keys(told.before, guid(number)) and not keys(told.after, guid(number)), number
    assert told.after["AppID\\UNUSED.EXE"] == {"Extra": (registry.DWORD, registry.dword(1))}      # which is not ours
    assert "AppID\\FORCED.EXE" not in told.after and "AppID" in told.after["AppID\\OTHER.EXE"]
    run = told.run[NAMES.index("gone: nothing uses it")]
    assert run["diff"]["before"] and "pw" not in str(run["previous"]) and run["restorable"] is False


def test_the_right_to_log_on_stays(told):
    name = "Rights\\S-1-5-21-44444444-55555555-66666666-1105"
    assert told.after[name] == told.before[name]


def test_a_running_server_keeps_its_appid(hosts, told):
    host = hosts[1]
    host.import_registry([*scene.app(guid(21), "Runs"), *scene.app("mdm.exe", AppID=guid(21)), *class_of(class_guid(21), guid(21)),
                          scene.text(scene.CLASSES + "\\" + class_guid(21) + "\\LocalServer32", "", scene.MDM_IMAGE)])
    program = host.start_program(scene.MDM_IMAGE)
    before = stages.state(host)
    row = {"id": guid(21), "state": "absent"}
    [result] = playbook.play([host], [playbook.appids([row])])[host.name]
    assert result.status == "failed" and "mdm.exe" in result["msg"].lower() and str(program.pid) in result["msg"], result["msg"]
    assert stages.state(host) == before and program.running()
