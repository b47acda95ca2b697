# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: reading, findings, effective rights
"""appid_info: what it reads of AppIDs that a test has put there, what it finds wrong, and that `appid` takes what it says."""

import base64
import time

import playbook
import pytest
import scene
import samples
import stages
from accounts import COMPUTER_SID, Account
from descriptor import ADMINISTRATORS, EVERYONE, INTERACTIVE, SYSTEM, allow, deny, encode
from scene import class_guid, guid

GOOD = encode([allow(SYSTEM, 7), allow(ADMINISTRATORS, 7)])
LAUNCH = encode([allow(SYSTEM, 0x1F), allow(ADMINISTRATORS, 0x1F), allow(INTERACTIVE, 0xB)])
FLAGGED = encode([allow(SYSTEM, 0x1F, flags=0x13)])     # inherited, for keys and files below
ORPHAN = "S-1-5-21-1-2-3-4711"
POOL = "S-1-5-82-1-2-3-4-5"
PACKAGES, APPLICATION = "S-1-15-2-1", "S-1-15-2-1-2-3-4-5-6-7"
ALL_SERVICES, INSTALLER = "S-1-5-80-0", "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
SVC_COM = "S-1-5-21-44444444-55555555-66666666-1105"
JOE_SID = COMPUTER_SID + "-1001"
EXEMPTIONS = "\\AppCompat\\ActivationSecurityCheckExemptionList"
POLICIES = "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows NT\\DCOM"

