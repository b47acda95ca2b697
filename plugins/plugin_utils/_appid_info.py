# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What appid_info read, as people read it: settings in the form that appid accepts, permissions as sentences, findings."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from functools import cached_property

from . import _permission
from ._appid import KEYWORD_OF, READERS
from ._appid_input import RUN_AS
from ._effective import Caller, Lists, rights
from ._principals import ANONYMOUS, EVERYONE, SYSTEM, to_name, with_sid
from ._setting import Permission, Setting

SID_OF_IDENTITY = {keyword: sid for sid, keyword in KEYWORD_OF.items()}
REMOTE = {"launch": 0x14, "access": 0x4}
MANAGED = {kind: _permission.mask_of(kind, ["all"]) for kind in REMOTE}
FURTHER, GENERIC = "further bits ", 0xF0000000  # the module's words for bits that are no right of COM; GENERIC_ALL to GENERIC_READ
WORD_OF = {"allow": "allows", "deny": "denies"}
LISTS = ("launch_permission", "access_permission")


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
    missing = result.get("not_found") or ()
    if missing:
        result["warnings"] = [*result.get("warnings", ()), *(one["reason"] for one in missing)]


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

    def settings(self) -> dict[str, Setting]:
        """How each setting that the AppID has reads."""
        found = {}
        for name, data in self.data.items():
            both = {"appid": self.id, "before": data, "after": data}
            found[name] = READERS.get(name, Setting)(name, {}, both, self.host.names)
        return found

    def lists(self) -> t.Iterator[tuple[str, str, dict[str, t.Any]]]:
        """The permissions of its own: kind, how it is called, data."""
        for option in LISTS:
            if option in self.data:
                yield option.partition("_")[0], option.replace("_", " "), self.data[option]

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
    readers = appid.settings()
    declared = {name: reader.declared() for name, reader in readers.items()}
    if "settings" in gather:
        found["settings"] = {"id": appid.id or raw["without_appid"], **{name: value for name, value in declared.items() if value is not None}}
        if (declared.get("run_as") or "launching_user") not in RUN_AS and appid.data["run_as"].get("own_right") is False:
            found["settings"]["grant_logon_as_batch"] = False  # as it is: the account may have the right through a group
        found["permissions"] = {
            name: {"sddl": reader.old["sddl"], "entries": [line.strip() for line in reader.lines(reader.old)[1:]]}
            for name, reader in readers.items()
            if isinstance(reader, Permission)
        }
    if appid.host.callers:
        found["principals"] = [appid.rights(caller) for caller in appid.host.callers]
    if "findings" in gather:
        found["findings"] = [
            {"id": name, "severity": severity, "text": text} for name, severity, find in FINDINGS for text in find(appid)
        ]
    return found


# --- findings ----------------------------------------------------------------------------------------------------------
# Each says in whole sentences what looks wrong and why; none where nothing does.


def _invalid_permission(appid: AppId) -> t.Iterator[str]:
    for _kind, title, data in appid.lists():
        if data["problem"] and "NULL DACL" not in data["problem"]:
            yield f"the {title} {data['problem']}{_permission.explain(data)}, and every caller is turned away"


def _null_permission(appid: AppId) -> t.Iterator[str]:
    for _kind, title, data in appid.lists():
        if "NULL DACL" in (data["problem"] or ""):
            yield f"the {title} {data['problem']}"


def _empty_permission(appid: AppId) -> t.Iterator[str]:
    for kind, title, data in appid.lists():
        parts = [*data["entries"], *data["unmanaged"]]
        if data["problem"] or any(part.get("type") == "allow" and part["mask"] & MANAGED[kind] for part in parts):
            continue
        why = "has no entry that allows a right" if any(part.get("type") for part in parts) else "has no entries"
        yield f"the {title} {why}, so nobody may {'start' if kind == 'launch' else 'call'} the server"


def _idle_entry(appid: AppId) -> t.Iterator[str]:
    for _kind, title, data in appid.lists():
        for entry in data["entries"] if not data["problem"] else ():
            if entry["mask"]:
                continue
            further = [part["what"][len(FURTHER) :].split()[0] for part in data["unmanaged"] if part["sid"] == entry["sid"] and part["what"].startswith(FURTHER)]
            generic = any(int(bits, 16) & GENERIC for bits in further)
            why = "generic rights only, which Windows does not translate when COM asks the list" if generic else "no right that counts there"
            yield f"the {title} has an entry for {with_sid(entry['sid'], appid.host.names)} with {why}, so it {WORD_OF[entry['type']]} nothing"


def _disordered_permission(appid: AppId) -> t.Iterator[str]:
    for _kind, title, data in appid.lists():
        if data["disorder"]:
            yield f"the {title} has a deny entry behind an allow entry, where it may never be reached"


def _legacy_permission(appid: AppId) -> t.Iterator[str]:
    for _kind, title, data in appid.lists():
        if data.get("legacy"):
            yield f"the {title} is in the format from before Windows XP SP2, where every entry means all rights, remote ones too"


