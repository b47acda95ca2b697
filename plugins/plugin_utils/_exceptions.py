# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Accepted exceptions of the compliance report: what is accepted where, why, and until when."""

from __future__ import annotations

import datetime
import typing as t
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ._findings import FINDINGS
from ._input import BadInput

KEYS = ("hosts", "drift", "finding", "appid", "setting", "reason", "until")


@dataclass
class Accepted:
    """One exception. drift: whether it is about drift; finding: else the id of a finding, '*' for any."""

    hosts: list[str]
    drift: bool
    finding: str
    appid: str
    setting: str
    reason: str
    until: datetime.date

    def apply(self, host: str, part: dict[str, t.Any], today: datetime.date) -> None:
        """Marks a drift or a finding of a host as accepted, or as one whose exception has expired, in place."""
        if part["accepted"] or not self._covers(host, part):
            return
        mark(part, {"reason": self.reason, "until": self.until.isoformat()}, today)

    def _covers(self, host: str, part: dict[str, t.Any]) -> bool:
        if not any(fnmatchcase(host.casefold(), pattern.casefold()) for pattern in self.hosts):
            return False
        if self.appid and self.appid.casefold() != (part["appid"] or "machine").casefold():
            return False
        if self.drift:
            return "lines" in part
        return "lines" not in part and self.finding in ("*", part["id"]) and self.setting in ("", part["setting"] or "")


def mark(part: t.Any, told: dict[str, str], today: datetime.date) -> None:
    """Marks a drift or a finding, in place, by an exception that covers it: accepted up to its last day, expired after it."""
    holds = today.isoformat() <= told["until"]
    part["accepted"], part["expired"] = (told, None) if holds else (None, told)


def read(given: t.Any) -> list[Accepted]:
    """dcom_exceptions as the report uses them; raises BadInput, which names the entry."""
    if not isinstance(given, list):
        raise BadInput("exceptions is a list of dictionaries")
    return [_one(f"exceptions, entry {number}", entry) for number, entry in enumerate(given, 1)]


def _one(where: str, entry: t.Any) -> Accepted:
    if not isinstance(entry, dict):
        raise BadInput(f"{where} is a dictionary with {', '.join(KEYS)}")
    unknown = [str(key) for key in entry if key not in KEYS]
    if unknown:
        raise BadInput(f"{where} has no {', '.join(unknown)}; it takes {', '.join(KEYS)}")
    finding, drift = str(entry.get("finding") or ""), entry.get("drift") in (True, "true", "yes")
    if bool(finding) is drift:
        raise BadInput(f"{where}: give finding, the id of a finding, or drift: true")
    if finding not in ("", "*", *FINDINGS):
        raise BadInput(f"{where}: {finding!r} is the id of no finding; docs/findings.md has all of them")
    if not str(entry.get("reason") or "").strip():
        raise BadInput(f"{where}: reason is missing; say why this is accepted")
    hosts = entry.get("hosts") or ["*"]
    return Accepted(
        hosts=[str(host) for host in (hosts if isinstance(hosts, list) else [hosts])],
        drift=drift,
        finding=finding,
        appid=str(entry.get("appid") or ""),
        setting=str(entry.get("setting") or ""),
        reason=str(entry["reason"]).strip(),
        until=_day(where, entry.get("until")),
    )


def _day(where: str, given: t.Any) -> datetime.date:
    """YAML may have made a date of it."""
    if isinstance(given, datetime.datetime):
        return given.date()
    if isinstance(given, datetime.date):
        return given
    try:
        return datetime.date.fromisoformat(str(given))
    except ValueError:
        raise BadInput(f"{where}: until is the last day on which it is accepted, such as 2026-12-31") from None
