# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: role and playbooks
"""What the documentation shows works: each block of YAML and PowerShell, each command, each message that it explains.

The recipes run on one host, in the order of their names, and each undoes what it has done: the host's registry then
means what it had meant. All other pages run on a second host. pages.py says how a block is marked.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import descriptor
import pages
import playbook
import pytest
import scene
import stages
from accounts import CONTOSO_SID, app_pool
from collection import ROOT, linked_path
from descriptor import ADMINISTRATORS, ALLOW, EVERYONE, SYSTEM, Entry
from host import Account

NAMES = [page.relative_to(ROOT).as_posix() for page in pages.pages()]
YAML, POWERSHELL = pages.blocks("yaml"), pages.blocks("powershell")
SHOP, SHOP_CLASS = scene.guid(1), scene.class_guid(1)
# AppIDs that the pages are about: id, name, class ("" for none)
APPIDS = (
    (SHOP, "Shop Server", SHOP_CLASS),
    ("{61738644-F196-11D0-9953-00C04FD919C1}", "IIS WAMREG admin Service", "{61738644-F196-11D0-9953-00C04FD919C1}"),
    ("{000C101C-0000-0000-C000-000000000046}", "MSIServer", "{000C101C-0000-0000-C000-000000000046}"),
    ("{00020906-0000-0000-C000-000000000046}", "Microsoft Word 97 - 2003 Document", "{000209FF-0000-0000-C000-000000000046}"),
    ("{00020812-0000-0000-C000-000000000046}", "Microsoft Excel Application", "{00024500-0000-0000-C000-000000000046}"),
    ("{13486D44-4821-11D2-A494-3CB306C10000}", "OpcEnum", "{13486D51-4821-11D2-A494-3CB306C10000}"),
    ("{AD65A69D-3831-40D7-9629-9B0B50A93843}", "SMS Agent Host", "{1CCB96F4-B8AD-4B43-9688-B273F58E0910}"),
    (scene.guid(2), "Microsoft SQL Server Integration Services 16.0", scene.class_guid(2)),
    (scene.guid(3), "Line Server", scene.class_guid(3)),
)
WMI = "{8BC3F05E-D86B-11D0-A075-00C04FB68820}"
MEMBERS = ("svc-shop", "svc-report", "svc-debug", "jane")
GROUPS = ("OPC Operators", "Contractors", "Monitoring", "MIM Reset", "Shop Operators", "SMS Admins", "SQL Developers")
ACCOUNTS = [
    *(Account(name, "CONTOSO", f"{CONTOSO_SID}-{1200 + number}", password="first!Xq7") for number, name in enumerate(MEMBERS)),
    *(Account(name, "CONTOSO", f"{CONTOSO_SID}-{1300 + number}", 2) for number, name in enumerate(GROUPS)),
    Account("WSS_WPG", use=4), Account("WSS_ADMIN_WPG", use=4), Account("Report Writers", use=4),
    Account("SQLSERVERAGENT", "NT SERVICE", "S-1-5-80-344959196-2060754871-2302487193-2804545603-1466107430", 5, qualified=True),
]
VARIABLES = {f"{prefix}svc_{name}_password": "first!Xq7" for prefix in ("", "vault_") for name in ("shop", "report", "debug")}
CHANGING = ("configmgr", "office", "opc", "remote-group", "sharepoint", "ssis", "wmi")
AWAITED = [ROOT / "docs" / name for name in ("awx.md", "compliance.md") if not (ROOT / "docs" / name).exists()]
NO, LRPC = "Unavailable", "LocalHost (Using LRPC)"
EVENTS = [
    {"event_id": 10016, "time": "2026-11-27T10:00:00", "strings": [
        "application-specific", "Local", "Activation", SHOP_CLASS, SHOP, "IIS APPPOOL", "Shop", app_pool("Shop").sid, LRPC, NO, NO]},
    {"event_id": 10036, "time": "2026-11-27T10:00:00", "strings": ["CONTOSO", "svc-com", CONTOSO_SID + "-1105", "192.0.2.7"]},
]


def seed(host):
    for appid, name, clsid in APPIDS:
        host.import_registry([*scene.app(appid, name), scene.text(f"{scene.CLASSES}\\{clsid}", "AppID", appid)])
    wmi = descriptor.encode([Entry(ALLOW, 0, 0x1F, ADMINISTRATORS), Entry(ALLOW, 0, 0x0B, "S-1-5-11")])
    host.import_registry(scene.app(WMI, "Windows Management and Instrumentation", LaunchPermission=wmi))
    old = descriptor.encode([Entry(ALLOW, 0, 0x1F, ADMINISTRATORS), Entry(ALLOW, 0, 0x1F, SYSTEM), Entry(ALLOW, 0, 0x1F, EVERYONE)])
    host.import_registry(scene.app(scene.guid(4), "Legacy Server", LaunchPermission=old, AccessPermission=old))
    host.write_events(EVENTS)
    host.write_events(EVENTS, path="C:\\Temp\\db01-system.evtx")
    return host


@pytest.fixture(scope="module")
def hosts(new_host):
    """{whether it is that of the recipes: host}"""
    mdm = {"mdm": ["common", "system32"]}
    return {recipes: seed(new_host(name, [*ACCOUNTS, Account("IWAM_" + name)], **mdm)) for name, recipes in (("WEB01", False), ("WEB02", True))}


@pytest.fixture(scope="module")
def others(tmp_path_factory):
    """Stand-ins for what other collections do in the pages: they do nothing, and say so."""
    folder = tmp_path_factory.mktemp("collections")
    named = {pages.module_of(task) for block in YAML if block.kind != "data" for task in block.tasks()}
    for name in sorted(name for name in named if not name.startswith(("ansible.builtin.", pages.OURS))):
        space, collection, module = name.split(".")
        plugins = folder / "ansible_collections" / space / collection / "plugins"
        for kind, text in (("modules", "#!/usr/bin/python\n"), ("action", STAND_IN)):
            (plugins / kind).mkdir(parents=True, exist_ok=True)
            (plugins / kind / f"{module}.py").write_text(text, encoding="utf-8")
    return str(folder)


STAND_IN = """\
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        return {"changed": False, "stands_in": True}
"""


def test_there_is_much_to_try():
    count = Counter(block.kind for block in YAML)
    assert count["tasks"] >= 30 and count["plays"] >= 3 and len(POWERSHELL) >= 2
    recipes = {name for name in NAMES if name.startswith("docs/recipes/")} - {"docs/recipes/README.md"}
    assert recipes == {block.page for block in YAML if "recipes/" in block.page}


@pytest.mark.parametrize("page", NAMES)
def test_marks_are_understood(page):
    for block in pages.blocks_of(ROOT / page):
        assert not block.mark or block.mark in ("run: check", "run: once") or re.fullmatch("not run: .{10,}", block.mark), block.name
        assert block.language or page == "docs/architecture.md", f"{block.name} has no language"


def test_plays_and_tasks_have_the_syntax_of_ansible(tmp_path, others):
    """One process reads all of them."""
    written = [block for block in YAML if block.kind != "data"]
    for number, block in enumerate(written):
        Path(tmp_path, f"{number}.json").write_text(json.dumps(block.plays()), encoding="utf-8")
    Path(tmp_path, "ansible.cfg").touch()
    environment = dict(os.environ, ANSIBLE_COLLECTIONS_PATH=linked_path() + ":" + others, ANSIBLE_CONFIG=str(tmp_path / "ansible.cfg"))
    done = subprocess.run(
        [sys.executable, "-m", "ansible", "playbook", "--syntax-check", "-i", "localhost,", *(f"{number}.json" for number in range(len(written)))],
        cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=False,
    )
    read = re.findall(r"^playbook: (\d+)\.json", done.stdout, re.MULTILINE)
    assert done.returncode == 0, f"{written[min(len(read), len(written) - 1)].name}:\n{done.stderr}"
    assert len(read) == len(written)


def run_pages(host, chosen, others, monkeypatch):
    """The results of the blocks of pages on a host; other collections are stood in for."""
    monkeypatch.setattr(playbook, "linked_path", lambda: linked_path() + ":" + others)
    results = playbook.play([host], pages.steps(chosen), variables=VARIABLES)[host.name]
    failed = [(result.task, result.get("msg")) for result in results if result.status not in ("ok", "skipped")]
    assert failed == []
    return results


def meaning(host):
    """What the host's settings mean: permissions as rights. Left out is what the recipes say that they leave behind.

    These are the registration of the Machine Debug Manager, and the values of the limits. The double of the LSA keeps empty keys of secrets and rights.
    """
    found = {}
    for key, values in stages.state(host).items():
        if key.upper() in ("SECRETS", "RIGHTS", "APPID\\MDM.EXE", "APPID\\" + scene.MDM):
            continue
        values = {name: value for name, value in values.items() if not name.startswith("Machine")}
        found[key] = {name: descriptor.decode(raw).rights if name.endswith("Permission") else (kind, raw)
                      for name, (kind, raw) in values.items()}
    return found


@pytest.mark.parametrize("recipes", [True, False], ids=["recipes", "guides"])
def test_blocks_run_and_change_nothing_the_second_time(hosts, others, monkeypatch, recipes):
    chosen = [block for block in YAML if block.kind != "data" and ("recipes/" in block.page) is recipes]
    host, before = hosts[recipes], meaning(hosts[recipes])
    results = run_pages(host, chosen, others, monkeypatch)
    first, again = ([result for result in results if f" {turn}: " in result.task] for turn in ("first", "again"))
    second = [result.task for result in again if result.get("changed")]
    assert not second, second
    changed = {result.task.partition(":")[0] for result in first if result.get("changed")}
    if recipes:
        # tasks of a role have the role's names; what the role does is test_role.py's matter
        assert changed == {f"docs/recipes/{name}.md" for name in CHANGING}
        after = meaning(host)
        assert after == before, {key for key in {*after, *before} if after.get(key) != before.get(key)}


def test_powershell_can_be_read(hosts):
    """By the parser of PowerShell itself; nothing is run."""
    texts = json.dumps([block.text for block in POWERSHELL]).replace("'", "''")
    done = hosts[False].powershell(
        f"foreach ($text in ('{texts}' | ConvertFrom-Json)) {{ $errors = $null\n"
        "[void][System.Management.Automation.Language.Parser]::ParseInput($text, [ref]$null, [ref]$errors); \"errors: $($errors.Count)\" }"
    )
    assert done.stdout.decode().splitlines() == ["errors: 0"] * len(POWERSHELL), done.stdout.decode() + done.stderr.decode()


def commands():
    """(page, command line without its comment) of all blocks of shell."""
    for block in pages.blocks("shell", "console"):
        for line in block.text.replace("\\\n", " ").splitlines():
            if line.strip() and not line.lstrip().startswith("#"):
                yield block, line.partition("  #")[0].strip()


def test_commands_name_what_is_there():
    books = {path.stem for path in (ROOT / "playbooks").glob("*.yml")}
    modules = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.yml")}
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    known = {"ansible-playbook": books, "ansible-doc": modules, "make": targets}
    count = Counter()
    for block, command in commands():
        program, *words = command.split()
        count[program] += 1
        if program == "make":
            assert words[0] in targets, f"{block.name}: {command}"
        for word in words:
            own = re.fullmatch(r"wincom\.dcom\.(\w+)", word)
            if own and program in known:
                assert own.group(1) in known[program], f"{block.name}: {command}"
            elif program == "ansible-playbook" and word.endswith(".yml") and "=" not in word and "@" not in word:
                page = (ROOT / block.page).read_text(encoding="utf-8")
                assert f"`{word}`" in page or (ROOT / word).exists(), f"{block.name} runs {word}, which the page does not show"
    assert count["ansible-playbook"] >= 8 and count["make"] >= 2


def test_links_lead_somewhere():
    broken = []
    for page in pages.pages():
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
            path, _hash, anchor = link.partition("#")
            if link.startswith("https://"):
                continue
            target = (page.parent / path).resolve() if path else page
            if target in AWAITED:
                continue
            if not target.exists() or (anchor and anchor not in anchors(target)):
                broken.append(f"{page.relative_to(ROOT)}: {link}")
    assert broken == []


def anchors(page):
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_each_page_is_reached_from_the_landing_page():
    links = set()
    for folder in ("docs", "docs/recipes"):     # the recipes have a landing page of their own
        landing = (ROOT / folder / "README.md").read_text(encoding="utf-8")
        links |= {Path(folder, link.partition("#")[0]).as_posix() for link in re.findall(r"\]\(([^)\s]+)\)", landing)}
    assert {name for name in NAMES if name.startswith("docs/")} - {"docs/README.md"} - links == set()


def test_messages_that_are_explained_exist():
    """Each message of the troubleshooting page, but for what '...' stands for, is in the sources."""
    sources = "".join(path.read_text(encoding="utf-8") for folder in ("plugins", "roles", "playbooks")
                      for path in sorted((ROOT / folder).rglob("*")) if path.suffix in (".py", ".psm1", ".ps1", ".yml"))
    sources = re.sub(r'"\s*\n?\s*f?"|\s*\+\s*\n\s*"', "", sources)
    page = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    part = page.partition("## By message of a task")[2].partition("\n## ")[0]
    messages = re.findall(r"^\| `([^`]+)` \|", part, re.MULTILINE)
    assert len(messages) >= 10
    pieces = [(message, piece.strip()) for message in messages for piece in message.split("...") if piece.strip()]
    assert [(message, piece) for message, piece in pieces if piece not in sources] == []

