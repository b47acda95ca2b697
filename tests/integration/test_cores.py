# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: connections
"""The same story on every ansible-core and connection: predict, apply, again, fail, read, denials.

WINCOM_CORES names the cores, with commas between them, or all; the oldest and the newest without it. A core that this machine can't have
is skipped, and says why.
"""

import os

import cores
import playbook
import pytest
import scene
from descriptor import ADMINISTRATORS, ALLOW, INTERACTIVE, SYSTEM
from scene import guid

NAMED = os.environ.get("WINCOM_CORES", "")
WANTED = list(cores.CORES) if NAMED == "all" else NAMED.split(",") if NAMED else [list(cores.CORES)[0], list(cores.CORES)[-1]]
CASES = [(core, connection) for core in WANTED for connection in ("winrm", *(["psrp"] if core == WANTED[-1] != "2.14" else []))]


@pytest.fixture(scope="module", params=CASES, ids="-".join)
def story(request, new_host, record_testsuite_property):
    """(results of one run by their names, the host)"""
    core, connection = request.param
    try:
        python = cores.command(core)
        record_testsuite_property(f"{core}-{connection}", cores.version(python))
    except cores.CoreError as error:
        pytest.skip(f"ansible-core {core} can't be had here: {error}")
    host = new_host(f"CORE{core.replace('.', '')}{connection[:1].upper()}", mdm="system32")
    host.write_events([{"event_id": 10016, "time": "2026-03-01T12:00:00", "strings": [
        "application-specific", "Local", "Activation", scene.MDM_CLASS, scene.MDM, "IIS APPPOOL", "Shop",
        "S-1-5-82-1-2-3-4-5", "LocalHost (Using LRPC)", "Unavailable", "Unavailable"]}])
    mdm = {
        "id": scene.MDM_CLASS,
        "register_with": [scene.MDM_IMAGE],
        "launch_permission": {"set": [{"principal": name, "rights": "all"} for name in ("INTERACTIVE", "SYSTEM", "Administrators")]},
        "run_as": "interactive_user",
    }
    tasks = [
        {"name": "predict", "wincom.dcom.appid": mdm, "check_mode": True},
        {"name": "apply", "wincom.dcom.appid": mdm},
        {"name": "again", "wincom.dcom.appid": mdm},
        {"name": "fail", "wincom.dcom.appid": {"id": guid(1)}, "ignore_errors": True},
        {"name": "refuse", "wincom.dcom.appid": {"id": scene.MDM, "launch_permisson": {}}, "ignore_errors": True},
        {"name": "read", "wincom.dcom.appid_info": {"id": [scene.MDM], "principals": ["IIS APPPOOL\\Shop"]}},
        {"name": "machine", "wincom.dcom.machine_info": {}},
        {"name": "baseline", "wincom.dcom.baseline": {"appids": [{"id": scene.MDM, "authentication_level": "call"}]}},
        {"name": "denials", "wincom.dcom.denial_info": {}},
        {"name": "restart", "wincom.dcom.server": {"id": scene.MDM}},
    ]
    results = playbook.play([host], tasks, connection=connection, python=python)[host.name]
    return {result.task: result for result in results}, host


def test_predicted_applied_and_unchanged(story):
    told, host = story
    assert [told[name].status for name in ("predict", "apply", "again")] == ["ok"] * 3, told["predict"].get("msg")
    assert [told[name]["changed"] for name in ("predict", "apply", "again")] == [True, True, False]
    assert told["predict"]["diff"] == told["apply"]["diff"]
    assert scene.stored(host, scene.MDM, "launch_permission").rights == {(ALLOW, sid): 0x1F for sid in (INTERACTIVE, SYSTEM, ADMINISTRATORS)}


def test_failures_are_sentences(story):
    told, _host = story
    assert told["fail"].status == told["refuse"].status == "failed"
    assert guid(1) in told["fail"]["msg"] and told["refuse"]["msg"] == "launch_permisson: did you mean launch_permission?"


def test_reading_and_the_rest(story):
    told, host = story
    assert [(name, told[name].get("msg")) for name in ("read", "machine", "baseline", "denials", "restart") if told[name].status != "ok"] == []
    assert told["read"]["appids"][0]["settings"]["run_as"] == "interactive_user" and told["read"]["appids"][0]["principals"][0]["rights"]
    assert told["machine"]["settings"]["enable_dcom"] == "true" and told["baseline"]["changed"]
    assert scene.tree(host)[scene.MDM]["AuthenticationLevel"] == scene.dword(3)
    [denial] = told["denials"]["denials"]
    assert denial["principal"] == "IIS APPPOOL\\Shop" and denial["task"]["wincom.dcom.appid"]["id"] == scene.MDM
