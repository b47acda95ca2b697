# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Security descriptors as text (SDDL), read to the last character before they travel.

Windows makes other numbers of those that don't fit, without a word, and what it refuses it refuses with a number alone.
Sources: Microsoft, "Security Descriptor String Format", "ACE Strings", "SID Strings", and [MS-DTYP] 2.5.1.1.
"""

from __future__ import annotations

import re
import typing as t

from . import _sddl_condition
from ._input import BadInput
from ._names import sddl_mistake

RIGHTS = frozenset("GA GX GR GW RC SD WD WO RP WP CC DC LC SW LO DT CR FA FR FW FX KA KR KW KX NR NW NX".split())
FLAGS = frozenset("CI OI NP IO ID SA FA CR TP".split())
TYPES = {"D": ("A", "D", "OA", "OD", "XA", "XD", "ZA"), "S": ("AU", "OU", "XU", "ML", "RA", "SP", "TL", "FL", "AL", "OL")}
WITH_GUID = ("OA", "OD", "OU", "OL", "ZA")
CONDITIONAL = ("XA", "XD", "ZA", "XU", "FL")
PARTS = {"O": "the owner (O:)", "G": "the group (G:)", "D": "the access list (D:)", "S": "the system list (S:)"}

_GUID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", re.IGNORECASE)
# An owner or group ends where the next part begins: in 0x2D: the D is one.
_HOLDER = re.compile(r"[^:()]*?(?=\s*(?:[OGDS]:|$))")


def clean(text: str) -> str:
    """The descriptor without the blanks between its parts, in capitals where case means nothing; raises BadInput with where and what."""
    reader = _Reader(text)
    parts: dict[str, str] = {}
    while reader.rest():
        letter = reader.take(r"[OGDS](?=\s*:)")
        if not letter:
            capital = ", in capitals" if re.match(r"[ogds]\s*:", reader.rest()) else ""
            raise BadInput(f"{_excerpt(reader.rest())} is none of the parts O:, G:, D: and S:{capital}")
        reader.take(":")
        if letter in parts:
            raise BadInput(f"{PARTS[letter]} is there twice")
        parts[letter] = _list(letter, reader) if letter in "DS" else _holder(PARTS[letter], reader)
    if "D" not in parts:
        only = "only a system list (S:), which says what is audited and which label holds; " if "S" in parts else ""
        raise BadInput(f"there is no access list, {only}write D: and its entries, such as D:(A;;CCDCLC;;;SY)")
    return "".join(f"{letter}:{parts[letter]}" for letter in "OGDS" if letter in parts)


class _Reader:
    """A text that is read from left to right; blanks before what is taken are passed over."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def rest(self) -> str:
        return self.text[self.at :].strip()

    def take(self, pattern: str) -> str:
        return self.match(re.compile(pattern))

    def match(self, pattern: t.Pattern[str]) -> str:
        """What fits the pattern here, '' and no step forward where nothing does."""
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return found.group() if found else ""


def _holder(where: str, reader: _Reader) -> str:
    """The owner or the group."""
    text = reader.match(_HOLDER)
    if not text and not re.match(r"[OGDS]\s*:", reader.rest()):
        text = reader.take(r"[^()]*").strip()
    return _account(where, text)


def _list(letter: str, reader: _Reader) -> str:
    """An access or system list: its flags and entries."""
    flags = ""
    entries: list[str] = []
    while True:
        flag = reader.take("(?i:P|AR|AI|NO_ACCESS_CONTROL)")
        if not flag:
            break
        flags += flag.upper()
    while reader.take(r"\("):
        entries.append(_entry(letter, f"{PARTS[letter]}, entry {len(entries) + 1}", reader))
    if reader.rest() and not re.match(r"[OGDSogds]\s*:", reader.rest()):
        what = "of its entries and its flags P, AR, AI" if not entries else f"of the next entry behind entry {len(entries)}"
        raise BadInput(f"{PARTS[letter]}: {_excerpt(reader.rest())} is no beginning {what}")
    return flags + "".join(entries)


