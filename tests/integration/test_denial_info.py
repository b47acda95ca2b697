# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: denials
"""The module denial_info. The event log is a double (lab/double/wevtapi.c); who a SID is, and what is registered, the host knows."""

import json
import time
from pathlib import Path

import descriptor
import playbook
import pytest
import registry
import scene
from accounts import CONTOSO_SID, app_pool
from host import Account
from scene import class_guid, guid

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
EVENTS = {event["id"]: event for event in json.loads((Path(__file__).resolve().parents[1] / "data/events.json").read_text(encoding="utf-8"))}
IWAM = "S-1-5-21-1000000001-1000000002-1000000003-1005"
SHOP, SVC, SYSTEM = app_pool("Shop").sid, CONTOSO_SID + "-1105", "S-1-5-18"
NO, LRPC = "Unavailable", "LocalHost (Using LRPC)"
POLICY = "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows NT\\DCOM"


def event(number, *strings, **more):
    return {"event_id": number, "strings": list(strings), "time": "2026-03-01T12:00:00", **more}


# The same denial in the words of three languages: one line in the answer.
DENIED = [
    event(10016, "application-specific", "Local", "Activation", class_guid(1), guid(1), "IIS APPPOOL", "Shop", SHOP, LRPC, NO, NO),
    event(10016, "anwendungsspezifisch", "Lokal", "Aktivierung", class_guid(1), guid(1), "IIS APPPOOL", "Shop", SHOP,
          "LocalHost (unter Verwendung von LRPC)", "Nicht verfügbar", "Nicht verfügbar", time="2026-03-02T12:00:00"),
    event(10016, "アプリケーション固有", "ローカル", "アクティブ化", class_guid(1), guid(1), "IIS APPPOOL", "Shop", SHOP,
          "LocalHost (LRPC 使用)", "利用不可", "利用不可", time="2026-03-03T12:00:00"),
    event(10016, "マシンの既定", "リモート", "起動", class_guid(1), guid(1), "CONTOSO", "svc-com", SVC,
          "192.0.2.7", "利用不可", "利用不可"),
    event(10017, "application-specific", "Local", "C:\\srv\\shop.exe", guid(1), "IIS APPPOOL", "Shop", SHOP, LRPC, NO, NO),
    event(10018, "Local", "C:\\srv\\shop.exe", guid(1), "IIS APPPOOL", "Shop", SHOP, LRPC, NO, NO),
    event(10027, "Remote", "Activation", "CONTOSO", "svc-com", SVC, "192.0.2.7", NO, NO),
    event(10016, "application-specific", "Remote", "Launch", class_guid(1), guid(1), "NT AUTHORITY", "ANONYMOUS LOGON", "S-1-5-7",
          "192.0.2.8", NO, NO),
    event(10016, "application-specific", "Local", "Launch", class_guid(9), guid(9), "NT AUTHORITY", "SYSTEM", SYSTEM, LRPC, NO, NO),
]
REST = [
    event(10004, "1326", "CONTOSO", "svc-com", class_guid(1)),
    event(10010, class_guid(1)),
    event(10028, "DB01", "1a2c", "C:\\srv\\shop.exe", class_guid(1)),
    event(10028, "DB01", "99", "C:\\srv\\shop.exe", class_guid(1)),
    event(10036, "CONTOSO", "svc-com", SVC, "192.0.2.7"),
    event(10026, "86400", "SuppressDuplicateDuration", "Software\\Microsoft\\Ole\\EventLog"),
]
BAD = [
    event(10016, "application-specific", "Local"),
    event(10035, "what", "is", "this"),
    event(10100, "new"),
    event(10010, "{0C0A3666-30C9-11D0-8F20-00805F2CD064}", provider="Microsoft-Windows-WLAN-AutoConfig"),
    "no event at all",
]
OTHER_HOST = [event(10016, "application-specific", "Local", "Activation", class_guid(1), guid(1), "DB01", "joe", "S-1-5-21-7-7-7-1001", LRPC, NO, NO,
                    computer="DB01.contoso.example")]
