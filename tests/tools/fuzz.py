#!/usr/bin/env python3
# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``make fuzz N=...`` and ``make model N=...``: cases in number, in PowerShell for Windows on lab hosts, one for each processor.

fuzz tries hostile descriptors, and then whole hosts and event logs of any values (hosts). model compares random lists and requests
with an independent model of the rules.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import python_env

if __name__ == "__main__":
    python_env.enter()  # which has ansible-core

from collection import ROOT  # noqa: E402

sys.path[:0] = [str(ROOT / "tests" / path) for path in ("lab", "integration", "unit/model")]

import permission_model  # noqa: E402

_PIECE = 1000  # a piece takes about a minute, and shows progress
_HOST = 500  # AppIDs of a host, and as many events
_FUZZ = r"$ErrorActionPreference = 'Stop'; & C:\dcom\tests\powershell\Fuzz.ps1 -Count {count} -Seed {seed} | ConvertTo-Json -Compress"
_MODEL = (
    r"$ErrorActionPreference = 'Stop'; $faults = @(& C:\dcom\tests\powershell\Model.ps1 C:\cases.json); "
    r"@{{ Tried = {count}; Readable = {count}; Faults = $faults }} | ConvertTo-Json -Compress"
)


def run_piece(host, script: str, count: int, seed: int) -> dict:
    if script is _MODEL:
        host.path("C:\\cases.json").write_text(permission_model.text(count, seed), encoding="utf-8")
    done = host.powershell(script.format(count=count, seed=seed), timeout=1800)
    if done.returncode:
        sys.exit(f"seed {seed} ended with {done.returncode}:\n{(done.stdout + done.stderr).decode('utf-8', 'replace')}")
    return json.loads(done.stdout.decode("utf-8").splitlines()[-1])


def try_host(count: int, seed: int) -> list[str]:
    """The faults of a fresh host with that many AppIDs, and of its event log."""
    import hostile
    from host import Host

    with Host(name=f"ANY{seed}") as host:
        return hostile.host_faults(host, seed, count) + hostile.denial_faults(host, seed, count)


def try_hosts(number: int, seed: int) -> list[str]:
    """Faults of hosts and event logs, one host for each processor at a time."""
    pieces = [(min(_HOST, number - start), seed + start) for start in range(0, number, _HOST)]
    faults: list[str] = []
    with ThreadPoolExecutor(min(len(pieces), os.cpu_count() or 1)) as pool:
        for done, found in enumerate(pool.map(lambda piece: try_host(*piece), pieces), 1):
            faults += found
            print(f"{min(done * _HOST, number):,} AppIDs and events, {len(faults)} faults", flush=True)
    return faults


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("fuzz", "hosts", "model"))
    parser.add_argument("number", type=int, nargs="?", default=10_000, help="how many cases")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    faults, readable = ([], 1) if options.what == "hosts" else try_scripts(_FUZZ if options.what == "fuzz" else _MODEL, options)
    if options.what != "model":
        faults += try_hosts(options.number, options.seed)
    for fault in faults[:20]:
        print(fault)
    sys.exit(1 if faults or not readable else 0)


def try_scripts(script: str, options: argparse.Namespace) -> tuple[list[str], int]:
    """Faults, and how many cases were readable."""
    from host import Host

    pieces = [(min(_PIECE, options.number - start), options.seed + start) for start in range(0, options.number, _PIECE)]
    workers = min(len(pieces), os.cpu_count() or 1)
    hosts = [Host(name=f"FUZZ{number}") for number in range(workers)]
    tried = readable = 0
    faults: list[str] = []
    try:
        for host in hosts:
            host.start()
            host.path("C:\\dcom").symlink_to(ROOT)

        def work(number: int) -> list[dict]:
            return [report(run_piece(hosts[number], script, *piece)) for piece in pieces[number::workers]]

        def report(result: dict) -> dict:
            nonlocal tried, readable
            tried, readable = tried + result["Tried"], readable + result["Readable"]
            faults.extend(result["Faults"])
            print(f"{tried:,} tried, {readable:,} readable, {len(faults)} faults", flush=True)
            return result

        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(work, range(workers)))
    finally:
        for host in hosts:
            host.stop()
    return faults, readable


if __name__ == "__main__":
    main()
