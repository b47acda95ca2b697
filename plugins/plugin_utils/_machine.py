# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The machine-wide settings: what people write, what the modules found and did, and what looks wrong."""

from __future__ import annotations

import re
import typing as t

from . import _permission, _setting, _words
from ._action import is_true
from ._input import BadInput
from ._principals import ADMINISTRATORS, ANONYMOUS, EVERYONE, SYSTEM, with_sid
from ._setting import Permission, Setting

Finding = t.Dict[str, str]

PERMISSIONS = ("default_launch_permission", "default_access_permission", "launch_limit", "access_limit")
ENOUGH_PORTS = 100
_RANGE = re.compile(r"(\d{1,5})(?:\s*-\s*(\d{1,5}))?")


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


def normalise_ports(value: t.Any) -> list[str]:
    """rpc_ports as the module takes it, without blanks around '-', which RPC does not read; raises BadInput."""
    given = value if isinstance(value, list) else str(value).split(",")
    texts = [str(one).strip() for one in given]
    if texts == ["default"]:
        return texts
    if not any(texts):
        raise BadInput("rpc_ports is empty; default lets Windows choose its ports")
    ranges = sorted(_range(text) for text in texts)
    for (first, last), (other, other_last) in zip(ranges, ranges[1:]):
        if other <= last:
            raise BadInput(f"rpc_ports: {_text(first, last)} and {_text(other, other_last)} overlap")
    return [_text(*_range(text)) for text in texts]


def _range(text: str) -> tuple[int, int]:
    found = _RANGE.fullmatch(text)
    first, last = (int(found.group(1)), int(found.group(2) or found.group(1))) if found else (0, 0)
    if not 1 <= first <= last <= 65535:
        raise BadInput(f"rpc_ports: {text!r} is no port or range of ports; write 5000 or 5000-5100, from 1 to 65535, or default alone")
    return first, last


