# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the appid module found and did, as people read it: diff, what puts it back, warnings."""

from __future__ import annotations

import typing as t

from . import _permission
from ._principals import to_name, with_sid


def read_settings(result: dict[str, t.Any], args: dict[str, t.Any], diff: bool) -> None:
    """Replaces the raw settings of a result by diff, previous, restorable, unmanaged, exact and warnings, in place."""
    settings = result.pop("settings", None)
    if settings is None:
        return
    names = result.get("names") or {}
    registering = result.get("registered_with")
    result.update(previous={}, restorable=not registering, unmanaged={}, exact=True)
    result["skipped_principals"] = [to_name(sid, names) for sid in result.get("skipped_principals", ())]
    warnings, before, after = [], [], []
    for setting in settings:
        option, old, new = setting["name"], setting["before"], setting["after"]
        reader = READERS[option](option, args.get(option), old, new, names)
        before += reader.lines(old, showing_change=old != new)
        if new is None:  # it failed; the message says why
            malformed = f"{option}: the stored list is malformed"
            result["msg"] = result.get("msg", "").replace(malformed, malformed + reader.reason())
            continue
        after += reader.lines(new, showing_change=old != new)
        warnings += [f"{option}: {text}" for text in reader.warnings()]
        if reader.unmanaged():
            result["unmanaged"][option] = reader.unmanaged()
            result["exact"] = result["exact"] and "set" not in args[option]
        if old != new:
            back = reader.previous()
            result["restorable"] = result["restorable"] and back is not None
            if back is not None:
                result["previous"][option] = back
        if registering and reader.starts_from_stored():
            result["prediction"] = "partial"
    if warnings:
        result["warnings"] = [*result.get("warnings", ()), *warnings]
    if result.get("failed"):
        for key in ("previous", "restorable", "unmanaged", "exact"):
            result.pop(key)
    elif diff:
        result["diff"] = _diff(result, args, before, after)


def _diff(result: dict[str, t.Any], args: dict[str, t.Any], before: list[str], after: list[str]) -> dict[str, str]:
    """Check and run must show the same to the letter, so what only registration reveals is left out."""
    registering = result.get("registered_with")
    if registering:
        before, after = ["not registered"], [f"registered with {registering}", *after]
    title = f"AppID {args['id'] if registering else result.get('appid')}"
    return {
        "before_header": title,
        "after_header": title,
        "before": "".join(line + "\n" for line in before),
        "after": "".join(line + "\n" for line in after),
    }


class _Setting:
    """How one setting reads. Subclasses override what differs."""

    def __init__(self, option: str, wanted: t.Any, old: t.Any, new: t.Any, names: t.Mapping[str, str]) -> None:
        self.option, self.wanted, self.old, self.new, self.names = option, wanted, old, new, names
        self.title = option.replace("_", " ")

    def lines(self, value: t.Any, showing_change: bool) -> list[str]:
        return [f"{self.title}: {self.text(value)}"]

    def text(self, value: t.Any) -> str:
        return str(value)

    def previous(self) -> t.Any:
        return self.old

    def warnings(self) -> list[str]:
        return []

    def unmanaged(self) -> list[str]:
        return []

    def reason(self) -> str:
        return ""

    def starts_from_stored(self) -> bool:
        return False


class _Permission(_Setting):
    @property
    def kind(self) -> str:
        return self.option.partition("_")[0]

    def lines(self, value: t.Any, showing_change: bool) -> list[str]:
        owner_differs = showing_change and self.new and any(self.old[key] != self.new[key] for key in ("owner", "group"))
        shown = owner_differs and not (self.old["default"] or self.new["default"])
        return [f"{self.title}:", *("  " + line for line in _permission.lines(self.kind, value, self.names, shown))]

    def previous(self) -> t.Any:
        return _permission.previous(self.kind, self.old, self.names)

    def warnings(self) -> list[str]:
        return _permission.warnings(self.kind, self.wanted, self.old, self.new, self.names)

    def unmanaged(self) -> list[str]:
        return [_permission.unmanaged_text(part, self.names) for part in self.new["unmanaged"]]

    def reason(self) -> str:
        return _permission.explain(self.old)

    def starts_from_stored(self) -> bool:
        return "add" in self.wanted or "remove" in self.wanted


class _RunAs(_Setting):
    title = "runs as"

    def text(self, value: t.Any) -> str:
        if isinstance(value, dict):
            return f"invalid: {value['problem']}"
        return with_sid(value, self.names) if value.startswith("S-1-") else value.replace("_", " ")

    def previous(self) -> t.Any:
        return None if isinstance(self.old, dict) else to_name(self.old, self.names)


class _Executables(_Setting):
    def text(self, value: t.Any) -> str:
        found = [*value["names"], *(f"{name} (of {appid})" for name, appid in value["elsewhere"].items())]
        return ", ".join(sorted(found, key=str.lower)) or "none"

    def previous(self) -> t.Any:
        if self.old["elsewhere"]:
            return None
        old, new = set(self.old["names"]), set(self.new["names"])
        back = {"add": sorted(old - new), "remove": sorted(new - old)}
        return {form: found for form, found in back.items() if found}


READERS: dict[str, type[_Setting]] = {
    "launch_permission": _Permission,
    "access_permission": _Permission,
    "run_as": _RunAs,
    "executables": _Executables,
}
