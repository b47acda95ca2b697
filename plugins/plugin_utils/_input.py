# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The options that each module takes, and what is said of those that it does not: by name and by kind, never by value."""

from __future__ import annotations

import difflib
import re
import typing as t

# Option -> its kind, or the table of what goes below it.
Table = t.Dict[str, t.Union[str, "Below"]]


class Below(t.NamedTuple):
    """What an option takes that holds others: kind is a dictionary, a list of them, or entries (of a permission)."""

    kind: str
    options: Table


class BadInput(Exception):
    """Something in the task's arguments that can't be meant; the text is for people."""


ENTRY: Table = {"principal": "raw", "type": "raw", "rights": "raw", "optional": "bool"}
_ENTRIES = Below("entries", ENTRY)
PERMISSION: Table = {"add": _ENTRIES, "remove": _ENTRIES, "set": _ENTRIES, "sddl": "str", "binary": "str", "default": "bool"}
LIMIT: Table = {form: kind for form, kind in PERMISSION.items() if form != "default"}
_PERMISSION, _LIMIT = Below("dict", PERMISSION), Below("dict", LIMIT)

_APPID: Table = {
    "id": "str",
    "runs_as": "str",
    "state": "str",
    "register_with": "list",
    "missing": "str",
    "launch_permission": _PERMISSION,
    "access_permission": _PERMISSION,
    "configuration_permission": _PERMISSION,
    "run_as": "str",
    "run_as_password": "str",
    "update_password": "str",
    "verify_password": "bool",
    "grant_logon_as_batch": "bool",
    "revoke_logon_as_batch": "bool",
    "run_as_for_service": "str",
    "executables": Below("dict", {"add": "list", "remove": "list", "set": "list"}),
    "authentication_level": "str",
    "display_name": "str",
    "dll_surrogate": "str",
    "service": "str",
    "service_parameters": "str",
    "remote_server_name": "str",
    "activate_at_storage": "str",
    "endpoints": "list",
    "preferred_server_bitness": "str",
    "flags": Below("dict", {"add": "list", "remove": "list", "set": "list", "default": "bool"}),
    "classes": "list",
    "force": "bool",
    "override_key_protection": "bool",
    "allow_lockout": "bool",
    "remap_executables": "bool",
}
_MACHINE: Table = {
    "enable_dcom": "str",
    "default_launch_permission": _PERMISSION,
    "default_access_permission": _PERMISSION,
    "launch_limit": _LIMIT,
    "access_limit": _LIMIT,
    "default_authentication_level": "str",
    "default_impersonation_level": "str",
    "secure_references": "str",
    "call_failure_logging": "str",
    "activation_failure_logging": "str",
    "invalid_descriptor_logging": "str",
    "require_integrity_activation": "str",
    "raise_activation_authentication": "str",
    "com_plus_remote_access": "str",
    "rpc_ports": "list",
    "allow_lockout": "bool",
    "override_key_protection": "bool",
}
# An entry of baseline is about one AppID.
_ENTRY: Table = {option: kind for option, kind in _APPID.items() if option != "runs_as"}
# Of the task itself, so not of the entries of baseline.
_TASK: Table = {"lock_timeout": "int"}

OPTIONS: dict[str, Table] = {
    "appid": {**_APPID, **_TASK},
    "machine": {**_MACHINE, **_TASK},
    "baseline": {"machine": Below("dict", _MACHINE), "appids": Below("list of dict", _ENTRY), **_TASK},
    "server": {"id": "str", "state": "str"},
    "appid_info": {"id": "list", "name": "str", "custom_permission": "bool", "runs_as": "str", "principals": "list", "gather": "list"},
    "machine_info": {},
    "denial_info": {"log": "str", "path": "str", "since": "str", "until": "str", "newest": "int", "event_ids": "list", "events": "bool"},
}
_WANTED = {
    "str": "a text", "bool": "true or false", "int": "a number", "list": "a list", "dict": "a dictionary", "list of dict": "a list of dictionaries",
    "entries": "a list of names or dictionaries",
}  # fmt: skip
_WORD = re.compile(r"[A-Za-z_][\w .-]{0,60}", re.ASCII)


def check(module: str, args: dict[str, t.Any]) -> None:
    """Raises BadInput for each option that a module does not have, and each of a wrong kind, at any depth."""
    table = OPTIONS[module]
    problems = list(_problems("", f"wincom.dcom.{module}", table, args, ()))
    if problems:
        raise BadInput("; ".join(problems).replace("?; ", "? "))


def shape(value: t.Any) -> str:
    """What a value is, in words that show nothing of it."""
    kinds = ((bool, "true or false"), (str, "a text"), ((int, float), "a number"), (dict, "a dictionary"), ((list, tuple), "a list"))
    if value is None or isinstance(value, str) and not value.strip():
        return "nothing"
    return next((words for kind, words in kinds if isinstance(value, kind)), "something else")


