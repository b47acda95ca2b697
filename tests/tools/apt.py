# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Debian's packages: which are missing, and installing them where this user may."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys


class AptError(Exception):
    """Debian packages are missing and could not be installed; the message says which and what to do."""


def missing(packages: list[str]) -> list[str]:
    """Return those of the packages that are not installed."""
    if not shutil.which("dpkg-query"):
        return list(packages)
    command = ["dpkg-query", "-W", "-f=${Package} ${db:Status-Status}\n", *packages]
    shown = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    installed = {line.split()[0] for line in shown.splitlines() if line.endswith(" installed")}
    return [name for name in packages if name not in installed]


def install(packages: list[str]) -> None:
    """Install what is missing of the packages, without their recommendations."""
    wanted = missing(packages)
    if not wanted:
        return
    by_hand = f"apt-get install --no-install-recommends {' '.join(wanted)}"
    if not shutil.which("apt-get"):
        raise AptError(f"These packages are needed, and this machine has no apt-get to install them: {' '.join(wanted)}.")
    if os.geteuid() != 0:
        raise AptError(f"These Debian packages are needed, and only root can install them. Run as root: {by_hand}")
    print(f"Installing from Debian: {' '.join(wanted)}", file=sys.stderr)
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=600"]
    install_command = [*apt, "install", "-y", "--no-install-recommends", *wanted]
    for command in ([*apt, "update"], install_command):
        done = subprocess.run(
            command, check=False, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        if done.returncode and command is install_command:
            raise AptError(f"Debian's packages could not be installed ({by_hand}):\n{done.stdout.strip()[-2000:]}")
