# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""PowerShell 7 for Windows and the .NET that runs it, from NuGet through the .NET SDK."""
import json
import os
import pathlib
import shutil
import subprocess

from cache import LabError

POWERSHELL = '7.6.9'
RUNTIME = '10.0.12'
CORE = 'microsoft.netcore.app.runtime.win-x64'
DESKTOP = 'microsoft.windowsdesktop.app.runtime.win-x64'
CROSSGEN = 'microsoft.netcore.app.crossgen2.linux-x64'

# pwsh asks for the desktop framework, but uses only its parts without a GUI (6 MB of 95).
DESKTOP_PARTS = '''
    Microsoft.Win32.Registry.AccessControl Microsoft.Win32.SystemEvents System.CodeDom
    System.Configuration.ConfigurationManager System.Diagnostics.EventLog System.Diagnostics.EventLog.Messages
    System.Diagnostics.PerformanceCounter System.DirectoryServices System.Formats.Nrbf System.IO.Packaging
    System.Resources.Extensions System.Security.Cryptography.Pkcs System.Security.Cryptography.ProtectedData
    System.Security.Cryptography.Xml System.Security.Permissions System.Windows.Extensions'''.split()

# The tool's dlls are plain IL. Compiled ahead of time, as in the zip that people install on Windows, PowerShell
# starts and compiles C# in about two thirds of the time.
COMPILED = '''
    System.Management.Automation Microsoft.CodeAnalysis Microsoft.CodeAnalysis.CSharp pwsh
    Microsoft.PowerShell.ConsoleHost Microsoft.PowerShell.Commands.Utility Microsoft.PowerShell.Commands.Management
    Microsoft.PowerShell.Security Microsoft.PowerShell.CoreCLR.Eventing Newtonsoft.Json
    Microsoft.ApplicationInsights'''.split()

PROJECT = '''<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
  <ItemGroup>%s</ItemGroup>
</Project>'''


def make(folder):
    """Fill folder with `dotnet/` (a DOTNET_ROOT for Windows) and `powershell/`."""
    work = folder / 'work'
    work.mkdir()
    tool = install_tool(work)
    packs = restore_packs(work)
    make_runtime(packs, folder / 'dotnet')
    shutil.copytree(str(tool), str(folder / 'powershell'))
    compile_ahead(packs, folder / 'dotnet', tool, folder / 'powershell')
    shutil.rmtree(str(work))


def dotnet(cwd, *arguments):
    environment = dict(os.environ, DOTNET_CLI_TELEMETRY_OPTOUT='1', DOTNET_NOLOGO='1')
    done = subprocess.run(['dotnet', *arguments], cwd=str(cwd), env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise LabError('"dotnet %s" failed. The lab needs NuGet, through your usual NuGet configuration. It said:\n%s'
                       % (' '.join(arguments), done.stdout.decode(errors='replace').strip()))


def install_tool(work):
    """PowerShell as a .NET tool; the tool for Linux carries the whole PowerShell for Windows."""
    dotnet(work, 'tool', 'install', 'PowerShell', '--version', POWERSHELL, '--tool-path', 'tool')
    return work / 'tool/.store/powershell' / POWERSHELL / 'powershell' / POWERSHELL / 'tools/net10.0/any/win'


def restore_packs(work):
    """Runtime packs and the compiler, into a folder of our own: what NuGet has cached makes no difference."""
    downloads = ''.join('<PackageDownload Include="%s" Version="[%s]" />' % (pack, RUNTIME) for pack in (CORE, DESKTOP, CROSSGEN))
    (work / 'packs.csproj').write_text(PROJECT % downloads)
    dotnet(work, 'restore', 'packs.csproj', '--packages', 'packs')
    return {pack: work / 'packs' / pack / RUNTIME for pack in (CORE, DESKTOP, CROSSGEN)}


def make_runtime(packs, target):
    core = target / 'shared/Microsoft.NETCore.App' / RUNTIME
    desktop = target / 'shared/Microsoft.WindowsDesktop.App' / RUNTIME
    resolver = target / 'host/fxr' / RUNTIME
    for folder in (core, desktop, resolver):
        folder.mkdir(parents=True)
    runtime = packs[CORE] / 'runtimes/win-x64'
    for file in [*(runtime / 'lib/net10.0').iterdir(), *(runtime / 'native').iterdir()]:
        shutil.copy(str(file), str(resolver if file.name == 'hostfxr.dll' else core))
    source = packs[DESKTOP] / 'runtimes/win-x64/lib/net10.0'
    for part in DESKTOP_PARTS:
        shutil.copy(str(source / (part + '.dll')), str(desktop))
    shutil.copy(str(source / 'Microsoft.WindowsDesktop.App.runtimeconfig.json'), str(desktop))
    deps = json.loads((source / 'Microsoft.WindowsDesktop.App.deps.json').read_text())
    keep_only(deps, {part + '.dll' for part in DESKTOP_PARTS})
    (desktop / 'Microsoft.WindowsDesktop.App.deps.json').write_text(json.dumps(deps))


def keep_only(deps, files):
    """Take out of a deps.json what isn't there; .NET insists on every file that it names."""
    for target in deps['targets'].values():
        for library in target.values():
            library.pop('resources', None)
            for kind in ('runtime', 'native'):
                if kind in library:
                    library[kind] = {path: info for path, info in library[kind].items() if os.path.basename(path) in files}


def compile_ahead(packs, runtime, source, target):
    compiler = packs[CROSSGEN] / 'tools/crossgen2'
    compiler.chmod(0o755)
    references = [runtime / 'shared/Microsoft.NETCore.App' / RUNTIME, packs[DESKTOP] / 'runtimes/win-x64/lib/net10.0', source]
    for name in COMPILED:
        out = pathlib.Path(str(target)) / (name + '.dll')
        out.unlink()
        done = subprocess.run([str(compiler), '--targetos:windows', '--targetarch:x64', '-O', '-o', str(out), str(source / out.name),
                               *(word for folder in references for word in ('-r', '%s/*.dll' % folder))],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode or not out.is_file():
            raise LabError('crossgen2 could not compile %s. It said:\n%s' % (out.name, done.stdout.decode(errors='replace').strip()))
