# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: failures and turns
"""A write that fails, a process that dies, a line that is cut: nothing in between grants more than the old or the new.

What failed is undone; what was killed is finished by the next run. One AppID, and its accounts, for each write.
"""

import time
from typing import Callable, NamedTuple

import descriptor
import playbook
import pytest
import registry
import scene
import stages
from accounts import CONTOSO_SID, Account
from descriptor import ADMINISTRATORS, SYSTEM, allow
from scene import guid

PASSWORD, BATCH = "N\u00e4w p\"w$'1", "SeBatchLogonRight"
ACCESS, LAUNCH = scene.VALUE_OF["access_permission"], scene.VALUE_OF["launch_permission"]


class Job(NamedTuple):
    """What is done to an AppID, by its number.

    seed: its registry entries. task: the arguments. writes: of each write, in the documented order, what it changes in stages.state():
    {(key, value)}, the value None where the key comes or goes; nothing for the access list of the AppID's key, which is no part of it.
    left: {(key, value): (type, bytes)} that must lie there at the end.
    """

    seed: Callable
    task: Callable
    writes: Callable
    left: Callable


def user(number):
    return f"{CONTOSO_SID}-{2000 + number}"


def with_secret(number):
    """A password that is stored as COM reads it: the terminating NUL counts in its name."""
    key, *data = stages.put_secret(guid(number), "old password")
    return [(key, *data), (key, "NameLength", registry.DWORD, registry.dword(2 * len("SCM:" + guid(number)) + 2))]


def with_user(number):
    return [*with_secret(number), stages.put_right(user(number), BATCH)]


def seed_set(number):
    return [
        *scene.app(guid(number), AccessPermission=descriptor.encode([allow(SYSTEM, 0x7), allow(ADMINISTRATORS, 0x7)], slack=b"\xcd" * 8),
                   LaunchPermission=descriptor.encode([allow(ADMINISTRATORS, 0x1F)]), RunAs=f"CONTOSO\\com-{number}"),
        *scene.app(f"old{number}.exe", AppID=guid(number), Extra="kept"), *with_user(number)]


def task_set(number):
    return {
        "id": guid(number),
        "launch_permission": {"add": ["SYSTEM", "IIS_IUSRS"]},
        "access_permission": {"remove": ["Administrators"]},
        "configuration_permission": {"add": [{"principal": "BUILTIN\\Server Operators", "rights": "all"}]},
        "run_as": f"CONTOSO\\com-{number + 500}",
        "run_as_password": PASSWORD,
        "revoke_logon_as_batch": True,
        "executables": {"add": [f"new{number}.exe"], "remove": [f"old{number}.exe"]},
    }


def writes_set(number):
    appid, executable = "AppID\\" + guid(number), f"AppID\\NEW{number}.EXE"
    return [
        {(appid, ACCESS)}, {("Rights\\" + user(number), None)}, {("Rights\\" + user(number + 500), None)}, {("Secrets\\SCM:" + guid(number), "Data")},
        {(appid, "RunAs")}, {(appid, LAUNCH)}, set(), {(executable, None)}, {(executable, "AppID")}, {(f"AppID\\OLD{number}.EXE", "AppID")}]


def left_set(number):
    return {("AppID\\" + guid(number), "RunAs"): scene.sz(f"CONTOSO\\com-{number + 500}"),
            ("Secrets\\SCM:" + guid(number), "Data"): (registry.BINARY, PASSWORD.encode("utf-16-le"))}


def seed_away(number):
    return [*scene.app(guid(number), RunAs=f"CONTOSO\\com-{number}"), *with_user(number)]


def task_away(number):
    return {"id": guid(number), "run_as": "interactive_user", "revoke_logon_as_batch": True, "authentication_level": "call"}


def writes_away(number):
    appid = "AppID\\" + guid(number)
    return [
        {("Rights\\" + user(number), None)},
        {(appid, "RunAs")},
        {(appid, "AuthenticationLevel")},
        {("Secrets\\SCM:" + guid(number), None)},
    ]


def left_away(number):
    appid = "AppID\\" + guid(number)
    return {(appid, "RunAs"): scene.sz("Interactive User"), (appid, "AuthenticationLevel"): scene.dword(3)}


def seed_removal(number):
    return [
        *scene.app(guid(number), "Old", RunAs="Interactive User"),
        *scene.app(f"one{number}.exe", AppID=guid(number)),
        *with_secret(number),
        scene.text(f"{scene.APPIDS}\\{guid(number)}\\below", "more", "of others"),
    ]


def task_removal(number):
    return {"id": guid(number), "state": "absent"}


def writes_removal(number):
    appid = "AppID\\" + guid(number)
    emptied = {(appid + "\\BELOW", None), (appid, ""), (appid, "RunAs")}  # .NET first empties the key
    return [{(f"AppID\\ONE{number}.EXE", None)}, emptied, {(appid, None)}, {("Secrets\\SCM:" + guid(number), None)}]


def left_removal(_number):
    return {}


JOBS = {
    "to another user": Job(seed_set, task_set, writes_set, left_set),
    "away from a user": Job(seed_away, task_away, writes_away, left_away),
    "removal": Job(seed_removal, task_removal, writes_removal, left_removal),
}


def changed(before, after):
    """{(key, value)} of what differs between two states; the value None where the key comes or goes. Only the key then, not its values."""
    found = set()
    for key in {*before, *after}:
        old, new = before.get(key), after.get(key)
        if old is None or new is None:
            found.add((key, None))
        else:
            found |= {(key, name) for name in {*old, *new} if old.get(name) != new.get(name)}
    return found


