# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation of a module says what its argument spec says: same options, types, choices and defaults."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import dotnet
from collection import ROOT, linked_path

from gates.outcome import GateFailed, GateUnavailable, report
from gates.requires import payload

_SCRIPT = Path(__file__).with_name("argspec.ps1")


def check(plugins: Path = ROOT / "plugins", collections: str = "", collection: str = "wincom.dcom") -> str:
    """Compare every module's documentation, fragments included, with the spec that the running module declares."""
    modules = sorted((plugins / "modules").glob("*.ps1"))
    if not modules:
        raise GateFailed(f"no module in {plugins / 'modules'}")
    report(f"{path.name} has no documentation beside it ({path.stem}.yml)" for path in modules if not path.with_suffix(".yml").exists())
    documented = documentation([path.stem for path in modules], collections or linked_path(), collection)
    declared = specs(modules)
    findings = []
    count = 0
    for path in modules:
        spec = declared[path.stem]
        if "error" in spec:
            findings.append(f"{path.stem}: its spec can't be read: {spec['error']}")
            continue
        findings += [f"{path.stem}: {line}" for line in compare(documented[path.stem], spec.get("options") or {})]
        count += _size(spec.get("options") or {})
    report(findings)
    return f"{count} options of {len(modules)} modules are documented as they are declared"


def documentation(names: list[str], collections: str, collection: str) -> dict[str, dict[str, Any]]:
    """Return the documented options of modules, as ansible-doc reads them."""
    program = shutil.which("ansible-doc")
    if not program:
        raise GateUnavailable("ansible-doc isn't installed")
    done = subprocess.run(
        [program, "--json", "--type", "module", *(f"{collection}.{name}" for name in names)], check=False,
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": collections}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True,
    )
    shown = json.loads(done.stdout) if done.stdout.strip().startswith("{") else {}
    unread = [name for name in names if "doc" not in (shown.get(f"{collection}.{name}") or {})]
    if unread:
        raise GateFailed(f"ansible-doc can't read {', '.join(unread)}: {done.stderr.strip()}")
    return {name: shown[f"{collection}.{name}"]["doc"].get("options") or {} for name in names}


def specs(modules: list[Path]) -> dict[str, dict[str, Any]]:
    """Return the argument specs of modules, each by running it up to the point where it declares its spec."""
    import ansible

    core = Path(ansible.__file__).parent / "module_utils"
    manifest = {
        "add_type": str(core / "powershell" / "Ansible.ModuleUtils.AddType.psm1"),
        "basic": str(core / "csharp" / "Ansible.Basic.cs"),
        "modules": {
            path.stem: {"path": str(path), "utilities": [str(part) for part in payload(path) if part.suffix == ".psm1"]}
            for path in modules
        },
    }
    try:
        done = dotnet.powershell(_SCRIPT, stdin=json.dumps(manifest))
    except dotnet.DotnetError as error:
        raise GateUnavailable(str(error)) from error
    if done.returncode:
        raise GateFailed(f"PowerShell could not read the specs:\n{(done.stderr or done.stdout).strip()}")
    return json.loads(done.stdout)


def compare(documented: dict[str, Any], declared: dict[str, Any], parent: str = "") -> list[str]:
    """Return how two sets of options differ, suboptions included."""
    findings = [f"{parent}{name} is declared and not documented" for name in sorted(declared.keys() - documented.keys())]
    findings += [f"{parent}{name} is documented and not declared" for name in sorted(documented.keys() - declared.keys())]
    for name in sorted(declared.keys() & documented.keys()):
        said, meant = _facts(documented[name], "suboptions"), _facts(declared[name], "options")
        findings += [
            f"{parent}{name}: {fact} is documented as {said[fact]!r} and declared as {meant[fact]!r}"
            for fact in said if said[fact] != meant[fact]
        ]
        findings += compare(documented[name].get("suboptions") or {}, declared[name].get("options") or {}, f"{parent}{name}.")
    return findings


def _facts(option: dict[str, Any], nested: str) -> dict[str, Any]:
    """Return what is compared of one option, the unsaid filled in."""
    default = option.get("default")
    return {
        "type": option.get("type") or ("dict" if option.get(nested) and not option.get("elements") else "str"),
        "elements": option.get("elements"),
        "choices": sorted(map(str, option.get("choices") or [])),
        "default": default,
        "required": bool(option.get("required")),
        "aliases": sorted(option.get("aliases") or []),
    }


def _size(options: dict[str, Any]) -> int:
    return len(options) + sum(_size(option.get("options") or {}) for option in options.values())
