# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""From the events that a host counted to denials, and what would grant each.

Of an event only its numbers are trusted: the count of its strings, GUIDs and SIDs. Words are of the host's language; English ones
help where they are there.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t

from ._dcom_events import BY_DESIGN, DENIALS, LAYOUTS, OTHERS, SCOPE_WORDS, SCOPES
from ._principals import ANONYMOUS, NAME_OF, to_name, to_sid, with_sid

Group = t.Dict[str, t.Any]

GUID = re.compile(r"\{[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}")
SID = re.compile(r"S-1-\d+(?:-\d+)+")
CLASS_NAME = re.compile(r"[A-Za-z_]\w*(?:\.\w+)+")  # an activatable class of the Windows Runtime stands where a CLSID does
CONTAINER = "S-1-15-"
DISTRIBUTED_COM_USERS = "S-1-5-32-562"
RIGHTS = {"launch": ("launch", "activation"), "access": ("access",)}
MAX_LISTED = 10  # addresses and callers of one denial


def read_result(result: dict[str, t.Any]) -> None:
    """Makes the module's raw result readable, in place."""
    groups = result.pop("groups")
    host = {name: result.pop(name) for name in ("registered", "users_group", "limits_by_policy")}
    host["names"] = result.get("names") or {}
    denials: list[Group] = []
    others: list[Group] = []
    unreadable: list[Group] = []
    for group in groups:
        fields = _fields(group)
        if isinstance(fields, str):
            unreadable.append(_unreadable(group, fields))
        elif group["event_id"] in DENIALS:
            denials.append(_denial(group, fields, host))
        else:
            others.append(_other(group, fields, host))
    for reason, count in sorted(result.pop("broken").items()):
        unreadable.append({"event_id": None, "count": count, "reason": f"Windows could not show the record ({reason})"})
    result["denials"] = _merged(denials, "addresses", "callers")
    for denial in result["denials"]:
        denial.update(_proposal(denial, host))
    result["other_events"] = _merged(others)
    result["unreadable"] = unreadable
    result["suppressed"] = any(other["event_id"] == 10026 for other in others)
    _tell(result)


def _fields(group: Group) -> dict[str, str] | str:
    """The strings of an event by name, or why they can't be read."""
    number, count = group["event_id"], group["string_count"]
    if not group["dcom"]:
        return f"it is of {group['provider'] or 'an unnamed provider'}, not of DCOM: the same number, another meaning"
    if number not in LAYOUTS:
        return f"{number} is no event of DCOM that this module knows"
    layouts = LAYOUTS[number]
    if count not in layouts:
        known = ", ".join(map(str, layouts))
        return f"it has {count} string{'s' * (count != 1)}, a {number} has {known if len(layouts) == 1 else 'one of ' + known}"
    return dict(zip(layouts[count].split(), group["strings"]))


def _unreadable(group: Group, why: str) -> Group:
    return {**{name: group[name] for name in ("event_id", "provider", "computer", "strings", "count", "first", "last")}, "reason": why}


def _guid(text: str | None) -> str | None:
    return text.upper() if text and GUID.fullmatch(text) else None


# --- denials ----------------------------------------------------------------------------------------------------------


def _denial(group: Group, fields: dict[str, str], host: Group) -> Group:
    number = group["event_id"]
    refused_by, kind = DENIALS[number]
    if fields.get("right", "").casefold() == "access":
        kind = "access"
    locality = _locality(fields)
    scope = SCOPES.get(number) or SCOPE_WORDS.get(fields.get("scope", "").casefold(), "unknown")
    return {
        "event_id": number,
        "permission": kind,
        **_server(group, fields, host),
        "image": fields.get("image"),
        **_grantee(group, fields, host),
        "rights": _rights(kind, fields.get("right", ""), locality),
        "locality": locality,
        "refused_by": scope if refused_by == "list" else refused_by,
        "addresses": _addresses(fields),
        **_told(group),
    }


def _told(group: Group) -> Group:
    return {name: group[name] for name in ("computer", "own", "count", "first", "last")}


