# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a principal may do to an AppID, and which list decides it.

Windows asks two lists, and both must grant: the machine's limit, and the list of the AppID or, where it has none, the machine
default. In each a deny entry wins. Source: Microsoft, "DCOM Security Enhancements in Windows XP Service Pack 2 and Windows Server
2003 Service Pack 1".
"""

from __future__ import annotations

import typing as t

from ._permission import RIGHTS
from ._principals import ADMINISTRATORS, ANONYMOUS, EVERYONE, SYSTEM, to_name, with_sid

AUTHENTICATED, NETWORK, SELF = "S-1-5-11", "S-1-5-2", "S-1-5-10"
# Whether they are in a caller's token depends on how it logged on, which nobody knows beforehand.
BY_LOGON = {"S-1-5-1", "S-1-5-3", "S-1-5-4", "S-1-5-6", "S-1-5-13", "S-1-5-14", "S-1-2-0"}


class Caller(t.NamedTuple):
    """A principal as the host knows it; groups: SIDs that its token has for sure. unknown: why its groups can't be told."""

    name: str
    sid: str
    groups: t.FrozenSet[str]
    unknown: str

    @classmethod
    def of(cls, raw: dict[str, t.Any]) -> Caller:
        groups = {EVERYONE, *raw["groups"]}
        if raw["sid"] != ANONYMOUS:
            groups.add(AUTHENTICATED)
        if raw["sid"] == SYSTEM:
            groups.add(ADMINISTRATORS)
        return cls(raw["name"], raw["sid"], frozenset(groups), raw["unknown"])

    def has(self, sid: str, right: str) -> bool:
        return sid in (self.sid, *self.groups) or (sid == NETWORK and right.startswith("remote"))


class Verdict(t.NamedTuple):
    granted: bool
    text: str
    depends_on: t.Tuple[str, ...] = ()  # SIDs that would turn it, were the caller in them


def judge(data: dict[str, t.Any], title: str, kind: str, right: str, caller: Caller, identity: str | None, names: t.Mapping[str, str]) -> Verdict:
    """What one list says. data: a permission as the module reads it; identity: the SID that the server runs as, which SELF stands for."""
    policy = data.get("policy")
    if policy and policy["problem"]:
        return Verdict(False, f"{title} is set by Group Policy to something that is no SDDL, and Windows refuses every request")
    if data["problem"]:
        anybody = "NULL DACL" in data["problem"]
        return Verdict(anybody, f"{title} {data['problem']}" + ("" if anybody else ", and every caller is turned away"))
    bit = RIGHTS[kind][right]
    mine = [entry for entry in data["entries"] if entry["mask"] & bit]
    own = [entry for entry in mine if caller.has(entry["sid"], right) or (entry["sid"] == SELF and identity == caller.sid)]
    others = [entry for entry in mine if entry not in own and _may_be_in(entry["sid"], caller)]
    for verdict in ("deny", "allow"):
        found = next((entry for entry in own if entry["type"] == verdict), None)
        if found:
            turning = tuple(entry["sid"] for entry in others if entry["type"] == "deny") if verdict == "allow" else ()
            by = "" if found["sid"] == caller.sid else f" by {with_sid(found['sid'], names)}"
            return Verdict(verdict == "allow", f"{title} {'allows' if verdict == 'allow' else 'denies'} it{by}", turning)
    return Verdict(False, f"{title} does not allow it", tuple(entry["sid"] for entry in others if entry["type"] == "allow"))


def _may_be_in(sid: str, caller: Caller) -> bool:
    """Whether the caller may be in a group that the host can't tell: by the way it logs on, or one of a domain."""
    return sid in BY_LOGON or (sid.startswith("S-1-5-21-") and sid != caller.sid) or (bool(caller.unknown) and sid.startswith("S-1-5-32-"))


class Lists(t.NamedTuple):
    """The lists that rule one AppID, with what sets a check aside. own: (data, what it is called)."""

    limit: dict[str, t.Any]
    own: t.Tuple[dict[str, t.Any], str]
    ignored: str = ""  # why the list of the AppID is not asked for access
    exempted: str = ""  # which list exempts it from the activation check


def rights(lists: t.Mapping[str, Lists], dcom_is_on: bool, caller: Caller, identity: str | None, names: t.Mapping[str, str]) -> dict[str, t.Any]:
    """{right: {granted, decided_by, depends_on}} for each right of launch and access permissions.

    Args:
        lists: by kind, 'launch' and 'access'.
        dcom_is_on: whether EnableDCOM lets other computers in.
        identity: the SID of the server's own identity, None where it is not known.
    """
    found = {}
    for kind, held in lists.items():
        for right in RIGHTS[kind]:
            verdict = _verdict(held, kind, right, dcom_is_on, caller, identity, names)
            found[right] = {"granted": verdict.granted, "decided_by": verdict.text, "depends_on": [to_name(sid, names) for sid in verdict.depends_on]}
    return found


def _verdict(held: Lists, kind: str, right: str, dcom_is_on: bool, caller: Caller, identity: str | None, names: t.Mapping[str, str]) -> Verdict:
    if right.startswith("remote") and not dcom_is_on:
        return Verdict(False, "DCOM is off on this computer (EnableDCOM)")
    limit = judge(held.limit, f"the machine's {kind} limit", kind, right, caller, identity, names)
    if not limit.granted and not limit.depends_on:
        return limit
    if held.ignored:
        own = Verdict(True, held.ignored)
    elif held.exempted and right.endswith("activation"):
        own = Verdict(True, f"an exemption list of {held.exempted} takes it out of the activation check")
    else:
        own = judge(*held.own, kind, right, caller, identity, names)
    if not own.granted and not own.depends_on:
        return own
    granted = limit.granted and own.granted
    return Verdict(granted, limit.text if not limit.granted else own.text, (*limit.depends_on, *own.depends_on))
