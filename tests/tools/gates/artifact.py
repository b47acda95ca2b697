# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The galaxy artifact holds what a user needs and nothing else, and works where it is installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path

import galaxy

from gates.outcome import GateFailed, GateUnavailable, report

# What only a developer has: the lab, the tools of this checkout, settings of editors and services, caches, results.
_UNWANTED = (
    ".", "build/", "collections/", "Makefile", "pyproject.toml",
    "tests/benchmark/", "tests/lab/", "tests/output/", "tests/powershell/", "tests/tools/", "tests/unit/",
)
_WANTED = ("LICENSE", "README.md", "CHANGELOG.rst", "meta/runtime.yml")


def check() -> str:
    """Build the artifact, look at its list of files, install it, and let Ansible find what is in it."""
    if not shutil.which("ansible-galaxy"):
        raise GateUnavailable("ansible-galaxy isn't installed")
    with tempfile.TemporaryDirectory() as folder:
        artifact = galaxy.build(Path(folder))
        with tarfile.open(artifact) as archive:
            names = archive.getnames()
        report(examine(names))
        collections = Path(folder, "collections")
        _run(["ansible-galaxy", "collection", "install", "--offline", "--no-deps", "-p", str(collections), str(artifact)], collections)
        found = resolve(collections)
        size = artifact.stat().st_size
    return f"{artifact.name}: {len(names)} entries, {size / 1000:.0f} kB; installed alone it gives {found}"


def examine(names: Iterable[str]) -> list[str]:
    """Return what shouldn't be in the artifact, and what should and isn't."""
    names = list(names)
    unwanted = [name for name in names if name.startswith(_UNWANTED) or name.endswith(".pyc") or "__pycache__" in name]
    return [f"the artifact holds {name}" for name in unwanted] + [f"the artifact lacks {name}" for name in _WANTED if name not in names]


def resolve(collections: Path) -> str:
    """Ask Ansible for every module, role and playbook by its full name, with nothing but the installed collection."""
    installed = collections / "ansible_collections" / "wincom" / "dcom"
    modules = sorted(path.stem for path in (installed / "plugins" / "modules").glob("*.ps1"))
    roles = sorted(path.name for path in (installed / "roles").glob("*"))
    playbooks = sorted(path.stem for path in (installed / "playbooks").glob("*.yml"))
    if not modules:
        raise GateFailed("the installed artifact has no module")
    shown = json.loads(_run(["ansible-doc", "--json", *(f"wincom.dcom.{name}" for name in modules)], collections))
    report(f"ansible-doc doesn't know wincom.dcom.{name}" for name in modules if "doc" not in shown.get(f"wincom.dcom.{name}", {}))
    if roles:
        listed = json.loads(_run(["ansible-doc", "--type", "role", "--list", "--json"], collections))
        report(f"ansible-doc doesn't know the role wincom.dcom.{name}" for name in roles if f"wincom.dcom.{name}" not in listed)
    for name in playbooks:
        _run(["ansible-playbook", "--syntax-check", "-i", "localhost,", f"wincom.dcom.{name}"], collections)
    return f"{len(modules)} modules, {len(roles)} roles, {len(playbooks)} playbooks by their full names"


def _run(command: list[str], collections: Path) -> str:
    """Run a command away from the checkout, so that it sees the installed collection alone."""
    collections.mkdir(exist_ok=True)
    environment = dict(os.environ, ANSIBLE_COLLECTIONS_PATH=str(collections), ANSIBLE_HOME=str(collections / "home"), NO_COLOR="1")
    done = subprocess.run(
        command, check=False, cwd=collections, env=environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True,
    )
    if done.returncode:
        raise GateFailed(f"{' '.join(command)} ended with {done.returncode}:\n{(done.stderr or done.stdout).strip()}")
    return done.stdout
