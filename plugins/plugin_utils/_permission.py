# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Permissions: from what people write to what the module takes, and from what it found to sentences."""

from __future__ import annotations

import base64
import binascii
import re
import struct
import typing as t

from . import _sddl
from ._input import PERMISSION, BadInput, shape
from ._names import as_list, mistake
from ._principals import ADMINISTRATORS, ANONYMOUS, EVERYONE, GUESTS, to_name, to_sid, with_sid

# Masks of the rights, without COM_RIGHTS_EXECUTE (0x1), which every entry carries.
RIGHTS: dict[str, dict[str, int]] = {
    "launch": {"local_launch": 0x2, "remote_launch": 0x4, "local_activation": 0x8, "remote_activation": 0x10},
    "access": {"local_access": 0x2, "remote_access": 0x4},
    "configuration": {"read": 0x20019, "full_control": 0xF003F},  # KEY_READ, KEY_ALL_ACCESS
}
WORDS = {"launch": ("local", "remote", "all"), "access": ("local", "remote", "all"), "configuration": ("all",)}
FORMS = tuple(PERMISSION)


class Scope(t.NamedTuple):
    """Whom a list rules, in the words that differ; and the forms in which it is declared."""

    absent: str  # how no list reads
    seeded: str = ""  # what it means that an edit makes one
    opens: str = ""  # what it means that somebody is let in
    forms: tuple[str, ...] = FORMS


APPID = Scope(
    "the machine default", "this AppID had no list of its own; it starts from the machine default and no longer follows it", "this opens the server to {}"
)
CONFIGURATION = Scope("inherited from the key above")
MACHINE_DEFAULT = Scope(
    "what Windows starts with",
    "this machine had no list of its own; the new one starts from that of Windows",
    "this opens every server without a list of its own to {}",
)
LIMIT = Scope(
    "what Windows starts with", MACHINE_DEFAULT.seeded, "the limit no longer keeps {} out, so that only the lists of the applications do", FORMS[:-1]
)


def kind_of(option: str) -> str:
    """'launch' for launch_permission, default_launch_permission and launch_limit."""
    return next(word for word in option.split("_") if word in RIGHTS)


def scope_of(option: str) -> Scope:
    if option.endswith("_limit"):
        return LIMIT
    if option.startswith("default_"):
        return MACHINE_DEFAULT
    return CONFIGURATION if kind_of(option) == "configuration" else APPID


def mask_of(kind: str, rights: t.Iterable[str]) -> int:
    """The mask of rights by name, where 'local', 'remote' and 'all' are words for several."""
    mask = 0
    for right in rights:
        for name, bit in RIGHTS[kind].items():
            if right in (name, "all", name.partition("_")[0]):
                mask |= bit
    return mask


def names_of(kind: str, mask: int) -> list[str]:
    """The names of the rights in a mask, in dcomcnfg's order."""
    held = {name: bits for name, bits in RIGHTS[kind].items() if mask & bits == bits}
    return [name for name, bits in held.items() if not any(bits & other == bits and bits != other for other in held.values())]


# --- from the task to the module -------------------------------------------------------------------------------------


def normalise(option: str, value: dict[str, t.Any], is_true: t.Callable[[t.Any], bool]) -> dict[str, t.Any]:
    """A permission option as the module takes it; raises BadInput.

    Args:
        option: its name, which says its kind and scope.
        value: what the task says, with names and shapes checked.
        is_true: how Ansible reads a boolean; raises BadInput.
    """
    kind, possible = kind_of(option), scope_of(option).forms
    given = {key: item for key, item in value.items() if item is not None}
    if "default" in given:
        if not is_true(given["default"]):
            raise BadInput(f"{option}: default can only be true; to keep the list, leave the option out")
        given["default"] = True
    forms = sorted({"add or remove" if key in ("add", "remove") else key for key in given})
    if len(forms) != 1:
        found = " and ".join(forms) if forms else "nothing"
        raise BadInput(f"{option} takes add and/or remove, or one of {', '.join(possible[2:])}; found {found}")
    if "binary" in given:
        _check_binary(option, given["binary"])
    if "sddl" in given:
        given["sddl"] = _text(option, str(given["sddl"]), ", default: true removes the list" if "default" in possible else "")
    for form in ("add", "remove", "set"):
        if form in given:
            given[form] = _entries(option, kind, form, given[form], is_true)
    _check_overlap(option, kind, given)
    return given


def _text(option: str, text: str, removes: str) -> str:
    if not text.strip():
        raise BadInput(f"{option}: sddl is empty; D: alone is a list that lets nobody in{removes}")
    try:
        return _sddl.clean(text)
    except BadInput as error:
        raise BadInput(f"{option}: sddl: {error}") from None


