# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Each ansible-core that the collection supports, made on this machine where it can be had.

A core needs a Python that it runs on. Where this machine has none, Debian trixie has one, in a folder that is entered with chroot.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import apt
import python_env
from collection import ROOT, cache_dir, locked

# core: the versions of Python that run it on a controller (https://docs.ansible.com/ansible/latest/reference_appendices/release_and_maintenance.html)
CORES = {
    "2.14": ((3, 9), (3, 11)),
    "2.15": ((3, 9), (3, 11)),
    "2.16": ((3, 10), (3, 12)),
    "2.17": ((3, 10), (3, 12)),
    "2.18": ((3, 11), (3, 13)),
    "2.19": ((3, 11), (3, 13)),
    "2.20": ((3, 12), (3, 14)),
    "2.21": ((3, 12), (3, 14)),
}
_PACKAGES = ("pywinrm", "pypsrp", "requests-ntlm")
_DEBIAN = "trixie"


class CoreError(Exception):
    """A core can't be had on this machine; the message says why."""


def command(core: str) -> list[str]:
    """Return what runs ``python -m`` with a core, made if need be; raises CoreError."""
    try:
        if core == "2.14":
            return _of_debian()
        python = _python_for(core)
        return [str(_venv(core, python)), "-m"] if python else [str(_in_trixie(core)), "-m"]
    except (apt.AptError, python_env.PythonEnvError, OSError, subprocess.SubprocessError) as error:
        raise CoreError(str(error)) from error


def version(command: list[str]) -> str:
    """Return 'ansible-core 2.19.14, Python 3.11.2'."""
    told = _run([*command, "ansible", "adhoc", "--version"])
    core = re.search(r"core ([\d.]+\w*)", told)
    python = re.search(r"python version = ([\d.]+)", told)
    if not core or not python:
        raise CoreError(f"{shlex.join(command)} runs no ansible-core:\n{told.strip()[-500:]}")
    return f"ansible-core {core.group(1)}, Python {python.group(1)}"


def _of_debian() -> list[str]:
    apt.install(list(python_env.DEBIAN_PACKAGES))
    if not version(["/usr/bin/python3", "-m"]).startswith("ansible-core 2.14"):
        raise CoreError("Debian's ansible-core is another one here")
    return ["/usr/bin/python3", "-m"]


def _python_for(core: str) -> str | None:
    first, last = CORES[core]
    for minor in range(last[1], first[1] - 1, -1):
        found = shutil.which(f"python3.{minor}", path="/usr/bin:/usr/local/bin")
        if found:
            return found
    return None


def _requirements(core: str) -> list[str]:
    return [f"ansible-core=={core}.*", *_PACKAGES]


def _pip_options() -> list[str]:
    folder = python_env.wheels()
    return ["--no-index", "--find-links", str(folder)] if folder else []


def _venv(core: str, python: str) -> Path:
    folder = cache_dir("python") / f"core-{core}-{Path(python).name}"
    with locked(folder.name):
        if not (folder / ".ready").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _run([python, "-m", "venv", str(folder)])
            _run([str(folder / "bin" / "python3"), "-m", "pip", "install", "--quiet", *_pip_options(), *_requirements(core)])
            (folder / ".ready").touch()
    return folder / "bin" / "python3"


def _in_trixie(core: str) -> Path:
    """A script that runs the Python of a venv in Debian trixie, with the folders of this machine that a run needs."""
    if os.geteuid() != 0:
        raise CoreError(f"ansible-core {core} needs Python {'.'.join(map(str, CORES[core][0]))} or newer; only root can enter Debian {_DEBIAN} for it")
    root = _trixie()
    venv, script = f"/venv-{core}", cache_dir("python") / f"core-{core}-{_DEBIAN}"
    shared = [path for path in (cache_dir(), ROOT, python_env.wheels(), Path(tempfile.gettempdir())) if path]
    lines = ["#!/bin/sh", "# Made by tests/tools/cores.py", "set -e"]
    for path in (*shared, Path("/proc"), Path("/dev")):
        lines += [f"mkdir -p {shlex.quote(f'{root}{path}')}", f"mount --rbind {shlex.quote(str(path))} {shlex.quote(f'{root}{path}')}"]
    lines += [f"""exec chroot {shlex.quote(str(root))} /bin/sh -c 'cd "$0" && exec "$@"' "$PWD" {venv}/bin/python3 "$@" """.rstrip()]
    inner = Path(f"{script}.inner")
    with locked(script.name):
        if not (root / venv.strip("/") / ".ready").exists():
            shutil.rmtree(root / venv.strip("/"), ignore_errors=True)
            wheels = root / "wheels"
            shutil.rmtree(wheels, ignore_errors=True)
            options = []
            if python_env.wheels():
                shutil.copytree(str(python_env.wheels()), wheels)
                options = ["--no-index", "--find-links", "/wheels"]
            _run(["chroot", str(root), "python3", "-m", "venv", venv])
            _run(["chroot", str(root), f"{venv}/bin/python3", "-m", "pip", "install", "--quiet", *options, *_requirements(core)])
            shutil.rmtree(wheels, ignore_errors=True)
            (root / venv.strip("/") / ".ready").touch()
        inner.write_text("\n".join(lines) + "\n", encoding="utf-8")
        # The mounts are seen by this run alone, and go with it.
        script.write_text(f'#!/bin/sh\nexec unshare --mount --propagation private /bin/sh {shlex.quote(str(inner))} "$@"\n', encoding="utf-8")
        script.chmod(0o755)
    return script


def _trixie() -> Path:
    root = cache_dir(_DEBIAN)
    with locked(_DEBIAN):
        if not (root / ".ready").exists():
            apt.install(["debootstrap"])
            shutil.rmtree(root, ignore_errors=True)
            _run(["debootstrap", "--variant=minbase", "--include=python3,python3-venv", _DEBIAN, str(root)])
            with contextlib.suppress(OSError):
                shutil.copy2("/etc/resolv.conf", root / "etc" / "resolv.conf")
            (root / ".ready").touch()
    return root


def _run(command: list[str]) -> str:
    done = subprocess.run(
        command, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900,
        env={name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHON", "VIRTUAL_ENV"))},
    )  # fmt: skip
    if done.returncode:
        raise CoreError(f"{shlex.join(command[:6])} ended with {done.returncode}:\n{done.stdout.strip()[-800:]}")
    return done.stdout


if __name__ == "__main__":
    for name in sys.argv[1:] or CORES:
        try:
            print(name, version(command(name)))
        except CoreError as error:
            print(name, "can't be had:", error)