NOT_DCOM = [event(7036, "Windows Update", "running", provider="Service Control Manager")]


@pytest.fixture(scope="module")
def host(new_host):
    host = new_host("WEB01", [Account("IWAM_WEB01", sid=IWAM)], mdm="system32")
    host.run(scene.MDM_IMAGE, "/regserver")
    host.import_registry([
        *scene.app(guid(1), "Shop Server"), scene.text(f"{scene.CLASSES}\\{class_guid(1)}", "", "Shop.Order"),
        scene.text(f"{scene.CLASSES}\\{class_guid(1)}", "AppID", guid(1)),
        *scene.app("{316CDED5-E4AE-4B15-9113-7055D84DCC97}", "Immersive Shell"),
        # E9 has no AppID: the host knows it by the class, which is in the 32-bit view alone
        *scene.app(guid(2), "Old Server"), scene.text(f"{scene.CLASSES_32}\\{{8D8F4F83-3594-4F07-8369-FC3C3CAE4919}}", "AppID", guid(2)),
    ])
    host.write_events([dict(one, time=f"2026-02-{day:02}T08:00:00") for day, one in enumerate(EVENTS.values(), 1)] + DENIED + REST + BAD + NOT_DCOM)
    host.write_events(OTHER_HOST, path="C:\\lab\\db01.evtx")
    host.path("C:\\lab\\text.evtx").write_text("not a log", encoding="utf-8")
    return host


def ask(*rows, **keywords):
    return playbook.each("wincom.dcom.denial_info", rows, **keywords)


@pytest.fixture(scope="module")
def answer(run):
    """What the module says of the whole log; in check mode, for reading is the same."""
    [result] = run([{"wincom.dcom.denial_info": {}}], check=True)
    return result


def denied(answer, number, **wanted):
    """The one denial of an event id with these facts."""
    [found] = [one for one in answer["denials"] if one["event_id"] == number and wanted.items() <= one.items()]
    return found


def granted(appid, option, principal, *rights):
    return {"wincom.dcom.appid": {"id": appid, option: {"add": [{"principal": principal, "rights": list(rights)}]}}}


LAUNCH = ("local_launch", "local_activation")


def test_nothing_is_lost(answer):
    assert answer.status == "ok", answer["msg"]
    assert answer["changed"] is False
    everything = [*answer["denials"], *answer["other_events"], *answer["unreadable"]]
    assert sum(one["count"] for one in everything) == answer["count"] == len(EVENTS) + len(DENIED) + len(REST) + len(BAD)
    assert "names" not in answer and "registered" not in answer and "events" not in answer


def test_the_same_denial_in_three_languages_is_one(answer):
    english = denied(answer, 10016, principal="IIS APPPOOL\\Shop", refused_by="application")
    assert english["rights"] == ["local_activation"] and english["count"] == 1
    others = denied(answer, 10016, principal="IIS APPPOOL\\Shop", refused_by="unknown")
    assert others["rights"] == list(LAUNCH) and others["count"] == 2
    assert (others["first"], others["last"]) == ("2026-03-02T12:00:00Z", "2026-03-03T12:00:00Z")
    for one in (english, others):
        assert (one["appid_name"], one["class_name"], one["sid"], one["locality"]) == ("Shop Server", "Shop.Order", SHOP, "local")
        assert one["task"] == granted(guid(1), "launch_permission", "IIS APPPOOL\\Shop", *LAUNCH)
        assert not one["by_design"] and one["reason"] is None


def test_a_remote_caller_is_known_by_its_address(answer):
    remote = denied(answer, 10016, principal="CONTOSO\\svc-com")
    assert remote["locality"] == "remote" and remote["addresses"] == ["192.0.2.7"]
    assert remote["task"] == granted(guid(1), "launch_permission", "CONTOSO\\svc-com", "remote_launch", "remote_activation")


