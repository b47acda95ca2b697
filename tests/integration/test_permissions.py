# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: permissions
"""What add, remove, set, sddl, binary and default make of a list, judged by the raw bytes.

The rights and their bits: https://learn.microsoft.com/windows/win32/com/access-control-lists-for-com

Each case is a launch and an access permission on an AppID of its own. All are run in check mode, for real, again, and then
back with `previous`.
"""

import base64
from typing import NamedTuple, Optional

import descriptor
import pytest
import scene
from descriptor import ADMINISTRATORS as BA
from descriptor import ALLOW, CONDITIONAL_ALLOW, DENY, LABEL, Entry, allow, deny
from descriptor import EVERYONE as WD
from descriptor import INTERACTIVE as IU
from descriptor import SYSTEM as SY
from scene import guid

SELF, USERS, IIS, ANONYMOUS, GUESTS, ORPHAN = "S-1-5-10", "S-1-5-32-545", "S-1-5-32-568", "S-1-5-7", "S-1-5-32-546", "S-1-5-21-1-2-3-4711"
SHOP = "IIS APPPOOL\\Shop"
DEFAULT_LAUNCH = {(ALLOW, BA): 0x1F, (ALLOW, IU): 0x1F, (ALLOW, SY): 0x1F}
DEFAULT_ACCESS = {(ALLOW, SELF): 0x7, (ALLOW, SY): 0x3, (ALLOW, BA): 0x7}     # what COM itself answers, no value being there
CONDITION = Entry(CONDITIONAL_ALLOW, 0, 0xB, WD, b"artx\xf8\x0a\0\0\0W\0I\0N\0:\0/\0\0\0\0\0\0")
LOW = Entry(LABEL, 0, 0x4, "S-1-16-4096")


class Case(NamedTuple):
    """stored: entries, bytes or None; wanted: the option; rights: what must lie there (None: the value is gone or unchanged)."""

    option: str
    stored: object
    wanted: dict
    rights: Optional[dict]
    changed: bool = True
    warned: str = ""


def entry(principal, rights, **more):
    return {"principal": principal, "rights": rights, **more}


def launch(stored, wanted, rights, **more):
    return Case("launch_permission", stored, wanted, rights, **more)


def access(stored, wanted, rights, **more):
    return Case("access_permission", stored, wanted, rights, **more)


USUAL = [allow(SY, 0x7), allow(BA, 0x7)]
KEPT = {(ALLOW, SY): 0x7, (ALLOW, BA): 0x7}
L_USUAL = [allow(SY, 0x1F), allow(BA, 0x1F)]
L_KEPT = {(ALLOW, SY): 0x1F, (ALLOW, BA): 0x1F}

