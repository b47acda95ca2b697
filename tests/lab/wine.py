# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Wine as the lab uses it: where it is, in what environment its programs run, and how one is run and ended."""
import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

LOADER = '/usr/lib/wine/wine64'             # Debian's /usr/bin/wine is a script around it
SERVER = '/usr/lib/wine/wineserver64'
DLLS = pathlib.Path('/usr/lib/x86_64-linux-gnu/wine/x86_64-windows')
NOISE = b'Read access denied for device'    # one line on stderr that means nothing


def environment(prefix, **more):
    """The environment (dict) of every Wine program of the prefix. Nothing of a display, nothing of a home folder."""
    env = {name: value for name, value in os.environ.items()
           if name in ('PATH', 'TMPDIR', 'USER', 'LOGNAME') or name.startswith('LC_')}
    env.update(
        WINEPREFIX=str(prefix), WINEARCH='win64', WINELOADER=LOADER, WINESERVER=SERVER, WINEDEBUG='-all', HOME=str(prefix),
        LC_ALL='C.UTF-8',                               # arguments beyond ASCII survive the way into Wine
        WINEDLLOVERRIDES='mshtml,winemenubuilder.exe=',  # never mscoree: that kills .NET 8 and later
        DOTNET_ROOT='C:\\dotnet',
        DOTNET_EnableWriteXorExecute='0',               # else a fatal error of the CLR now and then
        # Compiling busy methods a second time costs a third of the time of a run of short programs: not before 10 s (hexadecimal) of rest.
        DOTNET_TieredPGO='0', DOTNET_TC_CallCountingDelayMs='2710',
        POWERSHELL_TELEMETRY_OPTOUT='1', POWERSHELL_UPDATECHECK='Off')
    env.update(more)
    return env


def run(env, *argv, stdin=b'', timeout=60):
    """Run a Windows program to its end.

    Output goes through files, not pipes: a service that the program caused to start may keep a pipe open for ever.
    Returns subprocess.CompletedProcess with bytes; the code is the Windows exit code modulo 256.
    Raises subprocess.TimeoutExpired (the program is ended).
    """
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(stdin)
        given.seek(0)
        process = subprocess.Popen([LOADER, *argv], env=env, cwd=env['WINEPREFIX'] + '/drive_c',
                                   stdin=given, stdout=out, stderr=err, start_new_session=True)
        try:
            code = process.wait(timeout)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        out.seek(0)
        err.seek(0)
        told = err.read()
        return subprocess.CompletedProcess(list(argv), code, out.read(), without_noise(told) or (told if code else b''))


def without_noise(text):
    return b''.join(line for line in text.splitlines(True) if NOISE not in line)


def processes(prefix):
    """Ids (list of int) of the Linux processes that belong to the prefix."""
    mark, found = b'WINEPREFIX=' + os.fsencode(str(prefix)), []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open('/proc/%s/environ' % pid, 'rb') as file:
                if mark in file.read().split(b'\0'):
                    found.append(int(pid))
        except OSError:
            pass
    return found


def end(prefix):
    """End everything that runs in the prefix, its wineserver included, by id; nothing of the registry is saved."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        found = processes(prefix)
        if not found:
            break
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
    forget_server(prefix)


def forget_server(prefix):
    """Remove the folder of the wineserver's socket; a file in the prefix names it."""
    note = pathlib.Path(str(prefix)) / 'wineserver'
    if note.is_file():
        name = note.read_text().strip()
        if re.fullmatch(r'wine-\w+', name):
            shutil.rmtree('/tmp/' + name, ignore_errors=True)
        note.unlink()