def test_recorded_events_get_the_documented_answer(answer):
    shell = "{316CDED5-E4AE-4B15-9113-7055D84DCC97}"
    container = EVENTS["E6"]["strings"][10]
    service = denied(answer, 10016, principal="NT AUTHORITY\\LOCAL SERVICE", appid=shell)
    assert service["by_design"] and service["refused_by"] == "machine_default" and "filter" in service["advice"]
    assert service["task"] == granted(shell, "launch_permission", "NT AUTHORITY\\LOCAL SERVICE", *LAUNCH)       # the AppID, not the default
    packaged = denied(answer, 10016, sid=container)
    assert packaged["principal"] == container and "Microsoft.Windows.ShellExperienceHost" in packaged["container"]
    broker = denied(answer, 10016, clsid=EVENTS["E1"]["strings"][3])
    assert broker["by_design"] and broker["principal"] == "Computer\\User" and broker["advice"].startswith(f"Computer\\User ({EVENTS['E1']['strings'][7]}) lacks ")
    assert "not registered on this host" in broker["reason"] and broker["task"] is None
    runtime = denied(answer, 10016, class_name="Windows.SecurityCenter.WscDataProtection")
    assert runtime["task"] is None and runtime["appid"] is None and "names no AppID" in runtime["reason"]
    old = denied(answer, 10016, appid=guid(2))
    assert old["appid_name"] == "Old Server" and old["principal"] == "NT AUTHORITY\\SYSTEM" and old["rights"] == ["local_activation"]
    assert old["task"] == granted(guid(2), "launch_permission", "NT AUTHORITY\\SYSTEM", *LAUNCH)


def test_the_article_s_events(answer):
    by_name = denied(answer, 10002)
    assert by_name["principal"] == "WEB01\\IWAM_WEB01" and by_name["sid"] is None
    by_sid = denied(answer, 10003)
    assert by_sid["principal"] == ".\\IWAM_WEB01" and by_sid["sid"] == IWAM
    for one in (by_name, by_sid):
        assert one["clsid"] == scene.MDM_CLASS and one["appid"] == scene.MDM and "Machine Debug Manager" in one["advice"]


def test_what_a_list_can_t_grant_has_no_task_for_one(answer):
    program = denied(answer, 10018)
    assert program["task"] is None and "CoInitializeSecurity" in program["reason"]
    anonymous = denied(answer, 10016, sid="S-1-5-7")
    assert anonymous["task"] is None and "did not authenticate" in anonymous["reason"]
    gone = denied(answer, 10016, appid=guid(9))
    assert gone["task"] is None and "not registered" in gone["reason"]
    limit = denied(answer, 10027)
    assert limit["refused_by"] == "limit" and "never open the limit" in limit["advice"]
    assert limit["task"] == {"ansible.windows.win_group_membership": {
        "name": "Distributed COM Users", "members": ["CONTOSO\\svc-com"], "state": "present"}}


def test_events_that_are_no_denials(answer):
    others = {one["event_id"]: one for one in answer["other_events"]}
    assert set(others) == {10004, 10010, 10026, 10028, 10036}
    assert "CONTOSO\\svc-com" in others[10004]["meaning"] and "run_as_password" in others[10004]["advice"]
    assert others[10028]["count"] == 2 and others[10028]["details"]["computer"] == "DB01"     # whatever the process id
    assert others[10010]["class_name"] == "Shop.Order" and "hardening" in others[10036]["advice"]
    assert answer["suppressed"] is True and "lower bounds" in answer.sentences