# name: (registry values, settings as appid takes them, findings)
CASES = {
    "nothing of its own": ({}, {}, []),
    "all lists": (
        {"AccessPermission": GOOD, "LaunchPermission": LAUNCH},
        {"launch_permission": {"set": [
            {"principal": "NT AUTHORITY\\SYSTEM", "type": "allow", "rights": ["local_launch", "remote_launch", "local_activation", "remote_activation"]},
            {"principal": "BUILTIN\\Administrators", "type": "allow", "rights": ["local_launch", "remote_launch", "local_activation", "remote_activation"]},
            {"principal": "NT AUTHORITY\\INTERACTIVE", "type": "allow", "rights": ["local_launch", "local_activation"]}]},
         "access_permission": {"set": [
             {"principal": "NT AUTHORITY\\SYSTEM", "type": "allow", "rights": ["local_access", "remote_access"]},
             {"principal": "BUILTIN\\Administrators", "type": "allow", "rights": ["local_access", "remote_access"]}]}}, []),
    "values": (
        {"RunAs": "NT AUTHORITY\\NetworkService", "AuthenticationLevel": 6, "DllSurrogate": "", "AppIDFlags": 0x803, "PreferredServerBitness": 3},
        {"run_as": "network_service", "authentication_level": "packet_privacy", "dll_surrogate": "system", "preferred_server_bitness": "64",
         "flags": {"set": ["activate_iuserver_indesktop", "secure_server_process_sd_and_bind", "aaa_no_implicit_activate_as_iu"]}}, []),
    "a list that ends too early": ({"AccessPermission": GOOD[:-4]}, {}, ["invalid_permission"]),
    "a list of the wrong type": ({"LaunchPermission": "O:BAG:BAD:"}, {}, ["invalid_permission"]),
    "a mixed list": ({"AccessPermission": encode([allow(SYSTEM, 1), allow(ADMINISTRATORS, 7)])}, {}, ["invalid_permission"]),
    "a NULL list": ({"AccessPermission": encode(None)}, {}, ["null_permission"]),
    "SYSTEM is not in": ({"AccessPermission": encode([allow(ADMINISTRATORS, 7)])}, None, ["access_without_system"]),
    "SYSTEM is denied": ({"AccessPermission": encode([deny(SYSTEM, 3), allow(SYSTEM, 7)])}, None, ["access_without_system"]),
    "Everyone lets SYSTEM in": ({"AccessPermission": encode([allow(EVERYONE, 3)])}, None, []),
    "nobody is in": ({"LaunchPermission": encode([])}, {"launch_permission": {"set": []}}, ["empty_permission"]),
    "generic rights only": ({"LaunchPermission": encode([allow(EVERYONE, 0x20000000)])}, None, ["empty_permission", "idle_entry"]),
    "of another owner": (
        {"LaunchPermission": encode([allow(SYSTEM, 0x1F)], owner=SYSTEM)}, {"launch_permission": {"sddl": "O:SYG:BAD:(A;;CCDCLCSWRP;;;SY)"}}, []),
    "entries with flags": ({"LaunchPermission": FLAGGED}, {"launch_permission": {"binary": base64.b64encode(FLAGGED).decode()}}, []),
    "a service account by its name": ({"RunAs": "NT AUTHORITY\\LOCAL SERVICE"}, {"run_as": "local_service"}, []),
    "open to the network": ({"LaunchPermission": encode([allow(EVERYONE, 0x1F)])}, None, ["open_to_network"]),
    "deny behind allow": ({"LaunchPermission": encode([allow(EVERYONE, 0xB), deny("S-1-5-32-546", 0xB)])}, None, ["disordered_permission"]),
    "the old format": ({"LaunchPermission": encode([allow(SYSTEM, 1)])}, None, ["legacy_permission"]),
    "an orphan": ({"AccessPermission": encode([allow(SYSTEM, 7), allow(ORPHAN, 3)])}, None, ["orphaned_principal"]),
    "an application pool": ({"AccessPermission": encode([allow(SYSTEM, 7), allow(POOL, 3)])}, None, []),
    "interactive": ({"RunAs": "interactive user"}, {"run_as": "interactive_user"}, ["run_as_interactive"]),
    "an unknown user": ({"RunAs": "CONTOSO\\nobody"}, {}, ["run_as_unknown"]),
    "a user without a password": ({"RunAs": "CONTOSO\\svc-com"}, {"run_as": "CONTOSO\\svc-com"}, ["password_missing"]),
    "a user": ({"RunAs": "CONTOSO\\svc-com"}, {"run_as": "CONTOSO\\svc-com"}, []),
    "no authentication": ({"AuthenticationLevel": 1, "AccessPermission": GOOD}, None, ["no_authentication"]),
    "a level out of range": ({"AuthenticationLevel": 9}, {}, ["invalid_value"]),
    "a service that runs as itself": ({"LocalService": "MDM", "RunAs": "Interactive User"}, {"service": "MDM", "run_as": "interactive_user"}, ["run_as_ignored"]),
    "a service that is not there": ({"LocalService": "Gone"}, {"service": "Gone"}, ["service_missing"]),
    "a program that is not mapped": ({"AccessPermission": GOOD}, None, ["mapping_missing"]),
    "a program that is mapped": ({"AccessPermission": GOOD}, None, []),
    "exempted by policy": ({}, {}, ["activation_exempted"]),
    "exempted by this computer": ({}, {}, []),          # the policy's list hides that of the computer
}
NAMES = list(CASES)
APPID_OF = {name: guid(number + 1) for number, name in enumerate(NAMES)}


def info(**arguments):
    return {"wincom.dcom.appid_info": arguments}


def seed(host):
    host.install_service("MDM", scene.MDM_IMAGE + " /service")
    entries = [entry for name, (values, _settings, _findings) in CASES.items() for entry in scene.app(APPID_OF[name], f"Case {name}", **values)]
    entries += [stages.put_secret(APPID_OF["a user"], "pw"), stages.put_right(SVC_COM, "SeBatchLogonRight"), *scene.app("mdm.exe", AppID=APPID_OF["a program that is mapped"])]
    for number, name in enumerate(("a program that is not mapped", "a program that is mapped")):
        clsid = scene.CLASSES + "\\" + class_guid(number)
        entries += [scene.text(clsid, "AppID", APPID_OF[name]), scene.text(clsid, "", f"Class {number}"),
                    scene.text(clsid + "\\LocalServer32", "", scene.MDM_IMAGE)]
    entries += [scene.text(POLICIES + EXEMPTIONS, APPID_OF["exempted by policy"].lower(), "1"),
                scene.text(scene.OLE + EXEMPTIONS, APPID_OF["exempted by this computer"], "1")]
    host.import_registry(entries)


