# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What travels to the host for one task stays small: text beyond the limit belongs in documentation.

winrm sends standard input in pieces of 200,000 bytes. An empty module fills most of one (150 kB with ansible-core 2.16, 179 kB with
2.21), so any module of substance needs a second; the limit keeps away from a third (docs/architecture.md, "Payload").
"""

from __future__ import annotations

from pathlib import Path

from collection import ROOT

from gates.outcome import report
from gates.requires import payload

LIMIT = 165_000


def check(plugins: Path = ROOT / "plugins") -> str:
    """Add up each module with its utilities."""
    sizes = {}
    missing = []
    for module in sorted((plugins / "modules").glob("*.ps1")):
        parts = payload(module)
        missing += [f"{module.name} asks for {part.name}, which isn't in module_utils" for part in parts if not part.is_file()]
        sizes[module.stem] = sum(part.stat().st_size for part in parts if part.is_file())
    if not sizes:
        report([f"no module in {plugins / 'modules'}"])
    over = [f"{name} sends {size:,} bytes, {size - LIMIT:,} too many" for name, size in sizes.items() if size >= LIMIT]
    report(missing + over)
    return ", ".join(f"{name} {size:,}" for name, size in sizes.items()) + f" of {LIMIT:,} bytes"