def _text(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


# --- from the modules to people --------------------------------------------------------------------------------------


def read_settings(result: dict[str, t.Any], args: dict[str, t.Any], diff: bool) -> None:
    """Replaces the raw settings of machine's result by diff, previous, restorable, unmanaged, exact and warnings, in place."""
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
    settings = [READERS.get(one["name"], _Value)(one["name"], None, {**one, "after": one["before"]}, names) for one in raw if "before" in one]
    result["settings"] = {setting.option: back for setting in settings for back in [setting.declared()] if back is not None}
    result["permissions"] = {setting.option: setting.info() for setting in settings if isinstance(setting, _List)}
    result["findings"] = [finding for setting in settings for finding in setting.findings()]
    result["findings"] += [_finding("invalid_value", "error", f"{one['name']} can't be read: {one['unreadable']}") for one in raw if "unreadable" in one]
    if exempts:
        result["findings"].append(EXEMPTS)


def _finding(identity: str, severity: str, text: str) -> Finding:
    return {"id": identity, "severity": severity, "text": text}


EXEMPTS = _finding("activation_exemptions", "info", "Group Policy exempts applications from the check of their launch permission")
# Values that may be meant, and may not.
ODD = {
    ("enable_dcom", "false"): ("dcom_disabled", "warning", "DCOM is off: other computers reach nothing here, and this one nothing there"),
    ("default_authentication_level", "none"): (
        "no_authentication", "warning", "none makes Windows ignore the access permission of every server that follows the default",
    ),
    ("require_integrity_activation", "false"): (
        "no_effect", "info", "false has no effect since March 2023: a Windows with the updates of that month always requires integrity (KB5004442)",
    ),
}  # fmt: skip


class _Value(Setting):
    """A word, or a value that says more."""

    def findings(self) -> t.Iterator[Finding]:
        if isinstance(self.old, dict):
            yield _finding("invalid_value", "error", f"{self.option}: the stored value {self.old['problem']}")
        elif isinstance(self.old, str) and (self.option, self.old) in ODD:
            identity, severity, text = ODD[self.option, self.old]
            yield _finding(identity, severity, f"{self.option}: {text}")


class _Ports(_Value):
    """Ports and ranges, or default."""

    def warnings(self) -> list[str]:
        return list(_few_ports(self.wanted))

    def findings(self) -> t.Iterator[Finding]:
        yield from super().findings()
        for text in _few_ports(self.old):
            yield _finding("few_rpc_ports", "warning", f"{self.option}: {text}")


def _few_ports(ports: t.Any) -> t.Iterator[str]:
    if not isinstance(ports, list) or ports == ["default"]:
        return
    ends = [port.split("-") for port in ports]
    count = sum(int(end[-1]) - int(end[0]) + 1 for end in ends)
    if count < ENOUGH_PORTS:
        yield f"{count} port{'s are' if count > 1 else ' is'} few: all RPC servers of this host share them, and Windows asks for {ENOUGH_PORTS} or more"


class _List(Permission):
    """A default permission of the machine, or a limit."""

    def source(self) -> str:
        if self.old.get("policy"):
            return "policy"
        return "windows" if self.old["default"] else "machine"

    def info(self) -> dict[str, t.Any]:
        """What holds, wherever it comes from."""
        plain = {**self.old, "default": False, "policy": None}
        return {"source": self.source(), "sddl": self.old.get("sddl"), "entries": _permission.lines(self.option, plain, self.names, with_owner=True)}

    def held(self, *sids: str) -> int:
        """The rights that these principals are allowed and not denied by their own entries."""
        masks = {"allow": 0, "deny": 0}
        for entry in self.old["entries"]:
            if entry["sid"] in sids:
                masks[entry["type"]] |= entry["mask"]
        return masks["allow"] & ~masks["deny"]

    def mask(self, *words: str) -> int:
        return _permission.mask_of(_permission.kind_of(self.option), words)

    def findings(self) -> t.Iterator[Finding]:
        yield from self.problem(self.old, "the stored list")
        if self.old["disorder"]:
            yield _finding("out_of_order", "warning", f"{self.option}: a deny entry stands behind an allow entry, where Windows may never reach it")
        if not self.old["problem"]:
            yield from self.content()

    def problem(self, data: dict[str, t.Any], what: str) -> t.Iterator[Finding]:
        if data["problem"]:
            malformed = data["problem"] == "is malformed"
            identity = "invalid_list" if malformed or data["binary"] else "wrong_type"
            yield _finding(identity, "error", f"{self.option}: {what} {data['problem']}{_permission.explain(data)}")

    def content(self) -> t.Iterator[Finding]:
        for sid in (EVERYONE, ANONYMOUS):
            if self.held(sid) & self.mask("remote"):
                text = f"{self.option}: {with_sid(sid, self.names)} has remote rights, in every server without a list of its own"
                yield _finding("open_to_remote", "warning", text)
        if self.mask("local_access") and not self.held(SYSTEM, EVERYONE) & self.mask("local"):
            yield _finding("no_system", "warning", f"{self.option}: SYSTEM has no local access, without which COM itself can't call a server")


class _Limit(_List):
    """What no application can give back. No limit of one's own can't be declared, what then holds can."""

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

    def findings(self) -> t.Iterator[Finding]:
        policy = self.old.get("policy")
        if not policy:
            yield from super().findings()
            if self.old.get("blank_policy"):
                text = f"{self.option}: the value of Group Policy is an empty text, which is no policy; the machine's own list holds"
                yield _finding("policy_empty", "info", text)
            return
        yield from self.problem(policy["own"], "the machine's own list, which Group Policy overrides,")
        if policy["problem"]:
            text = f"{self.option}: the value of Group Policy {policy['problem']}, which is no SDDL; Windows refuses every request while it is there"
            yield _finding("policy_not_sddl", "error", text)
            return
        yield _finding("policy_managed", "info", f"{self.option}: Group Policy sets it, and Windows ignores the machine's own list")
        yield from super().findings()

    def content(self) -> t.Iterator[Finding]:
        if self.held(ANONYMOUS) & self.mask("remote"):
            yield _finding("open_to_remote", "warning", f"{self.option}: {with_sid(ANONYMOUS, self.names)} passes it from other computers")
        if self.mask("local") & ~self.held(EVERYONE):
            yield _finding("locked_out", "warning", f"{self.option}: Everyone lacks local rights, which no application of this host can give back")
        if self.mask("all") & ~self.held(EVERYONE, ADMINISTRATORS):
            yield _finding("locked_out", "warning", f"{self.option}: Administrators lack rights, which no application of this host can give back")


READERS: dict[str, type[_Value] | type[_List]] = {
    "default_launch_permission": _List,
    "default_access_permission": _List,
    "launch_limit": _Limit,
    "access_limit": _Limit,
    "rpc_ports": _Ports,
}
