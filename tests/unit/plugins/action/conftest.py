# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An action plugin as the task executor makes it, with a connection that only counts."""

from __future__ import annotations

import importlib
import typing as t
from types import SimpleNamespace

import pytest


class Play:
    """Runs an action plugin; calls: the arguments of every module that it ran."""

    def __init__(self) -> None:
        self.calls: list[dict[str, t.Any]] = []
        self.result: dict[str, t.Any] = {"changed": False}

    def run(self, plugin: str, args: dict[str, t.Any], windows: bool = True, **task: t.Any) -> dict[str, t.Any]:
        """Runs a plugin on a task with these arguments; task: other attributes of it."""
        module = importlib.import_module(f"ansible_collections.wincom.dcom.plugins.action.{plugin}")
        shell = SimpleNamespace(tmpdir="C:\\tmp", _IS_WINDOWS=windows)
        connection = SimpleNamespace(_shell=shell, transport="winrm" if windows else "ssh")
        attributes = {"args": args, "action": f"wincom.dcom.{plugin}", "async_val": 0, "check_mode": False, "diff": False, **task}
        action = module.ActionModule(SimpleNamespace(**attributes), connection, None, None, None, None)
        action._early_needs_tmp_path = lambda: False
        action._execute_module = self._execute
        return action.run(task_vars={"inventory_hostname": "web01"})

    def _execute(self, **call: t.Any) -> dict[str, t.Any]:
        self.calls.append(call)
        return self.result


@pytest.fixture
def play() -> Play:
    return Play()
