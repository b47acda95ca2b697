# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The counts that ``make test`` closes with."""

from __future__ import annotations

from results import Result, count_property, read_junit

JUNIT = """<testsuites><testsuite name="x">
<testcase name="good"><properties><property name="pytest_ansible" value="fixtures"/></properties></testcase>
<testcase name="bad"><failure message="no"/></testcase>
<testcase name="broken"><error message="oh"/></testcase>
<testcase name="left out"><skipped message="no Windows here"/></testcase>
<testcase name="left out too"><skipped message="no Windows here"/></testcase>
</testsuite></testsuites>"""


def test_junit_is_counted_by_case(tmp_path):
    path = tmp_path / "report.xml"
    path.write_text(JUNIT)
    result = read_junit(path)
    assert (result.passed, result.failed, result.skipped) == (1, 2, 2)
    assert result.notes == ["Skipped (2): no Windows here"]
    assert count_property(path, "pytest_ansible") == {"fixtures": 1}


def test_the_line_is_what_a_ci_reads():
    assert (Result(passed=2, skipped=1) + Result(failed=3)).line() == "2 passed, 3 failed, 1 skipped"
