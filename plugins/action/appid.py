# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import typing as t

from ..plugin_utils._action import GUID, DcomAction, is_true
from ..plugin_utils._appid import read_settings
from ..plugin_utils._permission import BadInput, normalise
from ..plugin_utils._principals import SID_OF

PERMISSIONS = ("launch_permission", "access_permission")
RUN_AS = ("launching_user", "interactive_user", "local_service", "network_service", "system")


class ActionModule(DcomAction):
    """Checks what needs no host, writes short forms out, and makes sentences of what the module did."""

    module_name = "appid"

    def normalise(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        for option in PERMISSIONS:
            if args.get(option) is not None:
                args[option] = normalise(option, args[option], is_true)
        if args.get("register_with") and not GUID.fullmatch(str(args.get("id"))):
            raise BadInput(f"register_with needs a GUID as id (the AppID or a CLSID), not {args.get('id')!r}: only a GUID is known before registration")
        _check_run_as(args.get("run_as"))
        _check_executables(args.get("executables"))
        return args

    def read_result(self, result: dict[str, t.Any], args: dict[str, t.Any]) -> None:
        read_settings(result, args, diff=self._task.diff)


def _check_run_as(run_as: t.Any) -> None:
    if run_as is None:
        return
    if str(run_as).endswith("$"):
        raise BadInput(f"run_as: {run_as!r} is a managed or computer account, which has no password that COM could keep; run the server as a service instead")
    if str(run_as).upper().startswith(("NT SERVICE\\", "IIS APPPOOL\\")):
        raise BadInput(f"run_as: {run_as!r} is a virtual account, which COM can't log on; it is fine as a principal in a permission")
    if str(run_as).casefold() in SID_OF:
        raise BadInput(f"run_as: {run_as!r} is not the account of a user; keywords are {', '.join(RUN_AS)}")


def _check_executables(executables: t.Any) -> None:
    if not isinstance(executables, dict):
        return  # the module's specification says what is wrong
    for form, names in executables.items():
        for name in names if isinstance(names, list) else [names]:
            if name is not None and (not str(name).strip() or set(str(name)) & set('\\/:*?"<>|')):
                raise BadInput(f"executables: {form}: {name!r} is not a file name; give the name alone, such as mdm.exe")
