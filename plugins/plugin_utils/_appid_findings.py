# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What looks wrong with an AppID."""

from __future__ import annotations

import typing as t

from . import _permission
from ._appid_input import KEYWORD_OF
from ._findings import FINDINGS, Finding, finding, of_format, open_to_network, without_system
from ._principals import ANONYMOUS, EVERYONE, with_sid

if t.TYPE_CHECKING:
    from ._appid_info import AppId

MANAGED = {kind: _permission.mask_of(kind, ["all"]) for kind in ("launch", "access")}
FURTHER, GENERIC = "further bits ", 0xF0000000  # the module's words for bits that are no right of COM; GENERIC_ALL to GENERIC_READ
_WITH_FINDINGS_OF_THEIR_OWN = ("launch_permission", "access_permission", "configuration_permission", "run_as")
VERB_OF = {"allow": "allows", "deny": "denies"}


def findings_of(appid: AppId) -> list[Finding]:
    """What looks wrong with an AppID, in the order of FINDINGS."""
    order = list(FINDINGS)
    return sorted((found for find in _FIND for found in find(appid)), key=lambda found: order.index(found["id"]))


def _permissions(appid: AppId) -> t.Iterator[Finding]:
    for kind, option, data in appid.permissions():
        title = f"the {option.replace('_', ' ')}"
        yield from of_format(option, title, data, ", and every caller is turned away")
        if data["problem"]:
            continue
        yield from _nobody(kind, option, title, data)
        for entry in data["entries"]:
            if not entry["mask"]:
                yield finding("idle_entry", option, f"{title} has an entry for {_idle(entry, data, appid)}")
            if entry["sid"] in appid.host.orphans:
                yield finding("orphaned_principal", option, f"{title} names {entry['sid']}, which is no account any more")
        consequence = "so only the machine's limits stand between it and the network"
        yield from open_to_network(option, title, data, (EVERYONE, ANONYMOUS), consequence)
        if kind == "access":
            yield from without_system(option, title, data)


def _configuration(appid: AppId) -> t.Iterator[Finding]:
    option = "configuration_permission"
    if option in appid.data:
        yield from of_format(option, "the configuration permission", appid.data[option])


def _nobody(kind: str, option: str, title: str, data: dict[str, t.Any]) -> t.Iterator[Finding]:
    parts = [*data["entries"], *data["unmanaged"]]
    if any(part.get("type") == "allow" and part["mask"] & MANAGED[kind] for part in parts):
        return
    why = "has no entry that allows a right" if any(part.get("type") for part in parts) else "has no entries"
    text = f"{title} {why}, so nobody may {'start' if kind == 'launch' else 'call'} the server"
    yield finding("empty_permission", option, text)


def _idle(entry: dict[str, t.Any], data: dict[str, t.Any], appid: AppId) -> str:
    bits = [part["what"] for part in data["unmanaged"] if part["sid"] == entry["sid"] and part["what"].startswith(FURTHER)]
    generic = any(int(what[len(FURTHER) :].split()[0], 16) & GENERIC for what in bits)
    why = "generic rights only, which Windows does not translate when COM asks the list" if generic else "no right that counts there"
    return f"{with_sid(entry['sid'], appid.host.names)} with {why}, so it {VERB_OF[entry['type']]} nothing"


def _unreadable(appid: AppId) -> t.Iterator[Finding]:
    for text in appid.raw.get("unreadable") or ():
        yield finding("unreadable", None, text)


def _mapping(appid: AppId) -> t.Iterator[Finding]:
    options = [name for name in ("access_permission", "authentication_level") if name in appid.data]
    if options and appid.unmapped:
        ignored = " and the ".join(name.replace("_", " ") for name in options)
        text = f"{', '.join(appid.unmapped)} is not mapped to this AppID, so Windows ignores the {ignored} unless the program names its AppID itself"
        yield finding("mapping_missing", "executables", text)


def _run_as(appid: AppId) -> t.Iterator[Finding]:
    run_as = appid.data.get("run_as") or {}
    identity, service = str(run_as.get("identity")), appid.raw["service"]
    if run_as.get("problem"):
        yield finding("run_as_unknown", "run_as", f"RunAs {run_as['problem']}, so the server can't be started")
    if run_as and service:
        text = f"RunAs is ignored: the server is the service {service['name']}, which runs as its own account"
        yield finding("run_as_ignored", "run_as", text)
    elif identity == "interactive_user":
        text = "the server runs as the interactive user: it can't start with nobody logged on, and callers act as whoever is"
        yield finding("run_as_interactive", "run_as", text)
    elif identity.startswith("S-1-") and identity not in KEYWORD_OF and not run_as["password"]:
        text = f"the server runs as {with_sid(identity, appid.host.names)}, but no password is stored for it, so it can't be started"
        yield finding("password_missing", "run_as", text)


def _no_authentication(appid: AppId) -> t.Iterator[Finding]:
    if appid.no_authentication:
        text = f"{appid.no_authentication} makes Windows ignore the access permission: anybody may call the server"
        yield finding("no_authentication", "authentication_level", text)


def _values(appid: AppId) -> t.Iterator[Finding]:
    for name, reader in appid.readers.items():
        title = name.replace("_", " ")
        if name not in _WITH_FINDINGS_OF_THEIR_OWN and reader.problem:
            yield finding("invalid_value", name, f"the {title} {reader.problem}")
        if reader.undeclarable:
            yield finding("not_declarable", name, f"the {title}: {reader.undeclarable}")


def _service_missing(appid: AppId) -> t.Iterator[Finding]:
    service = appid.data.get("service")
    if isinstance(service, str) and not appid.raw["service"]:
        text = f"LocalService names the service {service!r}, which this host does not have, so Windows ignores it"
        yield finding("service_missing", "service", text)


def _no_appid(appid: AppId) -> t.Iterator[Finding]:
    if appid.raw["without_appid"]:
        yield finding("no_appid", None, "the class has no AppID, so the machine default decides who may start and call its server")


def _activation_exempted(appid: AppId) -> t.Iterator[Finding]:
    by = appid.host.exempts(appid.id)
    if by:
        text = f"an exemption list of {by} takes this AppID out of the activation check, so its launch permission holds for starting it only"
        yield finding("activation_exempted", "launch_permission", text)


_FIND: tuple[t.Callable[[AppId], t.Iterator[Finding]], ...] = (
    _permissions,
    _configuration,
    _run_as,
    _no_authentication,
    _values,
    _unreadable,
    _mapping,
    _activation_exempted,
    _service_missing,
    _no_appid,
)
