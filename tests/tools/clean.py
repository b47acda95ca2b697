#!/usr/bin/env python3
# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``make clean``: removes what the other commands leave in the checkout. The cache outside it stays."""

from __future__ import annotations

import shutil

from collection import OUTPUT, ROOT

_LEFT = (".ansible", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache", "build", "collections")

if __name__ == "__main__":
    for path in [*(ROOT / name for name in _LEFT), OUTPUT, *ROOT.rglob("__pycache__")]:
        shutil.rmtree(path, ignore_errors=True)
