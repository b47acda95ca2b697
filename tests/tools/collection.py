# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where this checkout is, where its cache is, and how Ansible finds it as ``wincom.dcom``.

Ansible looks for a collection under ``ansible_collections/NAMESPACE/NAME``, and a checkout is rarely there. So a
run gets a link to it, and ``ansible-test``, which insists on a real folder in a git repository, gets a copy.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "tests" / "output"
_NAME = Path("ansible_collections", "wincom", "dcom")


def cache_dir(*parts: str) -> Path:
    """Return a folder of the cache, which lives outside the checkout, and make it if need be."""
    base = os.environ.get("WINCOM_CACHE")
    if not base:
        base = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "wincom-dcom")
    path = Path(base).absolute().joinpath(*parts)
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextlib.contextmanager
def locked(name: str) -> Iterator[None]:
    """Let one process at a time make the part of the cache that is called name."""
    with open(cache_dir("locks") / name, "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def linked_path() -> str:
    """Return an ANSIBLE_COLLECTIONS_PATH in which ``wincom.dcom`` is a link to this checkout."""
    base = cache_dir("collections", hashlib.sha256(str(ROOT).encode()).hexdigest()[:12])
    link = base / _NAME
    with locked("collections"):
        if not link.is_symlink() or os.readlink(link) != str(ROOT):
            link.parent.mkdir(parents=True, exist_ok=True)
            link.unlink(missing_ok=True)
            link.symlink_to(ROOT)
    return str(base)


def sources() -> list[str]:
    """Return the relative paths of the files that are part of the project: tracked, or new and not ignored."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split("\0")
    return sorted(name for name in set(names) if name and (ROOT / name).is_file())


def copy_to(base: Path) -> Path:
    """Copy the project's files below base, as a git repository that ``ansible-test`` accepts; return its folder."""
    target = base / _NAME
    for name in sources():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name, follow_symlinks=False)
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", "-C", str(target), *command], check=True)
    return target
