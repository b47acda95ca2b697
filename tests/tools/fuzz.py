#!/usr/bin/env python3
# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``make fuzz N=...``: hostile descriptors in number, in PowerShell for Windows on lab hosts, one for each processor."""

from __future__ import annotations

import argparse
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

from collection import ROOT

_PIECE = 2500  # a piece takes about a minute, and shows progress
_SCRIPT = r"$ErrorActionPreference = 'Stop'; & C:\dcom\tests\powershell\Fuzz.ps1 -Count {count} -Seed {seed} | ConvertTo-Json -Compress"


def run_piece(host, count: int, seed: int) -> dict:
    done = host.powershell(_SCRIPT.format(count=count, seed=seed), timeout=1800)
    if done.returncode:
        sys.exit(f"seed {seed} ended with {done.returncode}:\n{(done.stdout + done.stderr).decode('utf-8', 'replace')}")
    return json.loads(done.stdout.decode("utf-8").splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("number", type=int, nargs="?", default=10_000, help="how many descriptors, each read as both permissions")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT / "tests" / "lab"))
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
            return [report(run_piece(hosts[number], *piece)) for piece in pieces[number::workers]]

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
    for fault in faults[:20]:
        print(fault)
    sys.exit(1 if faults or not readable else 0)


if __name__ == "__main__":
    main()
