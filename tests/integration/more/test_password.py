# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: identity and password
"""RunAs with a password, against the double of LSA, rights and logon.

The password is an LSA secret by the name SCM:{AppID}, and the account needs the right to log on as a batch job:
https://learn.microsoft.com/windows/win32/com/runas
https://learn.microsoft.com/windows/win32/api/ntsecapi/nf-ntsecapi-lsastoreprivatedata
"""

import base64
import json
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import NamedTuple, Optional

import playbook
import pytest
import registry
import scene
import stages
from host import Account
from scene import guid
from stages import put_right, put_secret

BATCH = "SeBatchLogonRight"
DOMAIN = "S-1-5-21-44444444-55555555-66666666"
NEW, OLD = "N\u00e4w p\"w$'1 \U0001d11e", "0ld \\pw"       # what a shell, an encoding or a template could spoil


class Case(NamedTuple):
    """One AppID and one user of the domain, CONTOSO\\u<number>. USER, "user" and SID stand for that user.

    run_as, secret, right: what lies there before. left, secret_left, right_left: what must lie there then.
    """

    given: dict
    run_as: Optional[str] = None
    secret: Optional[object] = None
    right: bool = False
    left: Optional[str] = None
    secret_left: Optional[object] = None
    right_left: bool = False
    changed: bool = True
    tried: int = 0
    failed: str = ""
    logon_error: int = 0


def user(password=NEW, **more):
    return {"run_as": "USER", "run_as_password": password, **more}


SET: dict = {"run_as": "USER", "secret": OLD, "right": True}
UNTOUCHED: dict = {"left": "USER", "secret_left": OLD, "right_left": True, "changed": False}
DONE: dict = {"left": "USER", "secret_left": NEW, "right_left": True}
CASES = {
    "new": Case(user(), **DONE),
    "new, no right asked for": Case(user(grant_logon_as_batch=False), left="USER", secret_left=NEW),
    "new, verified": Case(user(verify_password=True), **DONE, tried=1),
    "changed": Case(user(), **SET, **DONE),
    "the same, not verified again": Case(user(OLD, verify_password=True), **SET, **UNTOUCHED),
    "the same, stored with its NUL": Case(user(OLD), run_as="USER", secret=OLD + "\0", right=True, left="USER", secret_left=OLD + "\0", right_left=True, changed=False),
    "the same, but the right is gone": Case(user(OLD), run_as="USER", secret=OLD, left="USER", secret_left=OLD, right_left=True),
    "on_create keeps what is there": Case(user(update_password="on_create"), **SET, **UNTOUCHED),
    "on_create where none is stored": Case(user(update_password="on_create"), run_as="USER", right=True, **DONE),
    "on_create when the identity changes": Case(user(update_password="on_create"), run_as="Interactive User", secret=OLD, **DONE),
    "wrong": Case(user("wr0ng!", verify_password=True), **SET, **UNTOUCHED, tried=1, failed="1326"),
    "wrong, new": Case(user("wr0ng!", verify_password=True), run_as="Interactive User", left="Interactive User", changed=False, tried=1, failed="1326"),
    "locked": Case(user(verify_password=True), **SET, **UNTOUCHED, tried=1, failed="1909", logon_error=1909),
    "no right, none granted": Case(
        user(verify_password=True, grant_logon_as_batch=False), run_as="USER", secret=OLD, left="USER", secret_left=OLD, changed=False, tried=1, failed="1385"),
    "no password, but stored": Case({"run_as": "USER"}, **SET, **UNTOUCHED),
    "no password, none stored": Case({"run_as": "USER"}, run_as="USER", right=True, left="USER", right_left=True, changed=False, failed="password"),
    "no password, another identity": Case({"run_as": "USER"}, run_as="Interactive User", secret=OLD, left="Interactive User", secret_left=OLD, changed=False, failed="password"),
    "to a keyword": Case({"run_as": "interactive_user"}, **SET, left="Interactive User", right_left=True),
    "to the launching user": Case({"run_as": "launching_user", "revoke_logon_as_batch": False}, **SET, right_left=True),
    "to a keyword, right revoked": Case({"run_as": "local_service", "revoke_logon_as_batch": True}, **SET, left="nt authority\\localservice"),
    "a keyword with a stale secret": Case({"run_as": "interactive_user"}, run_as="INTERACTIVE USER", secret=OLD, left="INTERACTIVE USER"),
    "no value with a stale secret": Case({"run_as": "launching_user"}, secret=OLD),
    "a name that no longer resolves": Case(user(), run_as="CONTOSO\\gone", secret=OLD, **DONE),
    "the same, given as SID": Case({"run_as": "SID", "run_as_password": OLD}, **SET, **UNTOUCHED),
    "the same, in another spelling": Case(user(OLD), run_as="user", secret=OLD, right=True, left="user", secret_left=OLD, right_left=True, changed=False),
    "new, given as SID": Case({"run_as": "SID", "run_as_password": NEW}, **DONE),
}
NAMES = list(CASES)
DEFECTS: dict = {}  # name of a case: why it fails


