# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Findings: what appid_info and machine_info tell that looks wrong, and what both look for in a permission."""

from __future__ import annotations

import typing as t

from . import _permission
from ._principals import EVERYONE, SYSTEM, with_sid

ERROR, WARNING, INFO = "error", "warning", "info"


class Finding(t.TypedDict):
    """One thing that looks wrong."""

    id: str
    """The kind, a key of FINDINGS."""
    severity: str
    """ERROR, WARNING or INFO."""
    setting: t.Optional[str]
    """The option of appid or machine that it is about, None for the AppID or the machine as a whole."""
    text: str
    """What is wrong and why it matters, in whole sentences."""


# What is wrong, for each id; in the order in which an AppID's findings are told. The documentation has the same rows.
FINDINGS: dict[str, tuple[str, str]] = {
    "invalid_permission": (ERROR, "a permission is malformed, of the wrong registry type, or one that COM refuses"),
    "null_permission": (ERROR, "a permission has a NULL DACL, which lets everybody in"),
    "access_without_system": (ERROR, "an access permission does not let SYSTEM in, without which COM itself can't call the server"),
    "no_authentication": (ERROR, "the authentication level none makes Windows ignore access permissions"),
    "run_as_unknown": (ERROR, "RunAs names an account that does not exist, or is no text"),
    "password_missing": (ERROR, "the server runs as a user whose password is not stored"),
    "invalid_value": (ERROR, "a value is not what Windows takes"),
    "policy_not_sddl": (ERROR, "the value of a Group Policy is no SDDL, so Windows refuses every request"),
    "unreadable": (ERROR, "something could not be read, and the text says why"),
    "empty_permission": (WARNING, "a permission lets nobody start, or call, the server"),
    "idle_entry": (WARNING, "an entry, of generic rights for one, gives or takes nothing"),
    "mapping_missing": (WARNING, "a program is not mapped to the AppID, so Windows ignores some of its settings"),
    "run_as_ignored": (WARNING, "RunAs is ignored, for the server is a service"),
    "run_as_interactive": (WARNING, "the server runs as the interactive user"),
    "open_to_network": (WARNING, "Everyone or ANONYMOUS LOGON has remote rights, or ANONYMOUS LOGON passes a limit"),
    "disordered_permission": (WARNING, "a deny entry stands behind an allow entry, where Windows may never reach it"),
    "activation_exempted": (WARNING, "an exemption list takes AppIDs out of the check of their launch permission"),
    "service_missing": (WARNING, "LocalService names a service that the host does not have"),
    "locked_out": (WARNING, "a limit keeps out local callers, or administrators"),
    "dcom_disabled": (WARNING, "DCOM is off"),
    "few_rpc_ports": (WARNING, "fewer than 100 ports are left to RPC"),
    "no_appid": (INFO, "a class has no AppID, so the machine's defaults decide"),
    "orphaned_principal": (INFO, "an entry names a SID that is no account any more"),
    "legacy_permission": (INFO, "a permission is in the format from before Windows XP SP2"),
    "not_declarable": (INFO, "a value that Windows may well take, but appid can't declare"),
    "policy_managed": (INFO, "Group Policy sets a limit, and Windows ignores the machine's own"),
    "policy_empty": (INFO, "the value of a Group Policy is an empty text, so the machine's own limit holds"),
    "no_effect": (INFO, "a value that Windows no longer follows"),
}


def finding(identity: str, setting: str | None, text: str) -> Finding:
    """A finding of a kind in FINDINGS."""
    return {"id": identity, "severity": FINDINGS[identity][0], "setting": setting, "text": text}


def of_format(option: str, title: str, data: dict[str, t.Any], consequence: str = "") -> t.Iterator[Finding]:
    """What is wrong with a stored permission, whatever it holds.

    Args:
        option: the option that declares it.
        title: what it is called.
        data: the permission as the modules read it.
        consequence: what follows where COM refuses it, behind what is wrong.
    """
    problem = data["problem"]
    if problem:
        if "NULL DACL" in problem:
            yield finding("null_permission", option, f"{title} {problem}")
        else:
            yield finding("invalid_permission", option, f"{title} {problem}{_permission.explain(data)}{consequence}")
    if data["disorder"]:
        text = f"{title} has a deny entry behind an allow entry, where Windows may never reach it"
        yield finding("disordered_permission", option, text)
    if data.get("legacy"):
        text = f"{title} is in the format from before Windows XP SP2, where every entry means all rights, remote ones too"
        yield finding("legacy_permission", option, text)


def without_system(option: str, title: str, data: dict[str, t.Any]) -> t.Iterator[Finding]:
    """Told where COM itself, which is SYSTEM, can't call a server locally."""
    if not data["problem"] and not held(data, SYSTEM, EVERYONE) & _permission.mask_of("access", ["local"]):
        yield finding("access_without_system", option, f"{title} does not let SYSTEM in locally, and without it COM itself can't call a server")


def open_to_network(option: str, title: str, data: dict[str, t.Any], sids: t.Iterable[str], consequence: str) -> t.Iterator[Finding]:
    """Told for each of the principals that is allowed a remote right."""
    remote = _permission.mask_of(_permission.kind_of(option), ["remote"])
    for sid in sids if not data["problem"] else ():
        if held(data, sid) & remote:
            yield finding("open_to_network", option, f"{title} gives {with_sid(sid, {})} remote rights, {consequence}")


def held(data: dict[str, t.Any], *sids: str) -> int:
    """The rights that these principals are allowed and not denied by entries of their own."""
    masks = {"allow": 0, "deny": 0}
    for entry in data["entries"]:
        if entry["sid"] in sids:
            masks[entry["type"]] |= entry["mask"]
    return masks["allow"] & ~masks["deny"]
