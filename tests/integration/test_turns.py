# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: failures and turns
"""Tasks that change one host at the same time: nothing is lost, and nobody waits for ever."""

from __future__ import annotations

import threading
import time

import playbook
import pytest
import scene
from host import PWSH, Program
from scene import guid

AT_ONCE = 10
LOCK = "C:\\windows\\wincom.dcom.lock"
# holds the turn as a task does, by the file functions of .NET and not by the module
HOLD = """
$file = [IO.FileStream]::new('%s', 'OpenOrCreate', 'ReadWrite', 'Read', 4096, 'DeleteOnClose')
$text = [Text.Encoding]::UTF8.GetBytes('process 4711 of CONTOSO\\jane, appid')
$file.Write($text, 0, $text.Length)
$file.Flush()
Start-Sleep 600
""" % LOCK


def sid(player, turn):
    return f"S-1-5-21-7-7-{player}-{turn + 1000}"


def grant(appid, principal, **more):
    return {"id": appid, "launch_permission": {"add": [{"principal": principal, "rights": "all"}]}, **more}


def players(host, count, **more):
    """The host under as many names as there are players, each with its number."""
    return {f"player{number}": {**host.vars(playbook.BULK), "number": number, **more} for number in range(count)}


def holders(host, appid):
    return {entry.sid for entry in scene.stored(host, appid, "launch_permission").dacl.entries}


def play_rounds(host, rounds):
    """Each of ten adds an entry of its own to the list of one AppID, again and again; nothing may be lost."""
    host.import_registry(scene.app(guid(1), "Shared"))
    rows = [grant(guid(1), f"S-1-5-21-7-7-{{{{ number }}}}-{turn + 1000}") for turn in range(rounds)]
    played = playbook.play(players(host, AT_ONCE), [playbook.appids(rows)])
    assert all(len(results) == rounds and all(result["changed"] for result in results) for results in played.values())
    asked = {sid(player, turn) for player in range(AT_ONCE) for turn in range(rounds)}
    assert asked <= holders(host, guid(1)) and len(asked) == AT_ONCE * rounds


def test_ten_at_once_lose_nothing(new_host):
    """Twenty rounds of it are in more/."""
    play_rounds(new_host("TURN01"), 4)


def test_three_baselines_at_once_lose_nothing(new_host):
    """Lists of several AppIDs, which each baseline takes in another order, and a list of the machine."""
    host = new_host("TURN02")
    apps = [guid(number) for number in range(1, 5)]
    host.import_registry([entry for appid in apps for entry in scene.app(appid, "Shared")])
    entries = [grant(appid, "S-1-5-21-7-7-{{ number }}-1000") for appid in apps]
    machine = {"launch_limit": {"add": [{"principal": "S-1-5-21-7-7-{{ number }}-1000", "rights": "all"}]}}
    task = {"wincom.dcom.baseline": {"machine": machine, "appids": "{{ entries if number is divisibleby(2) else entries | reverse | list }}"}}
    played = playbook.play(players(host, 3, entries=entries), [task])
    for result in (result for results in played.values() for result in results):
        assert result.status == "ok" and result["changed"], result["msg"]
    asked = {sid(player, 0) for player in range(3)}
    assert all(asked <= holders(host, appid) for appid in apps)
    again = playbook.play(players(host, 3, entries=entries), [task])
    assert not any(result["changed"] for results in again.values() for result in results)


@pytest.fixture
def held(new_host):
    """A host whose turn a process has that never ends; the process."""
    host = new_host("TURN03")
    host.import_registry([*scene.app(guid(1), "Shared"), *scene.app(guid(2), "Shared", LocalService="")])
    threading.Thread(target=host.powershell, args=(HOLD, 900), daemon=True).start()
    for _ in range(100):
        time.sleep(0.3)
        holders = [Program(host, pid) for pid, image in host.processes() if image == PWSH]
        if holders and host.path(LOCK).exists():
            return host, holders[0]
    raise AssertionError("The holder did not take the turn.")


def test_a_holder_that_never_ends(held):
    """What writes fails, says who holds it, and changes nothing; what does not write does not wait; a killed holder leaves nothing."""
    host, holder = held
    before = scene.tree(host)
    tasks = [
        playbook.appids([grant(guid(1), sid(0, 0), lock_timeout=1), {"id": guid(1), "display_name": "Shared"}]),
        {**playbook.appids([grant(guid(1), sid(0, 0))]), "check_mode": True},
        playbook.each("wincom.dcom.machine", [{"enable_dcom": False, "lock_timeout": 1}]),
        playbook.each("wincom.dcom.baseline", [{"appids": [grant(guid(1), sid(0, 0))], "lock_timeout": 1}]),
    ]
    refused, unchanged, predicted, machine, baseline = playbook.play([host], tasks)[host.name]
    for result in (refused, machine, baseline):
        assert result.status == "failed" and not result["changed"], result
        assert "process 4711 of CONTOSO\\jane, appid" in result["msg"] and "within 1 seconds" in result["msg"]
    assert unchanged.status == predicted.status == "ok" and not unchanged["changed"] and predicted["changed"]
    assert scene.tree(host) == before
    holder.kill()
    assert playbook.play([host], [playbook.appids([grant(guid(1), sid(0, 0), lock_timeout=20)])])[host.name][0]["changed"]