def _check_binary(option: str, text: t.Any) -> None:
    try:
        problem = layout_problem(base64.b64decode(str(text), validate=True))
    except (binascii.Error, ValueError) as error:
        raise BadInput(f"{option}: binary is not base64 ({error})") from None
    if problem:
        raise BadInput(f"{option}: binary is no security descriptor: {problem}")


def _entries(option: str, kind: str, form: str, value: t.Any, is_true: t.Callable[[t.Any], bool]) -> list[dict[str, t.Any]]:
    if not isinstance(value, list):
        value = [value]
    return [_entry(option, kind, form, item, is_true) for item in value]


def _entry(option: str, kind: str, form: str, item: t.Any, is_true: t.Callable[[t.Any], bool]) -> dict[str, t.Any]:
    """One entry; a bare name stands for its defaults, which depend on who it is and so are the host's to choose (mask None)."""
    where = f"{option}: {form}"
    if isinstance(item, str):
        item = {"principal": item}
    principal = item.get("principal")
    if not isinstance(principal, str) or not principal.strip():
        raise BadInput(f"{where}: an entry needs a principal (a name or a SID), found {shape(principal)}")
    _check_name(where, principal)
    kind_of_entry = item.get("type") or "allow"
    if isinstance(kind_of_entry, str):
        kind_of_entry = kind_of_entry.strip().lower()
    if kind_of_entry not in ("allow", "deny"):
        found = repr(item["type"]) if isinstance(item["type"], str) else shape(item["type"])
        raise BadInput(f"{where}: the type of {principal!r} is 'allow' or 'deny', not {found}")
    return {
        "principal": to_sid(principal),
        "type": kind_of_entry,
        "mask": _mask(option, form, principal, item.get("rights")),
        "optional": is_true(item.get("optional") or False),
    }


def _check_name(where: str, principal: str) -> None:
    names = as_list(principal)
    if names:
        raise BadInput(f"{where}: {principal!r} is several names in one text; write a list: [{', '.join(names)}]")
    wrong = mistake(principal)
    if wrong:
        raise BadInput(f"{where}: {wrong}")


def _mask(option: str, form: str, principal: str, rights: t.Any) -> int | None:
    if rights is None:
        return None
    where, kind = f"{option}: {form}", kind_of(option)
    known = (*RIGHTS[kind], *WORDS[kind])
    for right in rights if isinstance(rights, list) else [rights]:
        if not isinstance(right, str):
            raise BadInput(f"{where}: a right of {principal!r} is one of {', '.join(known)}, not {shape(right)}")
    given = rights if isinstance(rights, list) else _split(rights, known)
    wrong = [right for right in given if _right(right) not in known]
    for text in wrong:
        parts = [_right(part) for part in _split(text, known)]
        if len(parts) > 1 and set(parts) <= set(known):
            raise BadInput(f"{where}: {text!r} is several rights of {principal!r} in one text; write a list: [{', '.join(parts)}]")
    if wrong:
        homes = [other for other in RIGHTS if all(_right(right) in RIGHTS[other] for right in wrong)]
        hint = f" ({', '.join(wrong)} belongs in {option.replace(kind, homes[0])})" if homes else ""
        article = "an" if kind == "access" else "a"
        raise BadInput(f"{where}: {', '.join(wrong)} is no right of {article} {kind} permission{hint}; rights of {principal!r} are {', '.join(known)}")
    if not given:
        raise BadInput(f"{where}: the rights of {principal!r} are empty; leave them out for the default, or remove the entry")
    return mask_of(kind, [_right(right) for right in given])


def _right(text: str) -> str:
    """A right as it is spelt here: dcomcnfg shows 'Local Launch'."""
    return re.sub(r"[ -]+", "_", text.strip()).lower()


def _split(text: str, known: t.Container[str]) -> list[str]:
    """The rights in one text, with commas or blanks between them."""
    found: list[str] = []
    for part in filter(None, map(str.strip, text.split(","))):
        found += [part] if _right(part) in known else part.split()
    return found


def _check_overlap(option: str, kind: str, given: dict[str, t.Any]) -> None:
    """What contradicts itself by its very text; the host checks the same by SID."""
    for entry in given.get("add", ()):
        for other in given.get("remove", ()):
            same = entry["principal"].casefold() == other["principal"].casefold() and entry["type"] == other["type"]
            if same and _mask_or_default(kind, "add", entry) & _mask_or_default(kind, "remove", other):
                name = to_name(entry["principal"], {})
                raise BadInput(f"{option}: add and remove both name rights of {name!r}")