@pytest.fixture(scope="module")
def host(new_host):
    host = new_host("INFO01", mdm="system32")
    seed(host)
    return host


@pytest.fixture(scope="module")
def told(host):
    """The results of: all AppIDs of the test, and some selections."""
    host.start_program(scene.MDM_IMAGE)
    before = stages.state(host)
    tasks = [
        info(name="Case *"), info(id=["mdm.exe", "No Such Server", APPID_OF["interactive"].strip("{}").lower()], gather=["settings"]),
        info(custom_permission=False, name="Case *", gather=["settings"]), info(runs_as="interactive_user"), info(runs_as="CONTOSO\\svc-com", gather=["findings"]),
        info(id=[APPID_OF["nothing of its own"]], gather=["settings", "configuration_permission"]),
    ]
    results = playbook.play([host], tasks, check=True)[host.name]
    assert stages.state(host) == before
    assert [result.status for result in results] == ["ok"] * len(tasks), results
    assert not any(result["changed"] for result in results)
    return results


@pytest.fixture(scope="module")
def by_name(told):
    return {one["display_name"].partition(" ")[2]: one for one in told[0]["appids"]}


def test_all_are_told(by_name):
    assert sorted(by_name) == sorted(NAMES)
    assert {name: one["id"] for name, one in by_name.items()} == APPID_OF


@pytest.mark.parametrize("name", NAMES)
def test_findings(by_name, name):
    assert [finding["id"] for finding in by_name[name]["findings"]] == CASES[name][2], by_name[name]["findings"]
    assert all(finding["severity"] in ("error", "warning", "info") and finding["text"] for finding in by_name[name]["findings"])


@pytest.mark.parametrize("name", [name for name in NAMES if CASES[name][1] is not None])
def test_settings(by_name, name):
    assert by_name[name]["settings"] == {"id": APPID_OF[name], "display_name": f"Case {name}", **CASES[name][1]}


def test_what_only_the_bytes_say_is_declared_as_bytes(by_name):
    assert by_name["deny behind allow"]["settings"]["launch_permission"] == {"binary": base64.b64encode(CASES["deny behind allow"][0]["LaunchPermission"]).decode()}


def test_nothing_is_lost_here_or_on_another_host(host, by_name, new_host):
    """Owner, group and flags of entries, which set would not write where no list is; and a name of RunAs that has a keyword stays what it is."""
    names = ("of another owner", "entries with flags", "a service account by its name")
    other = new_host("INFO02")
    other.import_registry([entry for name in names for entry in scene.app(APPID_OF[name], f"Case {name}")])
    before = stages.state(host)
    told = playbook.play([host, other], [playbook.appids([by_name[name]["settings"] for name in names])])
    for here, there in zip(told[host.name], told[other.name]):
        assert (here.status, here["changed"], there.status, there["changed"]) == ("ok", False, "ok", True), (here, there)
    assert stages.state(host) == before
    for name in names[:2]:
        stored, written = (scene.stored(one, APPID_OF[name], "launch_permission") for one in (host, other))
        assert (written.owner, written.group, written.dacl.entries) == (stored.owner, stored.group, stored.dacl.entries)


def test_a_list_as_text(by_name):
    permission = by_name["all lists"]["permissions"]["launch_permission"]
    assert permission["sddl"] == "O:BAG:BAD:(A;;CCDCLCSWRP;;;SY)(A;;CCDCLCSWRP;;;BA)(A;;CCDCSW;;;IU)"
    assert "allow NT AUTHORITY\\INTERACTIVE (S-1-5-4): local launch, local activation" in permission["entries"]


