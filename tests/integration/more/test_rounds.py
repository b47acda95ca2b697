# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: failures and turns
"""Ten tasks at once, twenty times."""

from test_turns import play_rounds


def test_twenty_rounds_lose_nothing(new_host):
    play_rounds(new_host("TURN20"), 20)