def _mask_or_default(kind: str, form: str, entry: dict[str, t.Any]) -> int:
    if entry["mask"] is not None:
        return entry["mask"]
    usual = "read" if kind == "configuration" else "local"
    return mask_of(kind, [usual if form == "add" and entry["type"] == "allow" else "all"])


# --- from the module to people ---------------------------------------------------------------------------------------


def entry_line(kind: str, entry: dict[str, t.Any], names: t.Mapping[str, str]) -> str:
    """'allow NT AUTHORITY\\INTERACTIVE (S-1-5-4): local launch, local activation'."""
    rights = ", ".join(name.replace("_", " ") for name in names_of(kind, entry["mask"])) or (f"bits {entry['mask']:#x}" if entry["mask"] else "nothing")
    return f"{entry['type']} {with_sid(entry['sid'], names)}: {rights}"


def lines(option: str, data: dict[str, t.Any], names: t.Mapping[str, str], with_owner: bool) -> list[str]:
    """A permission as lines for the diff."""
    found = []
    if data.get("policy"):
        found.append("set by Group Policy")
    if data["default"]:
        found.append(scope_of(option).absent)
    if data["problem"]:
        found.append(f"invalid: {data['problem']}{explain(data)}")
    if data["disorder"]:
        found.append("out of order: a deny entry stands behind an allow entry")
    by_type: dict[str, list[str]] = {"deny": [], "allow": []}
    for entry in data["entries"]:
        by_type[entry["type"]].append(entry_line(kind_of(option), entry, names))
    found += sorted(by_type["deny"]) + sorted(by_type["allow"])
    if not (data["entries"] or data["problem"] or data["default"]):
        found.append("nobody")
    found += [f"unmanaged: {unmanaged_text(part, names)}" for part in data["unmanaged"]]
    if with_owner:
        found += [f"owner {with_sid(data['owner'], names)}", f"group {with_sid(data['group'], names)}"]
    return found


def unmanaged_text(part: dict[str, str], names: t.Mapping[str, str]) -> str:
    return f"{part['what']} for {with_sid(part['sid'], names)}" if part["sid"] else part["what"]


def previous(option: str, old: dict[str, t.Any], new: dict[str, t.Any], names: t.Mapping[str, str]) -> dict[str, t.Any] | None:
    """The option that puts a permission back from new to old; None where none does.

    set and binary keep what they don't name, so what a change has added decides which of them will do.
    """
    kind, scope = kind_of(option), scope_of(option)
    if old["default"] and "default" in scope.forms:
        return {"default": True}
    if old["problem"] or (not new["default"] and _stays(old, new)):
        return None
    nameable = all(entry["mask"] and mask_of(kind, names_of(kind, entry["mask"])) == entry["mask"] for entry in old["entries"])
    uncovered = any(data["unmanaged"] or data["disorder"] for data in (old, new)) or old.get("flagged")
    if uncovered or not nameable or (scope is not CONFIGURATION and _owners(old) != _owners(new)):
        return {"binary": old["binary"]}
    return _entries_of(kind, old, names)


def declared(option: str, data: dict[str, t.Any], names: t.Mapping[str, str]) -> dict[str, t.Any] | None:
    """The option that makes a permission what it is, on a host that has no such list too: there, entries get the usual owner and group."""
    found = previous(option, data, data, names)
    if found is None or "set" not in found or scope_of(option) is CONFIGURATION or _owners(data) == (ADMINISTRATORS, ADMINISTRATORS):
        return found
    return {"sddl": data["sddl"]} if _is_taken_back(data.get("sddl")) else {"binary": data["binary"]}


def _is_taken_back(sddl: str | None) -> bool:
    """Whether a host's own text says all that its bytes do: not every SID that bytes can hold is text that a host takes."""
    # a SID without numbers is not taken back, nor, everywhere, one whose authority is 2^32 or more
    if not sddl or re.search(r"S-1-(?:0x|\d{10}|\d+(?![-\dx]))", sddl, re.IGNORECASE):
        return False
    try:
        _sddl.clean(sddl)
    except BadInput:
        return False
    return True


def _entries_of(kind: str, old: dict[str, t.Any], names: t.Mapping[str, str]) -> dict[str, t.Any]:
    return {
        "set": [
            {"principal": to_name(entry["sid"], names), "type": entry["type"], "rights": names_of(kind, entry["mask"])}
            for entry in old["entries"]
        ]
    }


def _owners(data: dict[str, t.Any]) -> tuple[str, str]:
    """Owner and group; the host fills in the usual ones, as for a list that is not there."""
    if data["default"]:
        return ADMINISTRATORS, ADMINISTRATORS
    return data["owner"] or ADMINISTRATORS, data["group"] or ADMINISTRATORS


