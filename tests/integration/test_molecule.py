# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: role and playbooks
"""The molecule scenario: green on hosts of the lab, red where it met none."""

import importlib.util

import molecule_test
import playbook
import pytest
import scene

if not importlib.util.find_spec("molecule"):
    pytest.skip("molecule isn't installed", allow_module_level=True)


def test_the_scenario_passes_on_two_hosts_and_leaves_them_as_windows_has_them(new_host):
    hosts = [new_host(name, mdm="system32") for name in ("MOL01", "MOL02")]
    done = molecule_test.run({host.name: host.vars(playbook.BULK) for host in hosts})
    assert done.returncode == 0, done.stdout
    assert "2 hosts were tested." in done.stdout
    assert all(set(scene.tree(host)[scene.MDM]) == {""} for host in hosts)


def test_without_a_host_the_scenario_fails():
    done = molecule_test.run({})
    assert done.returncode != 0 and "no host in group iis" in done.stdout
