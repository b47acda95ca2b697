# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The lists that a Windows Server has from the start, as bytes."""

from __future__ import annotations

import json
from pathlib import Path

import descriptor
from descriptor import ALLOW, CONDITIONAL_ALLOW, DENY, Entry

DATA = Path(__file__).resolve().parents[1] / "data"
# the collected Windows defaults come without their conditions: one as Windows compiles it (WIN://SYSAPPID, an attribute that exists)
CONDITION = b"artx\xf8\x1c\0\0\0W\0I\0N\0:\0/\0/\0S\0Y\0S\0A\0P\0P\0I\0D\0" + b"\x87" + b"\0" * 2
NUMBER_OF = {"allow": ALLOW, "deny": DENY, "if": CONDITIONAL_ALLOW}


def windows_defaults():
    """Each case of the collected data: {appid, kind, owner, aces as texts}."""
    return json.loads((DATA / "windows_server_defaults.json").read_text(encoding="utf-8"))["descriptors"]


def as_bytes(case):
    entries = []
    for text in case["aces"]:
        kind, sid, mask = text.split()
        entries.append(Entry(NUMBER_OF[kind], 0, int(mask, 16), sid, CONDITION if kind == "if" else b""))
    return descriptor.encode(entries, owner=case["owner"])
