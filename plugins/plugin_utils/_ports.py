# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The ports of RPC: single ones and ranges."""

from __future__ import annotations

import re
import typing as t

from ._input import BadInput

ENOUGH_PORTS = 100
_RANGE = re.compile(r"(\d{1,5})(?:\s*-\s*(\d{1,5}))?")


def normalise_ports(value: t.Any) -> list[str]:
    """rpc_ports as the module takes it, without blanks around '-', which RPC does not read; raises BadInput."""
    given = value if isinstance(value, list) else str(value).split(",")
    texts = [str(one).strip() for one in given]
    if texts == ["default"]:
        return texts
    if not any(texts):
        raise BadInput("rpc_ports is empty; default lets Windows choose its ports")
    ranges = sorted(_range(text) for text in texts)
    for (first, last), (other, other_last) in zip(ranges, ranges[1:]):
        if other <= last:
            raise BadInput(f"rpc_ports: {_text(first, last)} and {_text(other, other_last)} overlap")
    return [_text(*_range(text)) for text in texts]


def _range(text: str) -> tuple[int, int]:
    found = _RANGE.fullmatch(text)
    first, last = (int(found.group(1)), int(found.group(2) or found.group(1))) if found else (0, 0)
    if not 1 <= first <= last <= 65535:
        raise BadInput(f"rpc_ports: {text!r} is no port or range of ports; write 5000 or 5000-5100, from 1 to 65535, or default alone")
    return first, last


def _text(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def few_ports(ports: t.Any) -> t.Iterator[str]:
    """Says so where a list of ports and ranges holds fewer than Windows asks for."""
    if not isinstance(ports, list) or ports == ["default"]:
        return
    ends = [port.split("-") for port in ports]
    count = sum(int(end[-1]) - int(end[0]) + 1 for end in ends)
    if count < ENOUGH_PORTS:
        yield f"{count} port{'s are' if count > 1 else ' is'} few: all RPC servers of this host share them, and Windows asks for {ENOUGH_PORTS} or more"
