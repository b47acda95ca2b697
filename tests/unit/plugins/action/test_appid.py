# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: input
"""What the appid action plugin refuses before the host is reached, and what it makes of a result."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ansible.errors import AnsibleActionFail
from ansible_collections.wincom.dcom.plugins.plugin_utils import _words

ID = "{0C0A3666-30C9-11D0-8F20-00805F2CD064}"
KEYWORDS = ("launching_user", "interactive_user", "local_service", "network_service", "system")

MODULES = Path(__file__).parents[4] / "plugins" / "modules"


def refused(play, **args):
    """The words with which a task is refused; the host was not reached."""
    with pytest.raises(AnsibleActionFail) as caught:
        play.run("appid", {"id": ID, **args})
    assert play.calls == []
    return str(caught.value)


@pytest.mark.parametrize("option", ["launch_permission", "access_permission"])
def test_permissions_are_written_out(play, option):
    play.run("appid", {"id": ID, option: {"add": "joe"}})
    assert play.calls[0]["module_args"][option] == {"add": [{"principal": "joe", "type": "allow", "mask": None, "optional": False}]}


def test_a_refusal_is_a_sentence_that_names_the_option(play):
    text = refused(play, access_permission={"add": [{"principal": "joe", "rights": "local_launch"}]})
    assert text.startswith("access_permission: add: local_launch is no right of ")
    assert text.endswith(".")


# --- register_with ---


@pytest.mark.parametrize("guid", [ID, ID.strip("{}"), ID.lower()])
def test_registration_takes_a_guid(play, guid):
    play.run("appid", {"id": guid, "register_with": ["C:\\mdm.exe"]})
    assert play.calls[0]["module_args"]["id"] == guid


@pytest.mark.parametrize("name", ["mdm.exe", "Machine Debug Manager", ID[:-3], ID + "0"])
def test_registration_of_anything_else(play, name):
    expected = f"register_with needs a GUID as id (the AppID or a CLSID), not {name!r}: only a GUID is known before registration."
    assert refused(play, id=name, register_with=["C:\\mdm.exe"]) == expected


def test_a_name_is_fine_without_registration(play):
    play.run("appid", {"id": "mdm.exe", "register_with": None})
    assert len(play.calls) == 1


# --- run_as ---


@pytest.mark.parametrize("who", [*KEYWORDS, "SYSTEM", "CONTOSO\\svc", ".\\svc", "svc@contoso.test", None])
def test_identities_that_may_be(play, who):
    play.run("appid", {"id": ID, "run_as": who})
    assert play.calls[0]["module_args"]["run_as"] == who


@pytest.mark.parametrize("who", ["CONTOSO\\gmsa$", "WEB01$"])
def test_accounts_without_a_password(play, who):
    assert refused(play, run_as=who).startswith(f"run_as: {who!r} is a managed or computer account, which has no password that COM could keep")


@pytest.mark.parametrize("who", ["IIS APPPOOL\\Shop", "iis apppool\\x", "NT SERVICE\\W3SVC"])
def test_virtual_accounts(play, who):
    assert refused(play, run_as=who) == f"run_as: {who!r} is a virtual account, which COM can't log on; it is fine as a principal in a permission."


@pytest.mark.parametrize("who", ["Administrators", "BUILTIN\\Users", "Everyone"])
def test_groups(play, who):
    assert refused(play, run_as=who) == f"run_as: {who!r} is not the account of a user; keywords are {', '.join(KEYWORDS)}."


@pytest.mark.parametrize(
    ("name", "keyword"),
    [
        ("Interactive User", "interactive_user"), ("The interactive user", "interactive_user"), ("The interactive user.", "interactive_user"),
        ("interactive-user", "interactive_user"), ("INTERACTIVE", "interactive_user"), ("The launching user", "launching_user"), ("LocalSystem", "system"),
        ("Local System", "system"), ("The system account", "system"), ("The system account (services only).", "system"), ("NT AUTHORITY\\SYSTEM", "system"),
        ("S-1-5-18", "system"), ("NT AUTHORITY\\LocalService", "local_service"), ("nt authority\\local service", "local_service"),
        ("NetworkService", "network_service"), ("Network Service", "network_service"), ("s-1-5-20", "network_service"),
    ],
)  # fmt: skip
def test_identities_as_windows_calls_them(play, name, keyword):
    assert refused(play, run_as=name) == f"run_as: {name!r} is the identity whose keyword is {keyword}; write run_as: {keyword}."
    with pytest.raises(AnsibleActionFail, match="^runs_as is the name of a user, whose password changes"):
        play.run("appid", {"runs_as": name, "run_as_password": "x"})


@pytest.mark.parametrize("name", ["This user", "This user."])
def test_the_user_of_dcomcnfg(play, name):
    assert refused(play, run_as=name) == f"run_as: {name!r} is what dcomcnfg calls any user; write the name of the one that is meant, such as CONTOSO\\svc-shop."


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("CONTOSO\\\\svc", "CONTOSO\\\\svc has two backslashes in a row, of which YAML makes one in double quotes only; write CONTOSO\\svc."),
        ("CONTOSO/svc", "CONTOSO/svc has a slash, which the name of no account has; write CONTOSO\\svc."),
        ("S-1-5-21-1-2-3-99999999999", "99999999999 is no number of a SID, which are below 4294967296."),
    ],
)
def test_users_that_are_surely_mistyped(play, name, words):
    assert refused(play, run_as=name) == f"run_as: {words}"
    with pytest.raises(AnsibleActionFail) as caught:
        play.run("appid", {"runs_as": name, "run_as_password": "x"})
    assert str(caught.value) == f"runs_as: {words}" and play.calls == []


@pytest.mark.parametrize("arguments", [{}, {"id": ID, "runs_as": "CONTOSO\\joe", "run_as_password": "x"}])
def test_an_appid_or_those_of_a_user(play, arguments):
    with pytest.raises(AnsibleActionFail, match="^give id, which leads to one AppID, or runs_as"):
        play.run("appid", arguments)


def test_all_appids_of_a_user_are_declared_to_run_as_that_user(play):
    play.run("appid", {"runs_as": "CONTOSO\\joe", "run_as_password": "x"})
    assert play.calls[0]["module_args"] == {"runs_as": "CONTOSO\\joe", "run_as": "CONTOSO\\joe", "run_as_password": "x"}


@pytest.mark.parametrize("name", ["", "  "])
def test_an_empty_id(play, name):
    with pytest.raises(AnsibleActionFail, match="^id is empty;"):
        play.run("appid", {"id": name})
    assert not play.calls


# --- removal ---


def test_a_removal_takes_no_settings(play):
    text = refused(play, state="absent", run_as="system", allow_lockout=True)
    assert text.endswith("goes with id, state, missing, force, override_key_protection, lock_timeout only, found allow_lockout, run_as.")


def test_a_removal(play):
    arguments = {"id": ID, "state": "absent", "missing": "skip", "force": True, "run_as": None}
    play.run("appid", arguments)
    assert play.calls[0]["module_args"] == arguments


# --- executables ---


@pytest.mark.parametrize("executables", [{"add": ["mdm.exe"]}, {"set": []}, {"add": "mdm.exe", "remove": ["a b.exe"]}, None])
def test_executables_that_may_be(play, executables):
    play.run("appid", {"id": ID, "executables": executables})
    assert play.calls[0]["module_args"]["executables"] == executables


@pytest.mark.parametrize("name", ["C:\\mdm.exe", "x/mdm.exe", "*.exe", "mdm?.exe", "a:b.exe", "", "  ", '"mdm.exe"'])
@pytest.mark.parametrize("form", ["add", "set"])
def test_executables_that_are_no_file_names(play, form, name):
    assert refused(play, executables={form: [name]}) == f"executables: {form}: {name!r} is not a file name; give the name alone, such as mdm.exe."


def test_an_executable_that_is_added_and_removed(play):
    assert refused(play, executables={"add": ["mdm.exe"], "remove": ["MDM.EXE"]})


# --- lists and texts ---

PORT, CLSID = "ncacn_ip_tcp,0,5000", "{C0000000-0000-0000-0000-000000000001}"


@pytest.mark.parametrize("endpoints", [PORT, "default", "Default", [PORT], ["DEFAULT"], [PORT, "ncacn_ip_tcp,0,65535"]])
def test_endpoints_go_as_a_list(play, endpoints):
    play.run("appid", {"id": ID, "endpoints": endpoints})
    expected = endpoints if isinstance(endpoints, list) else [endpoints]
    assert play.calls[0]["module_args"]["endpoints"] == [one.lower() for one in expected]


@pytest.mark.parametrize("endpoints", [5000, "", f"{PORT},{PORT}", [PORT, "80"], [None]])
def test_what_is_no_endpoint(play, endpoints):
    assert "is no endpoint; write ncacn_ip_tcp,0,PORT" in refused(play, endpoints=endpoints)


def test_no_endpoints(play):
    assert refused(play, endpoints=[]) == "endpoints is empty; default takes the value away."
    assert refused(play, endpoints=["Default", PORT]).startswith("endpoints: default stands alone")


def test_classes_go_as_a_list(play):
    play.run("appid", {"id": ID, "classes": CLSID})
    assert play.calls[0]["module_args"]["classes"] == [CLSID]


@pytest.mark.parametrize("classes", [5, "", CLSID.strip("{}"), f"{CLSID},{CLSID}", [CLSID, 5]])
def test_what_is_no_class(play, classes):
    assert "is no CLSID; write it as {xxxxxxxx-" in refused(play, classes=classes)


@pytest.mark.parametrize("surrogate", ["", "  "])
def test_a_surrogate_without_a_name(play, surrogate):
    assert refused(play, dll_surrogate=surrogate).startswith("dll_surrogate is empty; system is the surrogate of Windows")


@pytest.mark.parametrize("service", ["M*", "MD?", "[M]DM"])
def test_a_service_name_is_no_pattern(play, service):
    """Windows allows all but slashes in it."""
    play.run("appid", {"id": ID, "service": service})
    assert play.calls[0]["module_args"]["service"] == service


# --- words in any case ---


@pytest.mark.parametrize(
    ("option", "given", "word"),
    [
        ("authentication_level", "Packet", "packet"),
        ("preferred_server_bitness", "Match_Client", "match_client"),
        ("preferred_server_bitness", 32, 32),
        ("state", "Present", "present"),
        ("missing", "SKIP", "skip"),
        ("activate_at_storage", "True", "true"),
        ("activate_at_storage", "no", "false"),
        ("activate_at_storage", True, "true"),
        ("activate_at_storage", "Default", "default"),
        ("activate_at_storage", "sometimes", "sometimes"),
        ("display_name", "Default", "default"),
        ("display_name", "System", "System"),
        ("dll_surrogate", "System", "system"),
        ("dll_surrogate", "DEFAULT", "default"),
        ("dll_surrogate", "C:\\Shop.exe", "C:\\Shop.exe"),
        ("service", "Default", "default"),
    ],
)
def test_words_are_spelt_as_the_module_does(play, option, given, word):
    play.run("appid", {"id": ID, option: given})
    assert play.calls[0]["module_args"][option] == word


def test_a_removal_in_any_case_takes_no_settings(play):
    assert refused(play, state="Absent", run_as="system").endswith("found run_as.")


def test_words_of_a_baseline(play):
    play.run("baseline", {"machine": {"default_authentication_level": "Packet"}, "appids": [{"id": ID, "authentication_level": "Call"}]})
    assert play.calls[0]["module_args"]["machine"] == {"default_authentication_level": "packet"}
    assert play.calls[0]["module_args"]["appids"] == [{"id": ID, "authentication_level": "call"}]


@pytest.mark.parametrize("module", ["appid", "machine"])
def test_every_option_with_choices_is_in_the_table(module):
    documentation = yaml.safe_load((MODULES / f"{module}.yml").read_text(encoding="utf-8"))["DOCUMENTATION"]
    with_choices = {name for name, option in documentation["options"].items() if "choices" in option}
    assert with_choices <= {*_words.CHOICES, *_words.SWITCHES}


# --- results ---


@pytest.mark.parametrize("diff", [False, True])
def test_the_diff_follows_the_task(play, diff):
    before, after = ({"identity": who, "password": False} for who in ("launching_user", "interactive_user"))
    setting = {"appid": ID, "name": "run_as", "before": before, "after": after}
    play.result = {"changed": True, "appid": ID, "settings": [setting], "skipped_principals": []}
    result = play.run("appid", {"id": ID, "run_as": "interactive_user"}, diff=diff)
    assert ("diff" in result) is diff
    assert result["previous"] == {"run_as": "launching_user"}
    assert not {"settings", "names", "results", "failed", "started", "finished"} & set(result)


def test_a_warning_names_each_principal_once(play):
    data = {"default": False, "problem": "", "disorder": False, "entries": [], "owner": "", "group": "", "binary": ""}
    data["unmanaged"] = [{"what": "conditional entry", "sid": "S-1-5-32-545"}]
    setting = {"appid": ID, "name": "launch_permission", "before": data, "after": data}
    play.result = {"changed": False, "appid": ID, "settings": [setting], "skipped_principals": []}
    (warning,) = play.run("appid", {"id": ID, "launch_permission": {"set": []}})["warnings"]
    assert warning.endswith("they stay: conditional entry for BUILTIN\\Users (S-1-5-32-545)")