def test_what_hangs_on_an_appid(by_name):
    mapped, service = by_name["a program that is mapped"], by_name["a service that runs as itself"]
    assert mapped["executables"] == ["mdm.exe"] and [one["clsid"] for one in mapped["classes"]] == [class_guid(1)]
    assert [one["image"].lower() for one in mapped["processes"]] == [scene.MDM_IMAGE.lower()] and mapped["service"] is None
    assert service["service"]["name"] == "MDM" and service["service"]["status"] == "Stopped" and service["processes"] == []


def test_selections(told):
    _all, by_id, plain, interactive, user, keys = told
    assert [one["id"] for one in by_id["appids"]] == [APPID_OF["a program that is mapped"], APPID_OF["interactive"]]
    assert [one["id"] for one in by_id["not_found"]] == ["No Such Server"] and "findings" not in by_id["appids"][0]
    custom = {name for name in NAMES if {"AccessPermission", "LaunchPermission"} & set(CASES[name][0])}
    assert {one["id"] for one in plain["appids"]} == {APPID_OF[name] for name in NAMES if name not in custom}
    assert {APPID_OF[name] for name in ("interactive", "a service that runs as itself")} <= {one["id"] for one in interactive["appids"]}
    assert APPID_OF["values"] not in {one["id"] for one in interactive["appids"]}
    assert {one["id"] for one in user["appids"]} == {APPID_OF["a user"], APPID_OF["a user without a password"]}
    assert set(keys["appids"][0]["settings"]["configuration_permission"]) == {"binary"}       # Wine passes nothing down: what a key has is its own


# --- what a principal may do ---------------------------------------------------------------------------------------------

LAUNCH_RIGHTS = ("local_launch", "remote_launch", "local_activation", "remote_activation")
ACCESS_RIGHTS = ("local_access", "remote_access")
JOE = Account("joe", groups=("Distributed COM Users",))
ADA = Account("ada", groups=("Administrators",))
CONDITIONAL = "{4839DDB7-58C2-48F5-8283-E1D1807D0D7D}"      # of Windows itself: lets Authenticated Users in under a condition


