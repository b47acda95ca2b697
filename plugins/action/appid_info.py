# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import typing as t

from ..plugin_utils._action import DcomAction
from ..plugin_utils._appid_info import read_info

GATHERED = ("settings", "processes", "findings")


class ActionModule(DcomAction):
    """Makes settings, sentences and findings of what the module read."""

    module_name = "appid_info"

    def read_result(self, result: dict[str, t.Any], args: dict[str, t.Any]) -> None:
        if not result.get("failed"):
            read_info(result, args.get("gather") or GATHERED)
