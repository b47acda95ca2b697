# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a module's payload is made of: the utilities that its sources name, and theirs.

Ansible sends a module with what ``#AnsibleRequires`` (PowerShell) and ``using`` (C#) ask for, so the gates read the
same lines.
"""

from __future__ import annotations

import re
from pathlib import Path

_COLLECTION = "ansible_collections.wincom.dcom.plugins.module_utils."
_POWERSHELL = re.compile(r"^#\s*AnsibleRequires\s+-PowerShell\s+([\w.]+)", re.IGNORECASE | re.MULTILINE)
_CSHARP = re.compile(r"^#\s*AnsibleRequires\s+-CSharpUtil\s+([\w.]+)", re.IGNORECASE | re.MULTILINE)
_USING = re.compile(r"^using\s+((?:Ansible|ansible_collections)\.[\w.]+);\s*$", re.IGNORECASE | re.MULTILINE)


def payload(module: Path) -> list[Path]:
    """Return the module and those of this collection's utilities that travel with it, the module first.

    One that isn't there is returned like the others.
    """
    found: list[Path] = []
    waiting = [module]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.append(path)
        if not path.is_file():
            continue
        waiting += [utility for name in _named(path) if (utility := _utility(name, module.parent.parent))]
    return [module, *sorted(path for path in found if path != module)]


def core_csharp(path: Path) -> list[str]:
    """Return the names of ansible-core's C# utilities that a C# source uses."""
    return [name for name in _USING.findall(path.read_text(encoding="utf-8")) if name.startswith("Ansible.")]


def _named(path: Path) -> list[tuple[str, str]]:
    """Return the names that a source asks for, each with the extension of its file."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".cs":
        return [(name, ".cs") for name in _USING.findall(text)]
    return [(name, ".psm1") for name in _POWERSHELL.findall(text)] + [(name, ".cs") for name in _CSHARP.findall(text)]


def _utility(named: tuple[str, str], plugins: Path) -> Path | None:
    """Return the file of a utility of this collection, None for one of ansible-core's."""
    name, extension = named
    relative = re.match(r"\.+module_utils\.(.+)", name)
    if relative:
        base = relative.group(1)
    elif name.startswith(_COLLECTION):
        base = name[len(_COLLECTION):]
    else:
        return None
    return plugins / "module_utils" / (base.replace(".", "/") + extension)
