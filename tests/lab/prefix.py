# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The template that hosts are copied from: a Wine prefix with PowerShell in it, small because it is mostly links."""
import filecmp
import pathlib
import shutil
import subprocess

import wine
from cache import LabError

DRIVE = 'drive_c'


def make(folder, payload):
    """Make the prefix in folder; payload (pathlib.Path) has `dotnet/` and `powershell/`."""
    env = wine.environment(folder, WINEDLLOVERRIDES='mscoree,mshtml=')
    (folder / DRIVE).mkdir()
    try:
        for words in (['wineboot.exe', '-i'], ['winecfg.exe', '-v', 'win10']):
            done = wine.run(env, *words, timeout=300)
            if done.returncode:
                raise LabError('Wine could not make a prefix: %s ended with %d: %s'
                               % (words[0], done.returncode, done.stderr.decode(errors='replace')))
    finally:
        subprocess.run([wine.SERVER, '-w'], env=env)     # it writes the registry when it ends
        wine.end(folder)
    link_dlls(folder / DRIVE / 'windows')
    isolate(folder)
    powershell = folder / DRIVE / 'Program Files/PowerShell'
    powershell.mkdir()
    (powershell / '7').symlink_to(payload / 'powershell')
    (folder / DRIVE / 'dotnet').symlink_to(payload / 'dotnet')


def link_dlls(windows):
    """Wine copies its dlls into each prefix; links do the same in a tenth of the space, so that a copy takes no time."""
    originals = {path.name: path for path in wine.DLLS.iterdir()}
    for path in [path for path in windows.rglob('*') if path.is_file() and not path.is_symlink()]:
        original = originals.get(path.name)
        if original and filecmp.cmp(str(path), str(original), shallow=False):
            path.unlink()
            path.symlink_to(original)


def isolate(folder):
    """No drive but C:, no folder that is a link to somebody's home: a host reaches nothing outside itself."""
    for drive in (folder / 'dosdevices').iterdir():
        if drive.name != 'c:':
            drive.unlink()
    for path in [path for path in (folder / DRIVE / 'users').rglob('*') if path.is_symlink()]:
        path.unlink()
        path.mkdir()
    for superfluous in ('windows/resources/themes', 'windows/Installer'):
        shutil.rmtree(str(folder / DRIVE / superfluous), ignore_errors=True)


def system32(prefix):
    """pathlib.Path of C:\\windows\\system32 in a prefix."""
    return pathlib.Path(prefix) / DRIVE / 'windows/system32'
