# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import typing as t

from ..plugin_utils._action import DcomAction
from ..plugin_utils._appid import read_settings
from ..plugin_utils._appid_input import normalise


class ActionModule(DcomAction):
    """Checks what needs no host, writes short forms out, and makes sentences of what the module did."""

    module_name = "appid"

    def normalise(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        return normalise(args)

    def read_result(self, result: dict[str, t.Any], args: dict[str, t.Any]) -> None:
        read_settings(result, args, diff=self._task.diff)
