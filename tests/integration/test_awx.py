# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: role and playbooks
"""wincom.dcom.awx by the real modules of awx.awx, against a stand-in of the API; and its data against what they take."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import collection
import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from awx_api import Api

OTHERS = Path(os.environ.get("WINCOM_COLLECTIONS") or collection.ROOT.parent / "shared" / "collections")
AWX = OTHERS / "ansible_collections" / "awx" / "awx"
needs_awx = pytest.mark.skipif(not AWX.is_dir(), reason="the collection awx.awx isn't there; WINCOM_COLLECTIONS names its folder")
CORES = [sys.executable, *(["/usr/bin/python3"] if shutil.which("ansible", path="/usr/bin") else [])]
WINRM_SECRET, RUN_AS_SECRET, TOKEN = "w1nrm-s3cret-canary", "run4s-s3cret-canary", "t0ken-s3cret-canary"
CHOICES = {
    "dcom_awx_scm_url": "https://git.example.com/dcom.git", "dcom_awx_winrm_user": "admin", "dcom_awx_winrm_password": WINRM_SECRET,
    "dcom_awx_hosts": ["web01", "web02"], "dcom_awx_run_as": "CONTOSO\\svc", "dcom_awx_run_as_password": RUN_AS_SECRET,
    "dcom_awx_notify_url": "https://chat.example.com/hook", "dcom_awx_slices": 2,
}
MODULES = {
    "credential_type": "controller_credential_types", "credential": "controller_credentials", "notification_template": "controller_notifications",
    "project": "controller_projects", "inventory": "controller_inventories", "host": "controller_hosts", "group": "controller_groups",
    "job_template": "controller_templates", "schedule": "controller_schedules",
}
COUNTS = {"credential_types": 1, "credentials": 2, "notification_templates": 1, "projects": 1, "inventories": 1, "hosts": 2, "groups": 1,
          "job_templates": 3, "schedules": 1}


def ansible(folder, book, choices=None, python=sys.executable, path=OTHERS, options=(), **variables):
    """Run a playbook by a core; subprocess.CompletedProcess with text. choices: extra variables."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTEST_", "PYTHON", "CONTROLLER_"))}
    environment.update(ANSIBLE_COLLECTIONS_PATH=f"{collection.linked_path()}:{path}", ANSIBLE_NOCOLOR="1", HOME=str(folder), **variables)
    (folder / "choices.json").write_text(json.dumps(choices or {}), encoding="utf-8")
    command = [python, "-m", "ansible", "playbook", str(book), "-e", f"@{folder / 'choices.json'}", *options]
    return subprocess.run(command, cwd=folder, env=environment, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)


def data(folder, choices):
    """The lists of extensions/awx/controller.yml, with their templates carried out."""
    names = list(MODULES.values())
    tasks = [{"ansible.builtin.copy": {"content": "{{ [%s] | to_json }}" % ", ".join(names), "dest": str(folder / "data.json"), "mode": "0600"}}]
    play = {"hosts": "localhost", "gather_facts": False, "vars_files": [str(collection.ROOT / "extensions/awx/controller.yml")], "tasks": tasks}
    (folder / "data.yml").write_text(json.dumps([play]), encoding="utf-8")
    done = ansible(folder, folder / "data.yml", choices)
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(zip(names, json.loads((folder / "data.json").read_text(encoding="utf-8"))))


@pytest.fixture(scope="module")
def objects(tmp_path_factory):
    return data(tmp_path_factory.mktemp("data"), CHOICES)


def documented(module):
    """The options of a module of awx.awx, as its documentation has them."""
    tree = ast.parse((AWX / "plugins" / "modules" / (module + ".py")).read_text(encoding="utf-8"))
    text = next(ast.literal_eval(node.value) for node in tree.body if isinstance(node, ast.Assign) and node.targets[0].id == "DOCUMENTATION")
    options = yaml.safe_load(text)["options"]
    kept = ("type", "elements", "choices", "required", "aliases")
    return {name: {key: value for key, value in option.items() if key in kept} for name, option in options.items()}


@needs_awx
@pytest.mark.parametrize("module", MODULES)
def test_the_data_is_what_the_modules_take(objects, module):
    validator = ArgumentSpecValidator(documented(module))
    rows = objects[MODULES[module]]
    assert rows
    for row in rows:
        assert validator.validate(row).error_messages == []


