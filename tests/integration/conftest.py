# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fixtures of the integration tests: fresh lab hosts, and playbooks that run on them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
for folder in (HERE, HERE.parent / "lab", HERE.parent / "tools"):
    sys.path.insert(0, str(folder))

import playbook  # noqa: E402
from host import STANDARD_ACCOUNTS, Host  # noqa: E402


@pytest.fixture(scope="module")
def new_host():
    """new_host(name, accounts, **more) starts a lab host, which ends with the test module."""
    started = []

    def start(name, accounts=(), **more):
        started.append(Host(name, STANDARD_ACCOUNTS + list(accounts), **more))
        return started[-1].start()

    yield start
    for host in started:
        host.stop()


@pytest.fixture(scope="module")
def new_pair(new_host):
    """new_pair(seed, accounts, **more) starts two hosts that are alike, CHECK01 for check mode and REAL01 for the run. seed: what fills each."""

    def start(seed, accounts=(), **more):
        pair = [new_host(name, accounts, **more) for name in ("CHECK01", "REAL01")]
        for host in pair:
            seed(host)
        return pair

    return start


@pytest.fixture(scope="module")
def host(new_host):
    """A fresh host of the test module."""
    return new_host("WEB01")


@pytest.fixture(scope="module")
def run(host):
    """run(tasks, check=False, ...) runs tasks on the module's host, and returns their results."""

    def run_tasks(tasks, **more):
        return playbook.play([host], tasks, **more)[host.name]

    return run_tasks