# Each pair is one AppID: a launch and an access permission.
PAIRS = [
    {
        "launch starts from the machine's default": launch(None, {"add": ["IIS_IUSRS"]}, {**DEFAULT_LAUNCH, (ALLOW, IIS): 0xB}, warned="no longer follows"),
        "access starts from what COM answers": access(None, {"add": ["IIS_IUSRS"]}, {**DEFAULT_ACCESS, (ALLOW, IIS): 0x3}, warned="no longer follows"),
    },
    {
        "launch that the default grants makes no value": launch(None, {"add": ["INTERACTIVE"], "remove": ["Guests"]}, None, changed=False),
        "access that the default grants makes no value": access(None, {"add": ["SYSTEM"], "remove": ["Guests", entry("INTERACTIVE", "remote")]}, None, changed=False),
    },
    {
        "launch add gives the local rights": launch(L_USUAL, {"add": ["S-1-5-4"]}, {**L_KEPT, (ALLOW, IU): 0xB}),
        "access add gives the local right": access(USUAL, {"add": [".\\lab user"]}, {**KEPT, (ALLOW, "S-1-5-21-0-0-0-1001"): 0x3}),
    },
    {
        "launch add of a right that is there": launch(L_USUAL, {"add": [entry("Administrators", "remote_launch")]}, None, changed=False),
        "access add widens": access([allow(SY, 0x3), allow(IIS, 0x3)], {"add": [entry("IIS_IUSRS", "remote")]}, {(ALLOW, SY): 0x3, (ALLOW, IIS): 0x7}),
    },
    {
        "launch add twice is a union": launch(
            L_USUAL, {"add": [entry("IIS_IUSRS", "local_launch"), entry("S-1-5-32-568", ["remote_activation", "local_activation"])]},
            {**L_KEPT, (ALLOW, IIS): 0x1B}),
        "access add takes the right out of a deny": access(
            [deny(IIS, 0x7), *USUAL], {"add": [entry("IIS_IUSRS", "local")]}, {(DENY, IIS): 0x5, **KEPT, (ALLOW, IIS): 0x3}),
    },
    {
        "launch deny stands before allow": launch(L_USUAL, {"add": [entry("Guests", "all", type="deny")]}, {(DENY, GUESTS): 0x1F, **L_KEPT}),
        "access deny without rights denies all": access(USUAL, {"add": [{"principal": "Guests", "type": "deny"}]}, {(DENY, GUESTS): 0x7, **KEPT}),
    },
    {
        "launch remove takes the named rights": launch(
            [*L_USUAL, allow(IIS, 0x1F)], {"remove": [entry("IIS_IUSRS", "remote")]}, {**L_KEPT, (ALLOW, IIS): 0xB}),
        "access remove without rights takes the entry": access([*USUAL, allow(IIS, 0x7)], {"remove": ["IIS_IUSRS"]}, KEPT),
    },
    {
        "launch remove leaves the deny": launch([deny(IIS, 0x1F), *L_USUAL, allow(IIS, 0xB)], {"remove": ["IIS_IUSRS"]}, {(DENY, IIS): 0x1F, **L_KEPT}),
        "access remove of a deny": access(
            [deny(IIS, 0x7), *USUAL, allow(IIS, 0x3)], {"remove": [{"principal": "IIS_IUSRS", "type": "deny"}]}, {**KEPT, (ALLOW, IIS): 0x3}),
    },
    {
        "launch remove of the last right takes the entry": launch([*L_USUAL, allow(IIS, 0x3)], {"remove": [entry("IIS_IUSRS", "local_launch")]}, L_KEPT),
        "access remove of nobody": access(USUAL, {"remove": ["Guests", ORPHAN]}, None, changed=False),
    },
    {
        "launch of a legacy list grows": launch([allow(SY, 0x1), allow(BA, 0x1)], {"add": ["IIS_IUSRS"]}, {**L_KEPT, (ALLOW, IIS): 0xB}),
        "access of a legacy list grows": access([allow(SY, 0x1), allow(BA, 0x1)], {"add": ["IIS_IUSRS"]}, {**KEPT, (ALLOW, IIS): 0x3}),
    },
    {
        "launch of a legacy list, satisfied": launch([allow(SY, 0x1), allow(BA, 0x1)], {"add": [entry("SYSTEM", "all")]}, None, changed=False),
        "access of a legacy list shrinks": access([allow(SY, 0x1), allow(IIS, 0x1)], {"remove": [entry("IIS_IUSRS", "remote")]}, {(ALLOW, SY): 0x7, (ALLOW, IIS): 0x3}),
    },
    {
        "launch set equal by meaning": launch(
            [allow(BA, 0x1F), allow(SY, 0xB), allow(SY, 0x15), allow(BA, 0x1F)], {"set": [entry("SYSTEM", "all"), entry("S-1-5-32-544", "all")]}, None, changed=False),
        "access set equal to a legacy list": access([allow(BA, 0x1), allow(SY, 0x1)], {"set": [entry("SYSTEM", "all"), entry("Administrators", "all")]}, None, changed=False),
    },
    {
        "launch set is exact": launch([*L_USUAL, allow(IIS, 0x1F), deny(GUESTS, 0x1F)], {"set": ["SYSTEM", entry("IIS_IUSRS", "remote")]}, {(ALLOW, SY): 0xB, (ALLOW, IIS): 0x15}),
        "access set with a deny": access(USUAL, {"set": [entry("Guests", "remote", type="deny"), "SYSTEM"]}, {(DENY, GUESTS): 0x5, (ALLOW, SY): 0x3}, warned="denied remote rights only"),
    },
    {
        "launch set that equals the default is a list": launch(
            None, {"set": [entry("SYSTEM", "all"), entry("Administrators", "all"), entry("INTERACTIVE", "all")]}, DEFAULT_LAUNCH),
        "access set keeps a domain's principals": access(USUAL, {"set": ["SYSTEM", "CONTOSO\\svc-com", "CONTOSO\\Web Admins", SHOP, ORPHAN]}, {
            (ALLOW, SY): 0x3, (ALLOW, "S-1-5-21-44444444-55555555-66666666-1105"): 0x3, (ALLOW, "S-1-5-21-44444444-55555555-66666666-1106"): 0x3,
            (ALLOW, "shop"): 0x3, (ALLOW, ORPHAN): 0x3}),
    },
    {
        "launch without activation": launch(L_USUAL, {"add": [entry("IIS_IUSRS", "local_launch")]}, {**L_KEPT, (ALLOW, IIS): 0x3}, warned="may launch the server but not activate"),
        "access for ANONYMOUS": access(USUAL, {"add": [entry("ANONYMOUS LOGON", "remote")]}, {**KEPT, (ALLOW, ANONYMOUS): 0x5}, warned="opens the server to"),
    },
    {
        "launch by sddl": launch(L_USUAL, {"sddl": "O:SYG:SYD:(D;;0x15;;;AN)(A;;0xb;;;IU)"}, {(DENY, ANONYMOUS): 0x15, (ALLOW, IU): 0xB}),
        "access by sddl that names no owner": access(USUAL, {"sddl": "D:(A;;0x3;;;SY)"}, {(ALLOW, SY): 0x3}),
    },
    {
        "launch by sddl with blanks and small letters": launch(
            L_USUAL, {"sddl": "O:SY G:SY\nD: (D;;0x15;;;AN)\n(a;;11;;;iu) (A;;037;;;SY)\n"}, {(DENY, ANONYMOUS): 0x15, (ALLOW, IU): 0xB, (ALLOW, SY): 0x1F}),
        "access by sddl in another order": access(USUAL, {"sddl": "D: (A;;3;;;SY)\n G:BA\n O:BA"}, {(ALLOW, SY): 0x3}),
    },
    {
        "launch by binary": launch(L_USUAL, {"binary": base64.b64encode(descriptor.encode([allow(SY, 0x1F)])).decode()}, {(ALLOW, SY): 0x1F}),
        "access by binary of the same meaning": access(USUAL, {"binary": base64.b64encode(descriptor.encode(USUAL[::-1], slack=b"\xcd" * 8)).decode()}, None, changed=False),
    },
    {
        "launch back to the default": launch(L_USUAL, {"default": True}, {}),
        "access at the default already": access(None, {"default": True}, None, changed=False),
    },
    {
        "launch that lies out of order": launch([allow(SY, 0x1F), deny(GUESTS, 0x1F), allow(BA, 0x1F)], {"add": ["IIS_IUSRS"]}, {
            (ALLOW, SY): 0x1F, (DENY, GUESTS): 0x1F, (ALLOW, BA): 0x1F, (ALLOW, IIS): 0xB}),
        "access without owner and group": access(descriptor.encode(USUAL, owner=None, group=None), {"add": ["IIS_IUSRS"]}, {**KEPT, (ALLOW, IIS): 0x3}),
    },
]
CASES = {name: case for pair in PAIRS for name, case in pair.items()}
NUMBER_OF = {name: number for number, pair in enumerate(PAIRS) for name in pair}
APPID_OF = {name: guid(number) for name, number in NUMBER_OF.items()}


