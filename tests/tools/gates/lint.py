# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lint tools that bring their own rules: they pass or fail, and are skipped by name where they aren't installed."""

from __future__ import annotations

import re
import shutil

from collection import ROOT, linked_path, sources

from gates.outcome import GateFailed, GateUnavailable, tool


def yamllint() -> str:
    """Check every YAML file by .yamllint, warnings included."""
    names = [name for name in sources() if name.endswith((".yml", ".yaml"))]
    tool("yamllint", "--strict", "--format", "parsable", *names)
    return f"{len(names)} YAML files follow .yamllint"


def ruff() -> str:
    """Check every Python file by the rules in pyproject.toml."""
    names = _python()
    tool("ruff", "check", "--quiet", "--no-cache", *names)
    return f"{len(names)} Python files follow pyproject.toml"


def mypy() -> str:
    """Check the types of the plugins and of each folder of tests."""
    names = _python()
    if not shutil.which("mypy"):
        raise GateUnavailable("mypy isn't installed")
    folders = {"MYPYPATH": ":".join(str(ROOT / name) for name in ("tests/tools", "tests/lab"))}
    tool("mypy", "--no-error-summary", "--cache-dir", "/dev/null", *names, environment=folders)
    return f"the types of {len(names)} Python files agree"


def changelog() -> str:
    """Check the changelog and its fragments."""
    tool("antsibull-changelog", "lint")
    return "the changelog and its fragments are well formed"


def ansible_lint() -> str:
    """Check playbooks, roles and metadata by ansible-lint's production profile, asking no server."""
    printed = tool(
        "ansible-lint", "--offline", "--profile", "production", "--strict", "--nocolor",
        environment={"ANSIBLE_COLLECTIONS_PATH": linked_path(), "ANSIBLE_HOME": str(ROOT / "tests" / "output" / "ansible-home")},
    )
    if not re.search(r"\b[1-9]\d* files processed", printed):
        raise GateFailed(f"ansible-lint doesn't say that it processed any file:\n{printed.strip()}")
    return printed.strip().splitlines()[-1]


def _python() -> list[str]:
    return [name for name in sources() if name.endswith(".py")]
