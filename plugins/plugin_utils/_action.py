# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The way that every action plugin of this collection takes: normalise, run the module once, make its result readable."""

from __future__ import annotations

import re
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

from ._input import BadInput, check
from ._principals import name_sids

GUID = re.compile(r"\{?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?")


def is_true(value: t.Any) -> bool:
    """A boolean as Ansible reads it."""
    try:
        return boolean(value)
    except TypeError as error:
        raise BadInput(str(error)) from None


class DcomAction(ActionBase):
    """Base class; a subclass says what it normalises and how its result reads."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    module_name: str

    def normalise(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        """The module's arguments from the task's; raises BadInput."""
        return args

    def read_result(self, result: dict[str, t.Any], args: dict[str, t.Any]) -> None:
        """Makes the module's result readable, in place; args are the normalised ones."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        name = f"wincom.dcom.{self.module_name}"
        if self._task.async_val:
            raise AnsibleActionFail(f"{name} does not run with async: its result is made readable after the module has ended. Remove async.")
        result = super().run(tmp, task_vars)
        del tmp
        if not getattr(self._connection._shell, "_IS_WINDOWS", False):
            raise AnsibleActionFail(
                f"{name} configures Windows hosts, but {task_vars and task_vars.get('inventory_hostname')!r} is reached by the connection "
                f"{self._connection.transport!r} with a shell that is not a Windows one. Use winrm or psrp, or set ansible_shell_type."
            )
        try:
            check(self.module_name, self._task.args)
            args = self.normalise(dict(self._task.args))
        except BadInput as error:
            raise AnsibleActionFail(str(error) if str(error).endswith("?") else f"{error}.") from None
        result.update(self._execute_module(module_name=name, module_args=args, task_vars=task_vars))
        self.read_result(result, args)
        # Ansible.Basic writes the arguments to the event log, which takes no long ones; that says nothing about the task.
        if result.get("warnings"):
            result["warnings"] = [text for text in result["warnings"] if "Log entry string is too long" not in str(text)]
        names = result.pop("names", None) or {}
        if "msg" in result:
            result["msg"] = name_sids(str(result["msg"]), names)
        if result.get("warnings"):
            result["warnings"] = [name_sids(str(text), names) for text in result["warnings"]]
        return result
