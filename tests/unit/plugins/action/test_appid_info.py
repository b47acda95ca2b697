# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: input, reading
"""What the appid_info action plugin sends, and how it names what comes back."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleActionFail


@pytest.mark.parametrize("given, sent", [
    (["Administrators", "builtin\\GUESTS", "CONTOSO\\jane", "S-1-5-32-555"], ["S-1-5-32-544", "S-1-5-32-546", "CONTOSO\\jane", "S-1-5-32-555"]),
    ("NETWORK SERVICE", ["S-1-5-20"]),
    ("Everyone, .\\joe", ["S-1-1-0", ".\\joe"]),
])
def test_well_known_principals_travel_as_sids(play, given, sent):
    play.run("appid_info", {"id": "Shop.Till", "principals": given})
    assert play.calls[0]["module_args"] == {"id": "Shop.Till", "principals": sent}


def test_principals_come_back_by_the_names_that_were_asked(play, monkeypatch):
    read: list = []
    monkeypatch.setattr("ansible_collections.wincom.dcom.plugins.action.appid_info.read_info", lambda result, _gather: read.extend(result["callers"]))
    sids = ["S-1-5-18", "S-1-5-21-1-2-3-1001"]
    play.result["callers"] = [{"name": sid, "sid": sid, "groups": [], "unknown": ""} for sid in sids]
    play.run("appid_info", {"id": "Shop.Till", "principals": ["System", ".\\joe"]})
    assert [(caller["name"], caller["sid"]) for caller in read] == list(zip(["System", ".\\joe"], sids))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("IIS APPPOOL\\\\Shop", "IIS APPPOOL\\\\Shop has two backslashes in a row, of which YAML makes one in double quotes only; write IIS APPPOOL\\Shop."),
        ("CONTOSO/jane", "CONTOSO/jane has a slash, which the name of no account has; write CONTOSO\\jane."),
    ],
)
def test_a_principal_that_is_surely_mistyped(play, name, words):
    with pytest.raises(AnsibleActionFail) as caught:
        play.run("appid_info", {"principals": ["SYSTEM", name]})
    assert str(caught.value) == f"principals: {words}" and play.calls == []