def _entry(letter: str, where: str, reader: _Reader) -> str:
    """One entry, from behind its bracket to the closing one: type;flags;rights;object;inherited object;account, and maybe a condition."""
    fields: list[str] = []
    while len(fields) < 6:
        fields.append(reader.take(r"[^;()]*").strip())
        if len(fields) < 6 and not reader.take(";"):
            raise BadInput(f"{where} has {len(fields)} of the 6 fields type;flags;rights;object;inherited object;account before {_excerpt(reader.rest())}")
    kind = fields[0].upper()
    if kind not in TYPES[letter]:
        other = next((PARTS[one] for one in TYPES if kind in TYPES[one]), "")
        hint = f"; it belongs in {other}" if other else ""
        raise BadInput(f"{where}: {_excerpt(fields[0])} is no type of an entry there{hint}; types are {', '.join(TYPES[letter])}")
    flags = _letters(f"{where}: flags", fields[1], FLAGS)
    guids = _guids(where, kind, fields[3:5])
    shown = ";".join([kind, flags, _rights(f"{where}: rights", fields[2]), *guids, _account(f"{where}: account", fields[5])])
    if reader.take(";"):
        shown += ";" + _extra(where, kind, reader)
    elif kind == "RA":
        raise BadInput(f'{where}: a resource attribute ends with its data, such as ("Secrecy",TU,0,3)')
    if not reader.take(r"\)"):
        raise BadInput(f"{where} has no closing bracket before {_excerpt(reader.rest())}")
    return f"({shown})"


def _extra(where: str, kind: str, reader: _Reader) -> str:
    """The condition or the resource attribute of an entry, as it is written."""
    if kind != "RA" and kind not in CONDITIONAL:
        raise BadInput(f"{where}: an entry of type {kind} has 6 fields, without {_excerpt(reader.rest())}")
    reader.take("")
    end, problem = (_sddl_condition.attribute if kind == "RA" else _sddl_condition.condition)(reader.text, reader.at)
    if problem:
        raise BadInput(f"{where}: {problem}")
    found, reader.at = reader.text[reader.at : end], end
    return found


def _guids(where: str, kind: str, fields: list[str]) -> list[str]:
    for text in filter(None, fields):
        if not _GUID.fullmatch(text):
            raise BadInput(f"{where}: {_excerpt(text)} is no GUID; write xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx, without braces")
        if kind not in WITH_GUID:
            raise BadInput(f"{where}: an entry of type {kind} names no object; one of {', '.join(WITH_GUID)} does")
    return fields


def _rights(where: str, text: str) -> str:
    """Rights as letters, or as a number, which goes as a hexadecimal one: Windows makes 0xffffffff of what is too large."""
    if not re.match(r"[+-]?\d", text):
        return _letters(where, text, RIGHTS)
    found = re.fullmatch(r"0x([0-9A-F]{1,16})|(0[0-7]{0,16})|([1-9]\d{0,16})", text, re.IGNORECASE | re.ASCII)
    number = 1 << 32 if not found else int(found[1], 16) if found[1] else int(found[2], 8) if found[2] else int(found[3])
    if number >= 1 << 32:
        raise BadInput(f"{where}: {_excerpt(text)} is no number of 32 bits; write 0x1f, 037 or 31")
    return f"{number:#x}"


def _letters(where: str, text: str, known: t.Container[str]) -> str:
    """Letters in pairs."""
    pairs = [text[at : at + 2].upper() for at in range(0, len(text), 2)]
    wrong = next((pair for pair in pairs if pair not in known), None)
    if wrong:
        blank = ", for there is a blank in it" if re.search(r"\s", text) else ""
        raise BadInput(f"{where}: {_excerpt(wrong)} of {_excerpt(text)} is not known{blank}")
    return "".join(pairs)


def _account(where: str, text: str) -> str:
    """A SID, or the two letters of one."""
    problem = sddl_mistake(text)
    if problem:
        raise BadInput(f"{where}: {problem}")
    return text.upper() if len(text) == 2 else "S" + text[1:]


def _excerpt(text: str) -> str:
    return "its end" if not text else repr(text if len(text) <= 24 else text[:24] + "...")