def _server(group: Group, fields: dict[str, str], host: Group) -> Group:
    """Which class and AppID an event means, with their names where the host is the one that logged it."""
    said = fields.get("clsid", "")
    clsid, appid = _guid(said), _guid(fields.get("appid"))
    classes, appids = (host["registered"]["classes"], host["registered"]["appids"]) if group["own"] else ({}, {})
    known = classes.get(clsid) or {}
    if group["own"] and not appid:
        # A class may have the GUID of its AppID, as the Machine Debug Manager has on old hosts.
        appid = _guid(known.get("appid")) or (clsid if clsid in appids else None)
    return {
        "appid": appid,
        "appid_name": appids.get(appid) or None,
        "registered": appid in appids if appid else clsid in classes,
        "com_plus": bool(known.get("com_plus")),
        "clsid": clsid,
        "class_name": known.get("name") or (said if not clsid and CLASS_NAME.fullmatch(said) else None),
    }


def _grantee(group: Group, fields: dict[str, str], host: Group) -> Group:
    """Who lacks the right: the application container where the caller runs in one, else its account."""
    sid = fields.get("sid", "") if SID.fullmatch(fields.get("sid", "")) else None
    user = _user(fields, sid)
    nobody: Group = {"principal": None, "sid": None, "container": None, "callers": []}
    container = fields.get("container_sid", "")
    if container.startswith(CONTAINER) and SID.fullmatch(container):
        caller = _with_sid(group, sid, user, host) if sid else user
        name = _name(group, container, None, host)
        return {**nobody, "principal": name, "sid": container, "container": fields["container"], "callers": [caller] if caller else []}
    if sid:
        return {**nobody, "principal": _name(group, sid, user, host), "sid": sid}
    # Windows 2000 logs no SID. In a layout that has one, a word stands in its place, and the words beside it are no names either.
    return {**nobody, "principal": None if "sid" in fields else user}


def _user(fields: dict[str, str], sid: str | None) -> str | None:
    """The account as the event calls it. Where Windows had no name for a SID, one word of its language stands for domain and user alike."""
    domain, user = fields.get("domain", ""), fields.get("user", "")
    if sid and domain == user:
        return None
    return f"{domain}\\{user}".strip("\\") or None


def _name(group: Group, sid: str, user: str | None, host: Group) -> str:
    """A SID's name: this host's for its own events, else what the event says: only it knows another computer's, and an account that is gone."""
    return (to_name(sid, host["names"]) if _resolves(group, sid, host) else NAME_OF.get(sid)) or user or sid


def _resolves(group: Group, sid: str, host: Group) -> bool:
    """Whether a name is one by which this host finds the account."""
    return bool(group["own"] and to_name(sid, host["names"]) != sid)


def _with_sid(group: Group, sid: str, user: str | None, host: Group) -> str:
    """A caller beside others; one that is gone with its SID, for its name may be another's by now."""
    name = _name(group, sid, user, host)
    return f"{name} ({sid})" if group["own"] and not _resolves(group, sid, host) and name != sid else name


def _locality(fields: dict[str, str]) -> str:
    """local, remote or unknown: by the English word, else by the address."""
    word = fields.get("locality", "").casefold()
    if word in ("local", "remote"):
        return word
    address = fields.get("address", "")
    if _is_ip(address):
        return "remote"
    # The transport keeps its name in every language: LocalHost (LRPC 使用).
    return "local" if "LRPC" in address.upper() else "unknown"


def _is_ip(address: str) -> bool:
    try:
        ipaddress.ip_address(address.strip("[]").partition("%")[0])
    except ValueError:
        return False
    return True


def _addresses(fields: dict[str, str]) -> list[str]:
    return [fields["address"]] if _is_ip(fields.get("address", "")) else []


def _rights(kind: str, word: str, locality: str) -> list[str]:
    """The rights that may be the missing one: those of a word that is none we know are all of the kind."""
    word = word.casefold()
    where = "remote" if locality == "remote" else "local"
    return [f"{where}_{right}" for right in RIGHTS[kind] if word == right or word not in RIGHTS[kind]]


