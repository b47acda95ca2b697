#!/usr/bin/env python3
# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``make molecule``: the scenario in extensions/molecule, on two hosts of the lab."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lab")]

import python_env  # noqa: E402
from collection import ROOT, linked_path  # noqa: E402


def run(hosts: dict[str, dict[str, Any]]) -> subprocess.CompletedProcess[str]:
    """Run ``molecule test`` on hosts, {name: Ansible variables}; what it printed is in stdout."""
    with tempfile.TemporaryDirectory() as folder:
        inventory = Path(folder, "inventory.json")
        inventory.write_text(json.dumps({"all": {"children": {"iis": {"hosts": hosts}}}}), encoding="utf-8")
        environment = dict(
            os.environ,
            PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",  # whose ansible-playbook molecule runs
            MOLECULE_INVENTORY=str(inventory),
            MOLECULE_EPHEMERAL_DIRECTORY=str(Path(folder, "state")),
            ANSIBLE_COLLECTIONS_PATH=linked_path(),
            ANSIBLE_DEPRECATION_WARNINGS="false",
            ANSIBLE_LOCALHOST_WARNING="false",
            NO_COLOR="1",
        )
        return subprocess.run(
            [sys.executable, "-m", "molecule", "test"], cwd=ROOT / "extensions", env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=1200, check=False,
        )  # fmt: skip


def main() -> int:
    from host import Host

    with ExitStack() as stack:
        hosts = [stack.enter_context(Host(name, mdm="system32")) for name in ("MOLECULE01", "MOLECULE02")]
        done = run({host.name: host.vars("psrp") for host in hosts})
    print(done.stdout)
    return done.returncode


if __name__ == "__main__":
    python_env.enter()
    sys.exit(main())
