# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""baseline is documented by the modules whose options it takes."""

import baseline_doc


def test_the_documentation_of_baseline_is_up_to_date():
    assert (baseline_doc.MODULES / "baseline.yml").read_text(encoding="utf-8") == baseline_doc.text(), "run make docs"


def test_references_mean_options_of_baseline():
    part = {"description": ["O(sddl) and O(wincom.dcom.server#module:id), see RV(previous)."]}
    assert baseline_doc._referring(part, "appid") == {
        "description": ["O(appids[].sddl) and O(wincom.dcom.server#module:id), see RV(wincom.dcom.appid#module:previous)."]}
