# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which stages ``make test`` runs, and which part of each."""

from __future__ import annotations

import gates
import pytest
import test as stages


def selected(names: str | None = None, part: str | None = None) -> dict[str, str]:
    return {stage.name: path for stage, path in stages.select(stages.stages(), names, part)}


def test_all_stages_run_but_more():
    assert list(selected()) == ["units", "pester", "lab", "integration", "gates"]


def test_named_stages_run_as_a_whole():
    assert selected("gates,units") == {"units": "tests/unit", "gates": "gates"}


def test_quick_is_units_pester_and_the_main_job():
    assert selected("quick") == {"units": "tests/unit", "pester": "tests/powershell", "integration": "tests/integration/test_main_job.py"}
    assert selected("quick")["pester"] == selected()["pester"]


@pytest.mark.parametrize(
    ("part", "stage"),
    [
        ("tests/unit/tools/test_stages.py::test_one[a b]", "units"),
        ("tests/powershell/Host.Tests.ps1", "pester"),
        ("tests/lab/tests/test_host.py", "lab"),
        ("tests/integration/test_ids.py", "integration"),
        ("tests/integration/more/test_values.py", "more"),
        ("tests/integration", "integration"),
        ("gates/ruff", "gates"),
    ],
)
def test_a_part_runs_in_its_stage(part, stage):
    assert selected(part=part) == {stage: part}
    assert selected(part="./" + part) == {stage: part}


@pytest.mark.parametrize(("names", "part"), [("unit", None), (None, "tests/units"), (None, "tests/unit_of_another"), (None, "x.py")])
def test_what_no_stage_has_is_named(names, part):
    with pytest.raises(ValueError, match="no stage"):
        selected(names, part)


def test_a_gate_runs_alone(capsys):
    result = gates.run("gates/payload size")
    assert (result.passed, result.failed) == (1, 0)
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert gates.run("gates/none").failed == 1
