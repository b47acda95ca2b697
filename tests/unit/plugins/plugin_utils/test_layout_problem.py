# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: permissions
"""What is wrong with malformed bytes: always a reason, never an exception."""

from __future__ import annotations

import base64
import json
import struct
from pathlib import Path

import pytest
from ansible_collections.wincom.dcom.plugins.plugin_utils._permission import explain, layout_problem

DATA = Path(__file__).parents[3] / "data" / "descriptors.json"
SOUND = {one["id"]: bytes.fromhex(one["hex"]) for one in json.loads(DATA.read_text(encoding="utf-8")) if one["valid"]}
H01 = SOUND["H01"]  # access list at 20, four entries, owner at 112, group at 128, 144 bytes


def changed(form, at, *values):
    raw = bytearray(H01)
    struct.pack_into(form, raw, at, *values)
    return bytes(raw)


def flagged(raw, flag):
    return raw[:2] + struct.pack("<H", struct.unpack_from("<H", raw, 2)[0] | flag) + raw[4:]


@pytest.mark.parametrize(("at", "flag"), [(12, 0x10), (16, 0x4)])
def test_a_list_that_its_flag_does_not_name_is_not_looked_at(at, flag):
    control = struct.unpack_from("<H", H01, 2)[0]
    raw = bytearray(changed("<I", at, 14080))
    struct.pack_into("<H", raw, 2, control & ~flag)
    assert layout_problem(bytes(raw)) == "" and "14080" in layout_problem(flagged(bytes(raw), flag))


@pytest.mark.parametrize("name", sorted(SOUND))
def test_nothing_is_found_in_a_sound_one(name):
    assert layout_problem(SOUND[name]) == ""


@pytest.mark.parametrize("name", sorted(SOUND))
def test_every_truncation_has_a_reason(name):
    raw = SOUND[name]
    for length in range(len(raw)):
        assert layout_problem(raw[:length]), length


@pytest.mark.parametrize("length", [0, 1, 19])
def test_less_than_a_header(length):
    assert layout_problem(H01[:length]) == f"it has {length} bytes, a security descriptor has at least 20"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (changed("<B", 0, 2), "its revision is 2, only 1 is known"),
        (changed("<H", 2, 0x0004), "it is in absolute form, with addresses instead of offsets"),
        (changed("<I", 4, 0x7FFFFFFF), "its owner is at offset 2147483647, but it is 144 bytes long"),
        (changed("<I", 4, 0xFFFFFFFF), "its owner is at offset 4294967295, but it is 144 bytes long"),
        (changed("<I", 8, 140), "its group is at offset 140, but it is 144 bytes long"),
        (changed("<I", 16, 4), "its access list is at offset 4, but it is 144 bytes long"),
        (flagged(changed("<I", 12, 140), 0x10), "its system list is at offset 140, but it is 144 bytes long"),
        (changed("<B", 112, 9), "its owner holds no valid SID"),
        (changed("<B", 129, 15), "its group ends before its SID does"),
        (changed("<H", 22, 4), "its access list says it is 4 bytes long, which does not fit"),
        (changed("<H", 22, 0xFFFF), "its access list says it is 65535 bytes long, which does not fit"),
        (changed("<H", 24, 5), "its access list says it has 5 entries, but ends before entry 5"),
        (changed("<H", 30, 0), "its access list has an entry 1 of 0 bytes, which does not fit"),
        (changed("<H", 30, 19), "its access list has an entry 1 of 19 bytes, which does not fit"),
        (changed("<H", 30, 0x4000), "its access list has an entry 1 of 16384 bytes, which does not fit"),
        (changed("<B", 37, 14), "its access list has an entry 1 that ends before its SID does"),
        (changed("<B", 36, 0), "its access list has an entry 1 that holds no valid SID"),
    ],
)
def test_the_reason_is_exact(raw, reason):
    assert layout_problem(raw) == reason


def test_no_single_byte_makes_it_fall():
    for at in range(len(H01)):
        for value in (0, 1, 3, 0x7F, 0x80, 0xFF):
            assert isinstance(layout_problem(changed("<B", at, value)), str)


def test_only_what_is_malformed_is_explained():
    binary = base64.b64encode(H01[:19]).decode()
    assert explain({"problem": "is malformed", "binary": binary}) == " (it has 19 bytes, a security descriptor has at least 20)"
    assert explain({"problem": "has a NULL DACL", "binary": binary}) == explain({"problem": "", "binary": ""}) == ""


def test_no_bytes_make_it_fall():
    hypothesis = pytest.importorskip("hypothesis", reason="Hypothesis is not installed")
    bytes_of = hypothesis.strategies.binary
    header = struct.pack("<BBH4I", 1, 0, 0x8004, 20, 20, 20, 20)

    @hypothesis.given(bytes_of(max_size=80) | bytes_of(max_size=80).map(header.__add__))
    def falls(raw):
        assert isinstance(layout_problem(raw), str)

    falls()
