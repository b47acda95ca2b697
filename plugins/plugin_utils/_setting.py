# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a module found and did to its settings, as people read it: diff, what puts it back, warnings.

A module returns settings as data, [{appid, name, before, after}] (appid: where it is one's); for each kind of setting a class says how that data reads.
"""

from __future__ import annotations

import typing as t

from . import _permission
from ._principals import to_name


def take(result: dict[str, t.Any], args: dict[str, t.Any], kinds: t.Mapping[str, type[Setting]]) -> list[Setting] | None:
    """Takes the raw settings out of a result; None where it has none, or has failed, and then its message says all that is known.

    Args:
        result: what the module returned, changed in place.
        args: the module's arguments.
        kinds: option name to how it reads; Setting for one that is not there.
    """
    settings = result.pop("settings", None)
    if settings is None:
        return None
    names = result.get("names") or {}
    result["skipped_principals"] = [to_name(sid, names) for sid in result.get("skipped_principals", ())]
    found = [kinds.get(one["name"], Setting)(one["name"], args.get(one["name"]), one, names) for one in settings]
    if not result.get("failed"):
        return found
    for setting in found:
        result["msg"] = setting.explain(result.get("msg", ""))
    return None


def tell(result: dict[str, t.Any], settings: list[Setting]) -> None:
    """Adds previous, restorable, unmanaged, set_is_complete and warnings to a result, in place."""
    result.update(previous={}, restorable=True, unmanaged={}, set_is_complete=True)
    warnings = []
    for setting in settings:
        warnings += [f"{setting.option}: {text}" for text in setting.warnings()]
        if setting.unmanaged():
            result["unmanaged"][setting.option] = setting.unmanaged()
            result["set_is_complete"] = result["set_is_complete"] and "set" not in setting.wanted
        if setting.changes:
            back = setting.previous()
            result["restorable"] = result["restorable"] and setting.restorable and back is not None
            if back is not None:
                result["previous"][setting.option] = back
    if warnings:
        result["warnings"] = [*result.get("warnings", ()), *warnings]


def diff(title: str, before: list[str], after: list[str]) -> dict[str, str]:
    """What Ansible shows with --diff."""
    return {
        "before_header": title,
        "after_header": title,
        "before": "".join(line + "\n" for line in before),
        "after": "".join(line + "\n" for line in after),
    }


class Setting:
    """How one setting reads. Subclasses override what differs."""

    restorable = True

    def __init__(self, option: str, wanted: t.Any, found: dict[str, t.Any], names: t.Mapping[str, str]) -> None:
        self.option, self.wanted, self.names = option, wanted, names
        self.appid, self.old, self.new = found.get("appid"), found["before"], found["after"]
        self.title = option.replace("_", " ")

    @property
    def changes(self) -> bool:
        return self.old != self.new

    def lines(self, value: t.Any) -> list[str]:
        return [f"{self.title}: {self.text(value)}"]

    @property
    def problem(self) -> str:
        """What is wrong with the value that is there, '' for nothing."""
        return (self.old.get("problem") or "") if isinstance(self.old, dict) else ""

    @property
    def undeclarable(self) -> str:
        """Why a value that Windows may well take can't be declared, '' where it can."""
        return ""

    def text(self, value: t.Any) -> str:
        if isinstance(value, dict):
            return f"invalid: {value['problem']}"
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value).replace("_", " ")

    def previous(self) -> t.Any:
        """The option that puts it back, None where what was stored can't be declared."""
        return None if isinstance(self.old, dict) else self.old

    def declared(self) -> t.Any:
        """The option that declares what is there, None where it can't be declared."""
        return self.previous()

    def explain(self, message: str) -> str:
        """A failure's message with what only the controller can tell."""
        return message

    def warnings(self) -> list[str]:
        return []

    def unmanaged(self) -> list[str]:
        return []

    def starts_from_stored(self) -> bool:
        return False


class Text(Setting):
    """A text that may hold underscores of its own."""

    def text(self, value: t.Any) -> str:
        if isinstance(value, dict):
            return super().text(value)
        return " ".join(value) if isinstance(value, list) else value


class Permission(Setting):
    def lines(self, value: t.Any) -> list[str]:
        differs = any(self.old[key] != self.new[key] for key in ("owner", "group"))
        shown = differs and not (self.old["default"] or self.new["default"])
        return [f"{self.title}:", *("  " + line for line in _permission.lines(self.option, value, self.names, shown))]

    def previous(self) -> t.Any:
        return _permission.previous(self.option, self.old, self.new, self.names)

    def declared(self) -> t.Any:
        return _permission.declared(self.option, self.old, self.names)

    def explain(self, message: str) -> str:
        malformed = f"{self.option}: the stored list is malformed"
        return message.replace(malformed, malformed + _permission.explain(self.old))

    def warnings(self) -> list[str]:
        return _permission.warnings(self.option, self.wanted, self.old, self.new, self.names)

    def unmanaged(self) -> list[str]:
        return [_permission.unmanaged_text(part, self.names) for part in self.new["unmanaged"]]

    def starts_from_stored(self) -> bool:
        return "add" in self.wanted or "remove" in self.wanted