def test_a_case_disturbs_no_other():
    assert len(CASES) == sum(map(len, PAIRS))
    assert all(len({case.option for case in pair.values()}) == len(pair) for pair in PAIRS)


@pytest.fixture(scope="module")
def host(new_host):
    from host import Account
    return new_host("WEB01", [Account("lab user")])


def seed(host):
    for name, case in CASES.items():
        stored = descriptor.encode(case.stored) if isinstance(case.stored, list) else case.stored
        host.import_registry(scene.app(APPID_OF[name], **{scene.VALUE_OF[case.option]: stored}))


def by_case(results):
    return {name: results[number] for name, number in NUMBER_OF.items()}


@pytest.fixture(scope="module")
def told(host, run):
    """What each run told and left: {'check': ..., 'run': ..., 'again': ..., 'back': ...} of {case: result}."""
    import playbook
    seed(host)
    tasks = [{"id": guid(number), **{case.option: case.wanted for case in pair.values()}} for number, pair in enumerate(PAIRS)]
    told = {"before": scene.tree(host)}
    results = run([playbook.appids(tasks)], check=True)
    told["check"] = by_case(results)
    told["checked"] = scene.tree(host)
    results = run([playbook.appids(tasks)])
    told["run"], told["after"] = by_case(results), scene.tree(host)
    told["lists"] = {name: scene.stored(host, APPID_OF[name], case.option) for name, case in CASES.items()}
    told["again"], told["after again"] = by_case(run([playbook.appids(tasks)])), scene.tree(host)
    back = [{"id": guid(number), "allow_lockout": True, **result["previous"]} for number, result in enumerate(results) if result.get("previous")]
    run([playbook.appids(back)])
    told["back"] = {name: scene.stored(host, APPID_OF[name], case.option) for name, case in CASES.items()}
    return told


def test_check_mode_writes_nothing(told):
    assert told["checked"] == told["before"]


