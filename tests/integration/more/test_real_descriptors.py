# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: permissions
"""Descriptors of real Windows machines: read, declared back: no change and no guard; written to a bare host: equal meaning.

What is declared is made here from an independent decoding: plain lists as `set` and as `sddl` by turns, all others as `binary`.
"""

import base64
import itertools
import json

import descriptor
import playbook
import pytest
import samples
import scene
from descriptor import ALLOW, DENY
from scene import guid

WINDOWS_SAMPLE = 28      # of 155 different ones; Pester reads them all
RIGHTS = {
    "launch": {"local_launch": 2, "remote_launch": 4, "local_activation": 8, "remote_activation": 16},
    "access": {"local_access": 2, "remote_access": 4},
}
ALL = {"launch": 0x1F, "access": 0x7}


def collected():
    """(name, kind, bytes) of each valid descriptor that was found as bytes."""
    for case in json.loads((samples.DATA / "descriptors.json").read_text(encoding="utf-8")):
        for kind in ("launch", "access") if case["kind"] == "both" else (case["kind"],):
            if case["valid"]:
                yield f"{case['id']} {kind}", kind, bytes.fromhex(case["hex"])


def windows():
    """(name, kind, bytes) of a sample of the different lists of a Windows Server: the unusual ones first."""
    unique = {}
    for case in samples.windows_defaults():
        unique.setdefault((case["kind"], case["owner"], tuple(case["aces"])), case)
    order = sorted(unique.values(), key=lambda case: (not is_unusual(case), case["appid"].upper()))
    unusual = [case for case in order if is_unusual(case)]
    usual = order[len(unusual):]
    for case in unusual[::2][:WINDOWS_SAMPLE * 3 // 4] + usual[::9][:WINDOWS_SAMPLE // 4]:
        yield f"{case['appid']} {case['kind']}", case["kind"], samples.as_bytes(case)


def is_unusual(case):
    usual = {"launch": ("0xb", "0x1f"), "access": ("0x3", "0x7")}[case["kind"]]
    return any(not text.startswith("allow ") or text.split()[2] not in usual for text in case["aces"])


CASES = [*collected(), *windows()]


def is_plain(entries, kind):
    """Whether `set` can say it: plain entries of this kind's rights, or legacy ones, which mean all."""
    return bool(entries) and all(
        entry.kind in (ALLOW, DENY) and not entry.flags and entry.mask & 1 and not entry.mask & ~ALL[kind] for entry in entries)


def declared(number, kind, raw):
    """The option for a descriptor, and its form."""
    got = descriptor.decode(raw)
    entries = got.dacl.entries
    if not is_plain(entries, kind):
        return {"binary": base64.b64encode(raw).decode()}, "binary"
    if number % 2:
        aces = "".join(f"({'AD'[entry.kind]};;{entry.mask:#x};;;{entry.sid})" for entry in entries)
        return {"sddl": f"O:{got.owner}G:{got.group}D:{aces}"}, "sddl"
    return {"set": [
        {"principal": entry.sid, "type": ("allow", "deny")[entry.kind],
         "rights": "all" if entry.mask == 1 else [name for name, bit in RIGHTS[kind].items() if entry.mask & bit]} for entry in entries]}, "set"


def meaning(raw, kind):
    """What a list says: the rights of each principal in the deny and the allow block, and what is not plain as it is."""
    plain, other = {}, []
    for entry in descriptor.decode(raw).dacl.entries:
        if entry.kind in (ALLOW, DENY) and not entry.flags:
            mask = ALL[kind] if entry.mask == 1 else entry.mask
            plain[entry.kind, entry.sid] = plain.get((entry.kind, entry.sid), 0) | mask
        else:
            other.append(entry)
    return plain, other


def table():
    """[(task, [(name, kind, bytes, form)])]: a launch and an access permission on an AppID of their own."""
    lists = {kind: [case for case in CASES if case[1] == kind] for kind in RIGHTS}
    rows = []
    for number, pair in enumerate(itertools.zip_longest(lists["launch"], lists["access"])):
        task, parts = {"id": guid(number + 1), "allow_lockout": "{{ bare }}"}, []
        for name, kind, raw in filter(None, pair):
            task[kind + "_permission"], form = declared(number, kind, raw)
            parts.append((name, kind, raw, form))
        rows.append((task, parts))
    return rows


ROWS = table()
PARTS = {part[0]: (row, *part[1:]) for row, (_task, parts) in enumerate(ROWS) for part in parts}


@pytest.fixture(scope="module")
def told(new_host):
    """The results on a host that has them all and on one that has bare AppIDs, and what lies there before and after."""
    full, bare = new_host("FULL01"), new_host("BARE01")
    for task, parts in ROWS:
        full.import_registry(scene.app(task["id"], **{scene.VALUE_OF[kind + "_permission"]: raw for _name, kind, raw, _form in parts}))
        bare.import_registry(scene.app(task["id"]))
    inventory = {host.name: dict(host.vars(playbook.BULK), bare=host is bare) for host in (full, bare)}
    before = scene.tree(full)
    results = playbook.play(inventory, [playbook.appids([task for task, _parts in ROWS])])
    after, written = scene.tree(full), scene.tree(bare)
    again = playbook.play([bare], [playbook.appids([task for task, _parts in ROWS[::3]])], variables={"bare": False})["BARE01"]
    return results, before, after, written, again, scene.tree(bare)


def test_there_are_enough_and_of_all_forms():
    assert len(CASES) >= 16 + WINDOWS_SAMPLE and len(PARTS) == len(CASES)
    forms = [form for _row, _kind, _raw, form in PARTS.values()]
    assert min(forms.count(form) for form in ("set", "sddl", "binary")) >= 10


def test_what_is_declared_back_is_no_change(told):
    results, before, after, *_rest = told
    bad = [(number, result.get("msg"), result.get("diff")) for number, result in enumerate(results["FULL01"]) if result.status != "ok" or result["changed"]]
    assert len(results["FULL01"]) == len(ROWS) and not bad
    assert after == before
    assert all(result["previous"] == {} and result["restorable"] for result in results["FULL01"])


@pytest.mark.parametrize("name", PARTS)
def test_what_is_written_means_the_same(told, name):
    results, _before, _after, written, *_rest = told
    row, kind, raw, form = PARTS[name]
    result = results["BARE01"][row]
    assert result.status == "ok" and result["changed"], result
    _type, left = written[ROWS[row][0]["id"]][scene.VALUE_OF[kind + "_permission"]]
    assert meaning(left, kind) == meaning(raw, kind)
    got, wanted = descriptor.decode(left), descriptor.decode(raw)
    if form != "set":
        assert (got.owner, got.group, got.sacl) == (wanted.owner, wanted.group, wanted.sacl)
    else:
        assert got.owner and got.group
    kinds = [entry.kind for entry in got.dacl.entries if entry.kind in (ALLOW, DENY)]
    assert kinds == sorted(kinds, reverse=True) or [entry.kind for entry in wanted.dacl.entries if entry.kind in (ALLOW, DENY)] == kinds


def test_a_second_time_changes_nothing(told):
    *_rest, written, again, last = told
    assert [(result.status, result.get("changed")) for result in again] == [("ok", False)] * len(ROWS[::3]) and last == written
