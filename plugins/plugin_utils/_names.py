# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Names of accounts as people mistype them: what can only be meant otherwise is told before the host is asked for it."""

from __future__ import annotations

import re

from ._principals import SID_OF

_SID = re.compile(r"S-1-(0x[0-9A-F]+|\d+)((?:-(?:0x[0-9A-F]+|\d+))*)", re.IGNORECASE | re.ASCII)
# Sddl.h: the accounts that SDDL has two letters for.
TWO_LETTERS = frozenset(
    "AA AC AN AO AP AS AU BA BG BO BU CA CD CG CN CO CY DA DC DD DG DU EA ED EK ER ES HA HI HO IS IU KA LA LG LS LU LW ME MP MS MU NO NS NU OW PA "
    "PO PS PU RA RC RD RE RM RO RS RU SA SI SO SS SU SY UD WD WR".split()
)
# A name of these may hold what the name of an account can't, such as a comma or a slash.
_VIRTUAL = ("IIS APPPOOL\\", "NT SERVICE\\", "NT VIRTUAL MACHINE\\")
LONGEST_SID = 15  # sub-authorities


def mistake(name: str) -> str:
    """What is wrong with the name of an account and what to write instead, '' where only the host can know."""
    text = name.strip()
    if "\\\\" in text:
        once = re.sub(r"\\+", lambda _run: "\\", text)
        return f"{text} has two backslashes in a row, of which YAML makes one in double quotes only; write {once}"
    if "/" in text and "\\" not in text and "@" not in text:
        return f"{text} has a slash, which the name of no account has; write " + text.replace("/", "\\", 1)
    found = _SID.fullmatch(text)
    return sid_mistake(found.group(1), found.group(2)) if found else ""


def sid_mistake(authority: str, rest: str) -> str:
    """Why the numbers of a SID are none: Windows would silently take another one. authority: 5 or 0x5; rest: -21-1-2-3."""
    if _number(authority) >= 1 << 48:
        return f"the authority {authority} of a SID is below 281474976710656"
    numbers = rest.split("-")[1:]
    wrong = next((number for number in numbers if _number(number) >= 1 << 32), None)
    if wrong:
        return f"{wrong} is no number of a SID, which are below 4294967296"
    return f"a SID has at most {LONGEST_SID} numbers after its authority, this one has {len(numbers)}" if len(numbers) > LONGEST_SID else ""


def _number(text: str) -> int:
    return int(text, 16 if text[:2].lower() == "0x" else 10)


def sddl_mistake(text: str) -> str:
    """What is wrong with an account in SDDL, '' where nothing is."""
    if text.upper() in TWO_LETTERS:
        return ""
    found = _SID.fullmatch(text)
    if found:
        return sid_mistake(found.group(1), found.group(2))
    return f"{text[:48] or 'nothing'} is no SID and none of Windows' accounts of two letters, and SDDL takes no other names"


def as_list(text: str) -> list[str]:
    """The names in a text that can only be a list of them, with commas between; [] where it may be one name."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) < 2 or not all(parts):
        return []
    if text.strip().upper().startswith(_VIRTUAL) and not any(_surely_a_name(part) for part in parts[1:]):
        return []
    return parts


def _surely_a_name(text: str) -> bool:
    return "\\" in text or text.casefold() in SID_OF or bool(_SID.fullmatch(text))
