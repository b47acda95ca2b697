# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: input, denials
"""What the denial_info action plugin refuses before the host is reached, and what it sends."""

from __future__ import annotations

import copy
import sys
from pathlib import Path

import pytest
from ansible.errors import AnsibleActionFail

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from denial_data import ENGLISH_10016, raw  # noqa: E402


def refused(play, **args):
    with pytest.raises(AnsibleActionFail) as caught:
        play.run("denial_info", args)
    assert play.calls == []
    return str(caught.value)


@pytest.mark.parametrize("text, sent", [
    ("24h", "24h"), ("7d", "7d"), ("1w", "1w"), ("90s", "90s"),
    ("2026-11-25", "at 2026-11-25"), ("2026-11-25T19:30:00Z", "at 2026-11-25T19:30:00Z"), ("2026-11-25 19:30", "at 2026-11-25 19:30"),
    ("2026-11-25T19:30:00.5+02:00", "at 2026-11-25T19:30:00.5+02:00"),
])
def test_times(play, text, sent):
    play.run("denial_info", {"since": text, "until": text})
    assert play.calls[0]["module_args"] == {"since": sent, "until": sent}


@pytest.mark.parametrize("text, words", [
    ("yesterday", "neither an age"), ("24", "neither an age"), ("-1h", "neither an age"), ("", "neither an age"), ("2026-13-01", "no time that exists"),
    ("2026-02-29", "no time that exists"), ("2026-02-01T25:00", "no time that exists"), ("01.02.2026", "neither an age"),
])
def test_times_that_are_none(play, text, words):
    message = refused(play, since=text)
    assert message.startswith(f"since: {text!r}") and words in message


@pytest.mark.parametrize("text", ["999999w", "9999999999d"])
def test_ages_before_all_logs(play, text):
    assert "longer than a hundred years" in refused(play, until=text)


@pytest.mark.parametrize("args, words", [
    ({"log": "System", "path": "C:\\x.evtx"}, "give one of them"),
    ({"path": "C:\\Old.EVT"}, "wevtutil epl"),
    ({"newest": 0}, "a number from 1"), ({"newest": -1}, "a number from 1"), ({"newest": "many"}, "'many'"),
    ({"event_ids": []}, "found none"), ({"event_ids": [9999]}, "9999"), ({"event_ids": "10016, x"}, "found x"),
])
def test_refusals(play, args, words):
    assert words in refused(play, **args)


def test_event_ids_as_a_text(play):
    play.run("denial_info", {"event_ids": "10016, 10015"})
    assert play.calls[0]["module_args"]["event_ids"] == [10016, 10015]


def test_a_failure_of_the_host_passes(play):
    play.result = {"failed": True, "msg": "the log 'X' could not be read", "changed": False}
    assert play.run("denial_info", {})["msg"] == "the log 'X' could not be read"


def test_appid_takes_the_proposal_as_it_is(play):
    play.result = raw(ENGLISH_10016)
    [denial] = play.run("denial_info", {})["denials"]
    proposed = copy.deepcopy(denial["task"]["wincom.dcom.appid"])
    play.result = {"failed": True, "msg": "", "changed": False}
    play.run("appid", proposed)
    entry = {"principal": "S-1-5-82-1-2-3-4-5", "type": "allow", "mask": 0xA, "optional": False}
    assert play.calls[-1]["module_args"]["launch_permission"] == {"add": [entry]}