@pytest.fixture(scope="module")
def asked(new_host):
    """appid_info with principals where Windows' own limits hold, without gathering, and where Group Policy lets nobody in; then with unknown principals."""
    host = new_host("CALL01", [JOE, ADA])
    host.import_registry([
        *scene.app(guid(1), "Bare"), scene.text(scene.CLASSES + "\\" + class_guid(1), "", "A class without an AppID"),
        scene.text("HKLM\\SOFTWARE\\Classes\\Shop.Basket\\CLSID", "", class_guid(1)),
        scene.text(scene.CLASSES_32 + "\\" + class_guid(2), "", "A class of 32 bits"), scene.text(scene.CLASSES + "\\" + class_guid(3), "AppID", guid(99)),
        *scene.app(guid(2), "Pool", LaunchPermission=encode([allow(SYSTEM, 0x1F), allow(POOL, 0x1F)]), AccessPermission=encode([allow(SYSTEM, 7), allow(POOL, 7)])),
        *scene.app(guid(3), "Joe is out", LaunchPermission=encode([deny(JOE_SID, 0x1F), allow("S-1-5-32-562", 0x1F)]), AuthenticationLevel=1),
        *scene.app(guid(4), "Joe is in by his group", LaunchPermission=encode([allow("S-1-5-32-562", 0x1F)])),
        *scene.app(guid(5), "Groups of a token", LaunchPermission=encode([allow("S-1-5-32-568", 0x1F)]), AccessPermission=encode([allow(SYSTEM, 7), allow("S-1-5-113", 7)])),
        *scene.app(guid(6), "Not mapped", AccessPermission=GOOD), scene.text(scene.CLASSES + "\\" + class_guid(4), "AppID", guid(6)),
        scene.text(scene.CLASSES + "\\" + class_guid(4) + "\\LocalServer32", "", '"C:\\shop\\shop.exe"'),
        *scene.app(CONDITIONAL, "Under a condition", LaunchPermission=next(samples.as_bytes(case) for case in samples.windows_defaults() if case["appid"] == CONDITIONAL)),
        *scene.app(guid(7), "Everyone", LaunchPermission=encode([allow(EVERYONE, 0xB)])),
        *scene.app(guid(8), "Packages", LaunchPermission=encode([allow(EVERYONE, 0xB), allow(PACKAGES, 0xB), allow(ALL_SERVICES, 0x1F)])),
        scene.text(scene.OLE + EXEMPTIONS, guid(2), "1"),
    ])
    ids = [*map(guid, range(1, 9)), CONDITIONAL, class_guid(1)]
    arguments = {"id": ids, "principals": [".\\joe", ".\\ada", POOL, "SYSTEM", "NETWORK SERVICE", APPLICATION, INSTALLER], "gather": ["settings", "findings"]}
    others = {"id": [class_guid(1).strip("{}").lower(), "Shop.Basket", class_guid(2), class_guid(3)], "principals": ["SYSTEM"], "gather": ["findings"]}
    plain, bare, classes = playbook.play([host], [info(**arguments), info(**{**arguments, "gather": ["processes"]}), info(**others)])[host.name]
    host.import_registry([scene.text(POLICIES, "MachineLaunchRestriction", "O:BAG:BAD:(A;;0x1f;;;BA)"), scene.text(scene.OLE, "EnableDCOM", "N"),
                          (scene.OLE, "LegacyAuthenticationLevel", *scene.dword(1))])
    nobody = info(id=ids, principals=["Nobody Here", "SYSTEM", "Nor Here"])
    strict, unknown = playbook.play([host], [info(**arguments), {**nobody, "ignore_errors": True}])[host.name]
    for result in (plain, bare, classes, strict):
        assert result.status == "ok", result["msg"]
    return {"plain": plain, "bare": bare, "classes": classes, "strict": strict, "unknown": unknown}


@pytest.fixture(scope="module")
def callers(asked):
    """[plain, strict], each {AppID: {principal: {right: ...}}}."""
    return [rights_of(asked[name]) for name in ("plain", "strict")]


def rights_of(result):
    return {one["id"]: {caller["principal"]: caller["rights"] for caller in one["principals"]} for one in result["appids"]}


def granted(rights, *names):
    return [rights[name]["granted"] for name in names]


def test_the_machine_default_decides(callers):
    joe, system = callers[0][guid(1)][".\\joe"], callers[0][guid(1)]["SYSTEM"]
    assert granted(joe, *LAUNCH_RIGHTS) == [False] * 4
    assert granted(joe, *ACCESS_RIGHTS) == [True] * 2        # without RunAs the server runs as joe, whom the default means by SELF
    assert joe["local_launch"]["depends_on"] == ["NT AUTHORITY\\INTERACTIVE"]        # which the default lets in
    assert "machine default (the AppID has no launch permission of its own)" in joe["local_launch"]["decided_by"]
    assert granted(system, *LAUNCH_RIGHTS, *ACCESS_RIGHTS) == [True] * 6
    assert callers[0][None][".\\joe"]["local_launch"]["decided_by"].startswith("the machine default (the class has no AppID)")


def test_the_limit_decides(callers):
    """A pool has all rights, but Windows' limit gives remote launch to nobody but Administrators and two groups."""
    pool = callers[0][guid(2)][POOL]
    assert granted(pool, *LAUNCH_RIGHTS) == [True, False, True, False] and granted(pool, *ACCESS_RIGHTS) == [True, True]
    assert "BUILTIN\\Distributed COM Users" in pool["remote_launch"]["depends_on"]       # somebody may have put the pool in
    assert pool["remote_launch"]["decided_by"] == "the machine's launch limit does not allow it"
    assert pool["local_launch"]["decided_by"] == "the launch permission of the AppID allows it"


