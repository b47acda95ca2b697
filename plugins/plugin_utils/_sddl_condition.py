# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The conditions and resource attributes at the end of an entry in SDDL: where they end, and what is wrong with them.

Sources: Microsoft, "Security Descriptor Definition Language for Conditional ACEs", and [MS-DTYP] 2.5.1.1.
"""

from __future__ import annotations

import re
import typing as t

from ._names import sddl_mistake

DEEPEST = 64  # brackets within brackets

MEMBER_OF = tuple(f"{no}{device}member_of{any_of}" for no in ("", "not_") for device in ("", "device_") for any_of in ("", "_any"))
EXISTS = ("exists", "not_exists")
COMPARES = ("==", "!=", "<=", ">=", "<", ">", "contains", "any_of", "not_contains", "not_any_of")
ATTRIBUTES = ("TI", "TU", "TS", "TD", "TX", "TB")

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"[^"]*") | SID\s*\(\s*(?P<sid>[A-Z0-9-]+)\s*\) | (?P<octets>\#[0-9A-F\#]*) | (?P<number>[+-]?(?:0x[0-9A-F]+|[0-9]+)(?![\w:./]))
        | (?P<sign>==|!=|<=|>=|&&|\|\||[<>!(){},])
        | (?P<name>@?(?:[\w:./$'*+?^~\\-]|%[0-9A-F]{4})+)
    )""",
    re.VERBOSE | re.IGNORECASE,
)


class _Wrong(Exception):
    """A text that is no condition; the words are for people."""


def condition(text: str, at: int) -> tuple[int, str]:
    """(where the condition that begins at a place ends, what is wrong with it or '')."""
    return _read(text, at, "condition", _Tokens.condition)


def attribute(text: str, at: int) -> tuple[int, str]:
    """The same for a resource attribute: ("name",TYPE,flags,value,...)."""
    return _read(text, at, "resource attribute", _Tokens.attribute)


def _read(text: str, at: int, what: str, how: t.Callable[[_Tokens], None]) -> tuple[int, str]:
    tokens = _Tokens(text, at)
    try:
        how(tokens)
    except _Wrong as wrong:
        return at, f"its {what} {wrong}"
    return tokens.at, ""


class _Tokens:
    """The tokens of a condition; each method reads what it is called after, or raises _Wrong."""

    def __init__(self, text: str, at: int) -> None:
        self.text, self.at = text, at

    def kind(self, *kinds: str) -> bool:
        """Takes the next token where it is of one of these kinds."""
        found = _TOKEN.match(self.text, self.at)
        if not found or found.lastgroup not in kinds:
            return False
        problem = sddl_mistake(found["sid"]) if found.lastgroup == "sid" else ""
        if problem:
            raise _Wrong(f"names an account that is none: {problem}")
        self.at = found.end()
        return True

    def take(self, *words: str) -> bool:
        """Takes the next token where it is one of these signs or words, in any case."""
        found = _TOKEN.match(self.text, self.at)
        if not found or found.lastgroup not in ("sign", "name") or found[found.lastgroup].lower() not in words:
            return False
        self.at = found.end()
        return True

    def sign(self, wanted: str) -> None:
        if not self.take(wanted):
            raise self.lacks(f"{wanted!r}")

    def lacks(self, wanted: str) -> _Wrong:
        rest = self.text[self.at :].strip()
        found = repr(rest[:24] + "..." * (len(rest) > 24)) if rest else "its end"
        return _Wrong(f"lacks {wanted} before {found}")

    def condition(self) -> None:
        self.sign("(")
        self.either(1)
        self.sign(")")

    def either(self, depth: int) -> None:
        """Terms with && or || between them."""
        if depth > DEEPEST:
            raise _Wrong(f"has more than {DEEPEST} brackets within each other")
        self.term(depth)
        while self.take("&&", "||"):
            self.term(depth)

    def term(self, depth: int) -> None:
        while self.take("!"):
            pass
        if self.take("("):
            self.either(depth + 1)
            self.sign(")")
        elif self.take(*MEMBER_OF):
            if not self.kind("sid"):
                self.several(lambda: self.kind("sid"), "SID(...)")
        elif self.take(*EXISTS):
            if not self.kind("name"):
                raise self.lacks("the name of an attribute")
        elif not self.kind("name"):
            raise self.lacks("an attribute, Exists or Member_of")
        elif self.take(*COMPARES):
            self.operand()

    def operand(self) -> None:
        if not self.single():
            self.several(self.single, "a value")

    def single(self) -> bool:
        return self.kind("text", "sid", "octets", "number", "name")

    def several(self, one: t.Callable[[], bool], what: str) -> None:
        """{one, another}"""
        self.sign("{")
        while True:
            if not one():
                raise self.lacks(what)
            if not self.take(","):
                break
        self.sign("}")

    def attribute(self) -> None:
        self.sign("(")
        if not self.kind("text"):
            raise self.lacks("its name in quotes")
        self.sign(",")
        if not self.take(*(kind.lower() for kind in ATTRIBUTES)):
            raise self.lacks(f"its type (one of {', '.join(ATTRIBUTES)})")
        self.sign(",")
        if not self.kind("number"):
            raise self.lacks("its flags, a number")
        while self.take(","):
            if not self.single():
                raise self.lacks("a value")
        self.sign(")")
