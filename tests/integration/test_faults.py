# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A write that fails, a process that dies, a line that is cut: design 3.6. One host for each write."""

import time

import descriptor
import playbook
import pytest
import scene
from descriptor import ADMINISTRATORS, SYSTEM, allow
from scene import guid

ONE = guid(1)
TASK = {
    "id": ONE,
    "launch_permission": {"add": ["SYSTEM", "IIS_IUSRS"]},
    "access_permission": {"remove": ["Administrators"]},
    "run_as": "interactive_user",
    "executables": {"add": ["one.exe"], "remove": ["old.exe"]},
}
WRITES = range(1, 8)        # more than the task makes
NAMES = {scene.VALUE_OF["launch_permission"]: "launch", scene.VALUE_OF["access_permission"]: "access"}


def seed(host):
    host.import_registry([
        *scene.app(ONE, "One", AccessPermission=descriptor.encode([allow(SYSTEM, 0x7), allow(ADMINISTRATORS, 0x7)], slack=b"\xcd" * 8),
                   LaunchPermission=descriptor.encode([allow(ADMINISTRATORS, 0x1F)]), RunAs="nt authority\\LocalService"),
        *scene.app("old.exe", AppID=ONE, Extra="kept")])


@pytest.fixture(scope="module")
def hosts(new_host):
    hosts = [new_host(f"WEB{number:02}") for number in WRITES]
    for number, host in zip(WRITES, hosts):
        seed(host)
        host.set_double("FaultKind", "error")
        host.set_double("FaultAtWrite", number)
    return hosts


def run_on(hosts):
    return [results[0] for results in playbook.play(hosts, [playbook.appids([TASK])]).values()]


@pytest.fixture(scope="module")
def failed(hosts):
    """The results of the run in which each host fails at its write; the last host has none so late."""
    before = [scene.tree(host) for host in hosts]
    return before, run_on(hosts), [scene.tree(host) for host in hosts]


def test_an_error_at_any_write_brings_everything_back(failed):
    before, results, after = failed
    assert [result.status for result in results].count("failed") >= 5 and results[-1].status == "ok"
    for old, result, new in zip(before, results, after):
        if result.status == "failed":
            assert new == old
            assert ONE in result["msg"] or "one.exe" in result["msg"] or "old.exe" in result["msg"] or any(name in result["msg"] for name in NAMES)
            assert "everything is back as it was before" in result["msg"]


def test_a_process_that_is_killed_leaves_each_value_old_or_new(hosts, failed):
    before, results, after = failed
    wanted = after[-1]
    writes = [host for host, result in zip(hosts, results) if result.status == "failed"]
    for host in writes:
        host.set_double("FaultKind", "kill")
    killed = run_on(writes)
    assert all(result.status in ("failed", "unreachable") for result in killed), killed
    middle = [scene.tree(host) for host in writes]
    for number, tree in enumerate(middle, 1):
        for key in set(before[0]) | set(wanted):
            for name in set(before[0].get(key, ())) | set(wanted.get(key, ())):
                got = tree.get(key, {}).get(name)
                assert got in (before[0].get(key, {}).get(name), wanted.get(key, {}).get(name)), (number, key, name, got)
    assert middle[0] == before[0] and middle[-1] != before[0]
    # rights are taken away before any are given
    assert middle[1][ONE]["AccessPermission"] == wanted[ONE]["AccessPermission"] and middle[1][ONE]["LaunchPermission"] == before[0][ONE]["LaunchPermission"]
    for host in writes:
        host.set_double("FaultAtWrite", None)
    assert [result.status for result in run_on(writes)] == ["ok"] * len(writes)
    assert [scene.tree(host) for host in writes] == [wanted] * len(writes)


def seen_until(host, wanted, seconds=60):
    """The trees of the host's AppIDs up to the one that is wanted, or up to the end of the time."""
    end, trees = time.monotonic() + seconds, [scene.tree(host)]
    while trees[-1] != wanted and time.monotonic() < end:
        trees.append(scene.tree(host))
    return trees


@pytest.mark.parametrize("operations", [("Command",), ("Command", "Receive")], ids=["before the module is sent", "while it runs"])
def test_a_cut_line_leaves_each_value_old_or_new_and_the_next_run_completes(new_host, failed, operations):
    (before, *_), _results, (*_, after) = failed
    host = new_host(f"CUT{len(operations)}")
    seed(host)
    assert scene.tree(host) == before
    host.cut_at(*operations)
    [cut] = run_on([host])
    host.mend()
    # ansible-core tells a line that breaks within a task as a failure, before it as unreachable
    assert cut.status in ("failed", "unreachable") and "onnection" in cut["msg"], cut
    # a module that was sent whole runs to its end on the host, with nobody to hear it
    trees = seen_until(host, after if "Receive" in operations else before)
    assert trees[-1] == (after if "Receive" in operations else before)
    for name, value in ((name, value) for tree in trees for name, value in tree[ONE].items()):
        assert value in (before[ONE].get(name), after[ONE].get(name)), name
    [completed] = run_on([host])
    assert completed.status == "ok" and scene.tree(host) == after