def test_deny_wins_and_groups_count(callers):
    out, by_group = callers[0][guid(3)][".\\joe"], callers[0][guid(4)][".\\joe"]
    assert granted(out, *LAUNCH_RIGHTS) == [False] * 4 and out["local_launch"]["decided_by"] == "the launch permission of the AppID denies it"
    assert granted(out, *ACCESS_RIGHTS) == [True, True] and "authentication level none" in out["local_access"]["decided_by"]
    assert granted(by_group, *LAUNCH_RIGHTS) == [True] * 4 and "BUILTIN\\Distributed COM Users (S-1-5-32-562)" in by_group["remote_launch"]["decided_by"]


def test_groups_of_a_token(callers, asked):
    """Windows puts a pool in IIS_IUSRS and a local account in Local account; no list of members says so."""
    held = callers[0][guid(5)]
    assert granted(held[POOL], "local_launch", "local_access") == [True, False]
    assert held[POOL]["local_launch"]["decided_by"] == "the launch permission of the AppID allows it by BUILTIN\\IIS_IUSRS (S-1-5-32-568)"
    assert granted(held[".\\joe"], "local_launch", "local_access") == [False, True]
    assert held["NETWORK SERVICE"]["local_launch"]["depends_on"] == ["BUILTIN\\IIS_IUSRS"]     # somebody may have put it in
    told = {one["principal"]: one.get("unknown_groups") for one in asked["plain"]["appids"][0]["principals"]}
    users_only = "Windows tells the local groups of users only"
    of_user = "an application container has those of its user, and which user that is its SID does not tell"
    assert {name: text and text.rpartition(": ")[2] for name, text in told.items()} == {
        ".\\joe": None, ".\\ada": None, "SYSTEM": None, POOL: users_only, "NETWORK SERVICE": users_only, APPLICATION: of_user, INSTALLER: users_only}
    assert held[POOL]["local_access"]["depends_on"] == []                                      # which is no local account


def test_a_container_is_asked_for_with_its_user(callers):
    everyone, packages = (callers[0][guid(number)][APPLICATION]["local_launch"] for number in (7, 8))
    assert not everyone["granted"] and everyone["depends_on"] == []
    assert packages["granted"] and packages["decided_by"].endswith("allows it by ALL APPLICATION PACKAGES (S-1-15-2-1)")
    assert [text.partition(" (")[0] for text in packages["depends_on"]] == ["being less privileged"]


def test_all_services_are_in_the_token_of_each(callers):
    held = callers[0][guid(8)]
    assert granted(held[INSTALLER], "local_launch") == [True] and held[INSTALLER]["remote_launch"]["decided_by"].startswith("the machine's launch limit")
    assert held[".\\joe"]["remote_launch"]["depends_on"] == ["NT SERVICE\\ALL SERVICES"]


def test_a_condition_is_a_doubt(callers):
    held, condition = callers[0][CONDITIONAL], "conditional entry for NT AUTHORITY\\Authenticated Users (S-1-5-11)"
    assert granted(held["SYSTEM"], *LAUNCH_RIGHTS) == granted(held[".\\ada"], *LAUNCH_RIGHTS) == [True] * 4
    assert held["SYSTEM"]["local_launch"]["depends_on"] == []
    assert held[".\\ada"]["local_launch"]["depends_on"] == ["elevation, without which (UAC) BUILTIN\\Administrators only denies"]
    assert granted(held[".\\joe"], *LAUNCH_RIGHTS) == [False] * 4 and condition in held[".\\joe"]["local_launch"]["depends_on"]


def test_what_is_not_mapped_follows_the_machine(callers):
    told = callers[0][guid(6)][".\\joe"]["local_access"]
    assert told["granted"] and "the machine default (that of the AppID is ignored, for shop.exe is not mapped to it)" in told["decided_by"]


