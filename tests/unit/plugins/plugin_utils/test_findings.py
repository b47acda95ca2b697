# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: findings
"""The ids of findings are the same in code, in the documentation of the modules, and in the guides."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from ansible_collections.wincom.dcom.plugins.plugin_utils._findings import FINDINGS

ROOT = Path(__file__).parents[4]
PLUGINS = ROOT / "plugins"


def documented(module: str) -> dict[str, str]:
    """The ids that a module's documentation names, with their severities."""
    returned = yaml.safe_load((PLUGINS / "modules" / f"{module}.yml").read_text(encoding="utf-8"))["RETURN"]
    findings = returned["findings"] if "findings" in returned else returned["appids"]["contains"]["findings"]
    ids = {}
    for paragraph in findings["contains"]["id"]["description"]:
        severity, *named = re.findall(r"C\((\w+)\)", paragraph) or [""]
        ids.update(dict.fromkeys(named, severity))
    return ids


def test_each_id_is_documented_with_its_severity():
    both = {**documented("appid_info"), **documented("machine_info")}
    assert both == {identity: severity for identity, (severity, _text) in FINDINGS.items()}


def test_the_guide_has_the_same_table():
    guide = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (error|warning|info) \| (.*) \|$", guide, re.MULTILINE)
    assert rows == [(identity, severity, text) for identity, (severity, text) in FINDINGS.items()]


@pytest.mark.parametrize("identity", FINDINGS)
def test_each_id_is_told_by_the_code(identity):
    sources = [path.read_text(encoding="utf-8") for path in (PLUGINS / "plugin_utils").glob("*findings.py")]
    sources.append((PLUGINS / "plugin_utils" / "_machine.py").read_text(encoding="utf-8"))
    row = f'"{identity}": ('
    assert any(f'"{identity}"' in source.replace(row, "") for source in sources)


def test_guides_name_no_other_id():
    """Text such as (`locked_out`) beside the words finding or findings."""
    for path in (ROOT / "docs").glob("*.md"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if re.search(r"machine_info` (finds|tells)|finding `", line):
                assert all(name in FINDINGS for name in re.findall(r"\(`(\w+)`\)|finding `(\w+)`", line) for name in name if name), line
