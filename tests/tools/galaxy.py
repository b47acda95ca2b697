#!/usr/bin/env python3
# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``make build``: the galaxy artifact, made from the project's files alone, whatever else lies in the checkout."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import apt
import python_env
from collection import ROOT, copy_to


class BuildError(Exception):
    """ansible-galaxy did not build the artifact; the message is what it said."""


def build(target: Path) -> Path:
    """Build the artifact into a folder and return its path."""
    with tempfile.TemporaryDirectory() as folder:
        source = copy_to(Path(folder))
        done = subprocess.run(
            ["ansible-galaxy", "collection", "build", "--force", "--output-path", folder, str(source)], check=False,
            cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        made = list(Path(folder).glob("*.tar.gz"))
        if done.returncode or len(made) != 1:
            raise BuildError(f"ansible-galaxy collection build ended with {done.returncode}:\n{done.stdout.strip()}")
        target.mkdir(parents=True, exist_ok=True)
        return Path(shutil.move(str(made[0]), str(target / made[0].name)))


def main() -> int:
    """Build into the folder build/ of the checkout."""
    try:
        python_env.enter()
        print(build(ROOT / "build").relative_to(ROOT))
    except (BuildError, python_env.PythonEnvError, apt.AptError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
