#!/usr/bin/env python3
# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``make fuzz N=...`` and ``make model N=...``: cases in number, in PowerShell for Windows on lab hosts, one for each processor.

fuzz tries hostile descriptors, model compares random lists and requests with an independent model of the rules.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

from collection import ROOT

sys.path[:0] = [str(ROOT / "tests" / "lab"), str(ROOT / "tests" / "unit" / "model")]

import permission_model  # noqa: E402

_PIECE = 1000  # a piece takes about a minute, and shows progress
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("fuzz", "model"))
    parser.add_argument("number", type=int, nargs="?", default=10_000, help="how many cases")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    script = _FUZZ if options.what == "fuzz" else _MODEL
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
    for fault in faults[:20]:
        print(fault)
    sys.exit(1 if faults or not readable else 0)


if __name__ == "__main__":
    main()
