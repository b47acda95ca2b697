# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What appid_info read, as people read it: settings in the form that appid accepts, permissions as sentences, findings."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from functools import cached_property

from ._appid import KEYWORD_OF, READERS
from ._appid_findings import findings_of
from ._appid_input import RUN_AS
from ._effective import Caller, Lists, rights
from ._principals import EVERYONE, to_name
from ._setting import Permission, Setting

SID_OF_IDENTITY = {keyword: sid for sid, keyword in KEYWORD_OF.items()}


def read_info(result: dict[str, t.Any], gather: t.Collection[str]) -> None:
    """Makes the raw result of appid_info readable, in place."""
    host = Host(
        names=result.get("names") or {},
        orphans=set(result.pop("orphans", None) or ()),
        machine=result.pop("machine", None) or {},
        exemptions=result.pop("exemptions", None) or {},
        callers=[Caller.of(raw) for raw in result.pop("callers", None) or ()],
    )
    result["appids"] = [_readable(AppId(raw, host), gather) for raw in result.get("appids") or ()]
    if "exposure" in gather:
        result["default_exposure"] = AppId(PLAIN, host).exposure()
    missing = result.get("not_found") or ()
    if missing:
        result["warnings"] = [*result.get("warnings", ()), *(one["reason"] for one in missing)]


# An AppID without any setting: what holds for it is what the machine has.
PLAIN: dict[str, t.Any] = {"id": "", "settings": [], "service": None, "surrogate": False, "images": [], "executables": [], "without_appid": ""}


@dataclass
class Host:
    """What holds for all AppIDs of a host."""

    names: t.Mapping[str, str]
    orphans: set[str]
    machine: dict[str, t.Any]  # settings of the machine as data, where principals or findings were asked for
    exemptions: dict[str, dict[str, str]]
    callers: list[Caller]

    @cached_property
    def _lists(self) -> tuple[dict[str, str], ...]:
        """The exemption lists of policy and computer, and the policy's settings; names without case, once for all AppIDs."""
        return tuple(_folded(self.exemptions.get(part)) for part in ("policy", "local", "settings"))

    def exempts(self, appid: str) -> str:
        """The list that exempts an AppID from the activation check ('Group Policy', 'this computer'), '' for none.

        Source: explanation of the policy "Define Activation Security Check exemptions" in DCOM.admx.
        """
        policy, local, settings = self._lists
        if appid.casefold() in policy:
            return "Group Policy" if policy[appid.casefold()] == "1" else ""
        allowed = settings.get("allowlocalactivationsecuritycheckexemptionlist", "0" if policy else "1")
        return "this computer" if allowed == "1" and local.get(appid.casefold()) == "1" else ""


def _folded(values: dict[str, str] | None) -> dict[str, str]:
    return {name.casefold(): text for name, text in (values or {}).items()}


