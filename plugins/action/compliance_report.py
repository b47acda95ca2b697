# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import datetime
import os
import typing as t
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..plugin_utils import _exceptions, _report
from ..plugin_utils._input import BadInput
from ..plugin_utils._report_forms import as_csv, as_json, as_junit
from ..plugin_utils._report_html import as_html

FORMS: dict[str, t.Callable[[_report.Report], str]] = {
    "compliance.html": as_html,
    "compliance.json": as_json,
    "compliance.csv": as_csv,
    "compliance.junit.xml": as_junit,
}
# The variables that hold what each module returned.
REGISTERED = {
    "baseline": "dcom_compliance_baseline",
    "appid_info": "dcom_compliance_appids",
    "machine_info": "dcom_compliance_machine",
    "denial_info": "dcom_compliance_denials",
}


class ActionModule(ActionBase):
    """Writes the compliance report of a run on the controller. It asks no host."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result = super().run(tmp, task_vars)
        _checked, args = self.validate_argument_spec(
            argument_spec={
                "hosts": {"type": "list", "elements": "str"},
                "reports": {"type": "list", "elements": "path"},
                "folder": {"type": "path"},
                "copy_to": {"type": "path"},
                "title": {"type": "str", "default": "DCOM compliance"},
                "exceptions": {"type": "list", "elements": "raw", "default": []},
                "fail_on": {"type": "str", "choices": list(_report.FAIL_ON), "default": "drift"},
            },
            mutually_exclusive=[["hosts", "reports"]],
        )
        try:
            exceptions = _exceptions.read(args["exceptions"])
            made = self._made(args, exceptions, task_vars or {})
        except (BadInput, _report.BadReport) as error:
            raise AnsibleActionFail(f"{error}.") from None
        if made is None:  # the options alone were to be checked
            return result
        files = _write(made, [folder for folder in (args["folder"], args["copy_to"]) if folder])
        result.update(changed=bool(files), files=files, summary=made["summary"], msg=_report.message(made), fails_for=made["summary"]["fails_for"])
        return result

    def _made(self, args: dict[str, t.Any], exceptions: list[t.Any], task_vars: dict[str, t.Any]) -> _report.Report | None:
        now = datetime.datetime.now(datetime.timezone.utc)
        if args["reports"] is not None:
            reports = [_report.read(_text_of(path), str(path)) for path in args["reports"]]
            return _report.merge(reports, args["title"], args["fail_on"], now)
        if args["hosts"] is None:
            return None
        hosts = [_report.host(name, _registered(task_vars["hostvars"], name)) for name in args["hosts"]]
        return _report.report(args["title"], hosts, exceptions, args["fail_on"], now)


def _registered(hostvars: t.Any, name: str) -> dict[str, t.Any]:
    """What was registered for a host, as it is: not one of its texts is taken for a template."""
    held = hostvars.raw_get(name)
    return {module: held[variable] for module, variable in REGISTERED.items() if isinstance(held.get(variable), dict)}


def _text_of(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _report.BadReport(f"{path} can't be read: {error}") from None


def _write(made: _report.Report, folders: list[str]) -> list[str]:
    """Writes every form into every folder, readable by its owner alone: the report says what is open."""
    files = []
    texts = {name: form(made) for name, form in FORMS.items()} if folders else {}
    for folder in folders:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        for name, text in texts.items():
            path = Path(folder, name)
            path.unlink(missing_ok=True)
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline="") as file:
                file.write(text)
            files.append(str(path))
    return files