def together(writes):
    """{(key, value)} of what several writes change. Of a key that comes or goes, its values are left out, as changed() leaves them out."""
    touched = set().union(*writes)
    keys = {key for key, name in touched if name is None}
    return {(key, name) for key, name in touched if name is None or key not in keys}


def together_of_all(writes_of_jobs):
    """The same for several AppIDs, which share no key."""
    return set().union(*map(together, writes_of_jobs))


def host_with(new_host, name, job, numbers):
    accounts = [Account(f"com-{each}", "CONTOSO", user(each)) for number in numbers for each in (number, number + 500)]
    host = new_host(name, accounts)
    host.import_registry([entry for number in numbers for entry in job.seed(number)])
    return host


def run(host, tasks):
    return [result for result in playbook.play([host], tasks)[host.name] if "appid" in result.task]


# gives keys a list of their own, by the real registry functions and not by the module
OWN_LIST = """
foreach ($id in '%s' -split ',') {
    $key = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey("SOFTWARE\\Classes\\AppID\\$id", 'ReadWriteSubTree', 'ReadPermissions, ChangePermissions')
    $acl = [Security.AccessControl.RegistrySecurity]::new()
    $acl.SetSecurityDescriptorSddlForm('D:PAI(A;;KA;;;BA)(A;;KA;;;SY)(A;;KR;;;S-1-5-21-7-7-7-1000)', 'Access')
    [Microsoft.Win32.RegistryAclExtensions]::SetAccessControl($key, $acl)
}
"""


def access_lists(host, appids):
    """Without owner and group, which Wine fills in when a key gets its first list."""
    return {appid: sddl[sddl.index("D:"):] for appid, sddl in scene.key_security(host, *appids).items()}


@pytest.fixture(scope="module", params=JOBS)
def faulty(request, new_host):
    """(job, its numbers: one for each write, a host)"""
    job = JOBS[request.param]
    numbers = range(1, 1 + len(job.writes(0)))
    host = host_with(new_host, f"JOB{list(JOBS).index(request.param)}", job, numbers)
    if request.param == "removal":
        assert host.powershell(OWN_LIST % ",".join(guid(number) for number in numbers)).returncode == 0
    return job, numbers, host


def test_an_error_at_any_write_brings_everything_back(faulty):
    job, numbers, host = faulty
    appids = [guid(number) for number in numbers]
    before = stages.state(host), access_lists(host, appids)
    rows = [{"task": job.task(number), "at": number} for number in numbers]
    results = run(host, [{"wincom.dcom.appid": "{{ item.task }}", "loop": rows, "ignore_errors": True, **playbook.fault("error", "{{ item.at }}")}])
    assert [result.status for result in results] == ["failed"] * len(numbers)
    for number, result in zip(numbers, results):
        assert any(name in result["msg"] for name in (guid(number), f"{number}.exe", user(number), user(number + 500)))
        assert "could not be written to" in result["msg"] and "everything is back as it was before" in result["msg"]
    assert (stages.state(host), access_lists(host, appids)) == before


def test_a_process_that_is_killed_leaves_a_prefix_of_the_documented_order(faulty):
    job, numbers, host = faulty
    before = stages.state(host)
    # one by one: a loop would stay with the process that died
    killed = run(host, [{"wincom.dcom.appid": job.task(number), "ignore_errors": True, "ignore_unreachable": True, **playbook.fault("kill", number)}
                        for number in numbers])
    assert len(killed) == len(numbers) and all(result.status in ("failed", "unreachable") for result in killed)
    between = stages.state(host)
    results = run(host, [playbook.appids([job.task(number) for number in numbers] * 2)])
    expected = [("ok", True)] * len(numbers) + [("ok", False)] * len(numbers)
    assert [(result.status, result["changed"]) for result in results] == expected, results
    after = stages.state(host)
    writes = {number: job.writes(number) for number in numbers}
    assert changed(before, between) == together_of_all(done[:number - 1] for number, done in writes.items())
    assert changed(before, after) == together_of_all(writes.values())
    assert not changed(before, between) & changed(between, after)       # each value is old or new
    for number in numbers:
        for (key, name), value in job.left(number).items():
            assert after[key][name] == value


@pytest.mark.parametrize("operations", [("Command",), ("Command", "Receive")], ids=["before the module is sent", "while it runs"])
def test_a_cut_line_leaves_each_value_old_or_new_and_the_next_run_completes(new_host, operations):
    job = JOBS["to another user"]
    host = host_with(new_host, f"CUT{len(operations)}", job, [1])
    before, task = stages.state(host), [playbook.appids([job.task(1)])]
    host.cut_at(*operations)
    [cut] = run(host, task)
    host.mend()
    # ansible-core tells a line that breaks within a task as a failure, before it as unreachable
    assert cut.status in ("failed", "unreachable") and "onnection" in cut["msg"], cut
    # a module that was sent whole runs to its end on the host, with nobody to hear it
    written = together(job.writes(1)) if "Receive" in operations else set()
    states, end = [stages.state(host)], time.monotonic() + 60
    while changed(before, states[-1]) != written and time.monotonic() < end:
        states.append(stages.state(host))
    assert changed(before, states[-1]) == written
    [completed] = run(host, task)
    after = stages.state(host)
    assert completed.status == "ok" and changed(before, after) == together(job.writes(1))
    for state in states:
        assert not changed(before, state) & changed(state, after)       # each value is old or new
