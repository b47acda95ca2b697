#!/usr/bin/env python3
# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The Python that ``make demo`` and ``make test`` run: ansible-core, pywinrm, pytest and the lint tools.

They come from a package index where one answers, else from a folder of wheels where there is one, else from
Debian's packages. Whatever it is, the answer is one folder of programs, printed on standard output.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import apt
from collection import ROOT, cache_dir, locked

SOURCES = ("index", "wheels", "debian")
# The first ones are what a run needs; the rest are tools of `make test`.
PACKAGES = (
    "ansible-core",
    "pywinrm",
    "pypsrp",
    "pyspnego",
    "requests-ntlm",
    "PyYAML",
    "pytest",
    "pytest-ansible",
    "pytest-xdist",
    "hypothesis",
    "yamllint",
    "ansible-lint",
    "antsibull-changelog",
    "ruff",
    "mypy",
    "molecule",
)
DEBIAN_PACKAGES = (
    "ansible-core",
    "python3-winrm",
    "python3-yaml",
    "python3-pytest",
    "python3-pytest-xdist",
    "python3-hypothesis",
    "yamllint",
)
_MARK = "WINCOM_PYTHON_ENV"  # names the folder of programs to the processes that run with it
_VERSIONS = """
import json, platform, sys
from importlib import metadata
versions = {"python": platform.python_version()}
for name in sys.argv[1:]:
    try:
        versions[name] = metadata.version(name)
    except metadata.PackageNotFoundError:
        versions[name] = None
print(json.dumps(versions))
"""


class PythonEnvError(Exception):
    """No environment could be made; the message says what was tried and what to do."""


def ensure(source: str = "auto") -> Path:
    """Return the folder of programs of the environment, making it if need be.

    The source is one of SOURCES, or ``auto``: the first one that works. What ``auto`` chose is remembered, so
    that the second time asks nobody.
    """
    if source == "auto" and os.environ.get(_MARK):
        return Path(os.environ[_MARK])
    if source != "auto":
        return _make(source)
    remembered = cache_dir("python") / f"chosen-{_key('auto')}"
    if remembered.exists() and _ready(remembered.read_text(encoding="utf-8").strip()):
        return _make(remembered.read_text(encoding="utf-8").strip())
    refused = []
    for name in SOURCES:
        try:
            programs = _make(name)
        except (PythonEnvError, apt.AptError) as error:
            _say(f"Python packages: not from {name}: {_first_line(error)}")
            refused.append(f"{name}: {error}")
        else:
            remembered.write_text(name + "\n", encoding="utf-8")
            return programs
    raise PythonEnvError("No source of Python packages works here.\n" + "\n".join(refused))


def enter() -> Path:
    """Go on with the environment's Python, and return its folder of programs.

    A program calls this first: it is run again from the start, with the environment's programs first in PATH,
    unless it runs there already.
    """
    if os.environ.get(_MARK):
        return Path(os.environ[_MARK])
    programs = ensure(os.environ.get("WINCOM_PYTHON_SOURCE") or "auto")
    path = os.pathsep.join([str(programs), os.environ.get("PATH", os.defpath)])
    python = str(programs / "python3")
    sys.stdout.flush()
    os.execve(python, [python, *sys.argv], dict(os.environ, PATH=path, PYTHONDONTWRITEBYTECODE="1", **{_MARK: str(programs)}))


def versions(programs: Path) -> dict[str, str | None]:
    """Return the version of Python and of each package in an environment; None for what it lacks."""
    command = [str(programs / "python3"), "-c", _VERSIONS, *PACKAGES]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=_environment()).stdout)


def _make(source: str) -> Path:
    """Return the folder of programs of one source, making it if need be."""
    if source == "debian":
        return _debian()
    if source not in SOURCES:
        raise PythonEnvError(f"There is no source of Python packages called {source!r}: name one of {', '.join(SOURCES)}, auto.")
    folder = _folder(source)
    with locked(folder.name):
        if not _ready(source):
            options = _index_options() if source == "index" else _wheels_options()
            _venv(folder, source, options)
    return folder / "bin"


