# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A whole host at once: the entries of baseline, each as its own module takes and tells it."""

from __future__ import annotations

import typing as t

from . import _appid, _appid_input, _machine, _setting
from ._input import BadInput
from ._words import texts


def normalise(args: dict[str, t.Any]) -> dict[str, t.Any]:
    """The arguments of baseline as the module takes them; raises BadInput, which names the entry."""
    if args.get("machine") is not None:
        args["machine"] = _checked("machine", _machine.normalise, args["machine"])
    if args.get("appids") is not None:
        args["appids"] = [_entry(number, entry) for number, entry in enumerate(args["appids"], 1)]
        _check_twice(args["appids"])
        _check_claims(args["appids"])
    return args


def _entry(number: int, entry: dict[str, t.Any]) -> dict[str, t.Any]:
    return _checked(f"appids, entry {number} ({entry.get('id')})", _appid_input.normalise, entry)


def _checked(where: str, check: t.Callable[[dict[str, t.Any]], dict[str, t.Any]], entry: dict[str, t.Any]) -> dict[str, t.Any]:
    try:
        return check(dict(entry))
    except BadInput as error:
        raise BadInput(f"{where}: {error}") from None


def _check_twice(entries: list[dict[str, t.Any]]) -> None:
    """What is the same by its very text; the host checks the same by AppID."""
    seen: dict[str, int] = {}
    for number, entry in enumerate(entries, 1):
        key = str(entry.get("id")).strip("{}").casefold()
        if key in seen:
            raise BadInput(f"appids, entry {number} ({entry['id']}): entry {seen[key]} is about the same id; an AppID has one entry")
        seen[key] = number


def _check_claims(entries: list[dict[str, t.Any]]) -> None:
    """An executable is mapped to one AppID, and a class belongs to one."""
    seen: dict[tuple[str, str], int] = {}
    for number, entry in enumerate(entries, 1):
        for option, what, name in _claims(entry):
            first = seen.setdefault((option, name.casefold()), number)
            if first != number:
                raise BadInput(
                    f"appids, entry {number} ({entry['id']}): {option}: entry {first} ({entries[first - 1]['id']}) names {name} too; "
                    f"{what} belongs to one AppID"
                )


def _claims(entry: dict[str, t.Any]) -> t.Iterator[tuple[str, str, str]]:
    executables = entry.get("executables")
    if isinstance(executables, dict):
        for form in ("add", "set"):
            yield from (("executables", "an executable", name) for name in texts(executables.get(form)))
    yield from (("classes", "a class", name) for name in texts(entry.get("classes")))


def read_result(result: dict[str, t.Any], args: dict[str, t.Any], diff: bool) -> None:
    """Makes the raw result of baseline readable, in place: each entry as its own module tells it, and all of them together."""
    machine, appids = result.get("machine"), result.get("appids") or []
    parts = [(_machine.read_settings, machine, args["machine"])] if machine else []
    parts += [(_appid.read_settings, item, entry) for item, entry in zip(appids, args.get("appids") or ())]
    names: dict[str, str] = {}
    titles: list[str] = []
    before: list[str] = []
    after: list[str] = []
    for read, item, entry in parts:
        problem = item.pop("problem", None)
        if problem:
            item.update(failed=True, msg=problem)
        read(item, entry, diff)
        names.update(item.pop("names", None) or {})
        if item.pop("failed", False):
            item["problem"] = item.pop("msg")
            result["msg"] = result["msg"].replace(problem, item["problem"])
        shown = item.get("diff")  # stays, so that a reader of many results tells one entry from another
        if shown:
            titles.append(shown["before_header"])
            before += [titles[-1] + ":", *("  " + line for line in shown["before"].splitlines())]
            after += [titles[-1] + ":", *("  " + line for line in shown["after"].splitlines())]
        if item.get("warnings"):
            result["warnings"] = [*result.get("warnings", ()), *(f"{_name(item)}: {text}" for text in item.pop("warnings"))]
    result["names"] = names
    result["previous"] = _previous(machine, appids, args)
    result["restorable"] = all(item.get("restorable", False) for _read, item, _entry in parts if item.get("changed"))
    result["reboot_required"] = bool(machine and machine.get("reboot_required")) or any(item["reboot_required"] for item in appids)
    result["servers_to_restart"] = [item["appid"] for item in appids if item["server_restart_required"]]
    if diff and titles:
        result["diff"] = _setting.diff("DCOM settings of the host", before, after)


def _name(item: dict[str, t.Any]) -> str:
    return " ".join(filter(None, (item.get("appid"), item.get("display_name")))) or "machine"


def _previous(machine: dict[str, t.Any] | None, appids: list[dict[str, t.Any]], args: dict[str, t.Any]) -> dict[str, t.Any]:
    """The options of baseline that put everything back. An AppID that was not registered is told by the id of its entry, as check mode knows it."""
    found: dict[str, t.Any] = {}
    if machine and machine.get("previous"):
        found["machine"] = machine["previous"]
    entries = [
        {"id": entry["id"] if item.get("registered_with") else item["appid"], **item["previous"]}
        for item, entry in zip(appids, args.get("appids") or ())
        if item.get("previous")
    ]
    if entries:
        found["appids"] = entries
    return found