def test_what_can_t_be_read_is_told(answer):
    why = {one["event_id"]: one for one in answer["unreadable"]}
    assert set(why) == {10016, 10035, 10100, 10010, None}
    assert why[10016]["strings"] == ["application-specific", "Local"] and "2 strings" in why[10016]["reason"] and "7, 9, 11" in why[10016]["reason"]
    assert why[10035]["strings"] == ["what", "is", "this"]
    assert "WLAN-AutoConfig" in why[10010]["reason"] and why[10010]["strings"] == []
    assert "15005" in why[None]["reason"]
    assert "5 events could not be read" in answer.sentences


def test_proposals_are_taken_and_grant(host, run, answer):
    """Each task as it was proposed, given to Ansible; what it stored is read back."""
    proposed = [one["task"]["wincom.dcom.appid"] for one in answer["denials"] if one["task"] and "wincom.dcom.appid" in one["task"]]
    mine = [task for number, task in enumerate(proposed) if task["id"] in (guid(1), guid(2), scene.MDM) and task not in proposed[:number]]
    assert len(mine) == 6
    assert all(result.status == "ok" for result in run([playbook.appids(mine)]))
    launch = scene.stored(host, guid(1), "launch_permission").rights
    assert launch[descriptor.ALLOW, SHOP] == 0xB and launch[descriptor.ALLOW, SVC] == 0x15
    assert scene.stored(host, guid(1), "access_permission").rights[descriptor.ALLOW, SHOP] == 0x3
    assert scene.stored(host, guid(2), "launch_permission") is None      # the machine default lets SYSTEM in already
    assert scene.stored(host, scene.MDM, "launch_permission").rights[descriptor.ALLOW, IWAM] == 0xB


# Options, and what of the log they leave: number of events, or pieces of the error.
WINDOWS = [
    ({"newest": 2}, 3),  # with one of another provider among them, which does not count towards it
    ({"event_ids": [10018, 10027]}, 3),  # with the broken record, whose number nobody knows
    ({"event_ids": "10004"}, 2),
    ({"since": "2026-03-02T00:00:00Z", "until": "2026-03-02T12:00:00Z"}, 2),
    ({"since": "2026-03-02T13:00:00+01:00", "until": "2026-03-02T12:59:59.5+01:00"}, ("later than until",)),
    ({"since": "2026-03-03T12:00:00.001Z"}, 1),
    ({"since": "1s", "log": "System"}, 1),
    ({"since": "2026-02-30"}, ("since: '2026-02-30'", "no time that exists")),
    ({"until": "yesterday"}, ("until: 'yesterday'", "24h or 7d")),
    ({"newest": 0}, ("newest", "a number from 1")),
    ({"event_ids": [10016, 4624]}, ("event_ids", "4624")),
    ({"log": "System", "path": "C:\\lab\\db01.evtx"}, ("log", "path", "one of them")),
    ({"log": "No Such Log"}, ("the log 'No Such Log' could not be read", "no log of that name", "15007")),
    ({"path": "C:\\lab\\nothing.evtx"}, ("the file 'C:\\lab\\nothing.evtx'", "no such file", "(error 2)")),
    ({"path": "C:\\lab\\text.evtx"}, ("not an event log", "1500")),
    ({"path": "C:\\lab\\old.EVT"}, ("Windows Server 2003", "wevtutil epl")),
]


def test_windows_and_what_is_refused(run):
    for (asked, expected), result in zip(WINDOWS, run([ask(*[asked for asked, _expected in WINDOWS])])):
        if isinstance(expected, int):
            assert (result.status, result.get("count")) == ("ok", expected), (asked, result)
        else:
            assert result.status == "failed" and all(piece in result["msg"] for piece in expected), (asked, result["msg"])
            assert "registered" not in result and "names" not in result


