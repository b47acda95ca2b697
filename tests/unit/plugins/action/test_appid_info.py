# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the appid_info action plugin sends."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("given, sent", [
    (["Administrators", "builtin\\GUESTS", "CONTOSO\\jane", "S-1-5-32-555"], ["S-1-5-32-544", "S-1-5-32-546", "CONTOSO\\jane", "S-1-5-32-555"]),
    ("NETWORK SERVICE", ["S-1-5-20"]),
    ("Everyone, .\\joe", ["S-1-1-0", " .\\joe"]),
])
def test_well_known_principals_travel_as_sids(play, given, sent):
    play.run("appid_info", {"id": "Shop.Till", "principals": given})
    assert play.calls[0]["module_args"] == {"id": "Shop.Till", "principals": sent}
