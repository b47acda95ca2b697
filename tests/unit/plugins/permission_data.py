# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A permission as plugins/modules/appid.ps1 returns it, for tests of what is made of it."""

from __future__ import annotations

import typing as t

ADMINISTRATORS, SYSTEM, INTERACTIVE, EVERYONE, USERS = "S-1-5-32-544", "S-1-5-18", "S-1-5-4", "S-1-1-0", "S-1-5-32-545"


def allow(sid: str, mask: int) -> dict[str, t.Any]:
    return {"type": "allow", "sid": sid, "mask": mask}


def deny(sid: str, mask: int) -> dict[str, t.Any]:
    return {"type": "deny", "sid": sid, "mask": mask}


def permission(*entries: dict[str, t.Any], **other: t.Any) -> dict[str, t.Any]:
    """A sound list that is stored; other: the keys that differ."""
    sound = {
        "default": False,
        "problem": "",
        "disorder": False,
        "entries": list(entries),
        "unmanaged": [],
        "owner": ADMINISTRATORS,
        "group": ADMINISTRATORS,
        "binary": "AAAA",
    }
    return {**sound, **other}
