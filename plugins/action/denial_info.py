# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import datetime
import re
import typing as t

from ..plugin_utils._action import DcomAction
from ..plugin_utils._denial import read_result
from ..plugin_utils._input import BadInput

AGE = re.compile(r"(\d{1,10})([smhdw])")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
LONGEST = 100 * 366 * SECONDS["d"]
ISO = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d{1,7})?(Z|[+-]\d\d:?\d\d)?)?")
EVENT_IDS = range(10000, 10039)


class ActionModule(DcomAction):
    """Checks what needs no host, and makes denials of the events that the module counted."""

    module_name = "denial_info"

    def normalise(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        if args.get("log") and args.get("path"):
            raise BadInput("log is read on the host, path is a file exported from a log; give one of them")
        if str(args.get("path") or "").lower().endswith(".evt"):
            raise BadInput(f"path: {args['path']!r} has the format of Windows Server 2003; convert it first: wevtutil epl OLD.evt NEW.evtx /lf:true")
        for option in ("since", "until"):
            if args.get(option) is not None:
                args[option] = _moment(option, str(args[option]).strip())
        if args.get("newest") is not None and not (str(args["newest"]).isdigit() and 0 < int(args["newest"]) < 2**31):
            raise BadInput(f"newest is how many events to read, a number from 1, not {args['newest']!r}")
        if args.get("event_ids") is not None:
            args["event_ids"] = _event_ids(args["event_ids"])
        return args

    def read_result(self, result: dict[str, t.Any], args: dict[str, t.Any]) -> None:
        if "groups" in result:
            read_result(result)


def _moment(option: str, text: str) -> str:
    found = ISO.fullmatch(text)
    if found:
        try:
            datetime.datetime.fromisoformat(f"{found.group(1)}T{found.group(2) or '00:00'}")
        except ValueError as error:
            raise BadInput(f"{option}: {text!r} is no time that exists: {error}") from None
        return f"at {text}"  # PowerShell's JSON would make a date of the bare text, and lose its offset
    age = AGE.fullmatch(text)
    if not age:
        raise BadInput(f"{option}: {text!r} is neither an age such as 24h or 7d, nor a time such as 2026-11-25T19:30:00Z")
    if int(age.group(1)) * SECONDS[age.group(2)] > LONGEST:
        raise BadInput(f"{option}: {text!r} is longer than a hundred years; leave the option out for all events")
    return text


def _event_ids(given: t.Any) -> list[int]:
    given = given if isinstance(given, list) else str(given).replace(",", " ").split()
    wrong = [one for one in given if not str(one).isdigit() or int(one) not in EVENT_IDS]
    if wrong or not given:
        raise BadInput(f"event_ids: DCOM's events are 10000 to 10038, found {', '.join(map(str, wrong)) or 'none'}")
    return [int(one) for one in given]
