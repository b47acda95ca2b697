# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Builds the lab from a bare Debian 12 with the .NET SDK 10; what is built already costs nothing."""
import collections
import os
import pathlib
import shutil
import subprocess
import sys
import time

import cache
import payload
import prefix
import tools
import wine
from cache import LabError

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = ['wine', 'wine64', 'gcc-mingw-w64-x86-64-win32']
Lab = collections.namedtuple('Lab', 'template tools')     # pathlib.Path each


def build(tell=None):
    """Build what is missing, and return Lab. tell(step, seconds) hears of each step that had something to do.

    Raises LabError.
    """
    tell = tell or (lambda step, seconds: None)
    with cache.lock():
        install_packages(tell)
        payload_key = cache.key_of(HERE / 'payload.py')
        prefix_key = cache.key_of(payload_key, HERE / 'prefix.py', HERE / 'wine.py', pathlib.Path(wine.SERVER))
        tools_key = cache.key_of(*tools.sources())
        if not (cache.root() / ('powershell-%s' % payload_key)).is_dir():
            need_dotnet()
        powershell = cache.made('powershell', payload_key, payload.make, tell)
        template = cache.made('template', prefix_key, lambda folder: prefix.make(folder, powershell), tell)
        return Lab(template, cache.made('tools', tools_key, tools.make, tell))


def install_packages(tell):
    missing = [name for name in PACKAGES if not installed(name)]
    if not missing:
        return
    start, what = time.time(), ' '.join(missing)
    if not shutil.which('apt-get'):
        raise LabError('The lab needs the Debian packages %s, and there is no apt-get here. It is made for Debian 12.' % what)
    if os.geteuid():
        raise LabError('The lab needs the Debian packages %s. Install them as root: apt-get install --no-install-recommends %s' % (what, what))
    options = ['-q', '-o', 'DPkg::Lock::Timeout=600']
    for words in (['update'], ['install', '-y', '--no-install-recommends', *missing]):
        done = subprocess.run(['apt-get', *options, *words], env=dict(os.environ, DEBIAN_FRONTEND='noninteractive'),
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            raise LabError('apt-get %s failed; it said:\n%s' % (' '.join(words), done.stdout.decode(errors='replace').strip()[-2000:]))
    tell('packages', time.time() - start)


def installed(package):
    done = subprocess.run(['dpkg-query', '-W', '-f=${db:Status-Status}', package], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) \
        if shutil.which('dpkg-query') else None
    return bool(done) and done.stdout == b'installed'


def need_dotnet():
    found = subprocess.run(['dotnet', '--list-sdks'], stdout=subprocess.PIPE).stdout.decode() if shutil.which('dotnet') else ''
    if not any(line.startswith('10.') for line in found.splitlines()):
        raise LabError('The lab needs the .NET SDK 10 to get PowerShell for Windows from NuGet; `dotnet --list-sdks` %s. '
                       'Install it and put dotnet on PATH.' % ('shows only: ' + found.strip() if found else 'finds none'))


def tell_on_stderr(step, seconds):
    print('lab: %-12s %5.1f s' % (step, seconds), file=sys.stderr, flush=True)
