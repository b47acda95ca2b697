# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: input
"""Options that there are not, and values of the wrong kind: told by name, with the likeliest meant, and never by value."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ansible_collections.wincom.dcom.plugins.plugin_utils._input import OPTIONS, BadInput, Below, check

MODULES = Path(__file__).parents[4] / "plugins" / "modules"
SECRET = "Kx1-told-nobody!"
ALL_OF_A_LIST = "add, remove, set, sddl, binary, default"


def refused(module, **args):
    with pytest.raises(BadInput) as caught:
        check(module, args)
    assert SECRET not in str(caught.value)
    return str(caught.value)


# --- the table is that of the documentation ---


def documented(options):
    """The options of a documentation, as the table has them; an entry of a permission is described in words there."""
    return {name: documented(option["suboptions"]) if "suboptions" in option else option["type"] for name, option in options.items()}


def tabled(options):
    return {name: tabled(takes.options) if isinstance(takes, Below) and takes.kind in ("dict", "list of dict") else takes for name, takes in options.items()}


def same(table, documentation):
    """Names and their order, and kinds where the documentation has one."""
    assert list(table) == list(documentation)
    for name, kind in documentation.items():
        if isinstance(kind, dict):
            same(table[name], kind)
        elif isinstance(table[name], str) and kind not in ("raw", "path"):
            assert table[name] == kind, name


@pytest.mark.parametrize("module", sorted(path.stem for path in MODULES.glob("*.yml")))
def test_every_option_is_in_the_table_and_no_other(module):
    documentation = documented(yaml.safe_load((MODULES / f"{module}.yml").read_text(encoding="utf-8"))["DOCUMENTATION"].get("options") or {})
    same(tabled(OPTIONS[module]), documentation)


# --- unknown options ---


@pytest.mark.parametrize(
    ("module", "args", "text"),
    [
        ("appid", {"launch_permisson": {"add": SECRET}}, "launch_permisson: did you mean launch_permission?"),
        ("appid", {"run_as_passwrd": SECRET}, "run_as_passwrd: did you mean run_as_password?"),
        ("appid", {"Launch-Permission": None}, "Launch-Permission: did you mean launch_permission?"),
        ("appid", {"launch_permission": {"ad": [SECRET]}}, "launch_permission: ad: did you mean add?"),
        ("appid", {"launch_permission": {"add": {"principle": SECRET}}}, "launch_permission: add: principle: did you mean principal?"),
        ("appid", {"flags": {"run_as": SECRET}}, "flags: run_as goes beside flags, not below it"),
        ("appid", {"executables": {"sets": [SECRET]}}, "executables: sets: did you mean set?"),
        ("appid", {"flags": {"removed": [SECRET]}}, "flags: removed: did you mean remove?"),
        ("appid", {"enable_dcom": SECRET}, "enable_dcom is an option of wincom.dcom.machine"),
        ("appid", {"run_ass": SECRET}, "run_ass: did you mean run_as?"),
        ("appid", {"sddl": SECRET}, "sddl goes below launch_permission or access_permission or configuration_permission"),
        ("appid", {"launch_permission": {"run_as_password": SECRET}}, "launch_permission: run_as_password goes beside launch_permission, not below it"),
        ("appid", {"launch_permission": {"rights": SECRET}}, "launch_permission: rights goes below add or remove or set"),
        ("appid", {"launch_permission": {"who": SECRET}}, f"launch_permission has no who; it takes {ALL_OF_A_LIST}"),
        ("appid", {"launch_permission": {"set": ["a", {"who": SECRET, 5: SECRET}]}},
         "launch_permission: set: an entry has no option whose name is no word; it is not shown, for it may hold a value; "
         "launch_permission: set: an entry has no who; it takes principal, type, rights, optional"),
        ("appid", {"run_as_password:" + SECRET: None}, "run_as_password: a blank is missing after the colon"),
        ("appid", {"password=" + SECRET: None}, "wincom.dcom.appid has no option whose name is no word; it is not shown, for it may hold a value"),
        ("machine", {"launch_limit": {"default": True}}, "launch_limit has no default; it takes add, remove, set, sddl, binary"),
        ("machine", {"display_name": SECRET}, "display_name is an option of wincom.dcom.appid"),
        ("machine", {"access_limits": SECRET}, "access_limits: did you mean access_limit?"),
        ("server", {"stat": SECRET}, "stat: did you mean state?"),
        ("appid_info", {"principal": SECRET}, "principal: did you mean principals?"),
        ("machine_info", {"gather": SECRET}, "wincom.dcom.machine_info has no gather; it takes no options"),
        ("denial_info", {"event_id": SECRET}, "event_id: did you mean event_ids?"),
        ("baseline", {"launch_permission": SECRET}, "launch_permission goes below appids"),
        ("baseline", {"allow_lockout": True}, "allow_lockout goes below machine or appids"),
        ("baseline", {"machine": {"acces_limit": SECRET}}, "machine: acces_limit: did you mean access_limit?"),
        ("baseline", {"appids": [{"id": "a"}, {"id": "b", "run_as_passwrd": SECRET}]}, "appids, entry 2 (b): run_as_passwrd: did you mean run_as_password?"),
        ("baseline", {"appids": [{"id": "a", "lock_timeout": 5}]}, "appids, entry 1 (a): lock_timeout goes beside appids, not below it"),
        ("baseline", {"machine": {"lock_timeout": 5}}, "machine: lock_timeout goes beside machine, not below it"),
        ("baseline", {"appids": [{"access_permission": {"add": [{"user": SECRET}]}}]}, "appids, entry 1: access_permission: add: an entry has no user; it takes"),
    ],
)  # fmt: skip
def test_an_unknown_option_is_told_with_what_was_meant(module, args, text):
    assert refused(module, **args).startswith(text)


def test_all_of_a_task_are_told_at_once_in_the_order_of_the_table():
    text = refused("appid", access_permission={"sett": []}, colour="blue", run_as_pasword="x", launch_permission={"adds": []})
    assert text.startswith("run_as_pasword: did you mean run_as_password? wincom.dcom.appid has no colour; it takes id, runs_as, state, register_with, ")
    assert text.endswith("lock_timeout; launch_permission: adds: did you mean add? access_permission: sett: did you mean set?")


def test_an_unknown_option_without_a_value_is_told_too():
    assert refused("appid", launch_permission={"grant": None, "add": "joe"}) == f"launch_permission has no grant; it takes {ALL_OF_A_LIST}"


# --- wrong kinds ---


@pytest.mark.parametrize(
    ("module", "args", "text"),
    [
        ("baseline", {"appids": SECRET}, "appids is a list of dictionaries, not a text"),
        ("baseline", {"appids": {"id": SECRET}}, "appids is a list of dictionaries, not a dictionary"),
        ("baseline", {"appids": [SECRET]}, "appids, entry 1 is a dictionary with the options of wincom.dcom.appid, not a text"),
        ("baseline", {"appids": [{"id": {"runs_as": SECRET}}]}, "appids, entry 1: id is a text, not a dictionary"),
        ("baseline", {"machine": [SECRET]}, "machine is a dictionary with the options of wincom.dcom.machine, not a list"),
        ("appid", {"launch_permission": SECRET}, f"launch_permission is a dictionary with {ALL_OF_A_LIST}, not a text"),
        ("appid", {"launch_permission": [SECRET]}, f"launch_permission is a dictionary with {ALL_OF_A_LIST}, not a list"),
        ("appid", {"launch_permission": 7}, f"launch_permission is a dictionary with {ALL_OF_A_LIST}, not a number"),
        ("appid", {"launch_permission": True}, f"launch_permission is a dictionary with {ALL_OF_A_LIST}, not true or false"),
        ("appid", {"launch_permission": {"add": [["joe"]]}}, "launch_permission: add: an entry is a name or a dictionary, not a list"),
        ("appid", {"launch_permission": {"add": [None]}}, "launch_permission: add: an entry is a name or a dictionary, not nothing"),
        ("appid", {"launch_permission": {"add": 7}}, "launch_permission: add: an entry is a name or a dictionary, not a number"),
        ("appid", {"launch_permission": {"sddl": [SECRET]}}, "launch_permission: sddl is a text, not a list"),
        ("appid", {"run_as_password": {SECRET: None}}, "run_as_password is a text, not a dictionary"),
        ("appid", {"run_as_password": [SECRET]}, "run_as_password is a text, not a list"),
        ("appid", {"verify_password": [SECRET]}, "verify_password is true or false, not a list"),
        ("appid", {"id": [SECRET]}, "id is a text, not a list"),
        ("appid", {"flags": [SECRET]}, "flags is a dictionary with add, remove, set, default, not a list"),
        ("appid", {"classes": {"add": SECRET}}, "classes is a list, not a dictionary"),
        ("appid", {"classes": [{"add": SECRET}]}, "classes is a list of texts or numbers, not of a dictionary"),
    ],
)
def test_a_wrong_kind_is_told_without_the_value(module, args, text):
    assert refused(module, **args) == text


@pytest.mark.parametrize(
    ("module", "args"),
    [
        ("appid", {"id": 7, "launch_permission": {"add": "joe", "remove": [{"principal": "joe"}, "jane"]}, "classes": "x", "endpoints": 5, "lock_timeout": 9}),
        ("appid", {"runs_as": "joe", "launch_permission": None, "flags": {"add": 1}, "display_name": 5, "verify_password": "yes"}),
        ("machine", {"rpc_ports": 5000, "lock_timeout": 9}),
        ("baseline", {"machine": None, "appids": [{"id": "x", "executables": {"add": "x.exe"}}], "lock_timeout": 9}),
        ("machine_info", {}),
    ],
)
def test_what_may_be(module, args):
    check(module, args)