def test_only_what_was_chosen_is_made(tmp_path):
    least = data(tmp_path, {name: CHOICES[name] for name in ("dcom_awx_scm_url", "dcom_awx_winrm_user", "dcom_awx_winrm_password")})
    assert [len(least[name]) for name in MODULES.values()] == [1, 1, 0, 1, 1, 0, 1, 3, 1]
    assert [template["credentials"] for template in least["controller_templates"]] == [["DCOM: WinRM"]] * 3


def questions():
    """(name of the template, question) of each survey."""
    given = yaml.load((collection.ROOT / "extensions/awx/controller.yml").read_text(encoding="utf-8"), Loader=Unsafe)
    return [(template["name"], each) for template in given["controller_templates"] for each in template["survey_spec"]["spec"]]


class Unsafe(yaml.SafeLoader):
    """Reads Ansible's !unsafe as the text that it marks."""


Unsafe.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


@pytest.mark.parametrize("template, question", questions())
def test_the_surveys_ask_for_what_the_role_takes(template, question):
    spec = yaml.safe_load((collection.ROOT / "roles/mdm_dcom/meta/argument_specs.yml").read_text(encoding="utf-8"))
    options = spec["argument_specs"]["main"]["options"]
    assert question["required"] is False and "default" not in question, "an answer of its own would win over the project's variables"
    assert question["type"] != "password", "a survey's answers are kept with the job"
    if question["variable"] == "dcom_fail_on":
        assert template == "DCOM: compliance" and question["choices"] == ["drift", "error", "warning", "never"]
        return
    option = options[question["variable"]]
    assert not option.get("no_log")
    assert question["type"] == ("multiselect" if option["type"] == "list" else "multiplechoice")
    if option["type"] == "bool":
        assert question["choices"] == ["true", "false"]
    elif "choices" in option:
        assert sorted(question["choices"]) == sorted(option["choices"])
    given = {question["variable"]: question["choices"] if option["type"] == "list" else question["choices"][0]}
    assert ArgumentSpecValidator(options).validate(given).error_messages == []


def test_the_credential_types_variables_are_those_of_the_role_and_the_playbook(objects):
    (kind,) = objects["controller_credential_types"]
    spec = yaml.safe_load((collection.ROOT / "roles/mdm_dcom/meta/argument_specs.yml").read_text(encoding="utf-8"))
    book = (collection.ROOT / "playbooks/rotate_password.yml").read_text(encoding="utf-8")
    assert kind["injectors"]["extra_vars"] == {"mdm_dcom_run_as": "{{ username }}", "mdm_dcom_run_as_password": "{{ password }}"}
    for name in kind["injectors"]["extra_vars"]:
        assert name in spec["argument_specs"]["main"]["options"] and name in book
    assert [field["id"] for field in kind["inputs"]["fields"] if field.get("secret")] == ["password"]


def test_each_playbook_of_the_templates_is_in_the_project(objects):
    project = collection.ROOT / "extensions/awx/project"
    called = []
    for template in objects["controller_templates"]:
        (play,) = yaml.safe_load((project / template["playbook"]).read_text(encoding="utf-8"))
        called.append(play["ansible.builtin.import_playbook"])
    assert called == ["wincom.dcom.mdm_dcom", "wincom.dcom.compliance", "wincom.dcom.rotate_password"]
    assert all((collection.ROOT / "playbooks" / (name.rpartition(".")[2] + ".yml")).is_file() for name in called)


def build(folder, api, python, **more):
    where = {"CONTROLLER_HOST": api.url, "CONTROLLER_OAUTH_TOKEN": TOKEN}
    return ansible(folder, "wincom.dcom.awx", {**CHOICES, **more.pop("choices", {})}, python=python, **where, **more)


def changed(done):
    assert done.returncode == 0, done.stdout + done.stderr
    return int(done.stdout.rpartition("changed=")[2].split()[0])


@pytest.fixture(scope="module", params=CORES)
def built(request, tmp_path_factory):
    """An empty AWX: the run, the run after it, check mode, by each core: (api, {name: CompletedProcess}, writes of each)."""
    folder, api, told, writes = tmp_path_factory.mktemp("awx"), Api(), {}, {}
    # Check mode comes last: in an empty AWX the modules can't look up what check mode did not make.
    for name, options in (("run", ["-vvv"]), ("again", ["-vvv"]), ("check", ["--check"])):
        before = len(api.requests)
        told[name] = build(folder, api, request.param, options=options)
        writes[name] = [(method, path) for method, path, _body in api.requests[before:] if method != "GET"]
    return api, told, writes


