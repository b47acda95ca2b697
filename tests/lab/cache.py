# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where the lab keeps what it built, and how a built part gets there whole or not at all."""
import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import tempfile
import time


class LabError(Exception):
    """Something a person can put right; its text says what."""


def root():
    """The lab's cache folder (pathlib.Path), made if need be."""
    base = os.environ.get('XDG_CACHE_HOME') or os.path.join(os.path.expanduser('~'), '.cache')
    path = pathlib.Path(os.environ.get('WINCOM_LAB_CACHE') or os.path.join(base, 'wincom-dcom-lab')).absolute()
    path.mkdir(parents=True, exist_ok=True)
    return path


def key_of(*parts):
    """A short name (str) that changes with any of the parts: str, bytes, or pathlib.Path of a file."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.read_bytes() if isinstance(part, pathlib.Path) else part.encode() if isinstance(part, str) else part
        digest.update(b'%d:' % len(data) + data)
    return digest.hexdigest()[:16]


@contextlib.contextmanager
def lock(name='build'):
    """Hold the cache for ourselves; a second build waits here for the first one."""
    with open(root() / ('%s.lock' % name), 'w') as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def made(name, key, make, tell):
    """The folder <name>-<key>, made by make(folder) unless it is there.

    make() works in a folder of its own, which gets its name when it is whole: an interrupted build leaves
    nothing that could be taken for a result. tell(name, seconds) is called after a build.
    """
    target = root() / ('%s-%s' % (name, key))
    if not target.is_dir():
        start = time.time()
        scratch = pathlib.Path(tempfile.mkdtemp(prefix='making-', dir=str(root())))
        try:
            make(scratch)
            scratch.chmod(0o755)
            scratch.rename(target)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        tell(name, time.time() - start)
    return target
