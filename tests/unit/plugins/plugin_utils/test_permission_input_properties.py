# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: permissions, input
"""What must hold for every declaration, whoever thought of it."""

from __future__ import annotations

import pytest
from ansible_collections.wincom.dcom.plugins.plugin_utils._action import is_true
from ansible_collections.wincom.dcom.plugins.plugin_utils._input import BadInput, check
from ansible_collections.wincom.dcom.plugins.plugin_utils._permission import FORMS, RIGHTS, WORDS, mask_of, names_of, normalise

pytest.importorskip("hypothesis", reason="Hypothesis is not installed")

from hypothesis import given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

KIND = st.sampled_from(["launch", "access"])
PRINCIPAL = st.sampled_from(["joe", "SYSTEM", "S-1-5-18", "builtin\\administrators", ".\\jane", "IWAM_%COMPUTERNAME%"])
KEY = st.text(max_size=3) | st.sampled_from([*FORMS, "principal", "rights", "type", "optional"])
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 9) | st.text(max_size=4) | st.sampled_from([*FORMS, *WORDS["launch"], "principal", "deny", "rights"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY, inner, max_size=3),
    max_leaves=8,
)


@given(kind=KIND, principal=PRINCIPAL, optional=st.booleans(), deny=st.booleans(), data=st.data())
def test_short_and_long_forms_mean_the_same(kind, principal, optional, deny, data):
    rights = data.draw(st.lists(st.sampled_from([*RIGHTS[kind], *WORDS[kind]]), min_size=1))
    option = f"{kind}_permission"
    long = {"principal": principal, "type": "deny" if deny else "allow", "rights": names_of(kind, mask_of(kind, rights)), "optional": optional}
    short = {"principal": principal, "rights": " ".join(reversed(rights)), "optional": "yes" if optional else "no"}
    if deny:
        short["type"] = "deny"
    assert normalise(option, {"set": [long]}, is_true) == normalise(option, {"set": short}, is_true)


@given(kind=KIND, value=JUNK)
def test_junk_is_refused_and_never_breaks(kind, value):
    option = f"{kind}_permission"
    try:
        check("appid", {option: value})
        found = normalise(option, value, is_true) if value is not None else {"default": True}
    except BadInput as error:
        assert str(error).startswith(option) or "boolean" in str(error)
    else:
        assert found and set(found) <= set(FORMS)
