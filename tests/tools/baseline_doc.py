#!/usr/bin/env python3
# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``make docs``: plugins/modules/baseline.yml, whose options are those of machine and appid, from their documentation."""

from __future__ import annotations

import copy
import re
from typing import Any

import python_env

if __name__ == "__main__":
    python_env.enter()  # which has PyYAML

import yaml  # noqa: E402
from collection import ROOT  # noqa: E402

MODULES = ROOT / "plugins" / "modules"
PREFIX = {"machine": "machine.", "appid": "appids[]."}
HEAD = """\
# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
#
# Made by tests/tools/baseline_doc.py (make docs) of machine.yml, appid.yml and baseline_doc.yml; edit those.

"""


class _Dumper(yaml.SafeDumper):
    """Plain YAML: no anchors, lists indented as yamllint wants them, long texts folded."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def options(module: str) -> dict[str, Any]:
    """The documented options of a module, whose references to options mean those of that module."""
    documented = yaml.safe_load((MODULES / f"{module}.yml").read_text(encoding="utf-8"))["DOCUMENTATION"]["options"]
    return _referring(copy.deepcopy(documented), module)


def _referring(part: Any, module: str) -> Any:
    """O(name) becomes the option of baseline that it is there, RV(name) the return value of the module itself."""
    if isinstance(part, dict):
        return {key: _referring(value, module) for key, value in part.items()}
    if isinstance(part, list):
        return [_referring(value, module) for value in part]
    if isinstance(part, str):
        part = re.sub(r"\bO\((?![\w.]+#)", f"O({PREFIX[module]}", part)
        return re.sub(r"\bRV\((?![\w.]+#)", f"RV(wincom.dcom.{module}#module:", part)
    return part


def text() -> str:
    """The whole file."""
    own = yaml.safe_load((ROOT / "tests" / "tools" / "baseline_doc.yml").read_text(encoding="utf-8"))
    top = own["DOCUMENTATION"]["options"]
    for option, module in (("machine", "machine"), ("appids", "appid")):
        # What baseline has itself, an entry does not have.
        top[option]["suboptions"] = {name: spec for name, spec in options(module).items() if name not in (*top, "runs_as")}
    top["appids"]["suboptions"]["id"]["required"] = True  # an entry is about one AppID
    parts = [yaml.dump({key: value}, Dumper=_Dumper, sort_keys=False, width=110, allow_unicode=True) for key, value in own.items()]
    return HEAD + "\n".join(parts)


if __name__ == "__main__":
    (MODULES / "baseline.yml").write_text(text(), encoding="utf-8")
