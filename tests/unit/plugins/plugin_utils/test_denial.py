# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: denials
"""From counted events to denials, and what would grant each. What is expected is written out here, event by event."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from ansible_collections.wincom.dcom.plugins.plugin_utils._dcom_events import DENIALS, LAYOUTS, OTHERS
from ansible_collections.wincom.dcom.plugins.plugin_utils._denial import read_result

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from denial_data import ANONYMOUS, APP, CLASS, ENGLISH_10016, JOE, LRPC, PLAIN_CLASS, POOL, group, raw  # noqa: E402

RECORDED = {event["id"]: event for event in json.loads((Path(__file__).resolve().parents[3] / "data/events.json").read_text(encoding="utf-8"))}
PACKAGE = "S-1-15-2-1-2-3-4-5-6-7"
NO, NEIN, NAI = "Unavailable", "Nicht verf\u00fcgbar", "\u5229\u7528\u4e0d\u53ef"
GERMAN_LRPC, JAPANESE_LRPC = "LocalHost (unter Verwendung von LRPC)", "LocalHost (LRPC \u4f7f\u7528)"
LOCAL, REMOTE = ["local_launch", "local_activation"], ["remote_launch", "remote_activation"]
TASK_ID = "{0C0A3666-30C9-11D0-8F20-00805F2CD064}"


def read(*groups, **more):
    result = raw(*groups, **more)
    read_result(result)
    return result


def only(name, *groups, **more):
    """The one entry of a list; the other lists are empty."""
    result = read(*groups, **more)
    lists = {key: result[key] for key in ("denials", "other_events", "unreadable")}
    [found] = lists.pop(name)
    assert not any(lists.values())
    return found


def grant(principal, rights, option="launch_permission", appid=APP):
    return {"wincom.dcom.appid": {"id": appid, option: {"add": [{"principal": principal, "rights": rights}]}}}


JOIN = {"ansible.windows.win_group_membership": {"name": "Distributed COM Users", "members": ["CONTOSO\\joe"], "state": "present"}}
CALLER = ("CONTOSO", "joe", JOE)

# strings of a denial: what is to be seen in it. A row for each of LAYOUTS, then the languages, then what is missing.
CASES = {
    "10002, Windows 2000": ((10002, CLASS, "joe", "CONTOSO"), {
        "permission": "launch", "principal": "CONTOSO\\joe", "sid": None, "rights": LOCAL, "locality": "unknown", "refused_by": "application", "appid": APP,
        "task": grant("CONTOSO\\joe", LOCAL)}),
    "10002": ((10002, CLASS, "joe", "CONTOSO", JOE), {"principal": "CONTOSO\\joe", "sid": JOE, "task": grant("CONTOSO\\joe", LOCAL)}),
    "10003, Windows 2000": ((10003, CLASS, "joe", "CONTOSO"), {"refused_by": "machine_default", "sid": None, "task": grant("CONTOSO\\joe", LOCAL)}),
    "10003": ((10003, CLASS, "joe", "CONTOSO", JOE), {"refused_by": "machine_default", "sid": JOE, "task": grant("CONTOSO\\joe", LOCAL)}),
    "10015, 8": ((10015, "Remote", "Activation", CLASS, APP, *CALLER, "192.0.2.7"), {
        "permission": "launch", "refused_by": "limit", "rights": ["remote_activation"], "locality": "remote", "addresses": ["192.0.2.7"], "task": JOIN}),
    "10015, 10": ((10015, "Remote", "Launch", CLASS, APP, *CALLER, "192.0.2.7", NO, NO), {"rights": ["remote_launch"], "task": JOIN}),
    "10016, 7": ((10016, "application-specific", "Local", "Activation", CLASS, *CALLER), {
        "appid": APP, "clsid": CLASS, "appid_name": "Shop Server", "class_name": "Shop.Order", "rights": ["local_activation"], "addresses": [],
        "refused_by": "application", "task": grant("CONTOSO\\joe", LOCAL)}),
    "10016, 9": ((10016, "application-specific", "Local", "Launch", CLASS, APP, *CALLER, LRPC), {
        "rights": ["local_launch"], "task": grant("CONTOSO\\joe", LOCAL)}),
    "10016, 11": ((10016, "machine-default", "Remote", "Activation", CLASS, APP, *CALLER, "2001:db8::7", NO, NO), {
        "refused_by": "machine_default", "rights": ["remote_activation"], "addresses": ["2001:db8::7"], "task": grant("CONTOSO\\joe", REMOTE)}),
    "10017, 8": ((10017, "application-specific", "Local", "C:\\srv\\shop.exe", APP, *CALLER, LRPC), {
        "permission": "access", "rights": ["local_access"], "image": "C:\\srv\\shop.exe", "clsid": None,
        "task": grant("CONTOSO\\joe", ["local_access"], "access_permission")}),
    "10017, 10": ((10017, "machine-default", "Remote", "C:\\srv\\shop.exe", APP, *CALLER, "192.0.2.7", NO, NO), {
        "refused_by": "machine_default", "task": grant("CONTOSO\\joe", ["remote_access"], "access_permission")}),
    "10018, 7": ((10018, "Local", "C:\\srv\\shop.exe", APP, *CALLER, LRPC), {"permission": "access", "refused_by": "program", "task": None}),
    "10018, 9": ((10018, "Remote", "C:\\srv\\shop.exe", APP, *CALLER, "192.0.2.7", NO, NO), {"refused_by": "program", "task": None}),
    "10019, 7": ((10019, "Remote", "C:\\srv\\shop.exe", APP, *CALLER, "192.0.2.7"), {"permission": "access", "refused_by": "limit", "task": JOIN}),
    "10019, 9": ((10019, "Remote", "C:\\srv\\shop.exe", APP, *CALLER, "192.0.2.7", NO, NO), {"rights": ["remote_access"], "task": JOIN}),
    "10027, 6": ((10027, "Remote", "Activation", *CALLER, "192.0.2.7"), {"refused_by": "limit", "appid": None, "task": JOIN}),
    "10027, 8": ((10027, "Remote", "Access", *CALLER, "192.0.2.7", NO, NO), {"permission": "access", "rights": ["remote_access"], "task": JOIN}),
    "German": ((10016, "anwendungsspezifisch", "Lokal", "Aktivierung", CLASS, APP, "NT-AUTORIT\u00c4T", "SYSTEM", "S-1-5-18", GERMAN_LRPC, NEIN, NEIN), {
        "refused_by": "unknown", "locality": "local", "rights": LOCAL, "principal": "NT AUTHORITY\\SYSTEM",
        "task": grant("NT AUTHORITY\\SYSTEM", LOCAL)}),
    "German, remote": ((10015, "Remote", "Starten", CLASS, APP, *CALLER, "192.0.2.7", NEIN, NEIN), {"locality": "remote", "rights": REMOTE, "task": JOIN}),
    "German, 2003": ((10016, "anwendungsspezifisch", "Lokal", "Start", CLASS, *CALLER), {
        "locality": "unknown", "rights": LOCAL, "task": grant("CONTOSO\\joe", LOCAL)}),
    "Japanese": ((10016, "\u30a2\u30d7\u30ea\u56fa\u6709", "\u30ed\u30fc\u30ab\u30eb", "\u8d77\u52d5", CLASS, APP, *CALLER, JAPANESE_LRPC, NAI, NAI), {
        "refused_by": "unknown", "locality": "local", "rights": LOCAL, "container": None, "task": grant("CONTOSO\\joe", LOCAL)}),
    "Japanese, remote": ((10016, "\u65e2\u5b9a", "\u30ea\u30e2\u30fc\u30c8", "\u8d77\u52d5", CLASS, NAI, *CALLER, "fe80::1%12", NAI, NAI), {
        "appid": APP, "locality": "remote", "rights": REMOTE, "task": grant("CONTOSO\\joe", REMOTE)}),
    "words in other case": ((10016, "APPLICATION-SPECIFIC", "LOCAL", "launch", CLASS.lower(), APP.lower(), *CALLER, LRPC), {
        "refused_by": "application", "appid": APP, "clsid": CLASS, "rights": ["local_launch"]}),
    "container": ((10016, "application-specific", "Local", "Activation", CLASS, APP, *CALLER, LRPC, "Shop.App_1.0_x64__abc", PACKAGE), {
        "principal": PACKAGE, "sid": PACKAGE, "container": "Shop.App_1.0_x64__abc", "callers": ["CONTOSO\\joe"], "task": grant(PACKAGE, LOCAL)}),
    "container and limit": ((10015, "Local", "Activation", CLASS, APP, *CALLER, LRPC, "Shop.App", PACKAGE), {"sid": PACKAGE, "task": None}),
    "anonymous": ((10016, "machine-default", "Remote", "Launch", CLASS, APP, "NT AUTHORITY", "ANONYMOUS LOGON", ANONYMOUS, "192.0.2.7"), {
        "principal": "NT AUTHORITY\\ANONYMOUS LOGON", "task": None}),
    "anonymous by name": ((10002, CLASS, "ANONYMOUS LOGON", "NT AUTHORITY"), {"task": None}),
    "anonymous and limit": ((10027, "Remote", "Access", "NT AUTHORITY", "ANONYMOUS LOGON", ANONYMOUS, "192.0.2.7"), {"task": None}),
    "no SID where one belongs": ((10016, "a", "b", "c", CLASS, APP, NEIN, NEIN, NEIN, GERMAN_LRPC, NEIN, NEIN), {"principal": None, "sid": None, "task": None}),
    "class name, no AppID": ((10016, "application-specific", "Local", "Launch", "Windows.Shop.Till", NO, *CALLER, LRPC, NO, NO), {
        "clsid": None, "appid": None, "class_name": "Windows.Shop.Till", "task": None}),
    "neither class nor AppID": ((10016, "a", "b", "c", NEIN, NEIN, *CALLER, GERMAN_LRPC, NEIN, NEIN), {"class_name": None, "appid": None, "task": None}),
    "class without AppID": ((10016, "application-specific", "Local", "Launch", PLAIN_CLASS, NO, *CALLER, LRPC, NO, NO), {"appid": None, "task": None}),
    "class that is gone": ((10016, "application-specific", "Local", "Launch", TASK_ID, NO, *CALLER, LRPC, NO, NO), {"appid": None, "task": None}),
    "AppID that is gone": ((10016, "application-specific", "Local", "Launch", CLASS, TASK_ID, *CALLER, LRPC), {"appid": TASK_ID, "task": None}),
}


def test_the_lists_of_a_com_plus_application_are_its_catalog_s():
    one = group(10016, "application-specific", "Local", "Launch", CLASS, APP, *CALLER, LRPC)
    host = raw(one)
    host["registered"]["classes"][CLASS]["com_plus"] = True
    read_result(host)
    [found] = host["denials"]
    assert found["task"] is None and "Component Services" in found["reason"] and not {"com_plus", "registered"} & set(found)


@pytest.mark.parametrize("case", CASES)
def test_denials(case):
    strings, expected = CASES[case]
    found = only("denials", group(*strings))
    assert {name: found[name] for name in expected} == expected
    assert (found["task"] is None) == bool(found["reason"])
    assert found["event_id"] == strings[0] and found["by_design"] is False
    assert found["advice"].endswith(".") and "None" not in found["advice"] and ".." not in found["advice"]


def test_each_layout_of_a_denial_has_a_case():
    cases = {(strings[0], len(strings) - 1) for strings, _expected in CASES.values()}
    assert cases == {(number, count) for number in DENIALS for count in LAYOUTS[number]}


WHY = {
    "10018, 7": "CoInitializeSecurity", "anonymous": "did not authenticate", "anonymous and limit": "did not authenticate",
    "container and limit": "can't be a member of a group", "no SID where one belongs": "names no account", "class name, no AppID": "names no AppID",
    "class without AppID": f"The class {PLAIN_CLASS} has no AppID", "class that is gone": f"class {TASK_ID} is not registered on this host", "AppID that is gone": f"{TASK_ID} is not registered on this host",
}


@pytest.mark.parametrize("case", WHY)
def test_why_nothing_is_proposed(case):
    assert WHY[case] in only("denials", group(*CASES[case][0]))["reason"]


def test_the_sentences():
    assert only("denials", ENGLISH_10016)["advice"] == (
        f"IIS APPPOOL\\Shop ({POOL}) lacks local launch of Shop Server {APP}, refused by the AppID's own list. If it is meant to, the task grants it.")
    default = only("denials", group(*CASES["10003"][0]))["advice"]
    assert "refused by the machine default" in default and "starts from the machine default" in default
    assert "restart it with wincom.dcom.server" in only("denials", group(*CASES["10017, 8"][0]))["advice"]
    assert "does not tell whether the call was local" in only("denials", group(*CASES["German, 2003"][0]))["advice"]
    limit = only("denials", group(*CASES["10015, 8"][0]))["advice"]
    assert "member of Distributed COM Users" in limit and "never open the limit" in limit
    package = only("denials", group(*CASES["container"][0]))["advice"]
    assert package.startswith(f"{PACKAGE} (the application container Shop.App_1.0_x64__abc, running for CONTOSO\\joe) lacks")


@pytest.mark.parametrize("number, kind, policies, proposed", [
    (10015, "Launch", ["MachineLaunchRestriction"], False), (10015, "Launch", ["MachineAccessRestriction"], True),
    (10027, "Access", ["MachineAccessRestriction"], False), (10027, "\u8d77\u52d5", ["MachineAccessRestriction"], False)])
def test_limits_of_a_policy(number, kind, policies, proposed):
    middle = (CLASS, APP) if number == 10015 else ()
    found = only("denials", group(number, "Remote", kind, *middle, *CALLER, "192.0.2.7", NO, NO), limits_by_policy=policies)
    assert (found["task"] is not None) is proposed and (proposed or "Group Policy" in found["reason"])


def test_the_group_has_this_host_s_name():
    found = only("denials", group(*CASES["10015, 8"][0]), users_group="Distributed COM-Benutzer")
    assert found["task"]["ansible.windows.win_group_membership"]["name"] == "Distributed COM-Benutzer" and "Distributed COM-Benutzer" in found["advice"]


# --- by design ---


@pytest.mark.parametrize("clsid, appid", [
    ("{D63B10C5-BB46-4990-A94F-E40B9D520160}", "{9CA88EE3-ACB7-47C8-AFC4-AB702511C276}"),
    ("{260EB9DE-5CBE-4BFF-A99A-3710AF55BF1E}", "{260EB9DE-5CBE-4BFF-A99A-3710AF55BF1E}"),
    ("{C2F03A33-21F5-47FA-B4BB-156362A2F239}", "{316CDED5-E4AE-4B15-9113-7055D84DCC97}"),
    ("{6B3B8D23-FA8D-40B9-8DBD-B950333E2C52}", "{4839DDB7-58C2-48F5-8283-E1D1807D0D7D}"),
    ("{2593f8b9-4eaf-457c-b68a-50f6b8ea6b54}", "{15c20b67-12e7-4bb6-92bb-7aff07997402}"),
])
@pytest.mark.parametrize("own", [True, False])
def test_what_microsoft_calls_by_design(clsid, appid, own):
    found = only("denials", group(10016, "x", "Local", "x", clsid, appid, *CALLER, LRPC, NO, NO, own=own),
                 registered={"classes": {}, "appids": {appid.upper(): "Shell"}})
    assert found["by_design"] is True and "filter the event out of view" in found["advice"] and "task" in found
    assert found["task"]["wincom.dcom.appid"]["id"] == appid.upper()


def test_the_class_alone_is_not_by_design():
    strings = ["x", "Local", "x", "{D63B10C5-BB46-4990-A94F-E40B9D520160}", APP, *CALLER, LRPC, NO, NO]
    assert only("denials", group(10016, *strings))["by_design"] is False


# --- recorded events ---


# AppID or class, principal, rights, by design, whether something is proposed; for an event of a computer that is not this host
RECORDED_ANSWERS = {
    "E1": ("{15C20B67-12E7-4BB6-92BB-7AFF07997402}", "Computer\\User", ["local_activation"], True, "S-1-1-12-12345678-123456789-123456789-1234"),
    "E2": ("{316CDED5-E4AE-4B15-9113-7055D84DCC97}", "NT AUTHORITY\\LOCAL SERVICE", ["local_activation"], True, "S-1-5-19"),
    "E4": ("{AD65A69D-3831-40D7-9629-9B0B50A93843}", "NT AUTHORITY\\SYSTEM", ["local_launch"], False, "S-1-5-18"),
    "E5": (None, "NT AUTHORITY\\SYSTEM", ["local_launch"], False, None),
    "E6": ("{316CDED5-E4AE-4B15-9113-7055D84DCC97}", RECORDED["E6"]["strings"][10], ["local_activation"], True, RECORDED["E6"]["strings"][10]),
    "E8a": (TASK_ID, "WEB01\\IWAM_WEB01", LOCAL, False, "WEB01\\IWAM_WEB01"),
    "E8b": (TASK_ID, "WEB01\\IWAM_WEB01", LOCAL, False, "S-1-5-21-1000000001-1000000002-1000000003-1005"),
    "E9": ("{8D8F4F83-3594-4F07-8369-FC3C3CAE4919}", "NT AUTHORITY\\SYSTEM", ["local_activation"], False, "S-1-5-18"),
}


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_events_of_another_computer(name):
    identity, principal, rights, by_design, grantee = RECORDED_ANSWERS[name]
    event = RECORDED[name]
    found = only("denials", group(event["event_id"], *event["strings"], own=False, computer="DB01"))
    assert (found["appid"] or found["clsid"], found["principal"], found["rights"], found["by_design"]) == (identity, principal, rights, by_design)
    assert found["task"] == (grant(grantee, LOCAL, appid=identity) if grantee else None)
    assert found["appid_name"] is None and "on DB01" in found["advice"]


# --- other events ---

OTHER_CASES = {
    10000: (("C:\\srv\\shop.exe -Embedding", "2", CLASS), "The server Shop.Order {0} could not be started by C:\\srv\\shop.exe -Embedding (error 2)."),
    10001: (("C:\\srv\\shop.exe", "5", CLASS, "CONTOSO", "joe"),
            "The server Shop.Order {0} could not be started by C:\\srv\\shop.exe as CONTOSO\\joe (error 5)."),
    10004: (("1326", "CONTOSO", "joe", CLASS), "The identity CONTOSO\\joe of the server Shop.Order {0} could not be logged on (error 1326)."),
    10005: (("1058", "Shop", "-x", CLASS), "The service Shop of the server Shop.Order {0} could not be started (error 1058, arguments -x)."),
    10006: (("5", "DB01", CLASS), "The computer DB01 answered with error 5 for the server Shop.Order {0}."),
    10009: (("DB01",), "The computer DB01 could not be reached."),
    10010: ((CLASS,), "The server Shop.Order {0} started, but did not register in time."),
    10014: ((CLASS,), "Remote activation of COM+ was refused for the server Shop.Order {0}."),
    10020: (("machine-wide", "Launch"), "A machine-wide list of permissions is invalid (machine-wide, Launch)."),
    10021: ((APP,), "The launch permission of Shop Server {1} is invalid."),
    10022: (("application-specific", "shop.exe", APP), "An access permission (application-specific) that shop.exe read from the registry is invalid."),
    10023: (("shop.exe", APP), "The access permission that shop.exe gave to CoInitializeSecurity is invalid."),
    10024: (("Launch",), "The limit that Group Policy sets (Launch) is no valid SDDL."),
    10026: (("86400", "SuppressDuplicateDuration", "Software\\Microsoft\\Ole\\EventLog"),
            "DCOM has begun to leave out events that repeat, for 86400 seconds each."),
    10028: (("DB01", "", "shop.exe", CLASS), "The computer DB01, called by shop.exe, could not be reached."),
    10029: ((CLASS, "Shop"), "The service Shop of the server Shop.Order {0}: it took too long to stop (on Server 2008 R2: DCOM started it)."),
    10036: (("CONTOSO", "joe", JOE, "192.0.2.7"), "The call of CONTOSO\\joe (" + JOE + ") from 192.0.2.7 had an authentication level that is too low."),
    10037: (("shop.exe", "", CLASS, "DB01", "2"),
            "The program shop.exe asked DB01 for Shop.Order {0} with authentication level 2, which it sets itself and which is too low."),
    10038: (("shop.exe", "", CLASS, "DB01", "2"),
            "The program shop.exe asked DB01 for Shop.Order {0} with the default authentication level 2, which is too low."),
}


@pytest.mark.parametrize("number", OTHER_CASES)
def test_events_that_are_no_denials(number):
    strings, meaning = OTHER_CASES[number]
    result = read(group(number, *strings), group(number, *strings, count=2, last="2026-03-05T00:00:00Z"))
    assert result["denials"] == [] and result["unreadable"] == []
    [found] = result["other_events"]
    assert found["meaning"] == meaning.format(CLASS, APP)
    assert (found["count"], found["last"]) == (3, "2026-03-05T00:00:00Z") and found["advice"].endswith(".") and ".." not in found["advice"]
    assert "pid" not in found["details"] and "task" not in found
    assert result["suppressed"] is (number == 10026)


@pytest.mark.parametrize("number, strings", [(10022, ("kind", "shop.exe")), (10023, ("shop.exe",)), (10028, ("DB01", "", "shop.exe"))])
def test_older_layouts(number, strings):
    assert "shop.exe" in only("other_events", group(number, *strings))["meaning"]


def test_every_event_is_a_denial_or_has_a_meaning_and_a_case():
    assert set(LAYOUTS) == set(DENIALS) | set(OTHERS) and not set(DENIALS) & set(OTHERS)
    assert set(OTHER_CASES) == set(OTHERS)


def test_hardening_is_never_a_permission():
    for number in (10036, 10037, 10038):
        assert "No permission changes that" in only("other_events", group(number, *OTHER_CASES[number][0]))["advice"]


# --- what can't be read ---


@pytest.mark.parametrize("number, strings, more, words", [
    (10016, ("application-specific", "Local"), {}, "it has 2 strings, a 10016 has one of 7, 9, 11"),
    (10016, ("x",) * 8, {}, "it has 8 strings"),
    (10010, (), {}, "it has 0 strings, a 10010 has 1"),
    (10021, ("x", "y"), {}, "it has 2 strings, a 10021 has 1"),
    (10017, ("x",) * 16, {"string_count": 40}, "it has 40 strings"),
    (10035, ("x",), {}, "10035 is no event of DCOM"),
    (0, (), {}, "0 is no event of DCOM"),
    (10010, (), {"provider": "Microsoft-Windows-RestartManager", "dcom": False}, "it is of Microsoft-Windows-RestartManager, not of DCOM"),
    (10010, (), {"provider": "", "dcom": False}, "it is of an unnamed provider"),
])
def test_what_can_t_be_read(number, strings, more, words):
    found = only("unreadable", group(number, *strings, count=3, **more))
    assert words in found["reason"] and found["count"] == 3 and found["strings"] == list(strings)


def test_broken_records_are_counted():
    result = read(broken={"error 15005": 4, "malformed XML": 1}, count=5)
    assert [(one["event_id"], one["count"]) for one in result["unreadable"]] == [(None, 4), (None, 1)]
    assert "15005" in result["unreadable"][0]["reason"] and "5 events could not be read" in result["warnings"][0]


# --- accounts that are gone ---

GONE = ("CONTOSO", "svc-old", "S-1-5-21-1-2-3-4711")


def test_an_account_that_is_gone_has_the_name_that_the_event_gives_it_and_is_granted_by_its_sid():
    found = only("denials", group(10016, "x", "Local", "Launch", CLASS, APP, *GONE, LRPC))
    assert (found["principal"], found["sid"], found["task"]) == ("CONTOSO\\svc-old", GONE[2], grant(GONE[2], LOCAL))
    assert found["advice"].startswith(f"CONTOSO\\svc-old ({GONE[2]}) lacks local launch of ")
    limit = only("denials", group(10015, "Remote", "Launch", CLASS, APP, *GONE, "192.0.2.7"))
    assert limit["task"]["ansible.windows.win_group_membership"]["members"] == [GONE[2]]


def test_in_a_container_too():
    found = only("denials", group(10016, "x", "Local", "Launch", CLASS, APP, *GONE, LRPC, "Some.App", PACKAGE))
    assert (found["sid"], found["callers"]) == (PACKAGE, [f"CONTOSO\\svc-old ({GONE[2]})"])


def test_what_this_host_calls_an_account_goes_before_what_the_event_does():
    found = only("denials", group(10016, "x", "Local", "Launch", CLASS, APP, "OLDNAME", "jo", JOE, LRPC))
    assert (found["principal"], found["task"]) == ("CONTOSO\\joe", grant("CONTOSO\\joe", LOCAL))


@pytest.mark.parametrize("word", [NO, NEIN, NAI, ""])
def test_an_account_without_a_name_even_in_the_event(word):
    found = only("denials", group(10016, "x", "Local", "Launch", CLASS, APP, word, word, GONE[2], LRPC))
    assert found["principal"] == GONE[2] and found["advice"].startswith(GONE[2] + " lacks ")


def test_other_events_name_an_account_that_is_gone():
    assert only("other_events", group(10036, *GONE, "198.51.100.7"))["meaning"] == (
        f"The call of CONTOSO\\svc-old ({GONE[2]}) from 198.51.100.7 had an authentication level that is too low.")
    assert only("other_events", group(10036, NO, NO, GONE[2], "198.51.100.7"))["meaning"].startswith(f"The call of {GONE[2]} from ")


# --- grouping, and the whole ---


def test_what_is_alike_is_one():
    strings = ["application-specific", "Remote", "Launch", CLASS, APP, *CALLER]
    times = [("192.0.2.9", 5, "2026-03-03"), ("192.0.2.7", 1, "2026-03-01"), ("192.0.2.7", 2, "2026-03-02")]
    found = only("denials", *(group(10016, *strings, address, *words, count=count, first=day, last=day)
                              for (address, count, day), words in zip(times, ((NO, NO), (NEIN, NEIN), ()))))
    assert (found["count"], found["first"], found["last"], found["addresses"]) == (8, "2026-03-01", "2026-03-03", ["192.0.2.7", "192.0.2.9"])


def test_the_most_frequent_comes_first_and_addresses_are_bounded():
    often = [group(10016, "x", "Remote", "Launch", CLASS, APP, *CALLER, f"192.0.2.{number}") for number in range(30)]
    result = read(ENGLISH_10016, *often)
    assert [one["count"] for one in result["denials"]] == [30, 1] and len(result["denials"][0]["addresses"]) == 10


def test_another_right_computer_or_principal_is_another_denial():
    base = ["application-specific", "Local", "Launch", CLASS, APP, *CALLER, LRPC]
    result = read(group(10016, *base), group(10016, *base[:2], "Activation", *base[3:]), group(10016, *base, computer="DB01", own=False),
                  group(10016, *base[:5], "CONTOSO", "jane", "S-1-5-21-1-2-3-1002", LRPC))
    assert len(result["denials"]) == 4


def test_an_empty_answer_says_what_it_is_worth():
    result = read()
    assert "proves nothing" in result["msg"] and "warnings" not in result and result["suppressed"] is False


def test_warnings():
    result = read(ENGLISH_10016, further={"10016": 70, "10028": 5}, count=76, events=[{}] * 60, warnings=["earlier"])
    assert result["warnings"] == [
        "earlier",
        "the log has more kinds of events than are told apart; not listed are 70 of 10016, 5 of 10028. "
        "Narrow the window with since, newest or event_ids",
        "events holds the newest 60 of 76",
    ]


def test_the_keys_of_the_result():
    result = read(ENGLISH_10016)
    assert set(result) == {"changed", "count", "denials", "other_events", "unreadable", "suppressed", "msg", "names"}
    assert not {"own", "registered"} & set(result["denials"][0])
