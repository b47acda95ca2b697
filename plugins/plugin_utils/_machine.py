# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The machine-wide settings: what people write, what the modules found and did, and what looks wrong."""

from __future__ import annotations

import typing as t

from . import _permission, _setting, _words
from ._action import is_true
from ._findings import finding
from ._machine_findings import findings_of
from ._ports import few_ports, normalise_ports
from ._setting import Permission, Setting

PERMISSIONS = ("default_launch_permission", "default_access_permission", "launch_limit", "access_limit")


# --- from the task to the module -------------------------------------------------------------------------------------


def normalise(args: dict[str, t.Any]) -> dict[str, t.Any]:
    """The arguments of machine, or those of baseline for it, as the modules take them; raises BadInput."""
    _words.normalise(args)
    for option in PERMISSIONS:
        if args.get(option) is not None:
            args[option] = _permission.normalise(option, args[option], is_true)
    if args.get("rpc_ports") is not None:
        args["rpc_ports"] = normalise_ports(args["rpc_ports"])
    return args


# --- from the modules to people --------------------------------------------------------------------------------------


def read_settings(result: dict[str, t.Any], args: dict[str, t.Any], diff: bool) -> None:
    """Replaces the raw settings of machine's result by diff, previous, restorable, unmanaged, set_is_complete and warnings, in place."""
    settings = _setting.take(result, args, READERS)
    if settings is None:
        return
    _setting.tell(result, settings)
    if diff:
        before = [line for setting in settings for line in setting.lines(setting.old)]
        after = [line for setting in settings for line in setting.lines(setting.new)]
        result["diff"] = _setting.diff("DCOM settings of the machine", before, after)


def read_info(result: dict[str, t.Any]) -> None:
    """Replaces the raw settings of machine_info's result by settings as machine takes them, permissions and findings, in place."""
    raw, exempts = result.pop("settings", None), result.pop("exempts_activation", False)
    if raw is None or result.get("failed"):
        return
    names = result.get("names") or {}
    settings = [READERS.get(one["name"], Setting)(one["name"], None, {**one, "after": one["before"]}, names) for one in raw if "before" in one]
    result["settings"] = {setting.option: back for setting in settings for back in [setting.declared()] if back is not None}
    result["permissions"] = {setting.option: setting.info() for setting in settings if isinstance(setting, DefaultPermission)}
    result["findings"] = findings_of(settings)
    result["findings"] += [finding("unreadable", one["name"], f"{one['name']} can't be read: {one['unreadable']}") for one in raw if "unreadable" in one]
    if exempts:
        text = "Group Policy exempts applications from the check of their launch permission"
        result["findings"].append(finding("activation_exempted", None, text))


class Ports(Setting):
    """Ports and ranges, or default."""

    def warnings(self) -> list[str]:
        return list(few_ports(self.wanted))


class DefaultPermission(Permission):
    """A default permission of the machine, or a limit."""

    def source(self) -> str:
        if self.old.get("policy"):
            return "policy"
        return "windows" if self.old["default"] else "machine"

    def info(self) -> dict[str, t.Any]:
        """What holds, wherever it comes from."""
        plain = {**self.old, "default": False, "policy": None}
        return {"source": self.source(), "sddl": self.old.get("sddl"), "entries": _permission.lines(self.option, plain, self.names, with_owner=True)}


class Limit(DefaultPermission):
    """A machine-wide limit.

    Its absence can't be declared, for there is no default: true: previous is the permission that was in effect, and restorable is false.
    """

    @property
    def restorable(self) -> bool:  # type: ignore[override]
        return not self.old["default"]

    def info(self) -> dict[str, t.Any]:
        policy = self.old.get("policy")
        if not policy:
            return super().info()
        found = {"source": "policy", "sddl": None, "entries": [f"invalid: {policy['problem']}"]} if policy["problem"] else super().info()
        return {**found, "overridden": None if policy["own"]["default"] else policy["own"].get("sddl")}

    def previous(self) -> t.Any:
        return None if self.source() == "policy" and self.old["policy"]["problem"] else super().previous()

    def declared(self) -> t.Any:
        return None if self.source() == "policy" and self.old["policy"]["problem"] else super().declared()


READERS: dict[str, type[Setting]] = {
    "default_launch_permission": DefaultPermission,
    "default_access_permission": DefaultPermission,
    "launch_limit": Limit,
    "access_limit": Limit,
    "rpc_ports": Ports,
}
