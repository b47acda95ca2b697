# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The counts that ``make test`` closes with."""

from __future__ import annotations

import os

import pester
import pytest
import run_pytest
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


@pytest.mark.parametrize(
    ("text", "code", "counts"),
    [
        ('{"Passed": 3, "Failed": 0, "Skipped": 1}', 0, (3, 0, 1)),
        ('{"Passed": 3, "Failed": 2, "Skipped": 0}', 1, (3, 2, 0)),
        ('{"Passed": 0, "Failed": 0, "Skipped": 0}', 0, (0, 1, 0)),  # nothing ran
        ('{"Passed": 3, "Failed": 0, "Skipped": 0}', 1, (3, 1, 0)),  # it broke after the tests
        (None, 0, (0, 1, 0)),
    ],
)
def test_pester_without_a_good_report_has_failed(tmp_path, text, code, counts):
    report = tmp_path / "pester.json"
    if text:
        report.write_text(text)
    result = pester.verdict(report, code)
    assert (result.passed, result.failed, result.skipped) == counts


@pytest.mark.parametrize(
    ("sample", "counts"),
    [
        ("def test_good(): pass\ndef test_bad(): assert 0\n", (1, 1, 0)),
        ("import pytest\ndef test_out(): pytest.skip('no Windows')\n", (0, 0, 1)),
        ("", (0, 1, 0)),  # no test
        ("import nonsense_that_is_not_there\n", (0, 1, 0)),
    ],
)
def test_a_pytest_stage_is_counted(tmp_path, monkeypatch, sample, counts):
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_sample.py").write_text(sample)
    monkeypatch.setattr(run_pytest, "ROOT", tmp_path)
    monkeypatch.setattr(run_pytest, "OUTPUT", tmp_path)
    result = run_pytest.run_pytest("sample", "tests", minutes=1)
    assert (result.passed, result.failed, result.skipped) == counts


def test_one_file_and_one_test_of_it_are_counted(tmp_path, monkeypatch):
    (tmp_path / "test_sample.py").write_text("def test_good(): pass\ndef test_bad(): assert 0\n")
    monkeypatch.setattr(run_pytest, "ROOT", tmp_path)
    monkeypatch.setattr(run_pytest, "OUTPUT", tmp_path)
    for part, passed, failed in (("test_sample.py", 1, 1), ("test_sample.py::test_good", 1, 0), ("test_other.py", 0, 1)):
        result = run_pytest.run_pytest("sample", part, minutes=1, workers=2)
        assert (result.passed, result.failed) == (passed, failed)


def test_a_stage_that_hangs_is_ended(capfd):
    assert run_pytest.run_limited(["sleep", "60"], dict(os.environ), minutes=0.01) < 0
    assert "was ended" in capfd.readouterr().out