class AppId:
    """One AppID as the module read it."""

    def __init__(self, raw: dict[str, t.Any], host: Host) -> None:
        self.raw, self.host = raw, host
        self.id: str = raw["id"]
        self.data: dict[str, t.Any] = {one["name"]: one["before"] for one in raw["settings"]}

    @cached_property
    def readers(self) -> dict[str, Setting]:
        """How each setting that the AppID has reads."""
        found = {}
        for name, data in self.data.items():
            both = {"appid": self.id, "before": data, "after": data}
            found[name] = READERS.get(name, Setting)(name, {}, both, self.host.names)
        return found

    def permissions(self) -> t.Iterator[tuple[str, str, dict[str, t.Any]]]:
        """The permissions of its own that decide who may start and call its server: kind, option, data."""
        for kind in ("launch", "access"):
            option = f"{kind}_permission"
            if option in self.data:
                yield kind, option, self.data[option]

    def rights(self, caller: Caller) -> dict[str, t.Any]:
        """What a principal may do, and which list decides."""
        machine = self.host.machine
        lists = {}
        for kind in ("launch", "access"):
            lists[kind] = Lists(
                limit=machine[f"{kind}_limit"],
                own=self._list(kind),
                ignored=f"{self.no_authentication} lets everybody in" if kind == "access" and self.no_authentication else "",
                exempted=self.host.exempts(self.id),
                server=self._server(caller) if kind == "access" or self._self_may_launch() else "",
            )
        told = rights(lists, machine["enable_dcom"] != "false", caller, self.host.names)
        found = {"principal": caller.name, "sid": caller.sid, "rights": told}
        if caller.unknown:
            found["unknown_groups"] = f"the groups of {caller.name} could not be told: {caller.unknown}"
        return found

    def exposure(self) -> list[dict[str, t.Any]]:
        """Who is let in from another computer, of those that its permissions name: [{principal, sid, rights}]."""
        lists = [self._list(kind)[0] for kind in ("launch", "access")]
        sids = dict.fromkeys(entry["sid"] for data in lists for entry in data["entries"] if entry["type"] == "allow")
        if any(data["problem"] for data in lists) or self.no_authentication:
            sids.setdefault(EVERYONE)  # a NULL DACL and calls without authentication name nobody and let everybody in
        found = []
        for sid in sids:
            name = to_name(sid, self.host.names)
            told = self.rights(Caller.of({"name": name, "sid": sid, "groups": [], "unknown": ""}))["rights"]
            held = [right for right, answer in told.items() if right.startswith("remote") and answer["granted"]]
            if held:
                found.append({"principal": name, "sid": sid, "rights": held})
        return sorted(found, key=lambda one: one["principal"].casefold())

    def _list(self, kind: str) -> tuple[dict[str, t.Any], str]:
        """The list that decides beside the limit, and what it is called."""
        own = self.data.get(f"{kind}_permission")
        if own and not (kind == "access" and self.unmapped):
            return own, f"the {kind} permission of the AppID"
        why = f"the AppID has no {kind} permission of its own"
        if own:
            why = f"that of the AppID is ignored, for {', '.join(self.unmapped)} is not mapped to it"
        elif self.raw["without_appid"]:
            why = "the class has no AppID"
        return self.host.machine[f"default_{kind}_permission"], f"the machine default ({why})"

    def _server(self, caller: Caller) -> str | None:
        """The SID that the server runs as for a caller, None where it is not known."""
        run_as = self.data.get("run_as") or {"identity": "launching_user"}
        identity = run_as.get("identity")
        if self.raw["service"] or identity == "interactive_user":
            return None
        return caller.sid if identity == "launching_user" else SID_OF_IDENTITY.get(str(identity), identity)

    def _self_may_launch(self) -> bool:
        """SELF means nothing in a launch permission without the flag IUSERVER_SELF_SID_IN_LAUNCH_PERMISSION."""
        flags = self.data.get("flags")
        return isinstance(flags, int) and bool(flags & 0x10)

    @cached_property
    def no_authentication(self) -> str:
        """Why calls are not authenticated, which makes Windows ignore access permissions; '' where they are."""
        own = "" if self.unmapped else self.data.get("authentication_level")
        if own == "none":
            return "authentication level none"
        by_default = not own and self.host.machine.get("default_authentication_level") == "none"
        return "the machine's default authentication level none" if by_default else ""

    @cached_property
    def unmapped(self) -> list[str]:
        """Its programs that Windows can't tell to be of this AppID: their access permission and level are the machine's defaults."""
        if not self.raw["images"] or self.raw["service"] or self.raw["surrogate"]:
            return []
        mapped = {name.casefold() for name in self.raw["executables"]}
        programs = sorted({image.rpartition("\\")[2] for image in self.raw["images"]} - {""}, key=str.casefold)
        return [name for name in programs if name.casefold() not in mapped]


def _readable(appid: AppId, gather: t.Collection[str]) -> dict[str, t.Any]:
    raw = appid.raw
    if raw["without_appid"]:
        raw.update(id=None, classes=[{"clsid": raw["without_appid"], "name": raw["display_name"], "local_server": ""}])
    found = {key: raw[key] for key in ("id", "display_name", "classes", "executables", "images", "service", "surrogate", "com_plus")}
    if "processes" in gather:
        found["processes"] = raw["processes"]
    declared = {name: reader.declared() for name, reader in appid.readers.items()}
    if "settings" in gather:
        found["settings"] = {"id": appid.id or raw["without_appid"], **{name: value for name, value in declared.items() if value is not None}}
        if (declared.get("run_as") or "launching_user") not in RUN_AS and appid.data["run_as"].get("own_right") is False:
            found["settings"]["grant_logon_as_batch"] = False  # as it is: the account may have the right through a group
        found["permissions"] = {
            name: {"sddl": reader.old["sddl"], "entries": [line.strip() for line in reader.lines(reader.old)[1:]]}
            for name, reader in appid.readers.items()
            if isinstance(reader, Permission)
        }
    if appid.host.callers:
        found["principals"] = [appid.rights(caller) for caller in appid.host.callers]
    if "exposure" in gather and list(appid.permissions()):
        found["exposure"] = appid.exposure()
    if "findings" in gather:
        found["findings"] = findings_of(appid)
    return found
