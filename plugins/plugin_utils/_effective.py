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
from ._principals import (
    ADMINISTRATORS,
    ALL_PACKAGES,
    ALL_RESTRICTED_PACKAGES,
    ALL_SERVICES,
    ANONYMOUS,
    EVERYONE,
    GUESTS,
    LOCAL_ACCOUNT,
    LOCAL_ADMINISTRATOR,
    SYSTEM,
    to_name,
    with_sid,
)

AUTHENTICATED, NETWORK, SELF, SERVICE, USERS, IIS_IUSRS = "S-1-5-11", "S-1-5-2", "S-1-5-10", "S-1-5-6", "S-1-5-32-545", "S-1-5-32-568"
# Whether they are in a caller's token depends on how it logged on, which nobody knows beforehand.
BY_LOGON = {"S-1-5-1", "S-1-5-3", "S-1-5-4", SERVICE, "S-1-5-13", "S-1-5-14", "S-1-5-15", "S-1-2-0", "S-1-2-1", ALL_SERVICES}
# What Windows puts into the token of an account that is no user, by the beginning of its SID (as `whoami /groups` shows it).
TOKEN_GROUPS = {
    SYSTEM: {ADMINISTRATORS},
    "S-1-5-19": {SERVICE, USERS},
    "S-1-5-20": {SERVICE, USERS},
    "S-1-5-80-": {SERVICE, USERS, ALL_SERVICES},  # NT SERVICE\\name
    "S-1-5-82-": {SERVICE, USERS, IIS_IUSRS},  # IIS APPPOOL\\name
}
# Accounts that Windows makes itself: S-1-5-83 virtual machines, 90 the window manager, 94 remote shells, 96 fonts. None is a local account.
NO_USERS = (ANONYMOUS, SYSTEM, "S-1-5-19", "S-1-5-20", "S-1-5-80-", "S-1-5-82-", "S-1-5-83-", "S-1-5-90-", "S-1-5-94-", "S-1-5-96-")
# Groups that only deny in the token that a member works with until it elevates (UAC), by the number behind S-1-5-32-.
# Source: Microsoft, "How User Account Control works" (the filtered access token).
ELEVATED = {LOCAL_ADMINISTRATOR, *(f"S-1-5-32-{number}" for number in (544, 547, 548, 549, 550, 551, 554, 556, 569))}
CONTAINER, CAPABILITY = "S-1-15-2-", "S-1-15-3-"
ITS_USER = "the user that it runs as being"
LESS_PRIVILEGED = "being less privileged (LPAC), for then ALL APPLICATION PACKAGES does not stand for it"
OF_ITS_USER = "an application container has those of its user, and which user that is its SID does not tell"


class Caller(t.NamedTuple):
    """A principal as the host knows it; groups: SIDs that its token has for sure. unknown: why its groups can't be told.

    is_user: whether it is a user for sure, of this host or of a domain.
    """

    name: str
    sid: str
    groups: t.FrozenSet[str]
    unknown: str
    is_user: bool = False

    @classmethod
    def of(cls, raw: dict[str, t.Any]) -> Caller:
        sid, groups = raw["sid"], set(raw["groups"])
        if sid.startswith((CONTAINER, CAPABILITY)):  # of its user nothing is known
            return cls(raw["name"], sid, frozenset(), OF_ITS_USER)
        if sid != ANONYMOUS:  # in Everyone it is only where EveryoneIncludesAnonymous says so
            groups |= {EVERYONE}
        if sid not in (ANONYMOUS, EVERYONE, GUESTS):  # Guest is in Everyone, and not authenticated
            groups |= {AUTHENTICATED}
        for start, held in TOKEN_GROUPS.items():
            if _begins(sid, start):
                groups |= held
        return cls(raw["name"], sid, frozenset(groups), raw["unknown"], bool(raw.get("user")))

    @property
    def is_container(self) -> bool:
        return self.sid.startswith((CONTAINER, CAPABILITY))

    def has(self, sid: str, right: str) -> bool:
        return sid in (self.sid, *self.groups) or (sid == NETWORK and right.startswith("remote"))

    def may_have(self, sid: str) -> bool:
        """Whether it may be in a group that the host can't tell: by the way it logs on, or one of a domain."""
        if sid in (LOCAL_ACCOUNT, LOCAL_ADMINISTRATOR):
            return self._may_be_local(sid)
        return sid in BY_LOGON or (sid.startswith("S-1-5-21-") and sid != self.sid) or (bool(self.unknown) and sid.startswith("S-1-5-32-"))

    def _may_be_local(self, sid: str) -> bool:
        """The host tells of each user whether it is an account of its own, but not always whether it is an administrator."""
        if any(_begins(self.sid, start) for start in NO_USERS):
            return False
        return not self.is_user or (bool(self.unknown) and sid == LOCAL_ADMINISTRATOR and LOCAL_ACCOUNT in self.groups)

    def needs_elevation(self, sid: str, right: str) -> bool:
        """Whether a group of a user counts with elevation only. From the network, that holds for local accounts alone."""
        return self.is_user and sid in ELEVATED and (right.startswith("local") or LOCAL_ACCOUNT in self.groups)


