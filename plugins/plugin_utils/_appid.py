# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the appid module found and did, as people read it: diff, what puts it back, warnings."""

from __future__ import annotations

import typing as t

from . import _flags, _permission
from ._principals import to_name, with_sid


def read_settings(result: dict[str, t.Any], args: dict[str, t.Any], diff: bool) -> None:
    """Replaces the raw settings of a result by diff, previous, restorable, unmanaged, exact and warnings, in place."""
    settings = result.pop("settings", None)
    if settings is None:
        return
    names = result.get("names") or {}
    result["skipped_principals"] = [to_name(sid, names) for sid in result.get("skipped_principals", ())]
    readers = [READERS.get(one["name"], _Setting)(one["name"], args.get(one["name"]), one, names) for one in settings]
    if result.get("failed"):
        for reader in readers:
            result["msg"] = reader.explain(result.get("msg", ""))
        return
    from_nothing = bool(result.get("registered_with") or result.get("created"))
    result.update(previous={}, restorable=not from_nothing, unmanaged={}, exact=True)
    warnings = []
    for reader in readers:
        warnings += [f"{reader.option}: {text}" for text in reader.warnings()]
        if reader.unmanaged():
            result["unmanaged"][reader.option] = reader.unmanaged()
            result["exact"] = result["exact"] and "set" not in reader.wanted
        if reader.changes:
            back = reader.previous()
            result["restorable"] = result["restorable"] and reader.restorable and back is not None
            if back is not None and "appids" not in result:
                result["previous"][reader.option] = back
        if result.get("registered_with") and reader.starts_from_stored():
            result["prediction"] = "partial"
    if warnings:
        result["warnings"] = [*result.get("warnings", ()), *warnings]
    if diff:
        result["diff"] = _diff(result, args, readers)


def _diff(result: dict[str, t.Any], args: dict[str, t.Any], readers: list[_Setting]) -> dict[str, str]:
    """Check and run must show the same to the letter, so what only registration reveals is left out."""
    before: list[str] = []
    after: list[str] = []
    for reader in readers:
        if "appids" in result:
            before.append(f"AppID {reader.appid}")
            after.append(f"AppID {reader.appid}")
        before += reader.lines(reader.old)
        after += reader.lines(reader.new)
    registered_with = result.get("registered_with")
    title = f"AppID {args['id'] if registered_with else result.get('appid')}"
    if registered_with:
        before, after = ["not registered"], [f"registered with {registered_with}", *after]
    elif result.get("created"):
        before, after = ["not registered"], ["created", *after]
    elif "appids" in result:
        title = f"AppIDs that run as {args['id']['runs_as']}"
    return {
        "before_header": title,
        "after_header": title,
        "before": "".join(line + "\n" for line in before),
        "after": "".join(line + "\n" for line in after),
    }


class _Setting:
    """How one setting reads. Subclasses override what differs."""

    restorable = True

    def __init__(self, option: str, wanted: t.Any, found: dict[str, t.Any], names: t.Mapping[str, str]) -> None:
        self.option, self.wanted, self.names = option, wanted, names
        self.appid, self.old, self.new = found["appid"], found["before"], found["after"]
        self.title = option.replace("_", " ")

    @property
    def changes(self) -> bool:
        return self.old != self.new

    def lines(self, value: t.Any) -> list[str]:
        return [f"{self.title}: {self.text(value)}"]

    def text(self, value: t.Any) -> str:
        if isinstance(value, dict):
            return f"invalid: {value['problem']}"
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value).replace("_", " ")

    def previous(self) -> t.Any:
        """The option that puts it back, None where what was stored can't be declared."""
        return None if isinstance(self.old, dict) else self.old

    def explain(self, message: str) -> str:
        """A failure's message with what only the controller can tell."""
        return message

    def warnings(self) -> list[str]:
        return []

    def unmanaged(self) -> list[str]:
        return []

    def starts_from_stored(self) -> bool:
        return False


class _State(_Setting):
    restorable = False

    def text(self, value: t.Any) -> str:
        return "registered" if value == "present" else "not registered"

    def previous(self) -> t.Any:
        return None


class _Text(_Setting):
    """A text that may hold underscores of its own."""

    def text(self, value: t.Any) -> str:
        if isinstance(value, dict):
            return super().text(value)
        return " ".join(value) if isinstance(value, list) else value


class _Permission(_Setting):
    @property
    def kind(self) -> str:
        return self.option.partition("_")[0]

    def lines(self, value: t.Any) -> list[str]:
        differs = any(self.old[key] != self.new[key] for key in ("owner", "group"))
        shown = differs and not (self.old["default"] or self.new["default"])
        return [f"{self.title}:", *("  " + line for line in _permission.lines(self.kind, value, self.names, shown))]

    def previous(self) -> t.Any:
        return _permission.previous(self.kind, self.old, self.names)

    def explain(self, message: str) -> str:
        malformed = f"{self.option}: the stored list is malformed"
        return message.replace(malformed, malformed + _permission.explain(self.old))

    def warnings(self) -> list[str]:
        return _permission.warnings(self.kind, self.wanted, self.old, self.new, self.names)

    def unmanaged(self) -> list[str]:
        return [_permission.unmanaged_text(part, self.names) for part in self.new["unmanaged"]]

    def starts_from_stored(self) -> bool:
        return "add" in self.wanted or "remove" in self.wanted


class _RunAs(_Setting):
    """The identity, and whether its password is stored; never the password."""

    def lines(self, value: t.Any) -> list[str]:
        identity = value.get("identity") or ""
        if value.get("problem"):
            shown = f"invalid: {value['problem']}"
        else:
            shown = with_sid(identity, self.names) if identity.startswith("S-1-") else identity.replace("_", " ")
        found = [f"run as: {shown}"]
        if value["password"]:
            found.append("password: stored, changed" if value.get("changed") and self.old["password"] else "password: stored")
        if value.get("right"):
            found.append("logon as a batch job: granted")
        return found

    def previous(self) -> t.Any:
        if self.old.get("problem"):
            return None
        return to_name(self.old["identity"], self.names)

    @property
    def restorable(self) -> bool:  # type: ignore[override]
        return not self.old["password"]


class _Names(_Setting):
    """File names of mapped executables, or classes."""

    def text(self, value: t.Any) -> str:
        found = [*value["names"], *(f"{name} (of {appid})" for name, appid in value["elsewhere"].items())]
        return ", ".join(sorted(found, key=str.lower)) or "none"

    def previous(self) -> t.Any:
        if self.old["elsewhere"] or self.option == "classes":
            return None
        old, new = set(self.old["names"]), set(self.new["names"])
        back = {"add": sorted(old - new), "remove": sorted(new - old)}
        return {form: found for form, found in back.items() if found}


class _Flags(_Setting):
    def text(self, value: t.Any) -> str:
        return ", ".join(str(flag).replace("_", " ") for flag in _flags.names(value)) or "none" if isinstance(value, int) else super().text(value)

    def previous(self) -> t.Any:
        if self.old == "default":
            return {"default": True}
        return {"set": _flags.names(self.old)} if isinstance(self.old, int) else None


READERS: dict[str, type[_Setting]] = {
    "state": _State,
    "launch_permission": _Permission,
    "access_permission": _Permission,
    "configuration_permission": _Permission,
    "run_as": _RunAs,
    "executables": _Names,
    "classes": _Names,
    "flags": _Flags,
    "display_name": _Text,
    "dll_surrogate": _Text,
    "endpoints": _Text,
    "service": _Text,
    "service_parameters": _Text,
    "remote_server_name": _Text,
}
