# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The blocks of code in the documentation, and the tasks that a test makes of them.

A block of YAML is run as it is, and a second time, which must change nothing. A comment on the line before it says
otherwise:
``<!-- run: check -->`` for check mode alone,
``<!-- run: once -->`` for a block that undoes itself, ``<!-- not run: REASON -->`` for a block that no lab host can run.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from collection import ROOT

PATTERNS = ("README.md", "docs/*.md", "docs/recipes/*.md", "roles/*/README.md")
OURS = "wincom.dcom."
_BLOCK = re.compile(r"^(?:<!-- (?P<mark>(?:not )?run: [^\n]+) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


class _Loader(yaml.SafeLoader):
    """Reads Ansible's tags as the text that they stand before."""


_Loader.add_multi_constructor("!", lambda loader, _suffix, node: loader.construct_scalar(node))


class Block(NamedTuple):
    """A block of code: its page (relative path), the line it begins in, language, text, and the comment before it ('' for none)."""

    page: str
    line: int
    language: str
    text: str
    mark: str

    @property
    def name(self) -> str:
        return f"{self.page}:{self.line}"

    def data(self) -> Any:
        return yaml.load(self.text, Loader=_Loader)  # a safe loader, which knows Ansible's tags

    @property
    def kind(self) -> str:
        """What a block of YAML is: plays, tasks, or data."""
        found = self.data()
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            return "data"
        if all("hosts" in one for one in found):
            return "plays"
        return "tasks" if all(module_of(one) for one in found) else "data"

    def plays(self) -> list[dict[str, Any]]:
        """The block as plays that ansible-playbook takes."""
        return self.data() if self.kind == "plays" else [{"hosts": "all", "gather_facts": False, "tasks": self.data()}]

    def tasks(self) -> list[dict[str, Any]]:
        """The block as tasks; roles become tasks too."""
        found: list[dict[str, Any]] = []
        for play in self.plays():
            roles = [{"ansible.builtin.include_role": {"name": role["role"]}, "vars": role.get("vars", {})} for role in play.get("roles", ())]
            found += [{**task, "vars": {**play.get("vars", {}), **task.get("vars", {})}} for task in [*roles, *play.get("tasks", ())]]
        return found


def module_of(task: dict[str, Any]) -> str | None:
    """The module of a task, by its full name; None where it has none."""
    return next((key for key in task if re.fullmatch(r"\w+\.\w+\.\w+", key)), None)


def pages() -> list[Path]:
    return sorted({path for pattern in PATTERNS for path in ROOT.glob(pattern)})


def blocks(*languages: str) -> list[Block]:
    """The blocks of all pages, in order, of these languages (all without)."""
    return [block for page in pages() for block in blocks_of(page) if not languages or block.language in languages]


def blocks_of(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    name = page.relative_to(ROOT).as_posix()
    return [
        Block(name, text.count("\n", 0, found.start("text")), found["language"], found["text"], found["mark"] or "")
        for found in _BLOCK.finditer(text)
    ]


def steps(chosen: list[Block]) -> list[dict[str, Any]]:
    """The tasks of blocks in order, each block's a second time, under names that tell page, line and turn."""
    found = []
    for block in chosen:
        if block.mark.startswith("not run"):
            continue
        check = block.mark == "run: check"
        found += [_named(task, f"{block.name} first", check) for task in block.tasks()]
        if not block.mark:
            # what a block registers is what its first run changed
            again = [{key: value for key, value in task.items() if key != "register"} for task in block.tasks()]
            found += [_named(task, f"{block.name} again", check) for task in again]
    return found


def _named(task: dict[str, Any], name: str, check: bool) -> dict[str, Any]:
    return {**task, "name": f"{name}: {task.get('name', module_of(task))}", **({"check_mode": True} if check else {})}