def _merged(found: list[Group], *apart: str) -> list[Group]:
    """One entry for all that differ only in how often and when, and in what is listed apart; the most frequent first."""
    counted = ("count", "first", "last", *apart)
    by_key: dict[str, Group] = {}
    for one in found:
        key = repr([value for name, value in one.items() if name not in counted])
        if key not in by_key:
            by_key[key] = one
            continue
        whole = by_key[key]
        whole["count"] += one["count"]
        whole["first"], whole["last"] = min(whole["first"], one["first"]), max(whole["last"], one["last"])
        for name in apart:
            whole[name] = sorted({*whole[name], *one[name]})[:MAX_LISTED]
    return sorted(by_key.values(), key=lambda one: (-one["count"], one["event_id"], one["first"]))


# --- what would grant it ------------------------------------------------------------------------------------------------


def _proposal(denial: Group, host: Group) -> Group:
    """by_design, advice, task and reason of a denial; its own working keys go."""
    own, registered, com_plus = (denial.pop(key) for key in ("own", "registered", "com_plus"))
    by_design = denial["event_id"] == 10016 and (denial["clsid"], denial["appid"]) in BY_DESIGN
    reason = _obstacle(denial, own, registered, com_plus, host)
    task = None
    if not reason:
        principal = denial["principal"] if not denial["sid"] or _resolves({"own": own}, denial["sid"], host) else denial["sid"]
        task = _membership(principal, host) if denial["refused_by"] == "limit" else _grant(denial, principal)
    advice = f"{_sentence(denial, own)} {_way(denial, by_design, reason, task, host)}".strip()
    return {"by_design": by_design, "advice": advice, "task": task, "reason": reason}


def _obstacle(denial: Group, own: bool, registered: bool, com_plus: bool, host: Group) -> str | None:
    """Why nothing is proposed; None where something is."""
    if com_plus and denial["refused_by"] != "limit":
        return "The class belongs to a COM+ application, whose catalog owns its lists: its roles in Component Services let callers in."
    limit = {"launch": "MachineLaunchRestriction", "access": "MachineAccessRestriction"}[denial["permission"]]
    if denial["refused_by"] == "program":
        return "The server sets its list itself, by CoInitializeSecurity, and does not ask the registry: only its own settings, or its maker, can change that."
    if ANONYMOUS in (denial["sid"], to_sid(denial["principal"] or "")):
        return "The caller did not authenticate. Letting ANONYMOUS LOGON in opens the server to everybody on the network: let the client log on instead."
    if not denial["principal"]:
        return "The event names no account."
    if denial["refused_by"] == "limit":
        if own and (limit in host["limits_by_policy"] or (denial["event_id"] == 10027 and host["limits_by_policy"])):
            return "Group Policy sets this limit, so nothing on this host gets around it: ask those who keep the policy."
        if str(denial["sid"]).startswith(CONTAINER):
            return "An application container can't be a member of a group, and a limit is not to be opened for one."
        return None
    if not denial["appid"] and not denial["clsid"]:
        return "The event names no AppID and no class by its GUID, so there is no list to which anything could be added."
    if own and not registered:
        what = f"AppID {denial['appid']}" if denial["appid"] else f"class {denial['clsid']}"
        return f"The {what} is not registered on this host any more."
    if own and not denial["appid"]:
        return f"The class {denial['clsid']} has no AppID, so it has no list of its own; wincom.dcom.appid can make one (display_name, classes)."
    return None


def _grant(denial: Group, principal: str) -> Group:
    """The task that lets in; launch without activation, or the other way round, would only bring the next event."""
    where = "remote" if denial["locality"] == "remote" else "local"
    rights = [f"{where}_{right}" for right in RIGHTS[denial["permission"]]]
    permission = {"add": [{"principal": principal, "rights": rights}]}
    return {"wincom.dcom.appid": {"id": denial["appid"] or denial["clsid"], f"{denial['permission']}_permission": permission}}


def _membership(principal: str, host: Group) -> Group:
    return {"ansible.windows.win_group_membership": {"name": host["users_group"], "members": [principal], "state": "present"}}


def _sentence(denial: Group, own: bool) -> str:
    """What happened, in one sentence."""
    who = with_sid(denial["sid"], {denial["sid"]: denial["principal"]}) if denial["sid"] else denial["principal"] or "Somebody"
    if denial["container"]:
        who += f" (the application container {denial['container']}, running for {' and '.join(denial['callers']) or 'some user'})"
    what = " or ".join(right.replace("_", " ") for right in denial["rights"])
    lists = {
        "application": "the AppID's own list", "machine_default": "the machine default", "limit": "the machine's limit",
        "program": "the list that the server sets itself", "unknown": "its list",
    }
    where = "" if own else f" on {denial['computer']}"
    return f"{who} lacks {what} of {_application(denial)}{where}, refused by {lists[denial['refused_by']]}."