@pytest.mark.parametrize("name", CASES)
def test_check_tells_what_the_run_does(told, name):
    check, real = told["check"][name], told["run"][name]
    assert check.status == real.status == "ok", (check.get("msg"), real.get("msg"))
    assert check["diff"] == real["diff"] and check["changed"] == real["changed"] and check["previous"] == real["previous"]
    assert check.sentences == real.sentences


@pytest.mark.parametrize("name", CASES)
def test_what_lies_there(told, name):
    case, got = CASES[name], told["lists"][name]
    assert told["run"][name].status == "ok", told["run"][name].get("msg")
    value = scene.VALUE_OF[case.option]
    if not case.changed:
        key = APPID_OF[name].upper()
        assert told["after"][key].get(value) == told["before"][key].get(value)
        assert case.option not in told["run"][name]["previous"]
        return
    assert case.option in told["run"][name]["previous"]
    if case.rights == {}:
        assert got is None
        return
    rights = {(kind, "shop" if sid.startswith("S-1-5-82-") else sid): mask for (kind, sid), mask in got.rights.items()}
    assert rights == case.rights
    kinds = [entry.kind for entry in got.dacl.entries]
    # an order that was wrong before is not this task's to mend
    assert kinds == sorted(kinds, reverse=True) or name == "launch that lies out of order", "a deny stands behind an allow"
    assert all(entry.mask & 1 and entry.flags == 0 for entry in got.dacl.entries)
    assert got.owner and got.group and got.control & descriptor.DACL_PRESENT
    assert case.warned in told["run"][name].sentences


def test_owner_and_group(told):
    assert {told["lists"]["launch by sddl"].owner, told["lists"]["launch by sddl"].group} == {SY}
    kept = told["lists"]["access by sddl that names no owner"]
    assert kept.owner == kept.group == BA
    given = told["lists"]["access without owner and group"]
    assert given.owner == given.group == BA


@pytest.mark.parametrize("name", CASES)
def test_the_second_run_changes_nothing(told, name):
    assert told["again"][name]["changed"] is False and told["again"][name]["restorable"] is True
    assert told["after again"][APPID_OF[name].upper()] == told["after"][APPID_OF[name].upper()]


def meaning(entries, all_rights):
    """{(kind, SID): mask}, entries of one principal together and the legacy 0x1 written out."""
    found = {}
    for item in entries:
        found[item.kind, item.sid] = found.get((item.kind, item.sid), 0) | (all_rights if item.mask == 1 else item.mask)
    return found


@pytest.mark.parametrize("name", CASES)
def test_previous_gives_the_same_meaning_back(told, name):
    case, got = CASES[name], told["back"][name]
    stored = descriptor.encode(case.stored) if isinstance(case.stored, list) else case.stored
    if stored is None:
        assert got is None
        return
    all_rights = 0x1F if case.option.startswith("launch") else 0x7
    assert meaning(got.dacl.entries, all_rights) == meaning(descriptor.decode(stored).dacl.entries, all_rights)


# --- what is not plain -----------------------------------------------------------------------------------------------

KEPT_AS_THEY_ARE = {
    "container bits": ([allow(SY, 0x1F), allow(WD, 0x6B), allow(IU, 0x61)], None),
    "conditional entry": ([allow(SY, 0x1F), CONDITION], None),
    "label": ([allow(SY, 0x1F)], LOW),
    "inherit only": ([allow(SY, 0x1F), allow(IIS, 0xB, flags=0x08)], None),
}


def plain(got):
    return {(item.kind, item.sid): item.mask for item in got.dacl.entries if item.kind != CONDITIONAL_ALLOW and not item.flags}


@pytest.fixture(scope="module")
def special(host, run):
    """Each special list under set (its launch permission) and under add (of an AppID of its own)."""
    import playbook
    tasks = []
    for number, (entries, label) in enumerate(KEPT_AS_THEY_ARE.values()):
        for form, appid in (("set", guid(500 + number)), ("add", guid(600 + number))):
            host.import_registry(scene.app(appid, LaunchPermission=descriptor.encode(entries, owner=SY, group=USERS, label=label)))
            listed = ["Administrators", entry("SYSTEM", "all")] + [entry("Everyone", "local"), entry("INTERACTIVE", "local")] * (number == 0)
            tasks.append({"id": appid, "launch_permission": {form: listed if form == "set" else ["Administrators"]}})
    results = run([playbook.appids(tasks)])
    again = run([playbook.appids(tasks)])
    assert [result.get("changed") for result in again] == [False] * len(tasks)
    found = {}
    for number, name in enumerate(KEPT_AS_THEY_ARE):
        found[name] = {form: (results[2 * number + at], scene.stored(host, guid(base + number), "launch_permission"))
                       for at, (form, base) in enumerate((("set", 500), ("add", 600)))}
    return found