def marked(names):
    return [pytest.param(name, marks=pytest.mark.xfail(strict=True, reason=DEFECTS[name]) if name in DEFECTS else ()) for name in names]


def appid_of(name):
    """In the key's own spelling, which is not that of the task."""
    return f"{{A000000f-00aB-4000-8000-{NAMES.index(name) + 1:012d}}}"


def sid_of(name):
    return f"{DOMAIN}-{2001 + NAMES.index(name)}"


def spelled(text, name):
    named = f"CONTOSO\\u{NAMES.index(name):02d}"
    return {"USER": named, "user": named.upper().replace("CONTOSO", "contoso"), "SID": sid_of(name)}.get(text, text)


# beyond the table
SHARED, ONCE, MANY, OTHERS, LOCAL = (f"{DOMAIN}-{number}" for number in (3001, 3002, 3003, 3004, 3005))
MORE = [
    # the right of the former user stays: another AppID runs as that user
    {"id": guid(51), "run_as": "interactive_user", "revoke_logon_as_batch": True},
    {"id": guid(53), "run_as": ".\\local", "run_as_password": NEW, "revoke_logon_as_batch": True},
    # all AppIDs of one user
    {"runs_as": "CONTOSO\\many", "run_as_password": NEW, "verify_password": True},
    {"runs_as": "CONTOSO\\nobody-runs", "run_as_password": NEW},
    {"id": guid(57), "run_as": "svc-com@contoso.example", "run_as_password": "D0main!pw"},
]
FILLED = len(CASES)


def accounts():
    return [
        *(Account(f"u{number:02d}", "CONTOSO", sid_of(name), password=NEW, logon_error=CASES[name].logon_error) for number, name in enumerate(NAMES)),
        Account("shared", "CONTOSO", SHARED), Account("once", "CONTOSO", ONCE), Account("many", "CONTOSO", MANY, password=NEW),
        Account("nobody-runs", "CONTOSO", OTHERS), Account("local", password=NEW)]


def seed(host):
    entries = []
    for name, case in CASES.items():
        entries += scene.app(appid_of(name), f"App {name}", RunAs=case.run_as and spelled(case.run_as, name))
        entries += [put_secret(appid_of(name), case.secret)] if case.secret else []
        entries += [put_right(sid_of(name), BATCH)] if case.right else []
    for number, run_as in ((51, "CONTOSO\\shared"), (52, "contoso\\SHARED"), (53, "CONTOSO\\once"), (54, "CONTOSO\\many"), (55, "contoso\\MANY"), (56, "Interactive User")):
        entries += scene.app(guid(number), RunAs=run_as)
        entries += [put_secret(guid(number), OLD)] if number != 56 else []
    entries += [*scene.app(guid(57), RunAs="CONTOSO\\svc-com"), put_secret(guid(57), "D0main!pw"), put_right(f"{DOMAIN}-1105", BATCH),
                put_right(SHARED, BATCH, "SeServiceLogonRight"), put_right(ONCE, BATCH, "SeServiceLogonRight"), put_right(MANY, BATCH)]
    host.import_registry(entries)


@pytest.fixture(scope="module")
def hosts(new_pair):
    """Two hosts, for check mode and for the run."""
    return new_pair(seed, accounts())


