# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: permissions
"""Permissions as people read them: sentences, what puts them back, warnings."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path

import pytest
from ansible_collections.wincom.dcom.plugins.plugin_utils import _permission
from ansible_collections.wincom.dcom.plugins.plugin_utils._action import is_true

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from permission_data import ADMINISTRATORS, EVERYONE, INTERACTIVE, SYSTEM, USERS, allow, deny, permission  # noqa: E402

DATA = Path(__file__).parents[3] / "data" / "descriptors.json"
BINARY = base64.b64encode(bytes.fromhex(json.loads(DATA.read_text(encoding="utf-8"))[0]["hex"])).decode()
JOE = "S-1-5-21-1-2-3-1001"
NAMES = {JOE: ".\\joe"}
LABEL = {"what": "mandatory label", "sid": ""}
CONDITION = {"what": "conditional entry", "sid": USERS}


def lines(data, kind="launch", with_owner=False):
    return _permission.lines(kind, data, NAMES, with_owner)


def test_an_entry_reads_as_a_sentence():
    assert lines(permission(allow(INTERACTIVE, 0xA))) == ["allow NT AUTHORITY\\INTERACTIVE (S-1-5-4): local launch, local activation"]


@pytest.mark.parametrize(
    ("kind", "mask", "rights"),
    [
        ("launch", 0x1E, "local launch, remote launch, local activation, remote activation"),
        ("launch", 0x14, "remote launch, remote activation"),
        ("access", 0x6, "local access, remote access"),
        ("access", 0x4, "remote access"),
        ("launch", 0, "nothing"),
    ],
)
def test_rights_read_in_the_order_of_dcomcnfg(kind, mask, rights):
    assert lines(permission(deny(JOE, mask)), kind) == [f"deny .\\joe ({JOE}): {rights}"]


def test_deny_reads_first_and_order_makes_no_difference():
    entries = [allow(SYSTEM, 2), deny(JOE, 2), allow(ADMINISTRATORS, 2), deny(EVERYONE, 4)]
    assert lines(permission(*entries)) == lines(permission(*reversed(entries)))
    assert [line.split()[0] for line in lines(permission(*entries))] == ["deny", "deny", "allow", "allow"]


def test_an_orphan_reads_as_its_sid():
    orphan = "S-1-5-21-9-9-9-9"
    assert lines(permission(allow(orphan, 2)), "access") == [f"allow {orphan}: local access"]


def test_states_read_as_sentences():
    assert lines(permission()) == ["nobody"]
    assert lines(permission(default=True, binary="")) == ["the machine default"]
    assert lines(permission(problem="has a NULL DACL, which lets everybody in")) == ["invalid: has a NULL DACL, which lets everybody in"]
    assert lines(permission(allow(JOE, 2), disorder=True))[0] == "out of order: a deny entry stands behind an allow entry"
    assert lines(permission(allow(SYSTEM, 2), unmanaged=[CONDITION, LABEL]))[1:] == [
        "unmanaged: conditional entry for BUILTIN\\Users (S-1-5-32-545)",
        "unmanaged: mandatory label",
    ]
    assert lines(permission(allow(SYSTEM, 2), owner=JOE), with_owner=True)[1:] == [f"owner .\\joe ({JOE})", f"group BUILTIN\\Administrators ({ADMINISTRATORS})"]


@pytest.mark.parametrize(("data", "with_owner"), [(permission(), True), (permission(unmanaged=[LABEL]), False)])
def test_an_empty_list_always_reads_as_nobody(data, with_owner):
    assert "nobody" in lines(data, with_owner=with_owner)


# --- previous ---


def previous(data, kind="launch", after=None):
    """What puts data back after it was replaced, by default by a plain list."""
    return _permission.previous(kind, data, after or permission(), NAMES)


def test_what_puts_a_list_back_is_accepted_and_means_the_same():
    data = permission(deny(JOE, 0x4), allow(SYSTEM, 0x1E), allow(JOE, 0xA))
    back = previous(data)
    assert back == {
        "set": [
            {"principal": ".\\joe", "type": "deny", "rights": ["remote_launch"]},
            {"principal": "NT AUTHORITY\\SYSTEM", "type": "allow", "rights": ["local_launch", "remote_launch", "local_activation", "remote_activation"]},
            {"principal": ".\\joe", "type": "allow", "rights": ["local_launch", "local_activation"]},
        ]
    }
    declared = _permission.normalise("launch_permission", back, is_true)["set"]
    to_sid = {name: sid for sid, name in NAMES.items()}
    assert [(e["type"], to_sid.get(e["principal"], e["principal"]), e["mask"]) for e in declared] == [
        (e["type"], e["sid"], e["mask"]) for e in data["entries"]
    ]


@pytest.mark.parametrize(
    ("data", "back"),
    [
        (permission(allow(SYSTEM, 2), default=True, binary=""), {"default": True}),
        (permission(allow(SYSTEM, 2), unmanaged=[LABEL], binary=BINARY), {"binary": BINARY}),
        (permission(allow(SYSTEM, 2), disorder=True, binary=BINARY), {"binary": BINARY}),
        (permission(), {"set": []}),
        (permission(problem="is malformed"), None),
        (permission(allow(SYSTEM, 0), problem="mixes entries"), None),
    ],
)
def test_what_puts_the_other_states_back(data, back):
    assert previous(data) == back
    if back:
        assert _permission.normalise("launch_permission", back, is_true) == back


def test_an_entry_without_rights_can_be_put_back():
    data = permission(allow(SYSTEM, 0x2), allow(JOE, 0))
    assert previous(data, "access") == {"binary": data["binary"]}


BITS = {"what": "further bits 0x100 of an entry", "sid": USERS}
AUDIT = {"what": "system entry of type 2", "sid": ""}


@pytest.mark.parametrize(
    "after", [permission(unmanaged=[CONDITION]), permission(unmanaged=[BITS]), permission(owner=JOE), permission(group=JOE), permission(disorder=True)]
)
def test_what_set_would_leave_goes_back_by_bytes(after):
    data = permission(allow(SYSTEM, 0x1E), binary=BINARY)
    assert previous(data, after=after) == {"binary": BINARY}


def test_entries_with_flags_go_back_and_are_declared_by_bytes():
    old, new = permission(allow(JOE, 2), flagged=True, binary=BINARY), permission(allow(SYSTEM, 2), flagged=False)
    assert _permission.previous("launch_permission", old, new, NAMES) == _permission.declared("launch_permission", old, NAMES) == {"binary": BINARY}
    assert "set" in _permission.previous("launch_permission", new, old, NAMES)      # set writes none, whatever is there


@pytest.mark.parametrize("owner", [{"owner": JOE}, {"group": SYSTEM}])
def test_a_list_of_another_owner_is_declared_with_it(owner):
    data = permission(allow(JOE, 2), sddl="O:SYG:BAD:(A;;CCDC;;;SY)", binary=BINARY, **owner)
    for option in ("launch_permission", "default_access_permission", "launch_limit"):
        assert _permission.declared(option, data, NAMES) == {"sddl": data["sddl"]}
        assert _permission.declared(option, {**data, "sddl": None}, NAMES) == {"binary": BINARY}     # not every list has a text
        assert _permission.declared(option, {**data, "unmanaged": [LABEL]}, NAMES) == {"binary": BINARY}
        assert "set" in _permission.declared(option, permission(allow(JOE, 2), owner="", group=ADMINISTRATORS), NAMES)
    assert "set" in _permission.previous("launch_permission", data, data, NAMES)                       # there, set keeps it
    assert "set" in _permission.declared("configuration_permission", permission(allow(JOE, 0x20019), sddl="x", **owner), NAMES)
    assert _permission.declared("launch_permission", permission(default=True, sddl="x", **owner), NAMES) == {"default": True}


@pytest.mark.parametrize("sid", ["S-1-5", "S-1-0xFFFFFFFFFFFF-1", "S-1-281474976710655-1"])
def test_a_sid_that_no_text_brings_back_is_declared_by_bytes(sid):
    for data in (permission(allow(JOE, 2), owner=sid), permission(allow(sid, 2), owner=SYSTEM)):
        assert _permission.declared("launch_permission", {**data, "sddl": f"O:{sid}", "binary": BINARY}, NAMES) == {"binary": BINARY}


def test_a_malformed_default_has_no_bytes_to_explain():
    assert lines(permission(default=True, problem="is malformed", binary="")) == ["the machine default", "invalid: is malformed"]
    assert lines(permission(problem="is malformed", binary="")) == ["invalid: is malformed (it has 0 bytes, a security descriptor has at least 20)"]


def test_an_owner_of_a_key_is_not_written():
    data = permission(owner=JOE)
    assert previous(data, "configuration", permission(owner=SYSTEM)) == {"set": []}


def test_a_list_of_the_usual_owner_goes_back_from_the_default():
    default = permission(default=True, owner=SYSTEM)
    assert previous(permission(), after=default) == {"set": []}
    assert previous(permission(owner=JOE, binary=BINARY), after=default) == {"binary": BINARY}


@pytest.mark.parametrize("after", [permission(unmanaged=[LABEL]), permission(unmanaged=[CONDITION, AUDIT])])
def test_no_bytes_take_a_new_label_away(after):
    assert previous(permission(allow(SYSTEM, 0x1E)), after=after) is None
    assert previous(permission(unmanaged=[LABEL], binary=BINARY), after=after) == {"binary": BINARY}
    assert previous(permission(unmanaged=[CONDITION], binary=BINARY), after=permission(default=True, unmanaged=after["unmanaged"])) == {"binary": BINARY}


def test_no_bytes_take_an_owner_away():
    assert previous(permission(owner=""), after=permission(owner=JOE)) is None
    assert previous(permission(owner=""), after=permission()) == {"set": []}


# --- warnings ---


def warnings(before, after, kind="launch", form="add"):
    return _permission.warnings(kind, {form: []}, before, after, NAMES)


def test_no_change_no_warning():
    data = permission(deny(JOE, 0x4), allow(EVERYONE, 0x2))
    assert warnings(data, data) == []


@pytest.mark.parametrize("form", ["add", "remove"])
def test_leaving_the_default_warns(form):
    default = permission(allow(SYSTEM, 0x1E), default=True)
    (text,) = warnings(default, permission(allow(SYSTEM, 0x1E), allow(JOE, 0xA)), form=form)
    assert text == "this AppID had no list of its own; it starts from the machine default and no longer follows it"
    assert warnings(default, permission(allow(SYSTEM, 0x1E), allow(JOE, 0xA)), form="set") == []
    assert warnings(default, default, form=form) == []


@pytest.mark.parametrize(("sid", "name"), [(EVERYONE, "Everyone"), ("S-1-5-7", "NT AUTHORITY\\ANONYMOUS LOGON"), ("S-1-5-32-546", "BUILTIN\\Guests")])
def test_opening_to_strangers_warns(sid, name):
    closed, ajar, wide = permission(), permission(allow(sid, 0x2)), permission(allow(sid, 0x6))
    assert warnings(closed, ajar, "access", "set") == [f"this opens the server to {name}"]
    assert warnings(ajar, wide, "access", "set") == [f"this opens the server to {name}"]
    assert warnings(wide, ajar, "access", "set") == []


@pytest.mark.parametrize(("kind", "mask"), [("launch", 0x14), ("launch", 0x4), ("access", 0x4)])
def test_a_new_remote_only_deny_warns(kind, mask):
    old = permission(allow(SYSTEM, 0x6))
    (text,) = warnings(old, permission(deny(JOE, mask), allow(SYSTEM, 0x6)), kind)
    assert text == ".\\joe is denied remote rights only; as a local caller it still gets in"
    assert warnings(old, permission(deny(JOE, mask | 0x2), allow(SYSTEM, 0x6)), kind) == []


@pytest.mark.parametrize("mask", [0x2, 0x4, 0x6, 0xE, 0x12])
def test_launch_without_activation_warns(mask):
    (text,) = warnings(permission(), permission(allow(JOE, mask)), form="set")
    assert text == ".\\joe may launch the server but not activate it, so it can't use it"


@pytest.mark.parametrize("mask", [0xA, 0x1E, 0x18, 0x8])
def test_activation_without_launch_is_fine(mask):
    assert warnings(permission(), permission(allow(JOE, mask)), form="set") == []


def test_set_says_what_it_leaves():
    data = permission(allow(SYSTEM, 0x6), unmanaged=[CONDITION, LABEL])
    assert warnings(data, data, form="set") == [
        "set does not cover these, they stay: conditional entry for BUILTIN\\Users (S-1-5-32-545), mandatory label"
    ]
    assert warnings(data, data, form="add") == []


def test_taking_activation_away_warns():
    assert warnings(permission(allow(JOE, 0xA)), permission(allow(JOE, 0x2)), form="remove")


@pytest.mark.parametrize(
    ("owner", "text", "form"),
    [
        (SYSTEM, "O:SYG:SYD:PAI(A;;CC;;;SY)", "sddl"),
        ("S-1-0xFFFFFFFFFFFF-1", "O:S-1-0xFFFFFFFFFFFF-1G:S-1-0xFFFFFFFFFFFF-1D:", "binary"),
        ("S-1-5", "O:S-1-5G:S-1-5D:(A;;CC;;;SY)", "binary"),
        ("S-1-16", "O:SYG:S-1-16D:", "binary"),
        (SYSTEM, "O:SYG:SYD:(A;;CC;;;S-1-0xFFFFFFFFFFFF)", "binary"),
        (SYSTEM, None, "binary"),
    ],
)
def test_a_list_of_another_owner_is_declared_by_a_text_that_windows_takes_back(owner, text, form):
    data = permission(allow(SYSTEM, 0xA), owner=owner, group=owner, binary=BINARY, sddl=text)
    assert _permission.declared("launch_permission", data, {}) == {form: {"sddl": text, "binary": BINARY}[form]}


@pytest.mark.parametrize("sddl", ["O:SYG:SYD:(A;;CC;;;S-1--989855739-20)", "O:SYG:SYD:(A;;CC;;;S-1-5)", "O:SYG:SYD:(A;;CC;;;S-1-0xFFFFFFFFFFFF-1)", "", None])
def test_text_of_a_host_that_would_be_refused_is_declared_as_bytes(sddl):
    data = {**permission(allow(JOE, 2), binary=BINARY), "owner": SYSTEM, "group": SYSTEM, "sddl": sddl}
    assert _permission.declared("launch_permission", data, NAMES) == {"binary": BINARY}
    assert _permission.declared("launch_permission", {**data, "sddl": "O:SYG:SYD:(A;;CC;;;SY)"}, NAMES) == {"sddl": "O:SYG:SYD:(A;;CC;;;SY)"}
