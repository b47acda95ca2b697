# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Each gate of our own must be able to fail: here it gets a bad sample."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from gates import artifact, csharp, documentation, hygiene, lint, payload, portability
from gates.outcome import GateFailed, GateUnavailable, report, tool

LICENCE = "# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)\n"
needs_dotnet = pytest.mark.skipif(not shutil.which("dotnet"), reason="the .NET SDK (dotnet) isn't installed")


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


# Hygiene. The bad words are put together here, since the gate reads this file too.
@pytest.mark.parametrize(
    "line", ["see /" + "work/x", "see '/" + "root/.cache'", "from https://api." + "nuget.org/v3", "pip -i https://pypi." + "org/simple"],
)
def test_hygiene_finds_what_only_one_machine_has(tmp_path, line):
    path = write(tmp_path, "guide.md", f"first\n{line}\n")
    assert [finding.startswith("guide.md:2: names") for finding in hygiene.examine(path, "guide.md")] == [True]


@pytest.mark.parametrize("line", ["see docs/work/x", "https://galaxy.ansible.com", "C:\\work\\x"])
def test_hygiene_lets_other_words_be(tmp_path, line):
    assert hygiene.examine(write(tmp_path, "guide.md", line), "guide.md") == []


@pytest.mark.parametrize("name", ["x.py", "x.psm1", "x.cs", "tests/lab/x.c", "plugins/modules/x.yml"])
def test_hygiene_wants_a_licence_line(tmp_path, name):
    assert "GNU General Public License" in hygiene.examine(write(tmp_path, name, "x = 1\n"), name)[0]
    assert hygiene.examine(write(tmp_path, name, LICENCE + "x = 1\n"), name) == []


# Payload
def collection(tmp_path: Path, utility: str) -> Path:
    write(tmp_path, "modules/small.ps1", "#!powershell\n")
    required = "#AnsibleRequires -PowerShell ..module_utils._A\n#AnsibleRequires -CSharpUtil Ansible.Basic\n"
    write(tmp_path, "modules/large.ps1", "#!powershell\n" + required)
    write(tmp_path, "module_utils/_A.psm1", "#AnsibleRequires -CSharpUtil ansible_collections.wincom.dcom.plugins.module_utils._B\n")
    write(tmp_path, "module_utils/_B.cs", utility)
    return tmp_path


def test_payload_follows_what_a_utility_asks_for(tmp_path):
    with pytest.raises(GateFailed, match="large sends") as failure:
        payload.check(collection(tmp_path, "/" * payload.LIMIT))
    assert "small" not in str(failure.value)
    assert "large" in payload.check(collection(tmp_path, "//"))


def test_payload_misses_a_utility_that_is_not_there(tmp_path):
    collection(tmp_path, "//")
    (tmp_path / "module_utils" / "_B.cs").unlink()
    with pytest.raises(GateFailed, match=r"large\.ps1 asks for _B\.cs"):
        payload.check(tmp_path)


# C#
@needs_dotnet
@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('string F() { return $"x"; }', "CS8026"),  # C# 6
        ("int F() => 1;", "CS8026"),
        ("bool F(string x) { return x.Contains('a'); }", "CS1503"),  # .NET Core
        ("int unused;", "CS0169"),  # a warning
    ],
)
def test_csharp_refuses_what_the_old_compiler_refuses(tmp_path, body, code):
    write(tmp_path, "bad.cs", f"public class Bad {{ {body} }}")
    with pytest.raises(GateFailed, match=code):
        csharp.check(tmp_path)


@needs_dotnet
def test_csharp_takes_what_is_good(tmp_path):
    reference = "//AssemblyReference -Name System.ServiceProcess.dll\n"
    write(tmp_path, "good.cs", reference + "public class Good : System.ServiceProcess.ServiceBase { }")
    assert "good.cs" in csharp.check(tmp_path)


# PowerShell 5.1
BAD_POWERSHELL = {
    "$a = $true ? 1 : 2": "ternary",
    "$a = $null ?? 3": r"\?\?",
    "$a ??= 4": r"\?\?=",
    "$a = ${b}?.Length": r"\?\.",
    "Get-Item x && Get-Item y": "&&",
    "Get-Item x || Get-Item y": r"\|\|",
    "function f { process { 1 } clean { 2 } }": "clean block",
    "Get-Item x &": "background",
    "$a = 0b101": "0b101",
    "$a = '{}' | ConvertFrom-Json -AsHashtable": "AsHashtable",
    "Get-Error": "Get-Error",
    "[Convert]::ToHexString($b)": "ToHexString",
    "[System.Security.Cryptography.SHA256]::HashData($b)": "HashData",
    "[System.Text.Json.JsonSerializer]::Serialize(1)": "JsonSerializer",
    "$a = [System.Collections.Generic.List[System.Half]]::new()": "System.Half",
    "$a = New-Object -TypeName System.DateOnly": "System.DateOnly",
    "$a = 'a--b'.Split('--')": "Split",
    "$a = 'abc'.Contains([char]'a')": "Contains",
    "$info.ArgumentList.Add('x')": "ArgumentList",
    "$a = (": "can't be parsed",
    "$a = 'Gr\u00fc\u00dfe'": "ASCII",
    "[ansible_collections.wincom.dcom.plugins.module_utils._A.Gone]::Do()": "Gone",
    "[ansible_collections.wincom.dcom.plugins.module_utils._A.Here]::Undo()": "Undo",
}
GOOD_POWERSHELL = """using namespace Microsoft.Win32
using namespace System.Collections.Generic
[CmdletBinding()] [OutputType([string])] param ([Parameter(Mandatory = $true)] [hashtable] $Given)
$key = [RegistryKey]::OpenBaseKey([RegistryHive]::LocalMachine, [RegistryView]::Registry64)
$list = [List[string]]::new()
$other = New-Object -TypeName 'System.Collections.Generic.HashSet`1[string]'
if ('a'.Split(',').Count -and [string]::IsNullOrEmpty('')) { [PSCustomObject]@{ A = 12L; B = 1kb; C = 0x10 } }
[ansible_collections.wincom.dcom.plugins.module_utils._A.Here]::Do()
"""
CSHARP = "namespace ansible_collections.wincom.dcom.plugins.module_utils._A { public class Here { public static void Do() { } } }"


