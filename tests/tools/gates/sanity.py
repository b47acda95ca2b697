# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``ansible-test sanity`` on what the artifact holds, also where neither docker nor a package index is.

ansible-test makes virtual environments of its own: it downloads pip, and installs tools in exact versions. With an
index only the download is replaced, by the pip that Python brings. With a folder of wheels the tools come from there
in the versions that it has, and a test whose tool it lacks is skipped and named.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import apt
import dotnet
import galaxy
import python_env
from collection import cache_dir

from gates.outcome import GateFailed, GateUnavailable

_IGNORABLE = {"types-docutils"}  # wanted by an exact version's own dependencies, used by no test
_DEBIAN_MODULES = {"voluptuous": "python3-voluptuous"}  # pure Python, and missing in some folders of wheels
_NOISE = r"(Running|Configured|Installing|Created|Looking|Processing|Successfully installed|Using cached pip|WARNING: Using locale)"
_PSLINT = "pslint"  # needs PSScriptAnalyzer from a gallery
_STAND_IN = '''"""Stands in for get-pip: installs the pip that Python brings, then modules that no wheel has."""
import shutil, subprocess, sys, sysconfig
subprocess.check_call([sys.executable, "-m", "ensurepip"], stdout=subprocess.DEVNULL)
for folder in {modules!r}:
    shutil.copytree(folder, sysconfig.get_path("purelib") + "/" + folder.rsplit("/", 1)[1], dirs_exist_ok=True)
'''


def check() -> str:
    """Run every sanity test that can run here."""
    import ansible_test

    if Path(sys.prefix) == Path("/usr"):
        raise GateUnavailable("Debian's ansible-test has no source for the tools that it installs")
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        collection = _unpack(base)
        wheels = _wheels()
        library, skipped = base / "library", [_PSLINT]
        modules: list[str] = []
        if wheels:
            skipped += _relaxed(Path(ansible_test.__file__).parent, library, wheels, modules)
        environment = _environment(cache_dir("sanity", Path(sys.prefix).name), library, wheels, modules)
        options = [option for name in skipped for option in ("--skip-test", name)]
        done = subprocess.run(
            [sys.executable, str(Path(sys.executable).with_name("ansible-test")), "sanity", "--color", "no", *options],
            check=False, cwd=collection, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
    ran = re.findall(r'^Running sanity test "([\w-]+)"', done.stdout, re.MULTILINE)
    if done.returncode or not ran:
        raise GateFailed(f"ansible-test sanity ended with {done.returncode}:\n{_interesting(done.stdout)}")
    return f"{len(set(ran))} tests pass; {', '.join(sorted(skipped))} can't run here"


def _unpack(base: Path) -> Path:
    """Lay out the artifact's files as a git repository, which is how ansible-test lists them."""
    collection = base / "ansible_collections" / "wincom" / "dcom"
    collection.mkdir(parents=True)
    with tarfile.open(galaxy.build(base)) as archive:
        archive.extractall(collection)
    (collection / ".gitignore").write_text("/tests/output/\n/MANIFEST.json\n/FILES.json\n", encoding="utf-8")
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", "-C", str(collection), *command], check=True)
    return collection


def _wheels() -> Path | None:
    """Return the folder of wheels that this environment came from, None for an index."""
    return python_env.wheels() if Path(sys.prefix).name.startswith("wheels-") else None


def _relaxed(package: Path, library: Path, wheels: Path, modules: list[str]) -> list[str]:
    """Copy ansible-test with requirements that the wheels can meet; return the tests that they can't.

    The folders of modules that have to come from Debian are added to modules.
    """
    shutil.copytree(package, library / "ansible_test", ignore=shutil.ignore_patterns("__pycache__"))
    (library / "ansible").symlink_to(package.with_name("ansible"))
    have = {_canonical(path.name.split("-")[0]) for path in wheels.glob("*.whl")}
    unmet = []
    for path in sorted((library / "ansible_test" / "_data" / "requirements").glob("sanity.*.txt")):
        lines = path.read_text(encoding="utf-8").splitlines()
        names = [_canonical(line.split("==")[0]) for line in lines if line.strip() and not line.startswith("#")]
        missing = [name for name in names if name not in have | _IGNORABLE and not _from_debian(name, modules)]
        if missing:
            unmet.append(path.name.split(".")[1])
        path.write_text("".join(f"{name}\n" for name in names if name in have), encoding="utf-8")
    return unmet


def _from_debian(name: str, modules: list[str]) -> bool:
    """Have a pure Python module by Debian's package, if there is one and it can be installed."""
    if name not in _DEBIAN_MODULES:
        return False
    try:
        apt.install([_DEBIAN_MODULES[name]])
    except apt.AptError:
        return False
    folder = f"/usr/lib/python3/dist-packages/{name}"
    if folder not in modules:
        modules.append(folder)
    return os.path.isdir(folder)


def _environment(home: Path, library: Path, wheels: Path | None, modules: list[str]) -> dict[str, str]:
    """Return the environment of ansible-test: a home of its own, kept, and real interpreters in PATH instead of shims."""
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    text = (Path(_package_folder(library)) / "_internal" / "python_requirements.py").read_text(encoding="utf-8")
    for version in re.findall(r"pip='([\d.]+)'", text):
        (cache / f"get_pip_{version.replace('.', '_')}.py").write_text(_STAND_IN.format(modules=modules), encoding="utf-8")
    environment = dict(os.environ, HOME=str(home))
    if wheels:
        settings = home / ".config" / "pip" / "pip.conf"
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text(f"[global]\nno-index = true\nfind-links = {wheels}\n", encoding="utf-8")
        environment["PYTHONPATH"] = str(library)
    programs = [Path(sys.executable).parent, Path(sys.base_prefix) / "bin", Path("/usr/local/bin"), Path("/usr/bin"), Path("/bin")]
    try:
        programs.insert(1, dotnet.pwsh().parent)
    except dotnet.DotnetError as error:
        raise GateUnavailable(f"validate-modules needs PowerShell: {error}") from error
    environment["PATH"] = os.pathsep.join(map(str, programs))
    return environment


def _package_folder(library: Path) -> str:
    import ansible_test

    copied = library / "ansible_test"
    return str(copied if copied.is_dir() else Path(ansible_test.__file__).parent)


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def _interesting(text: str) -> str:
    """Return the lines that say what is wrong."""
    lines = [line for line in text.splitlines() if not re.match(_NOISE, line)]
    return "\n".join(lines[-60:])