@pytest.mark.parametrize("form", ["set", "add"])
def test_container_bits_stay(special, form):
    _result, got = special["container bits"][form]
    expected = {(ALLOW, SY): 0x1F, (ALLOW, BA): 0xB, (ALLOW, WD): 0x6B, (ALLOW, IU): 0x6B if form == "set" else 0x61}
    assert got.rights == expected and got.owner == SY and got.group == USERS


@pytest.mark.parametrize("form", ["set", "add"])
def test_a_conditional_entry_stays_byte_for_byte(special, form):
    result, got = special["conditional entry"][form]
    assert [item for item in got.dacl.entries if item.kind == CONDITIONAL_ALLOW] == [CONDITION]
    assert plain(got) == {(ALLOW, SY): 0x1F, (ALLOW, BA): 0xB}
    assert result["unmanaged"]["launch_permission"] and result["set_is_complete"] is (form == "add")
    assert ("set does not cover" in result.sentences) is (form == "set")
    assert list(result["previous"]["launch_permission"]) == ["binary"]


@pytest.mark.parametrize("form", ["set", "add"])
def test_the_label_stays_byte_for_byte(special, form):
    result, got = special["label"][form]
    assert got.sacl.entries == (LOW,) and got.rights == {(ALLOW, SY): 0x1F, (ALLOW, BA): 0xB}
    assert got.owner == SY and got.group == USERS


@pytest.mark.parametrize("form", ["set", "add"])
def test_an_inherit_only_entry_stays(special, form):
    _result, got = special["inherit only"][form]
    assert [item for item in got.dacl.entries if item.flags] == [allow(IIS, 0xB, flags=0x08)]
    assert plain(got) == {(ALLOW, SY): 0x1F, (ALLOW, BA): 0xB}


def test_subtraction_keeps_container_bits_and_guards_judge_the_change(host, run):
    import playbook
    host.import_registry([
        *scene.app(guid(701), LaunchPermission=descriptor.encode([allow(SY, 0x1F), allow(WD, 0x6B)])),
        *scene.app(guid(702), AccessPermission=descriptor.encode([allow(IU, 0x7)])),      # no SYSTEM: so it was
        *scene.app(guid(703), AccessPermission=descriptor.encode(USUAL)),
        *scene.app(guid(704), AccessPermission=descriptor.encode([])),
        *scene.app(guid(705), AccessPermission=descriptor.encode([deny(BA, 0x3), *USUAL])),
    ])
    rows = [
        {"id": guid(701), "launch_permission": {"remove": [entry("Everyone", ["local_launch", "local_activation"])]}},
        {"id": guid(702), "access_permission": {"add": ["IIS_IUSRS"]}},
        {"id": guid(703), "access_permission": {"set": ["INTERACTIVE"]}, "allow_lockout": True},
        {"id": guid(703), "access_permission": {"set": []}, "allow_lockout": True},
        {"id": guid(704), "access_permission": {"set": []}},
        {"id": guid(705), "access_permission": {"add": ["IIS_IUSRS"]}},
        {"id": guid(701), "access_permission": {"add": [entry("Administrators", "local", type="deny")]}},
        {"id": guid(701), "access_permission": {"add": [entry("Users", "remote", type="deny")]}},
    ]
    results = run([playbook.appids(rows)])
    assert [result.status for result in results] == ["ok"] * 6 + ["failed", "ok"], [result.get("msg") for result in results]
    assert [result["changed"] for result in results[:6]] == [True, True, True, True, False, True]
    assert scene.stored(host, guid(701), "launch_permission").rights == {(ALLOW, SY): 0x1F, (ALLOW, WD): 0x61}
    assert scene.stored(host, guid(702), "access_permission").rights == {(ALLOW, IU): 0x7, (ALLOW, IIS): 0x3}
    assert scene.stored(host, guid(703), "access_permission").dacl.entries == ()
    assert "allow_lockout" in results[6]["msg"] and "Administrators" in results[6]["msg"]
    assert "denied remote rights only" in results[7].sentences


def test_local_added_and_remote_removed_is_no_overlap(host, run):
    import playbook
    host.import_registry(scene.app(guid(801), AccessPermission=descriptor.encode([*USUAL, allow(IIS, 0x7)])))
    permission = {"add": ["IIS_IUSRS"], "remove": [entry("IIS_IUSRS", "remote")]}
    [result] = run([playbook.appids([{"id": guid(801), "access_permission": permission}])])
    assert result.status == "ok" and scene.stored(host, guid(801), "access_permission").rights == {**KEPT, (ALLOW, IIS): 0x3}