@needs_dotnet
def test_powershell_that_5_1_lacks_is_found_line_by_line(tmp_path):
    utility = write(tmp_path, "_A.cs", CSHARP)
    files = [write(tmp_path, f"bad{number:02}.ps1", line + "\n") for number, line in enumerate(BAD_POWERSHELL)]
    findings = portability.examine(files, [utility])
    for path, word in zip(files, BAD_POWERSHELL.values()):
        about = [finding for finding in findings if finding.startswith(f"{path.name}:1: ")]
        assert any(re.search(word, finding) for finding in about), f"{path.read_text()} gave {about}"


@needs_dotnet
def test_powershell_that_5_1_knows_passes(tmp_path):
    assert portability.examine([write(tmp_path, "good.psm1", GOOD_POWERSHELL)], [write(tmp_path, "_A.cs", CSHARP)]) == []


# Documentation
SPEC = {
    "name": {"type": "str", "required": True},
    "mode": {"type": "str", "choices": ["on", "off"], "default": "on"},
    "entries": {"type": "list", "elements": "dict", "options": {"who": {"type": "str"}}},
}
DOCUMENTED = {
    "name": {"type": "str", "required": True},
    "mode": {"type": "str", "choices": {"on": ["is on"], "off": ["is off"]}, "default": "on"},
    "entries": {"type": "list", "elements": "dict", "suboptions": {"who": {"type": "str"}}},
}


def test_documentation_that_agrees_passes():
    assert documentation.compare(DOCUMENTED, SPEC) == []


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"name": {"type": "str"}}, "name: required"),
        ({"name": {"type": "int", "required": True}}, "name: type"),
        ({"mode": {"choices": ["on"], "default": "on"}}, "mode: choices"),
        ({"mode": {"choices": ["on", "off"]}}, "mode: default"),
        ({"entries": {"type": "list", "elements": "raw", "suboptions": {"who": {}}}}, "entries: elements"),
        ({"entries": {"type": "list", "elements": "dict", "suboptions": {"who": {"type": "bool"}}}}, "entries.who: type"),
        ({"entries": {"type": "list", "elements": "dict"}}, "entries.who is declared and not documented"),
        ({"more": {}}, "more is documented and not declared"),
    ],
)
def test_documentation_that_differs_is_named(change, finding):
    assert [line.startswith(finding) for line in documentation.compare({**DOCUMENTED, **change}, SPEC)] == [True]


MODULE = """#!powershell
#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -PowerShell ..module_utils._A
$module = [Ansible.Basic.AnsibleModule]::Create($args, @{ options = Get-Option })
$module.ExitJson()
"""


@needs_dotnet
def test_the_spec_is_what_the_module_declares(tmp_path):
    options = "@{ name = @{ type = 'str' }; size = @{ type = [Func[object, int]] { 1 } } }"
    write(tmp_path, "module_utils/_A.psm1", f"function Get-Option {{ {options} }}")
    good = write(tmp_path, "modules/good.ps1", MODULE)
    bad = write(tmp_path, "modules/bad.ps1", "#!powershell\nthrow 'too early'\n")
    specs = documentation.specs([good, bad])
    assert specs["good"]["options"] == {"name": {"type": "str"}, "size": {"type": "raw"}}
    assert "too early" in specs["bad"]["error"]


# Artifact, and the tools behind the others
def test_artifact_holds_no_lab_and_no_cache():
    wanted = ["LICENSE", "README.md", "CHANGELOG.rst", "meta/runtime.yml"]
    assert artifact.examine(wanted) == []
    for name in ("tests/lab/lab.py", "tests/output/x.xml", "plugins/__pycache__/x.pyc", ".github/x.yml", ".editorconfig", "tests/tools/test.py"):
        assert artifact.examine([*wanted, name]) == [f"the artifact holds {name}"]
    assert artifact.examine(wanted[1:]) == ["the artifact lacks LICENSE"]


def test_a_tool_that_fails_or_is_not_there():
    with pytest.raises(GateFailed, match="false ended with 1"):
        tool("false")
    with pytest.raises(GateUnavailable, match="no-such-tool isn't installed"):
        tool("no-such-tool")
    with pytest.raises(GateFailed, match="1 to mend"):
        report(["it"])
    report([])


@pytest.mark.parametrize("count, good", [("30", True), ("1", True), ("0", False)])
def test_a_lint_that_saw_no_file_is_no_lint(monkeypatch, count, good):
    said = f"Passed: 0 failure(s), 0 warning(s) in {count} files processed of 75 encountered."
    monkeypatch.setattr(lint, "tool", lambda *command, **more: said)
    if good:
        assert lint.ansible_lint() == said
    else:
        with pytest.raises(GateFailed):
            lint.ansible_lint()
