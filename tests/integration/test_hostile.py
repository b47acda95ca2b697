# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: hostile hosts
"""Whatever a host holds: each AppID is read by itself, and what was read is accepted back without a change."""

from __future__ import annotations

import struct

import hostile
import playbook
import pytest
import registry
import scene
from scene import class_guid, guid

HALF = b"C\0:\0\\\0" + b"\x3d\xd8" + b".\0e\0x\0e\0\0\0"     # half of a surrogate pair in a path


def sid(authority, *numbers):
    return struct.pack("<BB6s", 1, len(numbers), authority.to_bytes(6, "big")) + struct.pack(f"<{len(numbers)}I", *numbers)


def launch(*sids, owner=None):
    """A launch permission in bytes that lets SYSTEM and these in."""
    entries = b"".join(struct.pack("<BBHI", 0, 0, 8 + len(one), 0x1F) + one for one in (sid(5, 18), *sids))
    owner = owner or sid(5, 32, 544)
    dacl = struct.pack("<BBHHH", 2, 0, 8 + len(entries), 1 + len(sids), 0) + entries
    return struct.pack("<BBH4I", 1, 0, 0x8004, 20, 20 + len(owner), 0, 20 + 2 * len(owner)) + owner + owner + dacl


HOSTILE = {
    guid(1): scene.app(guid(1), "Any service", LocalService="*"),
    guid(2): scene.app(guid(2), "Not a SID", LocalService="S-1-5", ServiceParameters="S-1-5"),
    guid(3): scene.app(guid(3), "A bare authority", LaunchPermission=launch(sid(5), sid(1, 0))),
    guid(4): scene.app(guid(4), "An owner of a bare authority", LaunchPermission=launch(owner=sid(5))),
    guid(5): scene.app(guid(5), "A great authority", LaunchPermission=launch(sid(2**48 - 1, 1), sid(2**32, 7), sid(2**32 - 1, 7))),
    guid(6): scene.app(guid(6), (registry.SZ, HALF), DllSurrogate=(registry.SZ, HALF), LocalService=(registry.SZ, HALF)),
    guid(7): scene.app(guid(7), "Half a character", RunAs=(registry.SZ, HALF), Endpoints=(registry.MULTI_SZ, HALF + b"\0\0"), AuthenticationLevel=""),
    guid(8): scene.app(guid(8), "S-1-5-21-4294967296", RunAs="S-1-5-21-4294967296", LocalService="S-1-5-21-4294967296"),
    guid(9): scene.app(guid(9), "Plain", AuthenticationLevel=4),
}
TAKEN_BACK = [guid(number) for number in (1, 2, 3, 4, 5, 9)]


@pytest.fixture(scope="module")
def odd(new_host):
    host = new_host("HOSTILE")
    host.import_registry([entry for entries in HOSTILE.values() for entry in entries])
    host.import_registry([
        (scene.CLASSES + "\\" + class_guid(1), "AppID", *scene.typed(guid(9))),
        (scene.CLASSES + "\\" + class_guid(1) + "\\LocalServer32", "", registry.SZ, HALF),
        (scene.CLASSES + "\\" + class_guid(1), "", registry.SZ, HALF),
        # longer than any buffer, and of another length once the variable is expanded
        (scene.CLASSES + "\\" + class_guid(2), "AppID", registry.EXPAND_SZ, registry.text("x" * 3000)),
        (scene.CLASSES + "\\" + class_guid(3), "AppID", *scene.typed(guid(9))),
        (scene.CLASSES + "\\" + class_guid(3) + "\\LocalServer32", "", registry.EXPAND_SZ, registry.text("%SystemRoot%\\" + "y" * 9000)),
    ])
    return host


@pytest.mark.parametrize("connection", sorted({playbook.BULK, "winrm"}))
def test_each_is_read_by_itself(odd, connection):
    read = playbook.play([odd], [{"wincom.dcom.appid_info": {"gather": ["settings", "findings", "configuration_permission", "processes"]}}], connection=connection)[odd.name][0]
    assert read.status == "ok", read["msg"]
    found = {one["id"]: one for one in read["appids"]}
    assert set(HOSTILE) <= set(found)
    assert not found[guid(1)]["service"] and found[guid(2)]["settings"]["service_parameters"] == "S-1-5"
    assert "S-1-0xFFFFFFFFFFFF-1" in str(found[guid(5)]["settings"]) and "S-1-0x000100000000-7" in str(found[guid(5)]["settings"])
    assert {finding["id"] for finding in found[guid(6)]["findings"]} >= {"invalid_value"}
    assert {finding["id"] for finding in found[guid(7)]["findings"]} >= {"run_as_unknown", "invalid_value"}
    assert found[guid(9)]["findings"] == [] and found[guid(9)]["settings"]["authentication_level"] == "packet"
    half, long = (one["local_server"] for one in found[guid(9)]["classes"])
    assert "\ufffd" in half and long == "C:\\windows\\" + "y" * 9000


def test_what_was_read_is_accepted_back(odd):
    before = scene.tree(odd)
    tasks = [
        {"wincom.dcom.appid_info": {"id": TAKEN_BACK}, "register": "read"},
        {"wincom.dcom.baseline": {"appids": "{{ read.appids | map(attribute='settings') | map('combine', {'allow_lockout': true}) | list }}"}},
    ]
    kept = playbook.play([odd], tasks)[odd.name][1]
    assert kept.status == "ok" and not kept["changed"], kept["msg"]
    assert scene.tree(odd) == before


def test_one_can_be_changed_whatever_the_others_hold(odd):
    """Bytes that only one form can write back are kept beside a new entry."""
    rows = [{"id": appid, "launch_permission": {"add": [{"principal": "S-1-5-21-7-7-7-1000", "rights": "all"}]}} for appid in (guid(3), guid(5))]
    rows += [{"id": guid(number), "launch_permission": {"default": True}} for number in (3, 4, 5)]
    changed = playbook.play([odd], [playbook.appids(rows)])[odd.name]
    assert [result.status for result in changed] == ["ok"] * 5 and all(result["changed"] for result in changed), [result.get("msg") for result in changed]


def test_hosts_of_any_values(new_host):
    """make fuzz tries them in number."""
    assert hostile.host_faults(new_host("ANY01"), seed=14, count=150) == []


def test_events_of_any_strings(new_host):
    assert hostile.denial_faults(new_host("ANY02"), seed=14, count=500) == []