@pytest.fixture(scope="module")
def told(hosts):
    rows = [{"id": appid_of(name).upper(), **case.given, "run_as": spelled(case.given["run_as"], name)} for name, case in CASES.items()]
    return stages.check_run_and_repeat(*hosts, [*rows, *MORE])


def text_of(after, appid):
    kind, raw = after["AppID\\" + appid.upper()].get("RunAs", (registry.SZ, None))
    assert kind == registry.SZ
    return raw


@pytest.mark.parametrize("name", marked(NAMES))
def test_password(told, hosts, name):
    case, number = CASES[name], NAMES.index(name)
    check, run, again = told.check[number], told.run[number], told.again[number]
    if case.failed:
        assert run.status == "failed" and case.failed in run["msg"], run
        assert "wr0ng!" not in stages.text_of(run)
        if not case.tried:
            assert stages.tell_the_same(check, run), (check, run)
    else:
        assert run.status == "ok", run["msg"]
        assert stages.tell_the_same(check, run), (check, run)
        assert run["changed"] is case.changed and again.status == "ok" and again["changed"] is False
    left = spelled(case.left, name)
    assert text_of(told.after, appid_of(name)) == (left and registry.text(left))
    stored = stages.secret(hosts[1], appid_of(name))
    if case.secret_left is None:
        assert stored is None
    else:
        assert stored[2] == case.secret_left.encode("utf-16-le")
    if case.secret_left == NEW:
        written = "SCM:" + appid_of(name)
        assert stored[0] == written and stored[1] == 2 * (len(written) + 1)      # the NUL is counted: KB 259615
    assert stages.rights(hosts[1], sid_of(name)) == ([BATCH] if case.right_left else [])


@pytest.mark.parametrize("name", NAMES)
def test_one_attempt_and_none_in_check_mode(told, hosts, name):
    assert [stages.attempts(host, sid_of(name)) for host in hosts] == [0, CASES[name].tried]


@pytest.mark.parametrize("name", [name for name in NAMES if CASES[name].changed and name not in DEFECTS])
def test_previous_is_without_password(told, name):
    run = told.run[NAMES.index(name)]
    assert set(run["previous"]) <= {"run_as"}
    for word in (NEW, OLD):
        assert word not in stages.text_of(run)


def test_the_right_stays_while_another_appid_runs_as_that_user(told, hosts):
    assert told.run[FILLED].status == "ok" and told.run[FILLED]["changed"]
    assert stages.rights(hosts[1], SHARED) == [BATCH, "SeServiceLogonRight"]
    assert stages.secret(hosts[1], guid(51)) is None and stages.secret(hosts[1], guid(52)) is not None


def test_only_that_right_of_the_former_user_is_revoked(told, hosts):
    run = told.run[FILLED + 1]
    assert run.status == "ok", run["msg"]
    assert stages.rights(hosts[1], ONCE) == ["SeServiceLogonRight"]
    assert text_of(told.after, guid(53)) == registry.text("REAL01\\local") and stages.rights(hosts[1], "S-1-5-21-0-0-0-1001") == [BATCH]


def test_runs_as_gives_all_appids_the_password_with_one_attempt(told, hosts):
    check, run, again = (results[FILLED + 2] for results in (told.check, told.run, told.again))
    assert run.status == "ok", run["msg"]
    assert run["changed"] and again["changed"] is False and sorted(run["appids"]) == [guid(54), guid(55)] and stages.tell_the_same(check, run)
    assert {stages.secret(hosts[1], guid(number))[2] for number in (54, 55)} == {NEW.encode("utf-16-le")}
    assert stages.attempts(hosts[1], MANY) == 1 and stages.attempts(hosts[0], MANY) == 0
    assert stages.secret(hosts[1], guid(56)) is None


def test_runs_as_of_nobody_is_said(told):
    run = told.run[FILLED + 3]
    assert run.status == "failed" and "nobody-runs" in run["msg"]


def test_a_upn_is_the_same_user(told):
    run = told.run[FILLED + 4]
    assert run.status == "ok" and run["changed"] is False


# --- no password in any output ----------------------------------------------------------------------------------------------

