# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: role and playbooks, identity and password
"""The role mdm_dcom on hosts of every kind: each is predicted, changed once, and unchanged the second time."""

import playbook
import pytest
import scene
import stages
from descriptor import ADMINISTRATORS, ALLOW, INTERACTIVE, SYSTEM
from host import STANDARD_ACCOUNTS, Account
from test_main_job import BOOK, results_of, settings_of

ARTICLE = {INTERACTIVE, SYSTEM, ADMINISTRATORS}
IWAM, POOLS = "S-1-5-21-0-0-0-1001", "S-1-5-32-568"
POOL = next(account.sid for account in STANDARD_ACCOUNTS if (account.domain, account.name) == ("IIS APPPOOL", "Shop"))
USER = {"mdm_dcom_run_as": "CONTOSO\\svc-com", "mdm_dcom_run_as_password": "first!Xq7"}

# name: (variables, who is let in, RunAs or None for none)
KINDS = {
    "IIS05": ({}, ARTICLE | {IWAM}, "Interactive User"),
    "POOL": ({"mdm_dcom_application_pools": ["Shop"]}, ARTICLE | {POOL}, "Interactive User"),
    "POOLS": ({"mdm_dcom_optional_principals": ["IIS_IUSRS"]}, ARTICLE | {POOLS}, "Interactive User"),
    "USER": (USER, ARTICLE, "CONTOSO\\svc-com"),
    "SERVICE": ({}, ARTICLE, None),
    "SERVED": ({"mdm_dcom_run_as": "system"}, ARTICLE, "nt authority\\system"),
    "LOCAL": ({"mdm_dcom_rights": "local"}, ARTICLE, "Interactive User"),
    "NOWHERE": ({"mdm_dcom_missing": "skip"}, set(), None),
}


@pytest.fixture(scope="module")
def hosts(new_host):
    found = {}
    for name in KINDS:
        accounts = [Account("IWAM_IIS05")] if name == "IIS05" else []
        found[name] = new_host(name, accounts, mdm=() if name == "NOWHERE" else "system32")
    for name in ("SERVICE", "SERVED"):
        found[name].install_service("MDM", scene.MDM_IMAGE + " /service")
        found[name].import_registry([*scene.app(scene.MDM, "Machine Debug Manager", LocalService="MDM"),
                                     scene.text(f"{scene.CLASSES}\\{scene.MDM_CLASS}", "AppID", scene.MDM)])
    return found


@pytest.fixture(scope="module")
def runs(hosts):
    """The results of the role's task: {run: {host: result}}."""
    inventory = {name: {**hosts[name].vars(playbook.BULK), **variables} for name, (variables, _who, _run_as) in KINDS.items()}
    told = {}
    for run, check in (("check", True), ("apply", False), ("again", False), ("check again", True)):
        told[run] = {name: settings_of(results) for name, results in playbook.play(inventory, book=BOOK, check=check).items()}
    return told


@pytest.mark.parametrize("name", KINDS)
def test_predicted_changed_and_then_unchanged(runs, name):
    there = name != "NOWHERE"
    assert [runs[run][name].status for run in runs] == (["ok"] * 4 if there else ["skipped"] * 4), runs["apply"][name].get("msg")
    assert [runs[run][name].get("changed", False) for run in runs] == [there, there, False, False]
    assert runs["check"][name].get("diff") == runs["apply"][name].get("diff")


@pytest.mark.parametrize("name", [name for name in KINDS if name != "NOWHERE"])
def test_who_is_let_in_and_the_identity(runs, hosts, name):
    _variables, who, run_as = KINDS[name]
    launch, access = (0x0B, 0x3) if name == "LOCAL" else (0x1F, 0x7)
    assert scene.stored(hosts[name], scene.MDM, "launch_permission").rights == {(ALLOW, sid): launch for sid in who}
    assert scene.stored(hosts[name], scene.MDM, "access_permission").rights == {(ALLOW, sid): access for sid in who}
    assert scene.tree(hosts[name])[scene.MDM].get("RunAs") == (scene.sz(run_as) if run_as else None)


def test_a_service_is_warned_of_where_it_is_given_an_identity(runs):
    assert "service" in runs["apply"]["SERVED"].sentences and "service" not in runs["apply"]["SERVICE"].sentences


def password(host):
    _name, _counted, raw = stages.secret(host, scene.MDM)
    return raw.decode("utf-16-le")


def test_a_password_is_rotated_by_the_next_run_and_told_nobody(runs, hosts):
    host, new = hosts["USER"], {**USER, "mdm_dcom_run_as_password": "second!Zk3"}
    assert password(host) == "first!Xq7"
    rotated, settled = (settings_of(results_of(host, variables=new)) for _run in range(2))
    assert rotated["changed"] and not settled["changed"] and password(host) == "second!Zk3"
    assert "password: stored, changed" in rotated["diff"]["after"]
    assert not any(word in str([runs, rotated, settled]) for word in ("first!Xq7", "second!Zk3"))


def test_default_takes_the_identity_and_its_password_away(runs, hosts):
    host = hosts["USER"]
    told = settings_of(results_of(host, variables={**USER, "mdm_dcom_state": "default"}))
    assert told["changed"] and set(scene.tree(host)[scene.MDM]) == {""} and stages.secret(host, scene.MDM) is None
