# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Self-relative security descriptors, from bytes and to bytes, after [MS-DTYP] 2.4.2 to 2.4.6.

Written apart from the collection's own code, so that what a module wrote is judged by somebody else.
"""

from __future__ import annotations

import struct
from typing import NamedTuple, Optional

ALLOW, DENY, CONDITIONAL_ALLOW, LABEL = 0x00, 0x01, 0x09, 0x11
OBJECT_TYPES = (0x05, 0x06, 0x07, 0x0B, 0x0C, 0x0F)     # their SID stands behind flags and GUIDs; none is read here
DACL_PRESENT, SACL_PRESENT, SELF_RELATIVE = 0x0004, 0x0010, 0x8000
ADMINISTRATORS, INTERACTIVE, SYSTEM, EVERYONE = "S-1-5-32-544", "S-1-5-4", "S-1-5-18", "S-1-1-0"


class Entry(NamedTuple):
    """An access control entry; rest is what stands behind its SID, such as a condition."""

    kind: int
    flags: int
    mask: int
    sid: str
    rest: bytes = b""


class Acl(NamedTuple):
    revision: int
    size: int
    entries: tuple
    slack: int      # bytes behind the last entry


class Descriptor(NamedTuple):
    """dacl None: no list, which lets everybody in. offsets: of owner, group, SACL, DACL."""

    control: int
    owner: Optional[str]
    group: Optional[str]
    sacl: Optional[Acl]
    dacl: Optional[Acl]
    offsets: tuple

    @property
    def rights(self):
        """{(kind, SID): mask} of the plain entries, each SID once."""
        plain = [entry for entry in self.dacl.entries if entry.kind in (ALLOW, DENY)]
        found = {(entry.kind, entry.sid): entry.mask for entry in plain}
        assert len(found) == len(plain), f"a principal stands twice in {plain}"
        return found


def decode(raw):
    """A Descriptor from bytes; ValueError says what does not fit."""
    _need(raw, 0, 20)
    revision, _sbz1, control, *offsets = struct.unpack_from("<BBH4I", raw)
    if revision != 1 or not control & SELF_RELATIVE:
        raise ValueError(f"revision {revision}, control {control:#x}: no self-relative descriptor")
    owner, group, sacl, dacl = offsets
    return Descriptor(
        control, _sid(raw, owner)[0] if owner else None, _sid(raw, group)[0] if group else None,
        _acl(raw, sacl) if control & SACL_PRESENT and sacl else None, _acl(raw, dacl) if control & DACL_PRESENT and dacl else None, tuple(offsets),
    )


def _need(raw, start, length):
    if start < 0 or start + length > len(raw):
        raise ValueError(f"{length} bytes at {start}, but there are {len(raw)}")


def _sid(raw, start):
    """(SID as text, offset behind it)"""
    _need(raw, start, 8)
    revision, count = raw[start], raw[start + 1]
    if revision != 1 or count > 15:
        raise ValueError(f"no SID at {start}")
    _need(raw, start + 8, 4 * count)
    numbers = [int.from_bytes(raw[start + 2:start + 8], "big"), *struct.unpack_from(f"<{count}I", raw, start + 8)]
    return "S-1-" + "-".join(map(str, numbers)), start + 8 + 4 * count


def _acl(raw, start):
    _need(raw, start, 8)
    revision, _sbz1, size, count, _sbz2 = struct.unpack_from("<BBHHH", raw, start)
    _need(raw, start, size)
    at, end, entries = start + 8, start + size, []
    for _number in range(count):
        _need(raw[:end], at, 16)
        kind, flags, length, mask = struct.unpack_from("<BBHI", raw, at)
        _need(raw[:end], at, length)
        if kind in OBJECT_TYPES:
            raise ValueError(f"an entry of type {kind:#x}, which is not read here")
        sid, behind = _sid(raw[:at + length], at + 8)
        entries.append(Entry(kind, flags, mask, sid, bytes(raw[behind:at + length])))
        at += length
    return Acl(revision, size, tuple(entries), end - at)


def encode(entries, owner=ADMINISTRATORS, group=ADMINISTRATORS, label=None, slack=b""):
    """The bytes of a descriptor in Windows' usual layout. entries None: no list at all; label: an Entry for the SACL."""
    parts, raw = {}, bytearray(20)
    control = SELF_RELATIVE | DACL_PRESENT | (SACL_PRESENT if label else 0)
    for name, part in (
        ("sacl", _acl_bytes([label]) if label else b""), ("dacl", b"" if entries is None else _acl_bytes(entries, slack)),
        ("owner", sid_bytes(owner) if owner else b""), ("group", sid_bytes(group) if group else b""),
    ):
        parts[name] = len(raw) if part else 0
        raw += part
    struct.pack_into("<BBH4I", raw, 0, 1, 0, control, parts["owner"], parts["group"], parts["sacl"], parts["dacl"])
    return bytes(raw)


def sid_bytes(sid):
    authority, *rest = map(int, sid.split("-")[2:])
    return bytes([1, len(rest)]) + authority.to_bytes(6, "big") + struct.pack(f"<{len(rest)}I", *rest)


def _acl_bytes(entries, slack=b""):
    body = b"".join(_entry_bytes(entry) for entry in entries) + slack
    return struct.pack("<BBHHH", 2, 0, 8 + len(body), len(entries), 0) + body


def _entry_bytes(entry):
    body = struct.pack("<I", entry.mask) + sid_bytes(entry.sid) + entry.rest
    return struct.pack("<BBH", entry.kind, entry.flags, 4 + len(body)) + body


def allow(sid, mask, flags=0):
    return Entry(ALLOW, flags, mask, sid)


def deny(sid, mask, flags=0):
    return Entry(DENY, flags, mask, sid)
