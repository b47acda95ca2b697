#!/usr/bin/env python3
# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The main job, shown: KB Q290398 on two lab hosts of group iis, predicted, done, and done again with nothing to do.

WEB01 has the account IWAM_WEB01 and a running mdm.exe, WEB02 has neither. What the hosts hold is read from their registries
before and after by a program that shares no code with the collection. Exits 0 only where all of it is as the article wants it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lab"), str(HERE.parent / "integration")]

import collection  # noqa: E402
import python_env  # noqa: E402

APPID = r"HKLM\SOFTWARE\Classes\AppID"
MDM = "{9209B1A6-964A-11D0-9372-00A0C9034910}"
ALL_RIGHTS = {"LaunchPermission": 0x1F, "AccessPermission": 0x7}
IWAM = {"principal": "IWAM_%COMPUTERNAME%", "rights": "all", "optional": True}
NAMES = {"S-1-5-4": "INTERACTIVE", "S-1-5-18": "SYSTEM", "S-1-5-32-544": "Administrators"}


def heading(text: str) -> None:
    print(f"\n=== {text}\n", flush=True)


def play(programs: Path, inventory: Path, *options: str, book: str = "mdm_dcom", ends: int = 0) -> dict[str, int]:
    """Run a playbook of the collection as a user does; changed tasks by host. Ends the demo where it does not end as expected."""
    command = ["ansible-playbook", "-i", "inventory.ini", f"wincom.dcom.{book}", *options]
    print("$ " + " ".join(command), flush=True)
    env = dict(os.environ, ANSIBLE_COLLECTIONS_PATH=collection.linked_path(), ANSIBLE_FORCE_COLOR="false", ANSIBLE_DEPRECATION_WARNINGS="false")
    changed = {}
    with subprocess.Popen(
        [str(programs / command[0]), *command[1:]], cwd=inventory.parent, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            recap = re.match(r"(\S+)\s*: ok=\d+\s+changed=(\d+)", line)
            if recap:
                changed[recap.group(1)] = int(recap.group(2))
    if process.returncode != ends:
        sys.exit(f"demo: ansible-playbook ended with {process.returncode}")
    return changed


def show(host, names: dict[str, str]) -> dict[str, dict[tuple[int, str], int] | str | None]:
    """Print what a host's registry holds for the Machine Debug Manager, and return it."""
    import descriptor

    keys = {path.casefold(): values for path, values in host.registry(APPID).items()}
    values = keys.get(MDM.casefold())
    mapping = keys.get("mdm.exe", {}).get("AppID")
    found: dict = {"RunAs": None, "mdm.exe": mapping and text(mapping)}
    print(f"{host.name}: AppID {MDM} {'is registered' if values is not None else 'is not registered'}")
    for name, everything in ALL_RIGHTS.items():
        raw = (values or {}).get(name)
        found[name] = descriptor.decode(raw[1]).rights if raw else None
        entries = [
            f"{'deny' if kind else 'allow'} {names.get(sid, sid)} {'all rights' if mask == everything else hex(mask)}"
            for (kind, sid), mask in sorted((found[name] or {}).items())
        ]
        print(f"  {name:17} {', '.join(entries) if raw else '(none: the machine default applies)'}")
    if values and "RunAs" in values:
        found["RunAs"] = text(values["RunAs"])
    print(f"  {'RunAs':17} {found['RunAs'] or '(none: the launching user)'}")
    print(f"  {'mdm.exe':17} {'maps to ' + found['mdm.exe'] if mapping else '(not mapped)'}")
    return found


def text(value: tuple[int, bytes]) -> str:
    return value[1].decode("utf-16-le").rstrip("\0")


def expect(what: str, found: object, wanted: object) -> None:
    if found != wanted:
        sys.exit(f"demo: {what}: expected {wanted!r}, found {found!r}")
    print(f"ok: {what}")


def main() -> None:
    programs = python_env.enter()
    from host import STANDARD_ACCOUNTS, Account, Host

    heading("The lab: two Windows-like hosts")
    iwam = Account("IWAM_WEB01")
    with Host("WEB01", [*STANDARD_ACCOUNTS, iwam], mdm="common") as web01, Host("WEB02", mdm="system32") as web02, tempfile.TemporaryDirectory() as folder:
        hosts = [web01, web02]
        inventory = Path(folder, "inventory.ini")
        lines = [f"{host.name} " + " ".join(f"{key}={value!r}" for key, value in host.vars("winrm").items()) for host in hosts]
        inventory.write_text("[iis]\n" + "\n".join(lines) + "\n", encoding="utf-8")
        running = web01.start_program(web01.mdm[0])
        names = {**NAMES, web01_sid(web01): "IWAM_WEB01"}
        for host in hosts:
            show(host, names)

        heading("1. What would happen: --check --diff")
        predicted = play(programs, inventory, "--check", "--diff")
        expect("the check run predicts changes on both hosts", {host: count > 0 for host, count in predicted.items()}, {"WEB01": True, "WEB02": True})
        expect("and has registered nothing", [MDM in host.registry(APPID) for host in hosts], [False, False])

        heading("2. For real")
        play(programs, inventory, "--diff")
        heading("3. Once more: nothing to change")
        expect("the second run changes nothing", play(programs, inventory, "--diff"), {"WEB01": 0, "WEB02": 0})

        heading("What the hosts hold now")
        found = {host.name: show(host, names) for host in hosts}
        print()
        for host, extra in ((web01, {web01_sid(web01)}), (web02, set())):
            for name, everything in ALL_RIGHTS.items():
                wanted = {(0, sid): everything for sid in {*NAMES, *extra}}
                expect(f"{host.name}: {name} holds exactly these {len(wanted)} entries, all rights", found[host.name][name], wanted)
            expect(f"{host.name}: RunAs", found[host.name]["RunAs"], "Interactive User")
            expect(f"{host.name}: mdm.exe maps", found[host.name]["mdm.exe"], MDM)
        expect("the mdm.exe that ran on WEB01 was ended", running.running(), False)

        heading("4. Somebody changes WEB02 by hand, and the nightly report says so")
        web02.import_registry([(f"{APPID}\\{MDM}", "RunAs", 1, "CONTOSO\\joe\0".encode("utf-16-le"))])
        everybody = ["INTERACTIVE", "SYSTEM", "Administrators"]
        permission = {"set": [{"principal": name, "rights": "all"} for name in everybody] + [IWAM]}
        declared = {"appids": [{"id": MDM, "launch_permission": permission, "access_permission": permission, "run_as": "interactive_user"}]}
        Path(folder, "declared.json").write_text(json.dumps({"dcom_baseline": declared}), encoding="utf-8")
        where = collection.OUTPUT / "demo"
        play(programs, inventory, "-e", "@declared.json", "-e", f"dcom_report_folder={where}", book="compliance", ends=2)
        report = json.loads((where / "compliance.json").read_text(encoding="utf-8"))
        expect("the report", {host["name"]: host["status"] for host in report["hosts"]}, {"WEB01": "findings", "WEB02": "drifted"})
        print(f"\nThe report, for a browser: {where / 'compliance.html'}")


def web01_sid(host) -> str:
    """The SID of IWAM_WEB01 in the lab's double of the account database."""
    accounts = host.registry(r"HKLM\SOFTWARE\WineLab\Accounts")
    return next(sid for sid, values in accounts.items() if "Name" in values and text(values["Name"]) == "IWAM_WEB01")


if __name__ == "__main__":
    main()
