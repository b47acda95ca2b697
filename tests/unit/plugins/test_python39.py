# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: connections
"""The plugins run on the Python of every supported ansible-core, 3.9 for the oldest."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parents[3] / "plugins"
FILES = sorted(path for folder in ("action", "plugin_utils") for path in (PLUGINS / folder).glob("*.py") if path.stat().st_size)


def evaluated(tree):
    """The expressions that Python evaluates, which leaves out annotations."""
    for node in ast.walk(tree):
        for field in ("annotation", "returns"):
            if getattr(node, field, None) is not None:
                setattr(node, field, None)
    return ast.walk(tree)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_parses_as_python_3_9_and_evaluates_no_newer_types(path):
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
    future = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    assert "annotations" in [alias.name for node in future for alias in node.names]
    operands = [(node.lineno, (node.left, node.right)) for node in evaluated(tree) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr)]
    assert [line for line, sides in operands if any(isinstance(side, ast.Constant) and side.value is None for side in sides)] == []


def test_there_is_something_to_check():
    assert len(FILES) >= 6