def _ready(source: str) -> bool:
    if source == "debian":
        return not apt.missing(list(DEBIAN_PACKAGES))
    return (_folder(source) / ".ready").exists()


def _folder(source: str) -> Path:
    return cache_dir("python") / f"{source}-{_key(source)}"


def _key(source: str) -> str:
    """Return a short name for everything that an environment is made from."""
    parts = [*PACKAGES, *DEBIAN_PACKAGES, source, sys.version]
    folder = wheels()
    if source != "index" and folder:
        parts += [str(folder), *sorted(entry.name for entry in folder.glob("*.whl"))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _venv(folder: Path, source: str, options: list[str]) -> None:
    _say(f"Python packages: from {source}, into {folder}")
    shutil.rmtree(folder, ignore_errors=True)
    base = getattr(sys, "_base_executable", None) or sys.executable
    made = _run([base, "-m", "venv", str(folder)])
    if made.returncode and Path(base).resolve().parent == Path("/usr/bin"):
        apt.install(["python3-venv"])
        made = _run([base, "-m", "venv", "--clear", str(folder)])
    if made.returncode:
        raise PythonEnvError(f"{base} cannot make a virtual environment:\n{made.stdout.strip()}")
    installed = _run([str(folder / "bin" / "python3"), "-m", "pip", "install", "--quiet", *options, *PACKAGES])
    if installed.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        raise PythonEnvError(f"pip could not install the packages from {source}:\n{installed.stdout.strip()[-2000:]}")
    (folder / ".ready").touch()


def _index_options() -> list[str]:
    """Return pip's options for the index that it is set up for, or raise at once where none answers."""
    with tempfile.TemporaryDirectory() as empty:
        # One small package, no second try: where no index answers this takes a second, not minutes.
        probe = ["-m", "pip", "download", "--quiet", "--no-deps", "--timeout", "5", "--retries", "0", "--dest", empty, "pywinrm"]
        try:
            asked = _run([sys.executable, *probe], timeout=30)
        except subprocess.TimeoutExpired:
            raise PythonEnvError("no package index answered within 30 seconds") from None
    if asked.returncode:
        raise PythonEnvError(f"no package index answers ({_last_line(asked.stdout)})")
    return ["--timeout", "30", "--retries", "2"]


def _wheels_options() -> list[str]:
    folder = wheels()
    if not folder:
        raise PythonEnvError("there is no folder of wheels; WINCOM_WHEELS names one")
    return ["--no-index", "--find-links", str(folder)]


def wheels() -> Path | None:
    """Return the folder of wheels, None where there is none."""
    folder = Path(os.environ.get("WINCOM_WHEELS") or ROOT.parent / "shared" / "wheels")
    return folder.resolve() if folder.is_dir() else None


def _debian() -> Path:
    apt.install(list(DEBIAN_PACKAGES))
    for program in ("python3", "ansible-playbook"):
        if not Path("/usr/bin", program).exists():
            raise PythonEnvError(f"Debian's packages are installed, but there is no /usr/bin/{program}.")
    return Path("/usr/bin")


def _run(command: list[str], timeout: float | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, check=False, timeout=timeout, env=_environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )


def _environment() -> dict[str, str]:
    """Return the environment variables less those with which the caller's own Python would show through."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no answer"])[-1]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    """Print the folder of programs, or the table of versions."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", choices=("auto", *SOURCES), default=os.environ.get("WINCOM_PYTHON_SOURCE") or "auto")
    parser.add_argument("--report", action="store_true", help="print the versions instead of the folder")
    options = parser.parse_args()
    try:
        programs = ensure(options.source)
    except (PythonEnvError, apt.AptError) as error:
        _say(f"error: {error}")
        return 1
    if options.report:
        for name, version in versions(programs).items():
            print(f"{name:20} {version or 'not installed'}")
    else:
        print(programs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
