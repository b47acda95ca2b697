# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the lab's own tests share. They need the built lab (it is built at the first test if need be)."""
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import host as host_module          # noqa: E402


class Checked:
    """PowerShell on a host, for tests that look at what it prints."""

    def __init__(self, host):
        self.host = host

    def __call__(self, script, native=False):
        """The lines (list of str) that a script prints; an error fails the test. native: with the calls of native.ps1."""
        if native:
            script = (HERE / 'native.ps1').read_text(encoding='ascii') + script
        self.host.path('C:\\lab\\test.ps1').write_text(script, encoding='utf-8-sig')
        done = self.host.powershell('$ErrorActionPreference = "Stop"; . C:\\lab\\test.ps1')
        assert done.returncode == 0 and not done.stderr, done.stdout.decode() + done.stderr.decode()
        return done.stdout.decode().splitlines()


@pytest.fixture(scope='session')
def host():
    """One host for all tests that leave it as they found it."""
    accounts = host_module.STANDARD_ACCOUNTS + [
        host_module.Account('IWAM_WEB01', password='S3cret!pw'), host_module.Account('svc-com', password='local!pw'),
        host_module.Account('jörg'), host_module.Account('backup', 'CONTOSO', 'S-1-5-21-44444444-55555555-66666666-1200')]
    with host_module.Host('WEB01', accounts, mdm=['common', 'system32']) as running:
        yield running


@pytest.fixture
def powershell(host):
    return Checked(host)


@pytest.fixture
def knobs(host):
    """set_double, undone after the test."""
    turned = []

    def turn(name, value):
        turned.append(name)
        host.set_double(name, value)
    yield turn
    for name in turned:
        host.set_double(name, None)
