# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs playbooks on lab hosts with the ansible-core of this very Python, and hands the result of each task back.

Starting a playbook takes seconds, and so does the first task on a connection; a loop keeps its connection. So a table
of cases is one task with a loop (each()), and what its cases must not share has a key of its own in the registry.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from collection import linked_path

HERE = Path(__file__).resolve().parent
# psrp keeps its session from task to task, so the bulk of the tests runs on it where it is installed
BULK = "psrp" if importlib.util.find_spec("pypsrp") else "winrm"


class Result(dict):
    """The result of a task as Ansible has it, and its status: ok, failed, skipped or unreachable."""

    def __init__(self, line):
        super().__init__(line["result"])
        self.task, self.status = line["task"], line["status"]

    @property
    def sentences(self):
        """The warnings as one text."""
        return "\n".join(map(str, self.get("warnings", ())))


def each(module, rows, **keywords):
    """A task that runs a module once for each dictionary of arguments; a failed one does not stop the others."""
    return {"name": module, module: "{{ item }}", "loop": list(rows), "ignore_errors": True, **keywords}


def appids(rows, **keywords):
    return each("wincom.dcom.appid", rows, **keywords)


def fault(kind, write):
    """What makes a task fail at a write, counted from 1 (kind "error"), or die there ("kill"): a keyword of the task."""
    return {"environment": {"LAB_FAULT": f"{kind} {write}"}}


def play(hosts, tasks=(), check=False, diff=True, connection=BULK, book=None, variables=None, python=None, **keywords):
    """Run a play on lab hosts; {host name: [Result, ...]} in the order of the run.

    Args:
        hosts: lab hosts, or {name: Ansible variables}. They are in the group iis.
        tasks: tasks as in YAML. A task that fails ends the play on its host, unless it says ignore_errors.
        book: the name of a playbook of the collection, in place of tasks.
        variables: extra variables.
        python: what runs "python -m" with another ansible-core, as words of a command; this Python without it.
        keywords: more keywords of the play.
    """
    inventory = hosts if isinstance(hosts, dict) else {host.name: host.vars(connection) for host in hosts}
    with tempfile.TemporaryDirectory() as folder:
        files = {name: Path(folder, name) for name in ("inventory.json", "play.json", "record.jsonl", "ansible.cfg")}
        files["ansible.cfg"].touch()
        files["inventory.json"].write_text(json.dumps({"all": {"children": {"iis": {"hosts": inventory}}}}), encoding="utf-8")
        written = {"hosts": "iis", "gather_facts": False, "tasks": list(tasks), **keywords}
        files["play.json"].write_text(json.dumps([written]), encoding="utf-8")
        command = [*(python or [sys.executable, "-m"]), "ansible", "playbook", "-i", str(files["inventory.json"]), book or str(files["play.json"])]
        command += ["--check"] * check + ["--diff"] * diff + (["--extra-vars", json.dumps(variables)] if variables else [])
        # a file: what a host has started may hold on to a pipe
        with open(Path(folder, "output"), "w+", encoding="utf-8") as output:
            code = subprocess.run(
                command, cwd=folder, env=_environment(files), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                timeout=1800, check=False,
            ).returncode
            output.seek(0)
            printed = output.read()
        if code not in (0, 2, 4) or not files["record.jsonl"].exists():      # 2: a task failed, 4: unreachable
            raise AssertionError(f"ansible-playbook ended with {code}:\n{printed}")
        assert "Traceback (most recent call last)" not in printed, printed
        lines = [json.loads(line) for line in files["record.jsonl"].read_text(encoding="utf-8").splitlines()]
    return {name: [Result(line) for line in lines if line["host"] == name] for name in inventory}


def _environment(files):
    """The environment of a run: nobody's settings, and our callback beside the usual output."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTEST_"))}
    return dict(
        kept, WINCOM_RECORD=str(files["record.jsonl"]), ANSIBLE_COLLECTIONS_PATH=linked_path(), ANSIBLE_CONFIG=str(files["ansible.cfg"]),
        ANSIBLE_CALLBACK_PLUGINS=str(HERE / "callback_plugins"), ANSIBLE_CALLBACKS_ENABLED="record", ANSIBLE_NOCOLOR="1",
        ANSIBLE_LOCALHOST_WARNING="false", ANSIBLE_DEVEL_WARNING="false", ANSIBLE_FORKS="10",
    )