def _problems(where: str, who: str, table: Table, given: dict[t.Any, t.Any], above: tuple[tuple[str, Table], ...]) -> t.Iterator[str]:
    """What is wrong with the options of one dictionary, then with what is below them, in the order of the table.

    Args:
        where: where the dictionary is, '' for the task itself.
        who: whose options they are, in words.
        table: the options that it may have.
        given: the dictionary.
        above: (option through which one came, the table that it is of), from the task down.
    """
    start = f"{where}: " if where else ""
    lost = []
    for name in given:
        if name not in table:
            hint = _hint(name, table, above)
            if hint:
                yield start + hint
            else:
                lost.append(str(name))
    words = [name for name in lost if _WORD.fullmatch(name)]
    if len(words) < len(lost):  # {run_as_password:secret} is one name in YAML, and so may any other be that is no word
        yield f"{who} has no option whose name is no word; it is not shown, for it may hold a value"
    if words:
        yield f"{who} has no {', '.join(words)}; it takes {', '.join(table) or 'no options'}"
    for option, takes in table.items():
        if given.get(option) is not None:
            if isinstance(takes, str):
                yield from _leaf(start + option, takes, given[option])
            else:
                yield from _below(start + option, takes, given[option], (*above, (option, table)))


def _leaf(where: str, kind: str, value: t.Any) -> t.Iterator[str]:
    """Texts are not told from numbers, which Ansible converts, nor is a list of one from that one."""
    if kind == "raw":
        return
    if isinstance(value, dict) or kind != "list" and isinstance(value, (list, tuple)):
        yield f"{where} is {_WANTED[kind]}, not {shape(value)}"
    elif kind == "list" and isinstance(value, (list, tuple)):
        wrong = next((one for one in value if isinstance(one, (dict, list, tuple))), None)
        if wrong is not None:
            yield f"{where} is a list of texts or numbers, not of {shape(wrong)}"


def _below(where: str, takes: Below, value: t.Any, above: tuple[tuple[str, Table], ...]) -> t.Iterator[str]:
    if takes.kind == "list of dict" or takes.kind == "entries" and isinstance(value, list):
        if not isinstance(value, list):
            yield f"{where} is {_WANTED[takes.kind]}, not {shape(value)}"
            return
        for number, one in enumerate(value, 1):
            yield from _one(where, f"{where}, entry {number}", takes, one, above)
    elif takes.kind == "entries":
        yield from _one(where, where, takes, value, above)
    elif isinstance(value, dict):
        yield from _problems(where, where, takes.options, value, above)
    else:
        yield f"{where} is {_WANTED[takes.kind]}{_with(takes)}, not {shape(value)}"


def _one(where: str, numbered: str, takes: Below, entry: t.Any, above: tuple[tuple[str, Table], ...]) -> t.Iterator[str]:
    """One entry of a permission, or of baseline."""
    if takes.kind == "entries":
        if isinstance(entry, dict):
            yield from _problems(where, f"{where}: an entry", takes.options, entry, above)
        elif not isinstance(entry, str):
            yield f"{where}: an entry is a name or a dictionary, not {shape(entry)}"
    elif not isinstance(entry, dict):
        yield f"{numbered} is a dictionary with the options of wincom.dcom.appid, not {shape(entry)}"
    else:
        named = f"{numbered} ({entry['id']})" if isinstance(entry.get("id"), str) else numbered
        yield from _problems(named, named, takes.options, entry, above)


def _with(takes: Below) -> str:
    if takes.kind != "dict":
        return ""
    return " with " + ("the options of wincom.dcom.machine" if takes.options is _MACHINE else ", ".join(takes.options))


def _hint(name: t.Any, table: Table, above: tuple[tuple[str, Table], ...]) -> str:
    """'launch_permisson: did you mean launch_permission?', or where an option of that name goes; '' where nobody knows."""
    head = re.split(r"[:=]", str(name))[0].strip()
    if head != name and head in table:
        return f"{head}: a blank is missing after the colon"
    for option, beside in above:
        if name in beside:
            return f"{name} goes beside {option}, not below it"
    homes = [option for option, takes in table.items() if isinstance(takes, Below) and name in takes.options]
    if homes:
        return f"{name} goes below {' or '.join(homes)}"
    if not above and (name in _APPID or name in _MACHINE):
        return f"{name} is an option of wincom.dcom.{'appid' if name in _APPID else 'machine'}"
    near = difflib.get_close_matches(re.sub(r"[ .-]", "_", str(name)).lower(), table, n=1) if _WORD.fullmatch(str(name)) else []
    return f"{name}: did you mean {near[0]}?" if near else ""
