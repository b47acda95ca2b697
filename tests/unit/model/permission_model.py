# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A second, independent answer to what add, remove and set make of a list: by docs/permissions.md, without the PowerShell.

Pester replays tests/data/permission_cases.json against plugins/module_utils/_SecurityDescriptor.psm1. To write that file anew:
python3 tests/unit/model/permission_model.py > tests/data/permission_cases.json

An entry is text: 'allow S-1-5-18 0x1f'. The words: allow, deny; if, unless (conditional allow and deny); inherit (inherit-only allow).
"""

from __future__ import annotations

import json
import random
import sys
import typing as t

SEED, CASES = 20, 240
MARKER, CONTAINER, KEEPING = 0x1, 0x60, 0x7E
ALL = {"launch": 0x1E, "access": 0x6}
IDLE = {"launch": 0, "access": 0x18}  # activation means nothing in an access permission
SIDS = ("S-1-1-0", "S-1-5-4", "S-1-5-18", "S-1-5-32-544", "S-1-5-21-1-2-3-1001")
PLAIN, COUNTED = ("allow", "deny"), ("allow", "deny", "if", "unless")


class Ace(t.NamedTuple):
    type: str
    sid: str
    mask: int

    def __str__(self) -> str:
        return f"{self.type} {self.sid} {self.mask:#x}"


def is_legacy(aces: list[Ace]) -> bool:
    """Whether every mask is the bare marker, which means all rights."""
    masks = {ace.mask for ace in aces if ace.type in COUNTED}
    return masks == {MARKER}


def expanded(kind: str, aces: list[Ace]) -> list[Ace]:
    return [ace._replace(mask=MARKER | ALL[kind]) if ace.type in COUNTED else ace for ace in aces]


def merged(aces: list[Ace]) -> dict[tuple[str, str], int]:
    """(type, SID) -> mask of the plain entries."""
    found: dict[tuple[str, str], int] = {}
    for ace in aces:
        if ace.type in PLAIN:
            found[ace[:2]] = found.get(ace[:2], 0) | ace.mask
    return found


def in_order(aces: list[Ace]) -> bool:
    """Whether each deny, conditional or not, stands before each allow."""
    denies = [ace.type in ("deny", "unless") for ace in aces if ace.type in COUNTED]
    return denies == sorted(denies, reverse=True)


def meaning(kind: str, aces: list[Ace]) -> object:
    full = expanded(kind, aces) if is_legacy(aces) else aces
    rights = {key: mask & ~IDLE[kind] for key, mask in merged(full).items()}
    return rights, [ace for ace in full if ace.type not in PLAIN], in_order(full)


def subtract(aces: list[Ace], key: tuple[str, str], mask: int) -> list[Ace]:
    """Subtraction keeps an entry while any of 0x7e remains."""
    left = [ace._replace(mask=ace.mask & ~mask) if ace[:2] == key else ace for ace in aces]
    return [ace for ace in left if ace[:2] != key or ace.mask & KEEPING]


def remove(kind: str, aces: list[Ace], wanted: list[Ace]) -> list[Ace]:
    for key, mask in merged(wanted).items():
        if mask == ALL[kind]:
            aces = [ace for ace in aces if ace[:2] != key]
        elif key in merged(aces):
            aces = subtract(expanded(kind, aces) if is_legacy(aces) else aces, key, mask)
    return aces


def add(kind: str, aces: list[Ace], wanted: list[Ace]) -> list[Ace]:
    """At least these rights. What is allowed is taken out of a deny of the same principal."""
    for (word, sid), mask in merged(wanted).items():
        full = expanded(kind, aces) if is_legacy(aces) else aces
        has = merged(full)
        opposed = word == "allow" and has.get(("deny", sid), 0) & mask
        if has.get((word, sid), 0) & mask == mask and not opposed:
            continue
        aces = subtract(full, ("deny", sid), mask) if opposed else full
        if (word, sid) in has:
            aces = [ace._replace(mask=ace.mask | mask) if ace[:2] == (word, sid) else ace for ace in aces]
        else:
            new = Ace(word, sid, MARKER | mask)
            aces = [new, *aces] if word == "deny" else [*aces, new]
    return aces


def replace(kind: str, aces: list[Ace], wanted: list[Ace]) -> list[Ace]:
    """Exactly these plain entries. Container bits of a listed principal stay, and so do all other entries."""
    full = expanded(kind, aces) if is_legacy(aces) else aces
    kept = merged(full)
    new = [Ace(*key, MARKER | mask | kept.get(key, 0) & ~ALL[kind]) for key, mask in merged(wanted).items()]
    return [*(ace for ace in new if ace.type == "deny"), *(ace for ace in full if ace.type not in PLAIN), *(ace for ace in new if ace.type == "allow")]


def answer(kind: str, before: list[Ace], request: dict[str, list[Ace]]) -> list[Ace]:
    if "set" in request:
        return replace(kind, before, request["set"])
    return add(kind, remove(kind, before, request.get("remove", [])), request.get("add", []))


# --- cases ---


def pick(rng: random.Random, options: t.Sequence[t.Any]) -> t.Any:
    return options[rng.randrange(len(options))]


def random_list(rng: random.Random, kind: str) -> list[Ace]:
    legacy = rng.randrange(4) == 0
    words = ("allow", "allow", "allow", "deny", "if", "unless", "inherit")
    found = []
    for _number in range(rng.randrange(7)):
        rights = rng.randrange(1, ALL[kind] // 2 + 1) << 1 & ALL[kind]
        further = pick(rng, (0, 0, 0, 0x20, 0x60, IDLE[kind], 0x10000000))
        found.append(Ace(pick(rng, words), pick(rng, SIDS), MARKER if legacy else MARKER | rights | further))
    if rng.randrange(8):
        found.sort(key=lambda ace: ace.type not in ("deny", "unless"))
    return found


def random_request(rng: random.Random, kind: str) -> dict[str, list[Ace]]:
    def entries(most: int) -> list[Ace]:
        rights = [mask for mask in range(2, ALL[kind] + 1, 2)] + [ALL[kind]] * 3
        return [Ace(pick(rng, ("allow", "allow", "deny")), pick(rng, SIDS), pick(rng, rights)) for _number in range(rng.randrange(1, most + 1))]

    while True:
        form = pick(rng, ("add", "remove", "both", "set"))
        request = {name: entries(3) for name in ("add", "remove") if form in (name, "both")} or {"set": entries(5)}
        added, removed = merged(request.get("add", [])), merged(request.get("remove", []))
        # Several removals that are all rights only together are a test of their own.
        if any(mask == ALL[kind] and Ace(*key, mask) not in request["remove"] for key, mask in removed.items()):
            continue
        opposite = {(PLAIN[word == "allow"], sid): mask for (word, sid), mask in added.items()}
        if not any(added.get(key, 0) & mask for found in (removed, opposite) for key, mask in found.items()):
            return request


def case(kind: str, before: list[Ace], request: dict[str, list[Ace]]) -> dict[str, t.Any]:
    after = answer(kind, before, request)
    return {
        "kind": kind,
        "before": [str(ace) for ace in before],
        "request": {form: [str(ace) for ace in wanted] for form, wanted in request.items()},
        "changed": meaning(kind, before) != meaning(kind, after),
        "plain": sorted(f"{word} {sid} {mask & ~IDLE[kind]:#x}" for (word, sid), mask in merged(after).items()),
        "other": sorted(str(ace) for ace in after if ace.type not in PLAIN),
        "inOrder": in_order(after),
    }


def cases(number: int = CASES, seed: int = SEED) -> t.Iterator[dict[str, t.Any]]:
    rng = random.Random(seed)
    for _number in range(number):
        kind = pick(rng, ("launch", "access"))
        yield case(kind, random_list(rng, kind), random_request(rng, kind))


def text(number: int = CASES, seed: int = SEED) -> str:
    return "[\n" + ",\n".join(json.dumps(one) for one in cases(number, seed)) + "\n]\n"


if __name__ == "__main__":
    sys.stdout.write(text(*map(int, sys.argv[1:])))
