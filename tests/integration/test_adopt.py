# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: role and playbooks, reading, hostile hosts
"""A host that somebody else controls is written down, kept and undone; none of its texts is carried out on the controller."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import playbook
import pytest
import scene
from descriptor import ADMINISTRATORS, SYSTEM, allow, encode
from scene import guid

SOMEBODY = "S-1-5-21-7-7-7-1000"
CORES = [sys.executable, *(["/usr/bin/python3"] if shutil.which("ansible", path="/usr/bin") else [])]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("adopt")


@pytest.fixture(scope="module")
def templates(folder):
    """Texts that would make a file on the controller, or stop the reading of a file."""
    touch = f"lookup('pipe', 'touch {folder}/seen')"
    return ["{{ %s }}" % touch, "{%% set x = %s %%}" % touch, f"#jinja2: variable_start_string: '<<'\n<< {touch} >>", "!unsafe x", "*", "12", "*x", "&x", "---\n- x"]


@pytest.fixture(scope="module")
def host(new_host, templates):
    host = new_host("ADOPT01", mdm="common")
    for number, text in enumerate(templates):
        host.import_registry(scene.app(
            guid(number), text, LocalService=text, ServiceParameters=text, DllSurrogate=text, RunAs=text if number % 2 else "Interactive User",
            LaunchPermission=encode([allow(SYSTEM, 0x1F), allow(ADMINISTRATORS, 0x1F)]),
        ))
        host.import_registry([
            (scene.CLASSES + "\\" + scene.class_guid(number), "AppID", *scene.typed(guid(number))),
            (scene.CLASSES + "\\" + scene.class_guid(number) + "\\LocalServer32", "", *scene.typed(text)),
        ])
    return host


@pytest.fixture(scope="module")
def adopted(host, folder):
    """The file that the playbook wrote, and what its tasks said; check mode wrote nothing before."""
    variables = {"adopt_hosts": "iis", "adopt_folder": str(folder / "host_vars")}
    check = playbook.play([host], book="wincom.dcom.adopt", variables=variables, check=True)[host.name]
    assert not any(result.status == "failed" for result in check) and not (folder / "host_vars").exists()
    results = playbook.play([host], book="wincom.dcom.adopt", variables=variables)[host.name]
    assert not any(result.status == "failed" for result in results), results
    return folder / "host_vars" / host.name / "dcom.yml", variables


def nothing_ran(folder):
    return not (folder / "seen").exists()


def test_the_file_is_private_and_complete(host, folder, adopted, templates):
    written, variables = adopted
    assert written.stat().st_mode & 0o777 == 0o600 and written.parent.stat().st_mode & 0o777 == 0o700
    assert all(guid(number) in written.read_text(encoding="utf-8") for number in range(len(templates)))
    again = playbook.play([host], book="wincom.dcom.adopt", variables=variables)[host.name]
    assert not any(result.get("changed") for result in again) and nothing_ran(folder)


def test_what_was_adopted_is_kept(host, folder, adopted):
    before = scene.tree(host)
    task = {"wincom.dcom.baseline": {
        "machine": "{{ dcom_machine }}", "appids": "{{ dcom_appids | map('combine', {'allow_lockout': true}) | list }}",
    }}
    kept = playbook.play([host], [task], vars_files=[str(adopted[0])])[host.name][0]
    assert kept.status == "ok" and not kept["changed"], kept["msg"]
    assert scene.tree(host) == before and nothing_ran(folder)


@pytest.mark.parametrize("python", CORES)
def test_no_core_carries_it_out(folder, adopted, templates, python):
    """On Debian the oldest core that is supported too: printed, passed on, written into another file."""
    tasks = [
        {"ansible.builtin.debug": {"var": "dcom_appids"}},
        {"ansible.builtin.debug": {"msg": "{{ dcom_appids }} {{ item.display_name }}"}, "loop": "{{ dcom_appids }}"},
        {"ansible.builtin.set_fact": {"passed": "{{ dcom_appids | map('combine', {'x': 1}) | list }}"}},
        {"ansible.builtin.copy": {"content": "{{ passed | map(attribute='display_name') | list | to_json }}", "dest": str(folder / "names.json"), "mode": "0600"}},
    ]
    book = [{"hosts": "localhost", "connection": "local", "gather_facts": False, "vars_files": [str(adopted[0])], "tasks": tasks}]
    (folder / "names.json").unlink(missing_ok=True)
    (folder / "book.json").write_text(json.dumps(book), encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHON"))}
    done = subprocess.run([python, "-m", "ansible", "playbook", str(folder / "book.json")], cwd=folder, env=environment, check=False, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    names = json.loads((folder / "names.json").read_text(encoding="utf-8"))
    assert [name for name in names if name in templates] == templates and nothing_ran(folder)


def test_a_former_state_is_put_back(host, folder, adopted, templates):
    """A result that is used in the same play, and the diff, the warnings and the messages on the way."""
    rows = [{"id": guid(number), "display_name": "Mine", "service_parameters": "default", "missing": "skip"} for number in range(len(templates))]
    tasks = [
        playbook.appids(rows, register="done"),
        {**playbook.appids(["x"], loop="{{ done.results }}"), "wincom.dcom.appid": "{{ {'id': item.appid} | combine(item.previous) }}"},
        {"wincom.dcom.appid_info": {"id": "{{ dcom_appids | map(attribute='display_name') | list }}"}},
        playbook.each("wincom.dcom.server", [{"id": guid(number)} for number in range(len(templates))], check_mode=True),
    ]
    before = scene.tree(host)
    played = playbook.play([host], tasks, vars_files=[str(adopted[0])])[host.name]
    changed, back = played[:len(rows)], played[len(rows):2 * len(rows)]
    assert all(result["changed"] for result in changed + back), [result.get("msg") for result in changed + back]
    assert scene.tree(host) == before and nothing_ran(folder)


def test_a_denial_becomes_a_task(host, folder, templates):
    """The strings of an event are a stranger's too."""
    words = ["application-specific", "Local", "Activation", scene.class_guid(1), guid(1), templates[1], templates[0], SOMEBODY]
    host.write_events([{"event_id": 10016, "strings": [*words, "LocalHost (Using LRPC)", *templates[:2]], "time": "2026-03-01T12:00:00"}])
    tasks = [
        {"wincom.dcom.denial_info": {}, "register": "read"},
        {"wincom.dcom.appid": "{{ item.task['wincom.dcom.appid'] | default(item.task) }}", "loop": "{{ read.denials }}"},
    ]
    read, granted = playbook.play([host], tasks)[host.name]
    assert read["denials"] and granted.status == "ok" and granted["changed"], granted["msg"]
    assert nothing_ran(folder)
