# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import typing as t

from ..plugin_utils._action import DcomAction
from ..plugin_utils._baseline import normalise, read_result


class ActionModule(DcomAction):
    """Checks every entry as its own module does, and makes one readable result of all."""

    module_name = "baseline"

    def normalise(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        return normalise(args)

    def read_result(self, result: dict[str, t.Any], args: dict[str, t.Any]) -> None:
        read_result(result, args, diff=self._task.diff)