def _application(entry: Group) -> str:
    """The application as people know it, and its AppID, class or program."""
    name = entry.get("appid_name") or entry.get("class_name")
    identity = entry.get("appid") or entry.get("clsid") or entry.get("image")
    if name and identity:
        return f"{name} {identity}"
    return name or identity or "an application that the event does not name"


def _way(denial: Group, by_design: bool, reason: str | None, task: Group | None, host: Group) -> str:
    """What to do about it."""
    if by_design:
        return (
            "Microsoft calls this event by design: Windows tries, is refused, and takes another way. "
            "Leave the permission as it is, and filter the event out of view."
        )
    if reason:
        return reason
    if denial["refused_by"] == "limit":
        return (
            f"If it is meant to call from there, make it a member of {host['users_group']}, which Windows' own limits let in "
            "(wincom.dcom.machine_info tells this host's), and have it log on anew; never open the limit itself."
        )
    parts = ["If it is meant to, the task grants it."]
    if denial["locality"] == "unknown":
        parts.append("The event does not tell whether the call was local, so local rights are proposed; a caller on another computer needs remote ones.")
    if denial["refused_by"] == "machine_default":
        parts.append("It gives the AppID a list of its own that starts from the machine default, and leaves all other applications alone.")
    if denial["permission"] == "access":
        parts.append("The server reads the list when it starts: restart it with wincom.dcom.server.")
    return " ".join(parts)


# --- other events, and the whole ----------------------------------------------------------------------------------------


class _Said(dict):  # type: ignore[type-arg]
    """Fields for a sentence; one that a layout lacks reads as unknown."""

    def __missing__(self, name: str) -> str:
        return "unknown"


def _other(group: Group, fields: dict[str, str], host: Group) -> Group:
    server = _server(group, fields, host)
    del server["registered"], server["com_plus"]
    sid = fields.get("sid", "")
    known = SID.fullmatch(sid)
    user = _user(fields, sid if known else None)
    caller = with_sid(sid, {sid: _name(group, sid, user, host)}) if known else user
    meaning, advice = OTHERS[group["event_id"]]
    named = _application({**server, "appid": None, "appid_name": None})  # by its class, of which these events speak
    text = meaning.format_map(_Said(fields, server=named, application=_application(server), caller=caller))
    details = {name: said for name, said in fields.items() if name != "pid"}
    told = _told(group)
    del told["own"]
    return {"event_id": group["event_id"], **server, "meaning": text[0].upper() + text[1:] + ".", "advice": advice + ".", "details": details, **told}


def _tell(result: dict[str, t.Any]) -> None:
    """The message that sums it up, and warnings for what the lists can't show."""
    warnings = result.setdefault("warnings", [])
    further = result.pop("further")
    if further:
        parts = ", ".join(f"{count} of {number}" for number, count in sorted(further.items()))
        warnings.append(f"the log has more kinds of events than are told apart; not listed are {parts}. Narrow the window with since, newest or event_ids")
    foreign = sum(entry["count"] for entry in result["unreadable"])
    if foreign:
        warnings.append(f"{foreign} event{'s' * (foreign != 1)} could not be read as DCOM's; see unreadable")
    if result["suppressed"]:
        warnings.append("DCOM left out events that repeat (10026), so counts are lower bounds")
    if len(result.get("events", ())) < (result["count"] if "events" in result else 0):
        warnings.append(f"events holds the newest {len(result['events'])} of {result['count']}")
    if not warnings:
        del result["warnings"]
    denials = sum(denial["count"] for denial in result["denials"])
    if result["count"]:
        result["msg"] = f"events: {result['count']}, of which {denials} are denials of {len(result['denials'])} kinds"
    else:
        result["msg"] = "no DCOM event in what was asked for. That proves nothing: DCOM logs failures at its discretion, and leaves out those that repeat"
