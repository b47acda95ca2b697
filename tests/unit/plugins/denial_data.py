# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A result as plugins/modules/denial_info.ps1 returns it, for tests of what is made of it."""

from __future__ import annotations

import typing as t

DCOM = "Microsoft-Windows-DistributedCOM"
CLASS, APP = "{C0000000-0000-4000-8000-000000000001}", "{A0000000-0000-4000-8000-000000000001}"
PLAIN_CLASS = "{C0000000-0000-4000-8000-000000000002}"  # registered without an AppID
POOL, JOE, ANONYMOUS = "S-1-5-82-1-2-3-4-5", "S-1-5-21-1-2-3-1001", "S-1-5-7"
LRPC = "LocalHost (Using LRPC)"


def group(number: int, *strings: str, **more: t.Any) -> dict[str, t.Any]:
    """Events that the host counted as alike."""
    usual = {
        "event_id": number, "provider": DCOM, "dcom": True, "computer": "WEB01", "own": True, "strings": list(strings), "string_count": len(strings),
        "count": 1, "first": "2026-03-01T12:00:00Z", "last": "2026-03-01T12:00:00Z",
    }
    return {**usual, **more}


def raw(*groups: dict[str, t.Any], **more: t.Any) -> dict[str, t.Any]:
    """The whole result; more: keys that differ."""
    usual = {
        "changed": False, "count": sum(one["count"] for one in groups), "further": {}, "broken": {}, "groups": list(groups),
        "names": {JOE: "CONTOSO\\joe"},
        "registered": {
            "classes": {CLASS: {"name": "Shop.Order", "appid": APP.lower()}, PLAIN_CLASS: {"name": "Shop.Plain", "appid": None}},
            "appids": {APP: "Shop Server"},
        },
        "users_group": "Distributed COM Users", "limits_by_policy": [],
    }
    return {**usual, **more}


ENGLISH_10016 = group(10016, "application-specific", "Local", "Launch", CLASS, APP, "IIS APPPOOL", "Shop", POOL, LRPC, "Unavailable", "Unavailable")