def _stays(old: dict[str, t.Any], new: dict[str, t.Any]) -> bool:
    """Whether new has an owner, a group or a system list where old has none: what bytes don't name is kept."""
    named = any(new[part] not in ("", ADMINISTRATORS) and not old[part] for part in ("owner", "group"))
    return named or (_has_system_list(new) and not _has_system_list(old))


def _has_system_list(data: dict[str, t.Any]) -> bool:
    return any(part["what"].startswith(("mandatory label", "system entry")) for part in data["unmanaged"])


def warnings(option: str, wanted: dict[str, t.Any], before: dict[str, t.Any], after: dict[str, t.Any], names: t.Mapping[str, str]) -> list[str]:
    """What a change does that its author may not have meant."""
    found = []
    if "set" in wanted and after["unmanaged"]:
        parts = ", ".join(unmanaged_text(part, names) for part in after["unmanaged"])
        found.append(f"set does not cover these, they stay: {parts}")
    kind, scope = kind_of(option), scope_of(option)
    if before == after or scope is CONFIGURATION:
        return found
    if before["default"] and ("add" in wanted or "remove" in wanted):
        found.append(scope.seeded)
    if before["default"] and after["default"]:
        return found
    old = {(entry["type"], entry["sid"]): entry["mask"] for entry in before["entries"]}
    local = mask_of(kind, ["local"])
    for entry in after["entries"]:
        name, mask, had = to_name(entry["sid"], names), entry["mask"], old.get((entry["type"], entry["sid"]), 0)
        if mask == had:
            continue
        if entry["type"] == "deny":
            if mask and not mask & local:
                found.append(f"{name} is denied remote rights only; as a local caller it still gets in")
            continue
        if entry["sid"] in (EVERYONE, ANONYMOUS, GUESTS) and mask & ~had:
            found.append(scope.opens.format(name))
        # Launch starts the process, activation gets an object from it: the first alone is of no use.
        if kind == "launch" and any(mask & launch and not mask & launch << 2 for launch in (0x2, 0x4)):
            found.append(f"{name} may launch the server but not activate it, so it can't use it")
    return found


# --- what is wrong with malformed bytes --------------------------------------------------------------------------------


def explain(data: dict[str, t.Any]) -> str:
    """' (reason)' for a malformed descriptor, '' for anything else."""
    if data.get("problem") != "is malformed" or (data.get("default") and not data["binary"]):  # of a default there are no bytes
        return ""
    problem = layout_problem(base64.b64decode(data["binary"]))
    return f" ({problem or 'it can not be read'})"


def layout_problem(raw: bytes) -> str:
    """What is wrong with a self-relative security descriptor, after [MS-DTYP] 2.4.6; '' where nothing is."""
    if len(raw) < 20:
        return f"it has {len(raw)} bytes, a security descriptor has at least 20"
    revision, _pad, control, *offsets = struct.unpack_from("<BBH4I", raw)
    if revision != 1:
        return f"its revision is {revision}, only 1 is known"
    if not control & 0x8000:
        return "it is in absolute form, with addresses instead of offsets"
    # Windows looks at a list only where its flag says that it is there (SE_SACL_PRESENT, SE_DACL_PRESENT).
    for name, offset, flag in zip(("owner", "group", "system list", "access list"), offsets, (0, 0, 0x10, 0x4)):
        if not offset or flag & ~control:
            continue
        if offset < 20 or offset + 8 > len(raw):
            return f"its {name} is at offset {offset}, but it is {len(raw)} bytes long"
        problem = _acl_problem(raw, offset) if "list" in name else _sid_problem(raw, offset, len(raw))
        if problem:
            return f"its {name} {problem}"
    return ""


def _sid_problem(raw: bytes, offset: int, end: int) -> str:
    if offset + 8 > end or offset + 8 + 4 * raw[offset + 1] > end:
        return "ends before its SID does"
    return "" if raw[offset] == 1 and raw[offset + 1] <= 15 else "holds no valid SID"


def _acl_problem(raw: bytes, offset: int) -> str:
    _revision, _pad, size, count = struct.unpack_from("<BBHH", raw, offset)
    if size < 8 or offset + size > len(raw):
        return f"says it is {size} bytes long, which does not fit"
    at, end = offset + 8, offset + size
    for number in range(1, count + 1):
        if at + 4 > end:
            return f"says it has {count} entries, but ends before entry {number}"
        kind, _flags, length = struct.unpack_from("<BBH", raw, at)
        if length < 4 or length % 4 or at + length > end:
            return f"has an entry {number} of {length} bytes, which does not fit"
        if kind in (0, 1, 9, 10):
            problem = _sid_problem(raw, at + 8, at + length)
            if problem:
                return f"has an entry {number} that {problem}"
        at += length
    return ""
