# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Writes the result of each task, or of each item of its loop, as a line of JSON to the file that WINCOM_RECORD names."""

from __future__ import annotations

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: record
type: aggregate
short_description: Results of tasks as lines of JSON
description:
  - Results of tasks as lines of JSON, for tests that must not depend on what is printed.
"""


class CallbackModule(CallbackBase):
    """One line for each result: host, task, status and the result as it is."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "record"
    CALLBACK_NEEDS_ENABLED = True

    def _record(self, status, result):
        content = dict(getattr(result, "result", None) or result._result)
        if "results" in content and status != "unreachable":  # a loop, of which each item was told already
            return
        line = {"host": result._host.get_name(), "task": result._task.get_name(), "status": status, "result": content}
        with open(os.environ["WINCOM_RECORD"], "a", encoding="utf-8") as file:
            file.write(json.dumps(line, default=str) + "\n")

    def v2_runner_on_ok(self, result):
        self._record("ok", result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._record("failed", result)

    def v2_runner_on_skipped(self, result):
        self._record("skipped", result)

    def v2_runner_on_unreachable(self, result):
        self._record("unreachable", result)

    v2_runner_item_on_ok = v2_runner_on_ok
    v2_runner_item_on_skipped = v2_runner_on_skipped

    def v2_runner_item_on_failed(self, result):
        self._record("failed", result)
