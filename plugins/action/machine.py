# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import typing as t

from ..plugin_utils._action import DcomAction, is_true
from ..plugin_utils._machine import normalise_ports, read_settings
from ..plugin_utils._permission import BadInput, normalise

PERMISSIONS = ("default_launch_permission", "default_access_permission", "launch_limit", "access_limit")
SWITCHES = ("enable_dcom", "secure_references", "require_integrity_activation", "com_plus_remote_access")


class ActionModule(DcomAction):
    """Checks what needs no host, writes short forms out, and makes sentences of what the module did."""

    module_name = "machine"

    def normalise(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        for option in PERMISSIONS:
            if args.get(option) is not None:
                args[option] = normalise(option, args[option], is_true)
        for option in SWITCHES:
            if args.get(option) is not None:
                args[option] = _word(args[option])
        if args.get("rpc_ports") is not None:
            args["rpc_ports"] = normalise_ports(args["rpc_ports"])
        return args

    def read_result(self, result: dict[str, t.Any], args: dict[str, t.Any]) -> None:
        read_settings(result, args, diff=self._task.diff)


def _word(value: t.Any) -> t.Any:
    """A boolean as the word for it; anything else, such as default, is the module's to judge."""
    try:
        return "true" if is_true(value) else "false"
    except BadInput:
        return value