def _begins(sid: str, start: str) -> bool:
    return sid == start or (start.endswith("-") and sid.startswith(start))


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
    if caller.is_container:
        return _judge_container(data, title, RIGHTS[kind][right], right, caller, server, names)
    own, doubts = _sort(data, RIGHTS[kind][right], right, caller, server, names)
    if own["deny"]:
        # Windows stops at the first entry that decides, so out of order a deny may come too late.
        late = data["disorder"] and (own["allow"] or doubts["allow"])
        return Verdict(False, f"{title} denies it{_by(own['deny'], caller, names)}", (f"the order of the entries in {title}",) if late else ())
    if own["allow"]:
        always = [sid for sid in own["allow"] if not caller.needs_elevation(sid, right)]
        elevation = () if always else (f"elevation, without which (UAC) {to_name(own['allow'][0], names)} only denies",)
        return Verdict(True, f"{title} allows it{_by(always or own['allow'], caller, names)}", (*elevation, *doubts["deny"]))
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


def _judge_container(data: dict[str, t.Any], title: str, bit: int, right: str, caller: Caller, server: str | None, names: t.Mapping[str, str]) -> Verdict:
    """What one list says to an application container: it must be allowed as the application and as its user.

    Of the user nothing is known but that Everyone stands for it too.
    Source: Microsoft, "Launch an AppContainer" (access is what both the user's and the container's entries give).
    """
    its: dict[str, list[str]] = {"sure": [], "maybe": []}  # what allows it to the container
    users: dict[str, list[str]] = {"allow": [], "deny": []}
    depends: list[str] = []
    for entry in (*data["entries"], *data["unmanaged"]):
        sid, type_, condition = entry["sid"], entry.get("type"), entry.get("what")
        stands_for_nobody = (sid == SELF and server == "") or (sid == NETWORK and not right.startswith("remote"))
        if not type_ or not entry["mask"] & bit or stands_for_nobody:
            continue
        text = unmanaged_text(entry, names) if condition else with_sid(sid, names)
        side = _side(sid, caller)
        if side == "user":
            users[type_].append(text if condition or sid != EVERYONE else EVERYONE)
        elif side and type_ == "deny":  # whether Windows heeds one is not documented
            depends.append(f"whether Windows heeds a deny entry for {text}")
        elif side:
            its["maybe" if condition else side].append(text)
    if EVERYONE in users["deny"]:
        return Verdict(False, f"{title} denies it by {with_sid(EVERYONE, names)}")
    if EVERYONE not in users["allow"]:
        depends.append(f"{ITS_USER} allowed by {', '.join(users['allow'])}")
    depends += [f"{ITS_USER} denied by {text}" for text in users["deny"]]
    return _container_verdict(title, its, users["allow"], depends, caller, names)


def _container_verdict(title: str, its: dict[str, list[str]], users: list[str], depends: list[str], caller: Caller, names: t.Mapping[str, str]) -> Verdict:
    by = "".join(f" by {text}" for text in its["sure"][:1] if text != with_sid(caller.sid, names))
    if its["sure"] and not users:
        return Verdict(False, f"{title} allows it to the application{by}, but to no user, and Windows asks for both")
    if its["sure"]:
        packages = with_sid(ALL_PACKAGES, names)
        if caller.sid != ALL_PACKAGES and set(its["sure"]) == {packages}:
            depends = [*depends, LESS_PRIVILEGED]
        return Verdict(True, f"{title} allows it{by}", tuple(depends))
    text = f"{title} does not allow it to the application, whose own entries and those of ALL APPLICATION PACKAGES count, not those of users alone"
    return Verdict(False, text, (*its["maybe"], *depends) if its["maybe"] and users else ())


def _side(sid: str, caller: Caller) -> str:
    """Whom an entry is for, as a container sees it: its 'user', itself ('sure', 'maybe'), '' for another one."""
    if not sid.startswith((CONTAINER, CAPABILITY)):
        return "user"
    if sid in (caller.sid, ALL_RESTRICTED_PACKAGES):  # all containers are in this group, less privileged ones too
        return "sure"
    if sid == ALL_PACKAGES:
        return "maybe" if caller.sid == ALL_RESTRICTED_PACKAGES else "sure"
    # Which capabilities an application has, its SID does not tell; a group of applications has none itself.
    return "maybe" if sid.startswith(CAPABILITY) and caller.sid not in (ALL_PACKAGES, ALL_RESTRICTED_PACKAGES) else ""


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
