# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the checks need from NuGet, by the .NET SDK: PowerShell for Linux, and packages of files."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from collection import cache_dir, locked

POWERSHELL = "7.6.9"
PESTER = "5.9.1"
REFERENCES = "1.0.3"  # of Microsoft.NETFramework.ReferenceAssemblies.net472
_PROJECT = """<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>netstandard2.0</TargetFramework>
    <RestorePackagesPath>{folder}</RestorePackagesPath>
  </PropertyGroup>
  <ItemGroup><PackageDownload Include="{name}" Version="[{version}]" /></ItemGroup>
</Project>
"""


class DotnetError(Exception):
    """The .NET SDK is missing or could not do what was asked; the message says which."""


def sdk() -> str:
    """Return the path of the dotnet program."""
    program = shutil.which("dotnet")
    if not program:
        raise DotnetError("the .NET SDK (dotnet) isn't installed")
    return program


def run(*arguments: str) -> str:
    """Run dotnet and return what it printed."""
    quiet = {"DOTNET_CLI_TELEMETRY_OPTOUT": "1", "DOTNET_NOLOGO": "1", "DOTNET_SKIP_FIRST_TIME_EXPERIENCE": "1"}
    done = subprocess.run(
        [sdk(), *arguments], check=False, env={**os.environ, **quiet}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    if done.returncode:
        raise DotnetError(f"dotnet {arguments[0]} failed:\n{done.stdout.strip()[-3000:]}")
    return done.stdout


def pwsh() -> Path:
    """Return PowerShell for Linux, installing it into the cache if need be."""
    folder = cache_dir("dotnet") / f"powershell-{POWERSHELL}"
    with locked("dotnet"):
        if not (folder / ".ready").exists():
            shutil.rmtree(folder, ignore_errors=True)
            run("tool", "install", "PowerShell", "--version", POWERSHELL, "--tool-path", str(folder))
            (folder / ".ready").touch()
    return folder / "pwsh"


def package(name: str, version: str) -> Path:
    """Return the folder of a NuGet package, fetching it into the cache if need be."""
    base = cache_dir("dotnet", "packages")
    folder = base / name.lower() / version
    with locked("dotnet"):
        if not folder.is_dir():
            project = cache_dir("dotnet", "restore") / "restore.csproj"
            project.write_text(_PROJECT.format(folder=base, name=name, version=version), encoding="utf-8")
            run("restore", str(project))
    return folder


def powershell(script: Path, *arguments: str, stdin: str | None = None, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a script with PowerShell for Linux."""
    quiet = {"POWERSHELL_TELEMETRY_OPTOUT": "1", "POWERSHELL_UPDATECHECK": "Off", "NO_COLOR": "1", "TERM": "dumb"}
    return subprocess.run(
        [str(pwsh()), "-NoProfile", "-NonInteractive", "-File", str(script), *arguments], check=False,
        env={**os.environ, **quiet}, input=stdin or "", capture_output=True, text=True, cwd=cwd,
    )


def net472() -> Path:
    """Return the folder of .NET Framework 4.7.2's reference assemblies, which Windows PowerShell 5.1 runs on."""
    folder = package("Microsoft.NETFramework.ReferenceAssemblies.net472", REFERENCES)
    return folder / "build" / ".NETFramework" / "v4.7.2"
