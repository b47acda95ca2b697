# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the guides name exists: files, commands, stages, tests, gates, limits."""

from __future__ import annotations

import re
from pathlib import Path

import gates
import pytest
import test as make_test
from collection import ROOT, sources
from gates import payload

PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md", "docs/testing.md", ".github/PULL_REQUEST_TEMPLATE.md")
SUFFIX = r"\.(?:cs|json|md|ps1|psm1|py|rst|j2|toml|ya?ml)"
FOLDERS = r"(?:changelogs|docs|meta|playbooks|plugins|roles|tests|\.github)"
NAMED = re.compile(rf"(?:{FOLDERS}/)?[\w./-]+{SUFFIX}|{FOLDERS}/[\w./-]*|{FOLDERS}")
MADE = {"build/", "hosts.json", "requirements.yml"}  # what a command or a user makes


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def code_of(page: str) -> list[str]:
    """The words in backticks of a page, and the lines of its blocks of shell."""
    text = text_of(page)
    blocks = re.findall(r"^```shell\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    return spans + [line.partition("  #")[0] for block in blocks for line in block.splitlines()]


def exists(name: str) -> bool:
    """Tell whether a path is there, from the root or from plugins, or a bare name anywhere."""
    known = sources()
    if "/" not in name:
        return any(Path(path).name == name or path.startswith(name + "/") for path in known)
    return any(path == full or path.startswith(full.rstrip("/") + "/") for path in known for full in (name, "plugins/" + name))


def files_of(page: str) -> list[str]:
    return [span for span in code_of(page) if NAMED.fullmatch(span) and "NAME" not in span and span not in MADE]


@pytest.mark.parametrize("page", PAGES)
def test_files_exist(page):
    assert [name for name in files_of(page) if not exists(name)] == []


def test_files_are_found_in_the_pages():
    assert len(files_of("CONTRIBUTING.md")) > 40 and len(files_of("docs/architecture.md")) > 30
    assert not exists("plugins/modules/none.yml") and not exists("none.py") and not exists("tests/none/")


def test_each_part_of_the_code_has_its_place_in_the_architecture():
    places = {Path(name).name for name in files_of("docs/architecture.md")}
    parts = [Path(name) for name in sources() if re.match(r"plugins/(?:plugin|module)_utils/_\w+\.", name)]
    assert [path.name for path in parts if path.name not in places and path.name != "__init__.py"] == []


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text_of(page)):
        own = re.fullmatch(r"https://github\.com/wincom/dcom/(?:blob|tree)/main/(.+)", link)
        if own:
            assert exists(own.group(1)), link
        elif not link.startswith("https://"):
            assert page != "README.md", f"{link} is no full link"
            assert (ROOT / page).parent.joinpath(link).exists(), link


@pytest.mark.parametrize("page", PAGES)
def test_targets_of_make_exist(page):
    targets = re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE)
    assert "test" in targets
    named = [name for span in code_of(page) for name in re.findall(r"\bmake ([a-z][a-z-]*)", span)]
    assert [name for name in named if name not in targets] == []


@pytest.mark.parametrize("page", [*PAGES, ".pre-commit-config.yaml", ".github/workflows/linux.yml"])
def test_stages_tests_and_gates_exist(page):
    stages = make_test.stages()
    text = text_of(page)
    for names in re.findall(r"\bONLY=([\w,]+)", text):
        assert make_test.select(stages, names, None)
    for part in re.findall(r'\bT=(?!PATH)"?((?<=")[^"]+|[^\s`"]+)', text):
        [(stage, _part)] = make_test.select(stages, None, part)
        if stage.name == "gates":
            assert part.partition("/")[2] in {gate.name for gate in gates.table()}
        else:
            path, _colons, name = part.partition("::")
            assert (f"def {name}(" if name else "") in text_of(path)


def test_the_table_of_stages_is_complete():
    table = re.findall(r"^\| (\w+) \| `(\S+)` \|", text_of("docs/testing.md"), re.MULTILINE)
    assert {name for name, _folder in table} == {stage.name for stage in make_test.stages()}
    assert all(exists(folder) for _name, folder in table)
    [listed] = re.findall(r"some stages of it: (.*) has longer", text_of("CONTRIBUTING.md"))
    assert set(re.findall(r"`(\w+)`", listed)) == {stage.name for stage in make_test.stages()}


@pytest.mark.parametrize(("page", "before"), [("CONTRIBUTING.md", "under"), ("docs/architecture.md", "checks")])
def test_the_limit_of_the_payload_is_that_of_the_gate(page, before):
    assert re.findall(rf"{before} ([\d,]+) bytes", text_of(page)) == [f"{payload.LIMIT:,}"]


RECIPES = re.findall(r"^### (A new .+)\n\nModel: `(\w+)`\n\n((?:\d+\. .*\n(?:   .*\n)*)+)", text_of("CONTRIBUTING.md"), re.MULTILINE)


def test_there_are_four_recipes():
    assert len(RECIPES) == 4


@pytest.mark.parametrize(("title", "model", "steps"), RECIPES, ids=[title for title, _model, _steps in RECIPES])
def test_the_model_of_a_recipe_is_in_each_of_its_files(title, model, steps):
    """Each step that is no condition begins with a file that has the model, and no file of plugins or docs has it that no step names."""
    first = [re.match(r"\d+\. `([^`]+)`", step) for step in steps.splitlines()]
    always = [found.group(1) for found in first if found]
    assert len(always) >= 4
    assert [name for name in always if not re.search(rf"\b{model}\b", text_of(name))] == []
    named = set(re.findall(r"`([^`\s]+)`", steps))
    sources_with = {
        name for name in sources()
        if name.startswith(("plugins/", "docs/")) and re.search(rf"\b{model}\b", text_of(name))
    }  # fmt: skip
    assert sources_with - named == set()