def test_a_file_of_another_computer_and_limits_of_a_policy(host, run):
    host.import_registry([scene.text(POLICY, "MachineLaunchRestriction", "O:BAG:BAD:(A;;CCDCSW;;;WD)")])
    foreign, raw = run([ask({"path": "C:\\lab\\db01.evtx"}, {"newest": 3, "events": True, "event_ids": [10027]})])
    host.import_registry([(POLICY, "MachineLaunchRestriction", registry.DELETE_VALUE, b"")])
    [one] = foreign["denials"]
    assert (one["computer"], one["principal"], one["appid_name"], one["class_name"]) == ("DB01.contoso.example", "DB01\\joe", None, None)
    assert one["task"] == granted(guid(1), "launch_permission", "S-1-5-21-7-7-7-1001", *LAUNCH)
    assert "on DB01.contoso.example" in one["advice"]
    [kept] = raw["events"]
    assert (kept["event_id"], kept["strings"], kept["time"], kept["computer"]) == (10027, DENIED[6]["strings"], "2026-03-01T12:00:00Z", "WEB01")
    limit = denied(raw, 10027)
    assert limit["task"] is None and "Group Policy" in limit["reason"]


def test_logs_that_are_empty_closed_or_change(host, run):
    host.set_double("EvtQueryError", 5)
    [closed] = run([ask({"log": "System"})])
    host.set_double("EvtQueryError", None)
    assert closed.status == "failed" and "access is denied" in closed["msg"] and "Event Log Readers" in closed["msg"]
    host.write_events([], path="C:\\lab\\empty.evtx")
    host.set_double("EvtNextError", 15011)      # behind the first events
    changing, empty = run([ask({"log": "System"}, {"path": "C:\\lab\\empty.evtx"})])
    host.set_double("EvtNextError", None)
    assert changing.status == "failed" and "its newest" in changing["msg"] and "cleared" in changing["msg"] and "15011" in changing["msg"]
    assert empty.status == "ok" and empty["denials"] == empty["other_events"] == empty["unreadable"] == [] and "proves nothing" in empty["msg"]


MANY, KINDS = 100_000, 1500
COUNT = r"""
Add-Type -Path C:\lab\reader.cs
$reading = [ansible_collections.wincom.dcom.plugins.module_utils._EventLog.EventLogReading]::new()
$null = $reading.Providers.Add('Microsoft-Windows-DistributedCOM')
$before = [GC]::GetTotalMemory($true)
$watch = [Diagnostics.Stopwatch]::StartNew()
$reading.Read('C:\lab\many.evtx', $true, '*')
"$($reading.Count) $($watch.Elapsed.TotalSeconds) $(([GC]::GetTotalMemory($true) - $before) / 1kb)"
"""


def test_a_hundred_thousand_events(host, run):
    """Bounded memory: kinds beyond a thousand are counted, not kept. The oldest of the log are those left out."""
    host.write_events((
        event(10016, "application-specific", "Local", "Activation", class_guid(1), guid(number % KINDS), "NT AUTHORITY", "SYSTEM", SYSTEM, LRPC, NO, NO)
        for number in range(MANY)), path="C:\\lab\\many.evtx")
    start = time.monotonic()
    quiet, raw = run([ask({"path": "C:\\lab\\many.evtx"}, {"path": "C:\\lab\\many.evtx", "newest": 5000, "events": True})])
    print(f"\n{MANY} events of {KINDS} kinds: {time.monotonic() - start:.1f} s with the play, and 5000 of them raw")
    assert quiet["count"] == MANY and len(quiet["denials"]) == 1000
    told = sum(one["count"] for one in quiet["denials"])
    assert told == 67_000 and "33000 of 10016" in quiet.sentences
    assert raw["count"] == 5000 and len(raw["events"]) == 1000 and "newest 1000 of 5000" in raw.sentences

    host.path("C:\\lab\\reader.cs").write_text((PLUGINS / "module_utils/_EventLog.cs").read_text(encoding="ascii"), encoding="ascii")
    count, seconds, kilobytes = map(float, host.powershell(COUNT, timeout=300).stdout.split())
    print(f"read in {seconds:.1f} s, kept in {kilobytes:.0f} kB")
    assert count == MANY and kilobytes < 4000
