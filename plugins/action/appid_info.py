# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import typing as t

from ..plugin_utils._action import DcomAction
from ..plugin_utils._appid_info import read_info
from ..plugin_utils._input import BadInput
from ..plugin_utils._names import mistake
from ..plugin_utils._principals import to_sid
from ..plugin_utils._words import texts

GATHERED = ("settings", "processes", "findings")


class ActionModule(DcomAction):
    """Translates the principals, and makes settings, sentences and findings of what the module read."""

    module_name = "appid_info"

    def normalise(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        self._asked = texts(args.get("principals"))
        wrong = next(filter(None, map(mistake, self._asked)), "")
        if wrong:
            raise BadInput(f"principals: {wrong}")
        if self._asked:
            args["principals"] = [to_sid(name) for name in self._asked]
        return args

    def read_result(self, result: dict[str, t.Any], args: dict[str, t.Any]) -> None:
        for caller, name in zip(result.get("callers") or (), self._asked):
            caller["name"] = name
        if not result.get("failed"):
            read_info(result, args.get("gather") or GATHERED)
