# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Windows PowerShell 5.1 compiles C# with a compiler for C# 5 against .NET Framework; so does this gate."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

import dotnet
from collection import ROOT

from gates.outcome import GateUnavailable, report
from gates.requires import core_csharp

# What Ansible.ModuleUtils.AddType references by itself, and mscorlib, which the compiler always does.
_REFERENCES = ("mscorlib.dll", "System.dll", "System.Core.dll")
_ASSEMBLY = re.compile(r"//\s*AssemblyReference\s+-Name\s+([\w.]+)(?:\s+-CLR\s+(Core|Framework))?")
_NO_WARNING = re.compile(r"//\s*NoWarn\s+-Name\s+(\w+)(?:\s+-CLR\s+(Core|Framework))?")


def check(folder: Path = ROOT / "plugins" / "module_utils") -> str:
    """Compile all C# of the folder together, warnings as errors, as Ansible does on the host."""
    files = sorted(folder.glob("*.cs"))
    if not files:
        return "there is no C#"
    for path in files:
        core = core_csharp(path)
        if core:
            raise GateUnavailable(f"{path.name} uses {core[0]}, whose references this gate doesn't have")
    with tempfile.TemporaryDirectory() as output:
        report(compile_csharp(files, Path(output, "utilities.dll")))
    return f"{', '.join(path.name for path in files)}: compiles as C# 5 without a warning"


def compile_csharp(files: list[Path], output: Path) -> list[str]:
    """Compile the files into one assembly, and return the compiler's complaints."""
    try:
        references = dotnet.net472()
        compiler = _compiler()
    except dotnet.DotnetError as error:
        raise GateUnavailable(str(error)) from error
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    assemblies = [*_REFERENCES, *_framework(_ASSEMBLY, text)]
    done = subprocess.run(
        [
            dotnet.sdk(), str(compiler), "-nologo", "-noconfig", "-nostdlib", "-target:library", "-langversion:5", "-warnaserror+",
            "-optimize+", "-define:WINDOWS;AMD64", f"-nowarn:{','.join(['1610', *_framework(_NO_WARNING, text)])}",
            *(f"-reference:{references / name}" for name in assemblies), f"-out:{output}", *map(str, files),
        ],
        check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    if not done.returncode:
        return []
    return [line for line in done.stdout.splitlines() if line.strip()] or [f"the compiler ended with {done.returncode}"]


def _framework(pattern: re.Pattern[str], text: str) -> list[str]:
    return [name for name, runtime in pattern.findall(text) if runtime != "Core"]


def _compiler() -> Path:
    """Return the SDK's own C# compiler."""
    version, folder = dotnet.run("--list-sdks").strip().splitlines()[-1].split(" ", 1)
    path = Path(folder.strip("[]")) / version / "Roslyn" / "bincore" / "csc.dll"
    if not path.exists():
        raise dotnet.DotnetError(f"the .NET SDK {version} has no C# compiler where it is expected ({path})")
    return path
