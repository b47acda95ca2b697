# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: permissions, input
"""Permissions as people write them: every form, and every refusal with its words."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from ansible_collections.wincom.dcom.plugins.plugin_utils._action import is_true
from ansible_collections.wincom.dcom.plugins.plugin_utils._input import BadInput
from ansible_collections.wincom.dcom.plugins.plugin_utils._permission import RIGHTS, WORDS, mask_of, names_of
from ansible_collections.wincom.dcom.plugins.plugin_utils._permission import normalise as normalise_with

DATA = Path(__file__).parents[3] / "data" / "descriptors.json"
BINARY = base64.b64encode(bytes.fromhex(json.loads(DATA.read_text(encoding="utf-8"))[0]["hex"])).decode()
KINDS = ("launch", "access")
SYSTEM = "S-1-5-18"


def normalise(value, kind="launch"):
    return normalise_with(f"{kind}_permission", value, is_true)


def entry(value, kind="launch", form="add"):
    """The one entry that a value comes to."""
    (found,) = normalise({form: value}, kind)[form]
    return found


def refused(value, kind="launch"):
    """The words with which a value is refused."""
    with pytest.raises(BadInput) as caught:
        normalise(value, kind)
    return str(caught.value)


# --- rights and masks ---


@pytest.mark.parametrize(
    ("kind", "rights", "mask"),
    [
        ("launch", ["local_launch"], 0x2),
        ("launch", ["remote_launch"], 0x4),
        ("launch", ["local_activation"], 0x8),
        ("launch", ["remote_activation"], 0x10),
        ("launch", ["local"], 0xA),
        ("launch", ["remote"], 0x14),
        ("launch", ["all"], 0x1E),
        ("launch", ["local", "remote_activation"], 0x1A),
        ("access", ["local_access"], 0x2),
        ("access", ["remote_access"], 0x4),
        ("access", ["local"], 0x2),
        ("access", ["remote"], 0x4),
        ("access", ["all"], 0x6),
    ],
)
def test_rights_are_the_bits_of_the_documentation(kind, rights, mask):
    assert mask_of(kind, rights) == mask
    assert entry({"principal": "joe", "rights": rights}, kind)["mask"] == mask
    assert entry({"principal": "joe", "rights": ", ".join(rights)}, kind)["mask"] == mask


@pytest.mark.parametrize("kind", KINDS)
def test_every_mask_survives_its_names(kind):
    for mask in range(0, 1 << 8):
        known = mask & sum(RIGHTS[kind].values())
        assert mask_of(kind, names_of(kind, mask)) == known


def test_names_come_in_the_order_of_dcomcnfg():
    assert names_of("launch", 0x1F) == ["local_launch", "remote_launch", "local_activation", "remote_activation"]
    assert names_of("access", 0x1F) == ["local_access", "remote_access"]


# --- forms ---


def test_a_bare_name_is_an_allow_whose_rights_are_the_default():
    bare = {"principal": "IIS APPPOOL\\Shop", "type": "allow", "mask": None, "optional": False}
    assert entry("IIS APPPOOL\\Shop") == bare
    assert entry(["IIS APPPOOL\\Shop"]) == bare
    assert entry({"principal": "IIS APPPOOL\\Shop"}) == bare
    assert entry({"principal": "IIS APPPOOL\\Shop", "type": None, "rights": None, "optional": None}) == bare


def test_the_example_of_the_readme():
    rights_of_all = {"type": "allow", "mask": 0x1E}
    value = {
        "set": [
            {"principal": "INTERACTIVE", "rights": "all"},
            {"principal": "SYSTEM", "rights": "all"},
            {"principal": "Administrators", "rights": "all"},
            {"principal": "IWAM_%COMPUTERNAME%", "rights": "all", "optional": True},
        ]
    }
    assert normalise(value)["set"] == [
        {"principal": "S-1-5-4", "optional": False, **rights_of_all},
        {"principal": SYSTEM, "optional": False, **rights_of_all},
        {"principal": "S-1-5-32-544", "optional": False, **rights_of_all},
        {"principal": "IWAM_%COMPUTERNAME%", "optional": True, **rights_of_all},
    ]


def test_add_and_remove_go_together():
    assert set(normalise({"add": "joe", "remove": "Guests"})) == {"add", "remove"}


@pytest.mark.parametrize("value", [{"sddl": "O:BAG:BAD:(A;;0x1f;;;SY)"}, {"binary": BINARY}, {"set": []}, {"add": []}, {"remove": []}])
def test_the_other_forms_pass_as_they_are(value):
    assert normalise(value) == value


@pytest.mark.parametrize("yes", [True, "yes", "true", 1])
def test_default_is_true(yes):
    assert normalise({"default": yes}) == {"default": True}


def test_null_is_not_given():
    assert normalise({"default": True, "set": None, "add": None}) == {"default": True}


@pytest.mark.parametrize(("text", "value"), [(True, True), ("yes", True), ("True", True), ("no", False), (False, False), ("false", False)])
def test_optional_is_a_boolean_as_ansible_reads_it(text, value):
    assert entry({"principal": "joe", "optional": text})["optional"] is value


# --- refusals ---


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({}, "nothing"),
        ({"set": None}, "nothing"),
        ({"add": "a", "set": "b"}, "add or remove and set"),
        ({"remove": "a", "default": True}, "add or remove and default"),
        ({"sddl": "D:", "binary": "AA=="}, "binary and sddl"),
        ({"set": ["a"], "sddl": "D:", "default": "yes"}, "default and sddl and set"),
    ],
)
def test_exclusive_forms(value, found):
    assert refused(value) == f"launch_permission takes add and/or remove, or one of set, sddl, binary, default; found {found}"


@pytest.mark.parametrize("no", [False, "no", "false", 0])
def test_default_false_means_nothing(no):
    assert refused({"default": no}) == "launch_permission: default can only be true; to keep the list, leave the option out"


def test_default_that_is_no_boolean():
    assert "banana" in refused({"default": "banana"})


@pytest.mark.parametrize("text", ["AQA", "A*==", "AQAE gHAA", "\u00e4\u00f6"])
def test_binary_that_is_no_base64(text):
    assert refused({"binary": text}).startswith("launch_permission: binary is not base64 (")


@pytest.mark.parametrize("raw", [b"", b"abc", base64.b64decode(BINARY)[:-1]])
def test_binary_that_is_no_descriptor(raw):
    assert refused({"binary": base64.b64encode(raw).decode()}).startswith("launch_permission: binary is no security descriptor: it")


def test_an_empty_sddl():
    assert refused({"sddl": ""})


@pytest.mark.parametrize(
    ("item", "found"),
    [("", "nothing"), ("  ", "nothing"), ({}, "nothing"), ({"principal": None}, "nothing"), ({"principal": 5}, "a number"), ({"rights": "all"}, "nothing"),
     ({"principal": {"x": 1}}, "a dictionary")],
)  # fmt: skip
def test_entries_without_a_principal(item, found):
    assert refused({"remove": [item]}) == f"launch_permission: remove: an entry needs a principal (a name or a SID), found {found}"


@pytest.mark.parametrize(("word", "found"), [("block", "'block'"), (1, "a number"), (["deny"], "a list")])
def test_unknown_types(word, found):
    expected = f"launch_permission: add: the type of 'joe' is 'allow' or 'deny', not {found}"
    assert refused({"add": [{"principal": "joe", "type": word}]}) == expected


@pytest.mark.parametrize("word", ["Allow", "DENY", " deny "])
def test_a_type_in_any_case(word):
    assert entry({"principal": "joe", "type": word})["type"] == word.strip().lower()


@pytest.mark.parametrize(("kind", "other"), [KINDS, KINDS[::-1]])
def test_rights_of_the_wrong_kind(kind, other):
    for right in RIGHTS[other]:
        message = refused({"set": [{"principal": "joe", "rights": [right]}]}, kind)
        known = ", ".join([*RIGHTS[kind], *WORDS[kind]])
        article = "an" if kind == "access" else "a"
        expected = f"{kind}_permission: set: {right} is no right of {article} {kind} permission ({right} belongs in {other}_permission); rights of 'joe' are {known}"
        assert message == expected


@pytest.mark.parametrize("rights", ["execute", ["local", "far"], "local, far", "local far", "launch"])
def test_rights_that_do_not_exist(rights):
    message = refused({"add": [{"principal": "joe", "rights": rights}]})
    assert "is no right of a launch permission; rights of 'joe' are" in message


@pytest.mark.parametrize(("rights", "found"), [(3, "a number"), (True, "true or false"), ([None], "nothing"), ([["local"]], "a list"), ({"local": True}, "a dictionary")])
def test_rights_that_are_no_texts(rights, found):
    known = ", ".join([*RIGHTS["launch"], *WORDS["launch"]])
    assert refused({"add": [{"principal": "joe", "rights": rights}]}) == f"launch_permission: add: a right of 'joe' is one of {known}, not {found}"


@pytest.mark.parametrize(
    ("kind", "rights", "mask"),
    [
        ("launch", "remote launch", 0x4), ("launch", "Remote-Launch", 0x4), ("launch", ["Local Launch", "LOCAL_ACTIVATION"], 0xA),
        ("launch", "Local Launch, Remote Launch", 0x6), ("launch", "local_launch remote_launch", 0x6), ("access", ["Remote Access"], 0x4),
        ("configuration", "Full Control", 0xF003F), ("launch", ["Local", " all "], 0x1E),
    ],
)  # fmt: skip
def test_rights_as_dcomcnfg_shows_them(kind, rights, mask):
    assert entry({"principal": "joe", "rights": rights}, kind)["mask"] == mask


@pytest.mark.parametrize("rights", [["local_launch, remote_launch"], ["local_launch remote_launch"], ["all", "Local Launch,Remote Launch"]])
def test_several_rights_in_one_text_of_a_list(rights):
    expected = f"launch_permission: add: {rights[-1]!r} is several rights of 'joe' in one text; write a list: [local_launch, remote_launch]"
    assert refused({"add": [{"principal": "joe", "rights": rights}]}) == expected


# --- names ---


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("SERVICE, SYSTEM", "SERVICE, SYSTEM"), ("joe,jane", "joe, jane"), ("CONTOSO\\a, CONTOSO\\b", "CONTOSO\\a, CONTOSO\\b"),
        ("IIS APPPOOL\\a,IIS APPPOOL\\b", "IIS APPPOOL\\a, IIS APPPOOL\\b"), ("NT SERVICE\\a, system", "NT SERVICE\\a, system"),
        ("IIS APPPOOL\\a, S-1-5-18", "IIS APPPOOL\\a, S-1-5-18"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("wrap", [lambda name: name, lambda name: [name], lambda name: {"principal": name}])
def test_several_names_in_one_text(name, parts, wrap):
    assert refused({"add": wrap(name)}) == f"launch_permission: add: {name!r} is several names in one text; write a list: [{parts}]"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("IIS APPPOOL\\\\Shop", "IIS APPPOOL\\\\Shop has two backslashes in a row, of which YAML makes one in double quotes only; write IIS APPPOOL\\Shop"),
        ("CONTOSO/Web Admins", "CONTOSO/Web Admins has a slash, which the name of no account has; write CONTOSO\\Web Admins"),
        ("S-1-5-21-1-2-3-99999999999", "99999999999 is no number of a SID, which are below 4294967296"),
        ("s-1-5-21-4294967296-2-3-4", "4294967296 is no number of a SID, which are below 4294967296"),
        ("S-1-281474976710656-1", "the authority 281474976710656 of a SID is below 281474976710656"),
        ("S-1-5" + 16 * "-1", "a SID has at most 15 numbers after its authority, this one has 16"),
    ],
)
def test_a_name_that_is_surely_mistyped(name, words):
    assert refused({"remove": [name]}) == f"launch_permission: remove: {words}"


@pytest.mark.parametrize(
    "name",
    ["IIS APPPOOL\\Shop, Inc", "IIS APPPOOL\\a/b", "NT SERVICE\\a,b", "S-1-5-21-4294967295-2-3-4", "S-1-0xFFFFFFFFFFFF-1", "S-1-5" + 15 * "-1", ".\\joe", "a@b/c", "S-1-5-x", "S-1-5"],
)
def test_a_name_that_only_the_host_can_know(name):
    assert entry(name)["principal"] == name


@pytest.mark.parametrize("rights", [[], "", "  ", ","])
def test_rights_that_are_empty(rights):
    expected = "launch_permission: add: the rights of 'joe' are empty; leave them out for the default, or remove the entry"
    assert refused({"add": [{"principal": "joe", "rights": rights}]}) == expected


def test_optional_that_is_no_boolean():
    assert refused({"add": [{"principal": "joe", "optional": "banana"}]})


# --- overlap ---


@pytest.mark.parametrize(
    ("add", "remove"),
    [
        ("joe", "JOE"),
        ("SYSTEM", SYSTEM),
        ("NT AUTHORITY\\SYSTEM", "system"),
        ({"principal": "joe", "rights": "all"}, {"principal": "joe", "rights": "local_launch"}),
        ({"principal": "joe", "type": "deny"}, {"principal": "joe", "type": "deny", "rights": "remote"}),
    ],
)
def test_adding_and_removing_the_same_rights(add, remove):
    assert "add and remove both name rights of" in refused({"add": add, "remove": remove})


@pytest.mark.parametrize(
    ("add", "remove"),
    [
        ("joe", "jane"),
        ("joe", {"principal": "joe", "type": "deny"}),
        ({"principal": "joe", "rights": "local"}, {"principal": "joe", "rights": "remote"}),
    ],
)
def test_adding_and_removing_different_rights(add, remove):
    assert set(normalise({"add": add, "remove": remove})) == {"add", "remove"}


def test_adding_the_default_rights_and_removing_the_others():
    assert normalise({"add": "joe", "remove": {"principal": "joe", "rights": "remote"}})
