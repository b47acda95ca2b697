# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The hosts of this machine, whoever runs them: who is there, and how one that was left behind is cleared up."""
import json
import shutil

import cache
import wine


def folder_of_all():
    folder = cache.root() / 'hosts'
    folder.mkdir(exist_ok=True)
    return folder


def start_time(pid):
    """When a Linux process started, in clock ticks since boot (str); None when it is gone."""
    try:
        with open('/proc/%d/stat' % pid) as file:
            fields = file.read().rsplit(')', 1)[1].split()
        return None if fields[0] == 'Z' else fields[19]
    except OSError:
        return None


def running():
    """[(folder, about)] of the hosts whose owner lives; about: name, owner (Linux pid), port."""
    return [(folder, about) for folder, about, alive in _hosts() if alive]


def _hosts():
    for file in sorted(folder_of_all().glob('*/host.json')):
        try:
            about = json.loads(file.read_text())
        except (OSError, ValueError):           # just going away
            continue
        yield file.parent, about, start_time(about['owner']) == about['since']


def reap():
    """Tear down the hosts whose owner died without doing so."""
    for folder, _about, alive in _hosts():
        if not alive:
            tear_down(folder)


def tear_down(folder):
    prefix = folder / 'prefix'
    if prefix.is_dir():
        wine.end(prefix)
    shutil.rmtree(str(folder), ignore_errors=True)