def _access_without_system(appid: AppId) -> t.Iterator[str]:
    data = appid.data.get("access_permission")
    if not data or data["problem"]:
        return
    held = {"allow": 0, "deny": 0}
    for entry in data["entries"]:
        if entry["sid"] in (SYSTEM, EVERYONE):
            held[entry["type"]] |= entry["mask"]
    if not held["allow"] & ~held["deny"] & 0x2:
        yield "the access permission does not let SYSTEM in locally, and without it COM itself can't call the server"


def _unreadable(appid: AppId) -> t.Iterator[str]:
    yield from appid.raw.get("unreadable") or ()


def _open_to_network(appid: AppId) -> t.Iterator[str]:
    for kind, title, data in appid.lists():
        for entry in data["entries"]:
            if entry["type"] == "allow" and entry["sid"] in (EVERYONE, ANONYMOUS) and entry["mask"] & REMOTE[kind]:
                yield f"the {title} gives {to_name(entry['sid'], {})} remote rights, so only the machine's limits stand between it and the network"


def _orphaned_principal(appid: AppId) -> t.Iterator[str]:
    for _kind, title, data in appid.lists():
        for entry in data["entries"]:
            if entry["sid"] in appid.host.orphans:
                yield f"the {title} names {entry['sid']}, which is no account any more"


def _mapping_missing(appid: AppId) -> t.Iterator[str]:
    read_by_mapping = [name.replace("_", " ") for name in ("access_permission", "authentication_level") if name in appid.data]
    if read_by_mapping and appid.unmapped:
        yield (
            f"{', '.join(appid.unmapped)} is not mapped to this AppID, so Windows ignores the {' and the '.join(read_by_mapping)} unless the program "
            "names its AppID itself"
        )


def _run_as_ignored(appid: AppId) -> t.Iterator[str]:
    if appid.raw["service"] and "run_as" in appid.data:
        yield f"RunAs is ignored: the server is the service {appid.raw['service']['name']}, which runs as its own account"


def _run_as_interactive(appid: AppId) -> t.Iterator[str]:
    if appid.data.get("run_as", {}).get("identity") == "interactive_user" and not appid.raw["service"]:
        yield "the server runs as the interactive user: it can't start with nobody logged on, and callers act as whoever is"


def _run_as_unknown(appid: AppId) -> t.Iterator[str]:
    problem = appid.data.get("run_as", {}).get("problem")
    if problem:
        yield f"RunAs {problem}, so the server can't be started"


def _password_missing(appid: AppId) -> t.Iterator[str]:
    run_as = appid.data.get("run_as", {})
    identity = str(run_as.get("identity"))
    if identity.startswith("S-1-") and identity not in KEYWORD_OF and not run_as["password"] and not appid.raw["service"]:
        yield f"the server runs as {with_sid(identity, appid.host.names)}, but no password is stored for it, so it can't be started"


def _no_authentication(appid: AppId) -> t.Iterator[str]:
    if appid.no_authentication:
        yield f"{appid.no_authentication} makes Windows ignore the access permission: anybody may call the server"


def _invalid_value(appid: AppId) -> t.Iterator[str]:
    for name, data in appid.data.items():
        if isinstance(data, dict) and data.get("problem") and name not in (*LISTS, "run_as", "configuration_permission"):
            yield f"the {name.replace('_', ' ')} {data['problem']}"


def _service_missing(appid: AppId) -> t.Iterator[str]:
    service = appid.data.get("service")
    if isinstance(service, str) and not appid.raw["service"]:
        yield f"LocalService names the service {service!r}, which this host does not have, so Windows ignores it"


def _no_appid(appid: AppId) -> t.Iterator[str]:
    if appid.raw["without_appid"]:
        yield "the class has no AppID, so the machine default decides who may start and call its server"


def _activation_exempted(appid: AppId) -> t.Iterator[str]:
    by = appid.host.exempts(appid.id)
    if by:
        yield f"an exemption list of {by} takes this AppID out of the activation check, so its launch permission holds for starting it only"


FINDINGS: tuple[tuple[str, str, t.Callable[[AppId], t.Iterator[str]]], ...] = (
    ("invalid_permission", "error", _invalid_permission),
    ("null_permission", "error", _null_permission),
    ("access_without_system", "error", _access_without_system),
    ("no_authentication", "error", _no_authentication),
    ("run_as_unknown", "error", _run_as_unknown),
    ("password_missing", "error", _password_missing),
    ("invalid_value", "error", _invalid_value),
    ("unreadable", "error", _unreadable),
    ("empty_permission", "warning", _empty_permission),
    ("idle_entry", "warning", _idle_entry),
    ("mapping_missing", "warning", _mapping_missing),
    ("run_as_ignored", "warning", _run_as_ignored),
    ("run_as_interactive", "warning", _run_as_interactive),
    ("open_to_network", "warning", _open_to_network),
    ("disordered_permission", "warning", _disordered_permission),
    ("activation_exempted", "warning", _activation_exempted),
    ("service_missing", "warning", _service_missing),
    ("no_appid", "info", _no_appid),
    ("orphaned_principal", "info", _orphaned_principal),
    ("legacy_permission", "info", _legacy_permission),
)
