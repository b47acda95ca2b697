# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The table of features and stages in docs/testing.md is that of the tests."""

from __future__ import annotations

import features
import pytest

FILES = [path for paths in features.files().values() for path in paths]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(features.TESTS)))
def test_each_file_says_what_it_tests(path):
    named = features.features_of(path)
    assert named and set(named) <= set(features.FEATURES), f"'# Features:' names {named}; one or more of {', '.join(features.FEATURES)}"


def test_the_guide_has_the_table_of_now():
    assert features.GUIDE.read_text(encoding="utf-8") == features.text(), "make docs"


def test_each_feature_is_tested_on_a_host():
    rows = {cells[1].strip(): cells[2:-1] for cells in (line.split("|") for line in features.table().splitlines()[2:])}
    stages = list(features.STAGES)
    assert set(rows) == set(features.FEATURES)
    assert [feature for feature, cells in rows.items() if not cells[stages.index("integration")].strip()] == []
