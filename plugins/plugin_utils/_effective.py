# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a principal may do to an AppID, and which list decides it.

Windows asks two lists, and both must grant: the machine's limit, and the list of the AppID or, where it has none, the machine
default. In each a deny entry wins. Source: Microsoft, "DCOM Security Enhancements in Windows XP Service Pack 2 and Windows Server
2003 Service Pack 1".
"""

from __future__ import annotations

import typing as t

from ._permission import RIGHTS, unmanaged_text
from ._principals import ADMINISTRATORS, ANONYMOUS, EVERYONE, GUESTS, SYSTEM, to_name, with_sid

AUTHENTICATED, NETWORK, SELF, SERVICE, USERS, IIS_IUSRS = "S-1-5-11", "S-1-5-2", "S-1-5-10", "S-1-5-6", "S-1-5-32-545", "S-1-5-32-568"
# Whether they are in a caller's token depends on how it logged on, which nobody knows beforehand.
BY_LOGON = {"S-1-5-1", "S-1-5-3", "S-1-5-4", SERVICE, "S-1-5-13", "S-1-5-14", "S-1-5-15", "S-1-5-113", "S-1-5-114", "S-1-2-0", "S-1-2-1"}
# What Windows puts into the token of an account that is no user, by the beginning of its SID (as `whoami /groups` shows it).
TOKEN_GROUPS = {
    SYSTEM: {ADMINISTRATORS},
    "S-1-5-19": {SERVICE, USERS},
    "S-1-5-20": {SERVICE, USERS},
    "S-1-5-80-": {SERVICE, USERS},  # NT SERVICE\name
    "S-1-5-82-": {SERVICE, USERS, IIS_IUSRS},  # IIS APPPOOL\name
}


class Caller(t.NamedTuple):
    """A principal as the host knows it; groups: SIDs that its token has for sure. unknown: why its groups can't be told."""

    name: str
    sid: str
    groups: t.FrozenSet[str]
    unknown: str

    @classmethod
    def of(cls, raw: dict[str, t.Any]) -> Caller:
        sid, groups = raw["sid"], set(raw["groups"])
        if sid != ANONYMOUS:  # in Everyone it is only where EveryoneIncludesAnonymous says so
            groups |= {EVERYONE}
        if sid not in (ANONYMOUS, EVERYONE, GUESTS):  # Guest is in Everyone, and not authenticated
            groups |= {AUTHENTICATED}
        for start, held in TOKEN_GROUPS.items():
            if sid == start or (start.endswith("-") and sid.startswith(start)):
                groups |= held
        return cls(raw["name"], sid, frozenset(groups), raw["unknown"])

    def has(self, sid: str, right: str) -> bool:
        return sid in (self.sid, *self.groups) or (sid == NETWORK and right.startswith("remote"))

    def may_have(self, sid: str) -> bool:
        """Whether it may be in a group that the host can't tell: by the way it logs on, or one of a domain."""
        return sid in BY_LOGON or (sid.startswith("S-1-5-21-") and sid != self.sid) or (bool(self.unknown) and sid.startswith("S-1-5-32-"))


class Verdict(t.NamedTuple):
    granted: bool
    text: str
    depends_on: t.Tuple[str, ...] = ()  # what would turn it, were it so: groups, entries under a condition


def judge(data: dict[str, t.Any], title: str, kind: str, right: str, caller: Caller, server: str | None, names: t.Mapping[str, str]) -> Verdict:
    """What one list says.

    Args:
        data: a permission as the module reads it.
        server: the SID that SELF stands for; '' where it stands for nobody, None where that is not known.
    """
    policy = data.get("policy")
    if policy and policy["problem"]:
        return Verdict(False, f"{title} is set by Group Policy to something that is no SDDL, and Windows refuses every request")
    if data["problem"]:
        anybody = "NULL DACL" in data["problem"]
        return Verdict(anybody, f"{title} {data['problem']}" + ("" if anybody else ", and every caller is turned away"))
    own, doubts = _sort(data, RIGHTS[kind][right], right, caller, server, names)
    if own["deny"]:
        # Windows stops at the first entry that decides, so out of order a deny may come too late.
        late = data["disorder"] and (own["allow"] or doubts["allow"])
        return Verdict(False, f"{title} denies it{_by(own['deny'], caller, names)}", (f"the order of the entries in {title}",) if late else ())
    if own["allow"]:
        return Verdict(True, f"{title} allows it{_by(own['allow'], caller, names)}", tuple(doubts["deny"]))
    return Verdict(False, f"{title} does not allow it", tuple(doubts["allow"]))


def _sort(
    data: dict[str, t.Any], bit: int, right: str, caller: Caller, server: str | None, names: t.Mapping[str, str]
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The entries about a right, by type: SIDs of those that are the caller's, and in words those that may be."""
    own: dict[str, list[str]] = {"deny": [], "allow": []}
    doubts: dict[str, list[str]] = {"deny": [], "allow": []}
    for entry in (*data["entries"], *data["unmanaged"]):
        sid, type_, condition = entry["sid"], entry.get("type"), entry.get("what")
        if not type_ or not entry["mask"] & bit:
            continue
        has = caller.has(sid, right) or (sid == SELF and server == caller.sid)
        if has and not condition:
            own[type_].append(sid)
        elif has or caller.may_have(sid) or (sid == SELF and server is None):
            doubts[type_].append(unmanaged_text(entry, names) if condition else to_name(sid, names))
    return own, doubts


def _by(sids: list[str], caller: Caller, names: t.Mapping[str, str]) -> str:
    return "" if caller.sid in sids else f" by {with_sid(sids[0], names)}"


class Lists(t.NamedTuple):
    """The lists that rule one AppID, with what sets a check aside. own: (data, what it is called)."""

    limit: dict[str, t.Any]
    own: t.Tuple[dict[str, t.Any], str]
    ignored: str = ""  # why the list of the AppID is not asked for access
    exempted: str = ""  # which list exempts it from the activation check
    server: str | None = ""  # whom SELF stands for, as judge takes it


def rights(lists: t.Mapping[str, Lists], dcom_is_on: bool, caller: Caller, names: t.Mapping[str, str]) -> dict[str, t.Any]:
    """{right: {granted, decided_by, depends_on}} for each right of launch and access permissions.

    Args:
        lists: by kind, 'launch' and 'access'.
        dcom_is_on: whether EnableDCOM lets other computers in.
    """
    found = {}
    for kind, held in lists.items():
        for right in RIGHTS[kind]:
            verdict = _verdict(held, kind, right, dcom_is_on, caller, names)
            found[right] = {"granted": verdict.granted, "decided_by": verdict.text, "depends_on": list(dict.fromkeys(verdict.depends_on))}
    return found


def _verdict(held: Lists, kind: str, right: str, dcom_is_on: bool, caller: Caller, names: t.Mapping[str, str]) -> Verdict:
    if right.startswith("remote") and not dcom_is_on:
        return Verdict(False, "DCOM is off on this computer (EnableDCOM)")
    limit = judge(held.limit, f"the machine's {kind} limit", kind, right, caller, held.server, names)
    if not limit.granted and not limit.depends_on:
        return limit
    if held.ignored:
        own = Verdict(True, held.ignored)
    elif held.exempted and right.endswith("activation"):
        own = Verdict(True, f"an exemption list of {held.exempted} takes it out of the activation check")
    else:
        own = judge(*held.own, kind, right, caller, held.server, names)
    if not own.granted and not own.depends_on:
        return own
    granted = limit.granted and own.granted
    return Verdict(granted, limit.text if not limit.granted else own.text, (*limit.depends_on, *own.depends_on))
