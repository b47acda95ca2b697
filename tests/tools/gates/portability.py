# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""PowerShell that travels runs on Windows PowerShell 5.1: syntax, parameters, .NET types and members, ASCII only.

The sources are parsed by PowerShell for Linux, which knows more than 5.1 does; what 5.1 lacks is looked for in the
syntax tree, and each type that the code names is looked up in .NET Framework's reference assemblies and in the
collection's own C#.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

import dotnet
from collection import ROOT

from gates.csharp import compile_csharp
from gates.outcome import GateUnavailable, report

_SCRIPT = Path(__file__).with_name("portability.ps1")
# What powershell.exe 5.1 has loaded when a module starts; more comes by Add-Type or AssemblyReference.
_LOADED = {
    "mscorlib", "System", "System.Core", "System.Configuration", "System.Data", "System.DirectoryServices", "System.Management",
    "System.Numerics", "System.Transactions", "System.Xml",
}
_ADDED = re.compile(r"Add-Type\s+-AssemblyName\s+'?([\w.]+)|AssemblyReference\s+-Name\s+([\w.]+?)(?:\.dll)?\s", re.IGNORECASE)


def check(plugins: Path = ROOT / "plugins") -> str:
    """Examine every PowerShell source under plugins."""
    files = sorted(path for path in plugins.rglob("*") if path.suffix in (".ps1", ".psm1"))
    report(examine(files, sorted(plugins.rglob("*.cs"))))
    return f"{len(files)} PowerShell files have nothing that Windows PowerShell 5.1 lacks"


def examine(files: list[Path], csharp: list[Path]) -> list[str]:
    """Return what 5.1 would not take, one line each."""
    findings = [finding for path in [*files, *csharp] for finding in _not_ascii(path)]
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in [*files, *csharp]]
    added = {name for text in texts for pair in _ADDED.findall(text) for name in pair if name}
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder, "utilities.dll")
        try:
            references = dotnet.net472()
            findings += compile_csharp(csharp, own) if csharp else []
            known = [*(references / f"{name}.dll" for name in sorted(_LOADED | added)), own]
            manifest = {"files": [str(path) for path in files], "assemblies": [str(path) for path in known if path.exists()]}
            done = dotnet.powershell(_SCRIPT, stdin=json.dumps(manifest))
        except dotnet.DotnetError as error:
            raise GateUnavailable(str(error)) from error
    if done.returncode:
        raise RuntimeError(f"the examination itself failed: {(done.stderr or done.stdout).strip()}")
    findings += [f"{Path(found['file']).name}:{found['line']}: {found['text']}" for found in json.loads(done.stdout)]
    return findings


def _not_ascii(path: Path) -> list[str]:
    """Windows PowerShell reads a file without a byte order mark by the host's code page."""
    lines = path.read_bytes().splitlines()
    return [f"{path.name}:{number}: has characters beyond ASCII" for number, line in enumerate(lines, 1) if not line.isascii()]