GOOD, BAD, NESTED = "Kx7-good-Zebra!42", "Kx8-wrong-Yak!43", "Kx9-nested-Wolf!44"
CANARY = "Kx0-canary-Vole!45"       # a display name: what is printed must be found
BACKSLASH = "Kx6-\"quo\\te'-Newt!46"


def forms(word):
    """What a password may look like: as it is, in JSON, UTF-16, base64 of either at any offset, hexadecimal."""
    found = {word.encode(), json.dumps(word)[1:-1].encode(), json.dumps(json.dumps(word)[1:-1])[1:-1].encode(), word.replace("'", "''").encode()}
    for raw in (word.encode(), word.encode("utf-16-le")):
        found |= {raw, raw.hex().encode(), raw.hex().upper().encode()}
        for skip in range(3):
            text = base64.b64encode(b"x" * skip + raw)
            found.add(text[-(-8 * skip // 6):len(text) - (4 if (skip + len(raw)) % 3 else 0)])
    return found


def seen(text, *words):
    return sorted({form.decode(errors="replace") for word in words for form in forms(word) if form in text})


class Watch(threading.Thread):
    """Reads the command lines of all processes of this machine, among them those of the lab hosts, until stopped."""

    def __init__(self):
        super().__init__(daemon=True)
        self.over, self.lines = threading.Event(), set()

    def run(self):
        while not self.over.wait(0.1):
            for process in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.lines.add(process.read_bytes())
                except OSError:         # it has ended
                    pass


def talk(hosts, tasks, variables):
    """(all that is printed at -vvvv with differences, what the callback told, all command lines meanwhile): bytes."""
    inventory = {host.name: host.vars(way) for host, way in zip(hosts, (playbook.BULK, "winrm"))}
    with tempfile.TemporaryDirectory() as folder:
        files = {name: Path(folder, name) for name in ("inventory.json", "play.json", "record.jsonl", "ansible.cfg", "output")}
        files["ansible.cfg"].touch()
        files["inventory.json"].write_text(json.dumps({"all": {"hosts": inventory}}), encoding="utf-8")
        files["play.json"].write_text(json.dumps([{"hosts": "all", "gather_facts": False, "vars": variables, "tasks": tasks}]), encoding="utf-8")
        watch = Watch()
        watch.start()
        with open(files["output"], "wb") as output:
            command = [sys.executable, "-m", "ansible", "playbook", "-vvvv", "--diff", "-i", str(files["inventory.json"]), str(files["play.json"])]
            subprocess.run(command, cwd=folder, env=playbook._environment(files), stdin=subprocess.DEVNULL, stdout=output, stderr=output, timeout=600, check=False)
        watch.over.set()
        watch.join()
        return files["output"].read_bytes(), files["record.jsonl"].read_bytes(), b"\n".join(watch.lines)


FIRST = "inventory_hostname == 'TELL01'"     # what one connection shows is enough


def task(name, **more):
    keywords = {key: more.pop(key) for key in ("check_mode", "loop", "when") if key in more}
    return {"name": name, "wincom.dcom.appid": more, "ignore_errors": True, **keywords}


@pytest.fixture(scope="module")
def spoken(new_host):
    """Everything that two hosts, one by each connection, and the controller say in success, failure, check mode and loop."""
    hosts = [new_host(name, [Account("tell", "CONTOSO", f"{DOMAIN}-4001", password=GOOD)]) for name in ("TELL01", "TELL02")]
    for host in hosts:
        host.import_registry([entry for number in (1, 2, 3, 4) for entry in scene.app(guid(number), f"App {number}")])
        host.protect_keys("SOFTWARE\\Classes\\AppID\\" + guid(4))
    user = {"run_as": "CONTOSO\\tell", "run_as_password": "{{ good }}"}
    tasks = [
        task("check mode", id=guid(1), check_mode=True, **user),
        task("wrong", id=guid(1), run_as="CONTOSO\\tell", run_as_password="{{ bad }}", verify_password=True),
        task("success", id=guid(1), display_name="{{ canary }}", **user),
        task("loop", id="{{ item }}", loop=[guid(2), guid(3)], run_as="CONTOSO\\tell", run_as_password="{{ backslash }}"),
        task("protected", when=FIRST, id=guid(4), **user),
        task("protected, overridden", when=FIRST, id=guid(4), override_key_protection=True, **user),
        task("all AppIDs", runs_as="CONTOSO\\tell", run_as_password="{{ good }}"),
        task("without a user", when=FIRST, id=guid(1), run_as_password="{{ bad }}"),
        task("with a word", when=FIRST, id=guid(1), run_as="interactive_user", run_as_password="{{ bad }}"),
        task("not there", when=FIRST, id=guid(99), **user),
        task("back", when=FIRST, id=guid(1), run_as="interactive_user"),
    ]
    variables = {"good": GOOD, "bad": BAD, "canary": CANARY, "backslash": BACKSLASH}
    first = talk(hosts, tasks, variables)
    second = talk(hosts, [{**task("write fault", id=guid(1), display_name="Renamed", **user), **playbook.fault("error", 1)}], variables)
    third = talk(hosts[:1], [task("nested", id={"runs_as": "CONTOSO\\tell", "run_as_password": "{{ nested }}"})], {"nested": NESTED})
    return hosts, first, second, third


def test_the_tasks_did_what_they_were_to_do(spoken):
    _hosts, first, second, _third = spoken
    lines = [json.loads(line) for line in (first[1] + second[1]).splitlines()]
    told = {}
    for line in lines:
        if line["status"] != "skipped":
            told.setdefault(line["task"], []).append(line["status"])
    assert told == {
        "check mode": ["ok"] * 2, "wrong": ["failed"] * 2, "success": ["ok"] * 2, "loop": ["ok"] * 4, "protected": ["failed"], "protected, overridden": ["ok"],
        "all AppIDs": ["ok"] * 2, "without a user": ["failed"], "with a word": ["failed"], "not there": ["failed"], "back": ["ok"],
        "write fault": ["failed"] * 2}, [line for line in lines if line["status"] == "failed"]


@pytest.mark.parametrize("what", ["printed", "callback", "command lines"])
def test_no_password_is_told(spoken, what):
    _hosts, first, second, _third = spoken
    number = ["printed", "callback", "command lines"].index(what)
    assert seen(first[number] + second[number], GOOD, BAD, BACKSLASH) == []


def test_no_password_is_kept_on_the_host(spoken):
    """In the event log entry that Ansible.Basic writes, in the log of requests, or in any file that is left behind."""
    for host in spoken[0]:
        reported = host.path("C:\\lab\\reported.log").read_bytes()
        assert reported.count(b"wincom.dcom.appid") + reported.count(b"appid") >= 5
        assert seen(reported, GOOD, BAD, BACKSLASH) == []
        assert seen((host.folder / "requests.jsonl").read_bytes(), GOOD, BAD, BACKSLASH) == []
        for place in (host.prefix / "drive_c/users", host.path("C:\\windows\\temp"), host.path("C:\\lab")):
            for file in place.rglob("*"):
                if file.is_file() and not file.is_symlink() and file.suffix != ".exe":
                    assert seen(file.read_bytes(), GOOD, BAD, BACKSLASH) == [], file


def test_what_is_told_is_found(spoken):
    """The search finds what is there: a name that is no secret, in each place where a password might be."""
    hosts, first, _second, _third = spoken
    assert seen(first[0], CANARY) and seen(first[1], CANARY)
    for host in hosts:
        assert seen(host.path("C:\\lab\\reported.log").read_bytes(), CANARY)
    for place in (base64.b64encode(b"ab" + GOOD.encode()), base64.b64encode(b"a\0" + GOOD.encode("utf-16-le")), json.dumps({"x": BACKSLASH}).encode(),
                  base64.b64encode(json.dumps({"password": GOOD}).encode("utf-16-le"))):
        assert seen(b"..." + place + b"...", GOOD, BACKSLASH), place
    assert b"-m\0ansible\0playbook" in first[2] and (b"pwsh" in first[2] or b"powershell" in first[2].lower())


def test_a_password_at_the_wrong_place_is_not_repeated(spoken):
    _hosts, _first, _second, third = spoken
    assert seen(third[0] + third[1], NESTED) == []
