# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

from ..plugin_utils._action import DcomAction


class ActionModule(DcomAction):
    """Runs the module; its arguments and its result need no translation."""

    module_name = "server"
