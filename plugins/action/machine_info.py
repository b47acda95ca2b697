# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import typing as t

from ..plugin_utils._action import DcomAction
from ..plugin_utils._machine import read_info


class ActionModule(DcomAction):
    """Makes settings that machine takes, and findings, of what the module read."""

    module_name = "machine_info"

    def read_result(self, result: dict[str, t.Any], args: dict[str, t.Any]) -> None:
        read_info(result)