@needs_awx
def test_an_empty_awx_gets_everything_and_keeps_it(built):
    api, told, writes = built
    assert changed(told["run"]) == len(MODULES) and writes["run"]
    counts = {kind: len(api.objects.get(kind, {})) for kind in COUNTS}
    assert counts == {**COUNTS, "credential_types": 2}          # Machine was there
    assert changed(told["again"]) == 0 and writes["again"] == []
    assert changed(told["check"]) == 0 and writes["check"] == []


@needs_awx
def test_the_objects_hang_together(built):
    api, _told, _writes = built
    for number, template in api.objects["job_templates"].items():
        names = [api.name("credentials", each) for each in api.links[f"job_templates/{number}/credentials"]]
        assert sorted(names) == (["DCOM: RunAs", "DCOM: WinRM"] if "rotate" in template["name"] else ["DCOM: WinRM"])
        errors = [api.name("notification_templates", each) for each in api.links[f"job_templates/{number}/notification_templates_error"]]
        assert errors == ["DCOM: job failed"]
        assert api.surveys[number]["spec"] and api.name("inventories", template["inventory"]) == "DCOM"
        assert (template["job_type"], template.get("job_slice_count")) == (("check", 2) if "compliance" in template["name"] else ("run", None))
    (group,) = api.objects["groups"]
    assert sorted(api.name("hosts", each) for each in api.links[f"groups/{group}/hosts"]) == ["web01", "web02"]
    (schedule,) = api.objects["schedules"].values()
    assert api.name("job_templates", schedule["unified_job_template"]) == "DCOM: compliance" and "FREQ=DAILY" in schedule["rrule"]
    kind = next(each for each in api.objects["credential_types"].values() if each["name"] == "DCOM: RunAs user")
    assert kind["injectors"]["extra_vars"]["mdm_dcom_run_as_password"] == "{{ password }}"


@needs_awx
def test_no_password_is_told(built):
    api, told, _writes = built
    seen = [(method, path) for method, path, body in api.requests if any(word in path + json.dumps(body) for word in (WINRM_SECRET, RUN_AS_SECRET))]
    assert seen == [("POST", "/api/v2/credentials/")] * 2
    for secret in (WINRM_SECRET, RUN_AS_SECRET, TOKEN):
        assert not any(secret in answer for answer in api.answers)
        assert not any(secret in done.stdout + done.stderr for done in told.values())


@needs_awx
def test_a_new_password_is_sent_on_request(built, tmp_path):
    api, _told, _writes = built
    for asked, count in ((False, 0), (True, 2)):
        before = len(api.requests)
        done = build(tmp_path, api, sys.executable, choices={"dcom_awx_run_as_password": "n3w", "dcom_awx_update_secrets": asked})
        assert done.returncode == 0, done.stdout
        written = [path for method, path, _body in api.requests[before:] if method == "PATCH" and "/credentials/" in path]
        assert len(written) == count


@needs_awx
def test_what_only_the_user_knows_is_asked_for(tmp_path):
    done = ansible(tmp_path, "wincom.dcom.awx")
    assert done.returncode == 2 and "Give dcom_awx_scm_url, dcom_awx_winrm_user and dcom_awx_winrm_password." in done.stdout


@needs_awx
def test_the_modules_of_automation_controller_are_taken_where_they_are(tmp_path):
    """ansible.controller, here awx.awx under that name: its modules ask another address."""
    copied = tmp_path / "ansible_collections" / "ansible" / "controller"
    shutil.copytree(AWX, copied, ignore=shutil.ignore_patterns("MANIFEST.json", "FILES.json", "test"))
    source = copied / "plugins" / "module_utils" / "controller_api.py"
    source.chmod(0o644)
    source.write_text(source.read_text(encoding="utf-8").replace('_COLLECTION_TYPE = "awx"', '_COLLECTION_TYPE = "controller"'), encoding="utf-8")
    api = Api("/api/controller/v2/")
    assert changed(build(tmp_path, api, sys.executable, path=f"{tmp_path}:{OTHERS}")) == len(MODULES)
    assert len(api.objects["job_templates"]) == 3
