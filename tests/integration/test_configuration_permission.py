# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: permissions
"""Who may change an AppID itself: the access list of its key, read back with PowerShell's own means."""

import playbook
import pytest
import scene
from scene import class_guid, guid

NEW = guid(7)
OPERATORS = {"principal": "BUILTIN\\Server Operators", "rights": "all"}


def access_list(host, appid):
    return scene.key_security(host, appid)[appid]


@pytest.fixture(scope="module")
def keys(host):
    host.import_registry([*scene.app(guid(1), "First"), *scene.app(guid(2), "Second"), scene.text(scene.CLASSES + "\\" + class_guid(7), "", "Shop.Till")])
    return host


def configure(permission, **more):
    return playbook.appids([{"id": guid(1), "configuration_permission": permission, **more}])


def test_add(keys, run):
    before = access_list(keys, guid(1))
    [check] = run([configure({"add": [OPERATORS]})], check=True)
    assert check["changed"] and access_list(keys, guid(1)) == before
    added, again = run([configure({"add": [OPERATORS]}), configure({"add": [OPERATORS]})])
    assert added.status == "ok" and added["changed"] and not again["changed"] and added["diff"] == check["diff"]
    after = access_list(keys, guid(1))
    assert "KA;;;SO)" in after and added["restorable"]


def test_back_to_what_is_inherited(keys, run):
    """Nothing of its own is left. Wine passes nothing down from the key above, so here nobody may read it any more."""
    added, back = run([configure({"add": [OPERATORS]}, id=guid(2)), configure({"default": True}, id=guid(2))])
    assert added.status == "ok" and added["changed"], added
    assert back.status == "ok" and back["changed"] and back["restorable"], back
    with pytest.raises(AssertionError, match="access is not allowed"):
        access_list(keys, guid(2))


def test_of_an_appid_that_is_made(keys, run):
    """Its key is there only after the first of its values was written."""
    made = {"id": NEW, "display_name": "Shop", "classes": [class_guid(7)], "configuration_permission": {"add": [OPERATORS]}}
    [created, again] = run([playbook.appids([made, made])])
    assert created.status == "ok" and created["changed"] and not again["changed"], (created, again)
    assert "KA;;;SO)" in access_list(keys, NEW) and "" in scene.tree(keys)[NEW]


def test_what_locks_administrators_out_is_refused(keys, run):
    before = access_list(keys, guid(1))
    [refused] = run([configure({"set": [OPERATORS]})])
    assert refused.status == "failed" and "allow_lockout" in refused["msg"] and access_list(keys, guid(1)) == before
