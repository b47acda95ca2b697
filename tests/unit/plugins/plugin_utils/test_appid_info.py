# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which list exempts an AppID from the activation check."""

from __future__ import annotations

import pytest
from ansible_collections.wincom.dcom.plugins.plugin_utils._appid_info import Host

APPID = "{0C0A3666-30C9-11D0-8F20-00805F2CD064}"
OTHER = "{00000000-0000-0000-0000-000000000001}"
ALLOW = "AllowLocalActivationSecurityCheckExemptionList"


@pytest.mark.parametrize("policy, local, settings, expected", [
    ({}, {}, {}, ""),
    ({APPID.lower(): "1"}, {}, {}, "Group Policy"),
    ({APPID: "0"}, {APPID: "1"}, {ALLOW: "1"}, ""),          # always checked, whatever the computer's list says
    ({}, {APPID: "1"}, {}, "this computer"),
    ({}, {APPID: "0"}, {}, ""),
    ({OTHER: "1"}, {APPID: "1"}, {}, ""),                    # the policy's list hides the computer's
    ({OTHER: "1"}, {APPID: "1"}, {ALLOW: "1"}, "this computer"),
    ({}, {APPID: "1"}, {ALLOW: "0"}, ""),
])
def test_exemptions(policy, local, settings, expected):
    host = Host(names={}, orphans=set(), machine={}, exemptions={"policy": policy, "local": local, "settings": settings}, callers=[])
    assert host.exempts(APPID) == expected
