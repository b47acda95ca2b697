# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The compliance report as data: what the modules said of each host, what is accepted, and what counts.

This data is the JSON of the report, and all other forms are made from it. Every text in it may come from a hostile host.
"""

from __future__ import annotations

import datetime
import difflib
import json
import re
import typing as t

from ._exceptions import mark

SCHEMA = "wincom.dcom.compliance/1"
STATUSES = ("unreachable", "failed", "drifted", "findings", "compliant")  # the worst first
SEVERITIES = ("error", "warning", "info")
# What makes the run fail, beside hosts that failed or were not reached.
FAIL_ON = {"never": (), "drift": ("drift",), "error": ("drift", "error"), "warning": ("drift", "error", "warning")}
LONGEST = 4000  # characters of one text
# Control characters, and those that change the direction of the text around them.
_STRANGE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


class Drift(t.TypedDict):
    """One AppID, or the machine, that is not as declared."""

    appid: t.Optional[str]
    title: str
    lines: t.List[t.List[str]]  # [sign, text]: ' ' stays, '-' is there, '+' is declared
    accepted: t.Optional[t.Dict[str, str]]  # reason and until of the exception that covers it
    expired: t.Optional[t.Dict[str, str]]  # the same of one that covered it until a day that has passed


class Finding(t.TypedDict):
    """A finding of appid_info or machine_info."""

    id: str
    severity: str
    setting: t.Optional[str]
    appid: t.Optional[str]
    name: str
    text: str
    accepted: t.Optional[t.Dict[str, str]]
    expired: t.Optional[t.Dict[str, str]]


class Exposure(t.TypedDict):
    """Who may do what from another computer. appid: None for every AppID without a permission of its own."""

    appid: t.Optional[str]
    name: str
    principal: str
    sid: str
    rights: t.List[str]


class Host(t.TypedDict):
    """One host. problem: why it failed or was not reached. declared: whether it has a declared state."""

    name: str
    status: str
    problem: str
    declared: bool
    drift: t.List[Drift]
    findings: t.List[Finding]
    exposure: t.List[Exposure]
    denials: t.List[t.Dict[str, t.Any]]


class Report(t.TypedDict):
    """A run, or several that were merged. made: UTC, as 2026-11-27T18:00:00Z."""

    schema: str
    title: str
    made: str
    fail_on: str
    summary: t.Dict[str, t.Any]
    hosts: t.List[Host]


def clean(value: t.Any) -> t.Any:
    """Plain data whose texts hold no character that a page, a terminal or XML can't show, and are not endless."""
    if isinstance(value, dict):
        return {clean(str(key)): clean(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean(part) for part in value]
    if isinstance(value, str):
        text = _STRANGE.sub("\ufffd", value)
        return text if len(text) <= LONGEST else text[: LONGEST - 4] + " ..."
    return value if value is None or isinstance(value, (bool, int, float)) else clean(str(value))


# --- one host ----------------------------------------------------------------------------------------------------------


def host(name: str, results: t.Mapping[str, t.Any]) -> Host:
    """What the modules said of a host.

    Args:
        name: its name in the inventory.
        results: what baseline, appid_info, machine_info and denial_info returned, by these names; a module that was not asked is absent.
    """
    given = {module: clean(json.loads(json.dumps(result, default=str))) for module, result in results.items() if isinstance(result, dict)}
    asked = {module: result for module, result in given.items() if not result.get("skipped")}
    unreachable = [result for result in asked.values() if result.get("unreachable")]
    failed = [f"{module}: {result.get('msg') or 'failed'}" for module, result in asked.items() if result.get("failed") and not result.get("unreachable")]
    done = {module: result for module, result in asked.items() if not (result.get("failed") or result.get("unreachable"))}
    found: Host = {
        "name": clean(name),
        "status": "",
        "problem": str(unreachable[0].get("msg") or "not reached") if unreachable else clean("; ".join(failed)),
        "declared": "baseline" in asked,
        "drift": list(_drift(done.get("baseline") or {})),
        "findings": list(_findings(done)),
        "exposure": list(_exposure(done.get("appid_info") or {})),
        "denials": [{key: one.get(key) for key in DENIAL} for one in (done.get("denial_info") or {}).get("denials") or ()],
    }
    found["status"] = "unreachable" if unreachable else "failed" if failed or not done else ""
    return found


DENIAL = ("principal", "sid", "permission", "rights", "appid", "appid_name", "refused_by", "by_design", "count", "last", "advice")


def _drift(result: dict[str, t.Any]) -> t.Iterator[Drift]:
    for item in [result.get("machine"), *(result.get("appids") or ())]:
        if item and item.get("changed"):
            appid = item.get("appid")
            title = " ".join(filter(None, (appid, item.get("display_name")))) or "Machine settings"
            if not appid and item is not result.get("machine"):
                title = "An AppID that is not registered"
            yield {"appid": appid, "title": clean(title), "lines": _lines(item.get("diff") or {}), "accepted": None, "expired": None}


def _lines(diff: dict[str, t.Any]) -> list[list[str]]:
    before, after = (str(diff.get(part) or "").splitlines() for part in ("before", "after"))
    lines: list[list[str]] = []
    for kind, first, last, other, end in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        lines += [[" " if kind == "equal" else "-", line] for line in before[first:last]]
        lines += [["+", line] for line in after[other:end] if kind != "equal"]
    return lines


def _findings(done: t.Mapping[str, t.Any]) -> t.Iterator[Finding]:
    for one in (done.get("machine_info") or {}).get("findings") or ():
        yield _finding(one, None, "Machine settings")
    for appid in (done.get("appid_info") or {}).get("appids") or ():
        for one in appid.get("findings") or ():
            yield _finding(one, appid.get("id"), appid.get("display_name") or "")


def _finding(one: dict[str, t.Any], appid: str | None, name: str) -> Finding:
    return {
        "id": one["id"], "severity": one["severity"], "setting": one.get("setting"), "appid": appid, "name": name, "text": one["text"],
        "accepted": None, "expired": None,
    }  # fmt: skip


def _exposure(result: dict[str, t.Any]) -> t.Iterator[Exposure]:
    for one in result.get("default_exposure") or ():
        yield _exposed(one, None, "every AppID without a permission of its own")
    for appid in result.get("appids") or ():
        for one in appid.get("exposure") or ():
            yield _exposed(one, appid.get("id"), appid.get("display_name") or "")


def _exposed(one: dict[str, t.Any], appid: str | None, name: str) -> Exposure:
    return {"appid": appid, "name": name, "principal": one["principal"], "sid": one["sid"], "rights": one["rights"]}


# --- all of them -------------------------------------------------------------------------------------------------------


def report(title: str, hosts: list[Host], exceptions: list[t.Any], fail_on: str, now: datetime.datetime) -> Report:
    """The report of a run. exceptions: as _exceptions.read returns them."""
    for one in hosts:
        for part in (*one["drift"], *one["findings"]):
            for exception in exceptions:
                exception.apply(one["name"], part, now.date())
        one["status"] = one["status"] or _status(one)
    return {
        "schema": SCHEMA, "title": clean(title), "made": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "fail_on": fail_on, "summary": summary(hosts, fail_on),
        "hosts": sorted(hosts, key=lambda one: (STATUSES.index(one["status"]), one["name"].casefold())),
    }  # fmt: skip


def _status(one: Host) -> str:
    if any(not part["accepted"] for part in one["drift"]):
        return "drifted"
    return "findings" if any(not part["accepted"] and part["severity"] != "info" for part in one["findings"]) else "compliant"


def summary(hosts: list[Host], fail_on: str) -> dict[str, t.Any]:
    """Counts, and the reasons why the run counts as failed; none where it does not."""
    counting = [part for one in hosts for part in one["findings"] if not part["accepted"]]
    parts = [part for one in hosts for part in (*one["drift"], *one["findings"])]
    found: dict[str, t.Any] = {"hosts": len(hosts), **{status: sum(one["status"] == status for one in hosts) for status in STATUSES}}
    found["drift"] = sum(not part["accepted"] for one in hosts for part in one["drift"])
    found.update({severity: sum(part["severity"] == severity for part in counting) for severity in SEVERITIES})
    found["accepted"] = sum(bool(part["accepted"]) for part in parts)
    found["expired"] = sum(bool(part["expired"]) for part in parts)
    reasons = [f"{found[kind]} {WORD[kind]}" for kind in FAIL_ON[fail_on] if found[kind]]
    if fail_on != "never":
        reasons = [f"{found[status]} {status}" for status in ("unreachable", "failed") if found[status]] + reasons
        if not hosts:
            reasons.append("no host was asked")
    found["fails_for"] = reasons
    return found


WORD = {"drift": "not as declared", "error": "findings of severity error", "warning": "findings of severity warning"}


def message(made: Report) -> str:
    """The summary in one line."""
    counts = made["summary"]
    hosts = ", ".join(f"{counts[status]} {status}" for status in reversed(STATUSES) if counts[status]) or "none"
    findings = ", ".join(f"{counts[severity]} {severity}" for severity in SEVERITIES)
    text = f"{counts['hosts']} hosts: {hosts}. Drift: {counts['drift']}. Findings: {findings}. Accepted: {counts['accepted']}."
    return text + (f" Expired exceptions: {counts['expired']}." if counts["expired"] else "")


# --- merging -----------------------------------------------------------------------------------------------------------


class BadReport(Exception):
    """A file that is no report of this collection."""


def read(text: str, where: str) -> Report:
    """A report from its JSON, which may be a stranger's; raises BadReport."""
    try:
        made = clean(json.loads(text))
        if made["schema"] != SCHEMA:
            raise BadReport(f"{where}: its schema is {made['schema']!r}, and this collection reads {SCHEMA!r}")
        hosts = [_known_host(one) for one in made["hosts"]]
        return {
            "schema": SCHEMA, "title": str(made["title"]), "made": str(made["made"]), "fail_on": str(made["fail_on"]), "summary": {}, "hosts": hosts,
        }  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadReport(f"{where} is no report of wincom.dcom.compliance ({type(error).__name__}: {error})") from None


def _known_host(one: dict[str, t.Any]) -> Host:
    if one["status"] not in STATUSES:
        raise ValueError(f"status {one['status']!r}")
    return {
        "name": str(one["name"]), "status": one["status"], "problem": str(one["problem"]), "declared": bool(one["declared"]),
        "drift": [
            {"appid": _text(part["appid"]), "title": str(part["title"]), "lines": [[str(sign)[:1], str(line)] for sign, line in part["lines"]],
             "accepted": _exception(part["accepted"]), "expired": _exception(part["expired"])}
            for part in one["drift"]
        ],
        "findings": [
            {"id": str(part["id"]), "severity": SEVERITIES[SEVERITIES.index(part["severity"])], "setting": _text(part["setting"]),
             "appid": _text(part["appid"]), "name": str(part["name"]), "text": str(part["text"]),
             "accepted": _exception(part["accepted"]), "expired": _exception(part["expired"])}
            for part in one["findings"]
        ],
        "exposure": [
            {"appid": _text(part["appid"]), "name": str(part["name"]), "principal": str(part["principal"]), "sid": str(part["sid"]),
             "rights": [str(right) for right in part["rights"]]}
            for part in one["exposure"]
        ],
        "denials": [{key: part.get(key) for key in DENIAL} for part in one["denials"]],
    }  # fmt: skip


def _text(value: t.Any) -> str | None:
    return None if value is None else str(value)


def _exception(value: t.Any) -> dict[str, str] | None:
    """A stranger's exception; raises ValueError where until is no day."""
    return None if value is None else {"reason": str(value["reason"]), "until": datetime.date.fromisoformat(value["until"]).isoformat()}


def merge(reports: list[Report], title: str, fail_on: str, now: datetime.datetime) -> Report:
    """One report of several. Of a host that is in more than one, the newest counts."""
    hosts: dict[str, Host] = {}
    for made in sorted(reports, key=lambda one: one["made"]):
        hosts.update({one["name"]: one for one in made["hosts"]})
    for one in hosts.values():
        _judge_anew(one, now.date())
    return report(title, list(hosts.values()), [], fail_on, now)


def _judge_anew(one: Host, today: datetime.date) -> None:
    """A host of a file, in place: its status follows from what it holds, and an exception may have ended since the file was made."""
    for part in (*one["drift"], *one["findings"]):
        if part["accepted"]:
            mark(part, part["accepted"], today)
    if one["status"] not in ("unreachable", "failed"):
        one["status"] = ""
