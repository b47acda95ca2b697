# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: role and playbooks
"""The targets of ansible-test windows-integration, unchanged, on lab hosts: one host for each."""

from pathlib import Path

import playbook
import pytest
import scene

TARGETS = sorted(folder for folder in Path(__file__).with_name("targets").iterdir() if folder.is_dir())
READ_ONLY = ("denial_info",)


@pytest.fixture(scope="module")
def told(new_host):
    """{target: (its results, what was under AppID before and after)}"""
    hosts = {folder.name: new_host(f"TARGET{number}") for number, folder in enumerate(TARGETS)}
    before = {name: scene.tree(host) for name, host in hosts.items()}
    inventory = {host.name: dict(host.vars(playbook.BULK), target=str(folder)) for folder, host in zip(TARGETS, hosts.values())}
    results = playbook.play(inventory, [{"ansible.builtin.include_role": {"name": "{{ target }}"}}], strategy="free")
    return {name: (results[host.name], before[name], scene.tree(host)) for name, host in hosts.items()}


@pytest.mark.parametrize("name", [folder.name for folder in TARGETS])
def test_target(told, name):
    results, before, after = told[name]
    ignored = ("A wrong right", "Restart what must run", "An id that is not registered", "that is not there")
    assert [result for result in results if result.status in ("failed", "unreachable") and not result.task.endswith(ignored)] == []
    [judged, *_more] = [result for result in results if "Everything was as it should" in result.task]
    assert judged.status == "ok" and ("Remove" in results[-1].task or name in READ_ONLY) and after == before


def test_each_module_and_the_role_has_one():
    assert [folder.name for folder in TARGETS] == ["appid", "baseline", "denial_info", "machine", "mdm_dcom", "server"]
    assert all((folder / "aliases").read_text(encoding="utf-8").split() == ["windows", "shippable/windows/group1"] for folder in TARGETS)
