# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: permissions
"""The judge is judged: the decoder of these tests against descriptors of real Windows machines and some worked by hand."""

import json
import re
from pathlib import Path

import descriptor
import pytest
from descriptor import ADMINISTRATORS, EVERYONE, INTERACTIVE, SYSTEM, Entry, allow, deny

COLLECTED = json.loads((Path(__file__).resolve().parents[1] / "data" / "descriptors.json").read_text(encoding="utf-8"))
SID_OF = {
    "SY": "S-1-5-18", "BA": "S-1-5-32-544", "IU": "S-1-5-4", "LS": "S-1-5-19", "NS": "S-1-5-20", "PS": "S-1-5-10", "AU": "S-1-5-11",
    "WD": "S-1-1-0", "AN": "S-1-5-7", "LU": "S-1-5-32-559",
}


def entries_of(sddl):
    found = re.findall(r"\(([AD]);;(0x[0-9a-f]+);;;([^)]+)\)", sddl)
    return tuple(Entry("AD".index(kind), 0, int(mask, 16), SID_OF.get(sid, sid)) for kind, mask, sid in found)


@pytest.mark.parametrize("case", COLLECTED, ids=[case["id"] for case in COLLECTED])
def test_descriptors_of_real_machines(case):
    raw = bytes.fromhex(case["hex"])
    got = descriptor.decode(raw)
    assert case["sddl"].startswith("O:BAG:BAD:") and got.owner == got.group == ADMINISTRATORS and got.sacl is None
    assert got.dacl.entries == entries_of(case["sddl"])
    owner, group, sacl, dacl = got.offsets
    assert case["layout"] == (
        f"len {len(raw)}, control {got.control:#x}, offsets owner={owner} group={group} sacl={sacl} dacl={dacl}, "
        f"ACL rev {got.dacl.revision} size {got.dacl.size} count {len(got.dacl.entries)} slack {got.dacl.slack}"
    )


def test_the_collected_descriptors_are_there():
    assert len(COLLECTED) == 15 and all(case["source"] for case in COLLECTED)


# O:SYG:BU, S:(ML;;NX;;;LW), D:(XA;;0xb;;;S-1-1-0;artx...)(D;;0x5;;;AN): header, SACL at 20, DACL at 48, owner 112, group 124
BY_HAND = bytes.fromhex(
    "01001480" "70000000" "7c000000" "14000000" "30000000"
    "02001c0001000000" "11001400" "04000000" "010100000000001000100000"
    "0200400002000000" "09002400" "0b000000" "010100000000000100000000" "61727478" "f800000000000000" "01020304"
    "01001400" "05000000" "010100000000000507000000"
    "010100000000000512000000" "01020000000000052000000021020000")


def test_a_descriptor_worked_by_hand():
    got = descriptor.decode(BY_HAND)
    assert (got.control, got.owner, got.group) == (0x8014, SYSTEM, "S-1-5-32-545")
    assert got.sacl.entries == (Entry(descriptor.LABEL, 0, 4, "S-1-16-4096"),)
    conditional, plain = got.dacl.entries
    assert conditional == Entry(descriptor.CONDITIONAL_ALLOW, 0, 0xB, EVERYONE, b"artx\xf8\0\0\0\0\0\0\0\1\2\3\4")
    assert plain == deny("S-1-5-7", 0x5) and got.dacl.slack == 0
    assert descriptor.encode(got.dacl.entries, got.owner, got.group, got.sacl.entries[0]) == BY_HAND


def test_no_list_is_not_an_empty_list():
    assert descriptor.decode(descriptor.encode(None)).dacl is None
    assert descriptor.decode(descriptor.encode([])).dacl.entries == ()


def test_encoded_is_what_windows_writes():
    raw = bytes.fromhex(next(case["hex"] for case in COLLECTED if case["id"] == "H13"))
    assert descriptor.encode([allow(ADMINISTRATORS, 0x1F), allow(INTERACTIVE, 0x1F), allow(SYSTEM, 0x1F)]) == raw


@pytest.mark.parametrize("length", [0, 19, 27, 40, len(BY_HAND) - 1])
def test_what_ends_too_early_is_refused(length):
    with pytest.raises(ValueError, match="bytes at"):
        descriptor.decode(BY_HAND[:length])
