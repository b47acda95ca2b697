# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the appid module found and did, as people read it."""

from __future__ import annotations

import typing as t

from . import _flags, _setting
from ._appid_input import KEYWORD_OF, RUN_AS, is_endpoint
from ._principals import NAME_OF, to_name, with_sid
from ._setting import Permission, Setting, Text


def read_settings(result: dict[str, t.Any], args: dict[str, t.Any], diff: bool) -> None:
    """Replaces the raw settings of a result by diff, previous, restorable, unmanaged, set_is_complete and warnings, in place."""
    settings = _setting.take(result, args, READERS)
    if settings is None:
        return
    _setting.tell(result, settings)
    if result.get("registered_with") or result.get("created"):
        result["restorable"] = False
    if "appids" in result:
        result["previous"] = {}
    result["diff_is_partial"] = bool(result.get("registered_with")) and any(setting.starts_from_stored() for setting in settings)
    if diff:
        result["diff"] = _diff(result, args, settings)


def _diff(result: dict[str, t.Any], args: dict[str, t.Any], settings: list[Setting]) -> dict[str, str]:
    """Check and run must show the same to the letter, so what only registration reveals is left out."""
    before: list[str] = []
    after: list[str] = []
    for setting in settings:
        if "appids" in result:
            before.append(f"AppID {setting.appid}")
            after.append(f"AppID {setting.appid}")
        before += setting.lines(setting.old)
        after += setting.lines(setting.new)
    registered_with = result.get("registered_with")
    title = f"AppID {args['id'] if registered_with else result.get('appid')}"
    if registered_with:
        before, after = ["not registered"], [f"registered with {registered_with}", *after]
    elif result.get("created"):
        before, after = ["not registered"], ["created", *after]
    elif "appids" in result:
        title = f"AppIDs that run as {args['runs_as']}"
    return _setting.diff(title, before, after)


class _State(Setting):
    restorable = False

    def text(self, value: t.Any) -> str:
        return "registered" if value == "present" else "not registered"

    def previous(self) -> t.Any:
        return None


class _RunAs(Setting):
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
        """None for what run_as would refuse, such as a group."""
        if self.old.get("problem"):
            return None
        identity = self.old["identity"]
        return KEYWORD_OF.get(identity) or (None if identity in NAME_OF else to_name(identity, self.names))

    @property
    def restorable(self) -> bool:  # type: ignore[override]
        """A user needs its password to come back, and a password that was stored is told nobody."""
        return not self.old["password"] and (self.previous() or "") in RUN_AS


class _Names(Setting):
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

    def declared(self) -> t.Any:
        return {"set": sorted(self.old["names"])} if self.old["names"] and self.option == "executables" else None


class _Flags(Setting):
    def text(self, value: t.Any) -> str:
        return ", ".join(str(flag).replace("_", " ") for flag in _flags.names(value)) or "none" if isinstance(value, int) else super().text(value)

    def previous(self) -> t.Any:
        if self.old == "default":
            return {"default": True}
        return {"set": _flags.names(self.old)} if isinstance(self.old, int) else None


class _Endpoints(Text):
    """Ports, as the option takes them; Windows may hold endpoints of other protocols."""

    @property
    def undeclarable(self) -> str:
        others = [one for one in self.old if not is_endpoint(one)] if isinstance(self.old, list) and self.old != ["default"] else []
        return f"{others[0]!r} is no endpoint that appid can declare" if others else ""

    def previous(self) -> t.Any:
        return None if self.undeclarable else super().previous()


class _Surrogate(Text):
    @property
    def undeclarable(self) -> str:
        return "it holds blanks alone, which name no program" if isinstance(self.old, str) and not self.old.strip() else ""

    def previous(self) -> t.Any:
        return None if self.undeclarable else super().previous()


READERS: dict[str, type[Setting]] = {
    "state": _State,
    "launch_permission": Permission,
    "access_permission": Permission,
    "configuration_permission": Permission,
    "run_as": _RunAs,
    "executables": _Names,
    "classes": _Names,
    "flags": _Flags,
    "display_name": Text,
    "dll_surrogate": _Surrogate,
    "endpoints": _Endpoints,
    "service": Text,
    "service_parameters": Text,
    "remote_server_name": Text,
}
