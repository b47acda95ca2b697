#!/usr/bin/env python3
# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""First figures: what an unchanged run of the role costs, beside an empty module and the same job by hand.

All on one lab host over winrm, in turn, so that a machine whose speed drifts does the ratios no harm. Seconds on a real Windows
host are other seconds; tasks, posts and bytes are the same.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tools"), str(HERE.parent / "lab")]

import collection  # noqa: E402
import python_env  # noqa: E402

ROUNDS = 5
AIMS = {"by hand": 0.25, "empty module": 1.2}


def others() -> str:
    """The folder with ansible.windows, '' where there is none: WINCOM_COLLECTIONS names it, else it is beside the checkout."""
    folder = Path(os.environ.get("WINCOM_COLLECTIONS") or collection.ROOT.parent / "shared" / "collections")
    return str(folder) if (folder / "ansible_collections" / "ansible" / "windows").is_dir() else ""


def play(programs: Path, inventory: Path, playbook: str) -> tuple[float, str]:
    """Run a playbook; seconds and output. Ends the program where it fails or changes anything."""
    path = os.pathsep.join(filter(None, (collection.linked_path(), others())))
    env = dict(os.environ, ANSIBLE_COLLECTIONS_PATH=path, ANSIBLE_LIBRARY=str(HERE / "library"), ANSIBLE_HOST_KEY_CHECKING="false")
    started = time.monotonic()
    done = subprocess.run(
        [str(programs / "ansible-playbook"), "-i", str(inventory), playbook],
        env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )
    seconds = time.monotonic() - started
    if done.returncode:
        sys.exit(f"{playbook} failed:\n{done.stdout}")
    return seconds, done.stdout


def measure(host, programs: Path, inventory: Path, ways: dict[str, str]) -> dict[str, dict[str, float]]:
    """Tasks, posts, bytes and seconds (medians over the rounds) of each way."""
    seen: dict[str, list[dict[str, float]]] = {name: [] for name in ways}
    for _round in range(ROUNDS):
        for name, playbook in ways.items():
            before = len(host.requests())
            seconds, output = play(programs, inventory, playbook)
            if not re.search(r"changed=0 ", output):
                sys.exit(f"{name} was expected to change nothing:\n{output}")
            asked = host.requests()[before:]
            seen[name].append({
                "tasks": sum(request["op"] == "Command" for request in asked),
                "posts": len(asked),
                "bytes": sum(request["in"] for request in asked),
                "seconds": seconds,
            })
    return {name: {key: statistics.median(run[key] for run in runs) for key in runs[0]} for name, runs in seen.items()}


def report(found: dict[str, dict[str, float]]) -> None:
    keys = ("tasks", "posts", "bytes", "seconds")
    print(f"\nMedians of {ROUNDS} runs with nothing to change, whole ansible-playbook runs over winrm")
    print(f"{'':14}" + "".join(f"{key:>12}" for key in keys))
    for name, figures in found.items():
        print(f"{name:14}" + "".join(f"{figures[key]:>12,.{2 if key == 'seconds' else 0}f}" for key in keys))
    for other, aim in AIMS.items():
        if other not in found:
            continue
        ratios = {key: found["role"][key] / found[other][key] for key in keys}
        print(f"role / {other:13}" + "".join(f"{key} {ratio:.2f}  " for key, ratio in ratios.items()) + f"(aim for seconds: at most {aim})")


def main() -> None:
    programs = python_env.enter()
    from host import STANDARD_ACCOUNTS, Account, Host

    ways = {"role": "wincom.dcom.mdm_dcom", "empty module": str(HERE / "empty.yml")}
    if others():
        ways["by hand"] = str(HERE / "by_hand.yml")
    else:
        print("ansible.windows is not there (WINCOM_COLLECTIONS names a folder that has it), so 'by hand' is left out")
    accounts = [*STANDARD_ACCOUNTS, Account("IWAM_WEB01")]
    with Host("WEB01", accounts, mdm="system32") as host, tempfile.TemporaryDirectory() as folder:
        inventory = Path(folder, "inventory.ini")
        variables = " ".join(f"{key}={value!r}" for key, value in host.vars("winrm").items())
        inventory.write_text(f"[iis]\n{host.name} {variables}\n", encoding="utf-8")
        for playbook in (ways["role"], *ways.values()):  # once for the state, once to warm up
            play(programs, inventory, playbook)
        report(measure(host, programs, inventory, ways))


if __name__ == "__main__":
    main()
