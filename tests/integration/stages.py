# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Check mode, the run and the run after it, for a table of tasks: on two hosts side by side, whose state is read raw."""

from __future__ import annotations

import json
import struct
from typing import NamedTuple

import playbook
import registry
import scene

LAB = "HKLM\\SOFTWARE\\WineLab"
# Beside the AppIDs: classes of tests, secrets and account rights, the machine's settings; Policies are what Group Policy wrote.
STATE = {
    **{view: view + "\\{C0000000-*" for view in (scene.CLASSES, scene.CLASSES_32)},
    **{part: LAB + "\\" + part for part in ("Secrets", "Rights")},
    **{path: path for path in (scene.OLE, scene.COM_PLUS, scene.RPC_PORTS, scene.POLICIES)},
}
OFTEN = "Using a template for task args is unsafe in some situations"


class Stages(NamedTuple):
    """Results in the order of the rows, None where there is none; before and after: state() of the host that was changed."""

    check: list
    run: list
    again: list
    before: dict
    after: dict

    def warned(self, number):
        return "\n".join(str(text) for text in self.run[number].get("warnings", ()) if OFTEN not in str(text))


def double(host, part):
    """{key below a part of the double's state, in capitals: values}"""
    return {key[len(part) + 1:].upper(): values for key, values in host.registry(LAB).items() if key.startswith(part + "\\")}


def secret(host, appid):
    """(name as it was given, bytes counted in the name, bytes of the secret), or None."""
    for key, values in host.registry(LAB).items():
        if key.upper() == "SECRETS\\SCM:" + appid.upper():
            counted = values.get("NameLength")
            return key[len("Secrets\\"):], counted and struct.unpack("<I", counted[1])[0], values["Data"][1]
    return None


def rights(host, sid):
    kind, raw = double(host, "Rights").get(sid.upper(), {}).get("Rights", (registry.MULTI_SZ, b""))
    assert kind == registry.MULTI_SZ
    return [text for text in raw.decode("utf-16-le").split("\0") if text]


def attempts(host, sid):
    kind, raw = double(host, "Accounts")[sid.upper()].get("LogonAttempts", (registry.DWORD, registry.dword(0)))
    return struct.unpack("<I", raw)[0]


def put_secret(appid, password):
    """The registry entry that makes the double know a secret. password: text, or bytes as they are."""
    raw = password if isinstance(password, bytes) else password.encode("utf-16-le", "surrogatepass")
    return LAB + "\\Secrets\\SCM:" + appid, "Data", registry.BINARY, raw


def put_right(sid, *names):
    return LAB + "\\Rights\\" + sid, "Rights", registry.MULTI_SZ, ("".join(name + "\0" for name in names) + "\0").encode("utf-16-le")


def state(host):
    """All that a task of these tests may change: the AppIDs, the classes of tests, secrets and account rights, the machine's settings; raw."""
    found = {"AppID\\" + key: values for key, values in scene.tree(host).items()}
    for name, keys in zip(STATE, host.registries(*STATE.values())):
        found.update({name + "\\" * bool(key) + key: values for key, values in keys.items()})
    return found


def check_run_and_repeat(check_host, host, rows, module="wincom.dcom.appid", **keywords):
    """Stages of the rows: check mode on one host, the run on another, and once more what has not failed.

    Both hosts are seeded alike, and no row changes what another one does.
    """
    inventory = {each.name: dict(each.vars(playbook.BULK), checking=each is check_host) for each in (check_host, host)}
    untouched, before = state(check_host), state(host)
    results = playbook.play(inventory, [playbook.each(module, rows, check_mode="{{ checking }}")], **keywords)
    assert state(check_host) == untouched, "check mode changed something"
    after = state(host)
    good = [number for number, result in enumerate(results[host.name]) if result.status == "ok"]
    again = dict(zip(good, playbook.play([host], [playbook.each(module, (rows[number] for number in good))], **keywords)[host.name]))
    second = state(host)
    assert second == after, {key for key in {*second, *after} if second.get(key) != after.get(key)}
    return Stages(results[check_host.name], results[host.name], [again.get(number) for number in range(len(rows))], before, after)


def refuse(hosts, cases):
    """{name: (result in check mode, None where it was not asked; result for real)} of tasks that must be refused.

    Args:
        hosts: two that are alike, for check mode and for real; each one's state is then what it had been.
        cases: {name: (arguments, ...)}; check mode is asked of every other one.
    """
    checking, real = hosts
    before = [state(host) for host in hosts]
    checked_names = list(cases)[::2]
    inventory = {host.name: dict(host.vars(playbook.BULK), checking=host is checking) for host in hosts}
    tasks = [
        playbook.appids([cases[name][0] for name in checked_names], check_mode=True, when="checking"),
        playbook.appids([arguments for arguments, *_more in cases.values()], when="not checking"),
    ]
    results = {name: [result for result in told if result.status != "skipped"] for name, told in playbook.play(inventory, tasks).items()}
    for was, host in zip(before, hosts):
        now = state(host)
        assert now == was, f"{host.name}: {sorted(key for key in {*now, *was} if now.get(key) != was.get(key))}"
    checked = dict(zip(checked_names, results[checking.name]))
    assert len(checked) == len(results[checking.name]) and len(results[real.name]) == len(cases)
    return {name: (checked.get(name), result) for name, result in zip(cases, results[real.name])}


def tell_the_same(check, run):
    """Whether check mode told what the run told."""
    parts = ("changed", "diff", "previous", "restorable", "warnings", "msg")
    return check.status == run.status and all(check.get(part) == run.get(part) for part in parts)


def text_of(result):
    """A result as text, without the item of the loop: that is the task itself, which Ansible adds."""
    return json.dumps({key: value for key, value in result.items() if key not in ("item", "_ansible_item_label")}, ensure_ascii=False, default=str)