def test_what_is_gathered_is_no_matter(asked):
    assert rights_of(asked["bare"]) == rights_of(asked["plain"])
    assert "exemption list of this computer" in rights_of(asked["bare"])[guid(2)][".\\joe"]["local_activation"]["decided_by"]


def test_classes_without_an_appid(asked):
    """By a GUID without braces, a ProgID, in the view of 32 bits; one whose AppID is not there is none of them."""
    assert [(one["id"], one["classes"][0]["clsid"].upper(), one["display_name"]) for one in asked["classes"]["appids"]] == [
        (None, class_guid(1), "A class without an AppID"), (None, class_guid(1), "A class without an AppID"), (None, class_guid(2), "A class of 32 bits")]
    [missing] = asked["classes"]["not_found"]
    assert missing["id"] == class_guid(3) and f"leads (by its class) to the AppID {guid(99)}, which is not registered" in missing["reason"]


def test_all_unknown_principals_are_named(asked):
    assert asked["unknown"].status == "failed"
    assert all(f"'{name}' does not exist" in asked["unknown"]["msg"] for name in ("Nobody Here", "Nor Here"))


def test_the_machines_level_none(callers, asked):
    told = callers[1][guid(2)][".\\joe"]["local_access"]
    assert told["granted"] and told["decided_by"] == "the machine's default authentication level none lets everybody in"
    texts = {one["id"]: [finding["text"] for finding in one["findings"] if finding["id"] == "no_authentication"] for one in asked["strict"]["appids"]}
    assert all(len(texts[appid]) == 1 for appid in texts) and texts[guid(2)][0].startswith("the machine's default authentication level none")
    assert texts[guid(3)][0].startswith("authentication level none")          # its own


def test_policy_and_dcom_off(callers):
    by_group, system = callers[1][guid(4)][".\\joe"], callers[1][guid(1)]["SYSTEM"]
    assert granted(by_group, *LAUNCH_RIGHTS) == [False] * 4 and by_group["local_launch"]["decided_by"] == "the machine's launch limit does not allow it"
    assert by_group["remote_launch"]["decided_by"] == "DCOM is off on this computer (EnableDCOM)"
    assert granted(system, *LAUNCH_RIGHTS) == [True, False, True, False]      # SYSTEM is in Administrators


def test_its_settings_are_no_change(host, by_name):
    """Whatever can be declared, appid takes, and finds as it is; no guard stands in the way."""
    rows = [one["settings"] for name, one in by_name.items() if name != "a user without a password"]
    before = stages.state(host)
    results = playbook.play([host], [playbook.appids(rows)])[host.name]
    assert [(result.status, result.get("changed"), result.get("msg")) for result in results] == [("ok", False, None)] * len(rows)
    assert stages.state(host) == before


def test_a_thousand_in_one_task(new_host):
    """The aim is a few seconds. Compared with one in the same run, for machines that run tests are slow."""
    host = new_host("MANY01")
    host.import_registry(entry for number in range(1000) for entry in scene.app(
        guid(number), f"Many {number}", LaunchPermission=LAUNCH if number % 4 == 0 else None, AccessPermission=GOOD if number % 5 == 0 else None,
        RunAs="Interactive User" if number % 7 == 0 else None, AuthenticationLevel=5 if number % 3 == 0 else None))
    seconds = {}
    for name, count in (("Many 1", 1), ("Many 1", 1), ("Many *", 1000)):
        started = time.monotonic()
        [result] = playbook.play([host], [info(name=name)])[host.name]
        seconds.setdefault(count, []).append(time.monotonic() - started)
        assert result.status == "ok" and len(result["appids"]) == count
    ratio = min(seconds[1000]) / min(seconds[1])
    print(f"1,000 AppIDs / one: {ratio:.2f} (whole runs of ansible-playbook)")
    assert ratio < 3
