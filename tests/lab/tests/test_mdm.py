# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The stub of the Machine Debug Manager: registration and its faults, activation, service."""
import subprocess
import time

import pytest

import registry

APPID = '{9209B1A6-964A-11D0-9372-00A0C9034910}'
CLASS = '{0C0A3666-30C9-11D0-8F20-00805F2CD064}'
CLASSES = 'HKLM\\SOFTWARE\\Classes\\'
MDM = 'C:\\windows\\system32\\mdm.exe'


def is_registered(host):
    return bool(host.registries(CLASSES + 'AppID\\' + APPID)[0])


def running(host):
    return [pid for pid, path in host.processes() if path == MDM]


@pytest.fixture
def registered(host):
    assert host.run(MDM, '/regserver').returncode == 0
    yield
    host.run(MDM, '/unregserver')


def test_regserver_and_unregserver(host, registered):
    appids = host.registry(CLASSES + 'AppID')
    assert appids[APPID][''] == (registry.SZ, registry.text('Machine Debug Manager'))
    assert appids['mdm.exe']['AppID'] == (registry.SZ, registry.text(APPID))
    classes = host.registry(CLASSES + 'CLSID\\' + CLASS)
    assert classes['']['AppID'] == (registry.SZ, registry.text(APPID))
    assert classes['LocalServer32'][''][1].decode('utf-16-le').lower() == MDM.lower() + '\0'
    host.run(MDM, '/unregserver')
    assert not is_registered(host)


@pytest.mark.parametrize('fault, code, registers', [('fail', 3, False), ('silent', 0, False), ('grumble', 1, True)])
def test_faults_of_registration(host, fault, code, registers):
    assert host.run('C:\\lab\\mdm-%s.exe' % fault, '/regserver').returncode == code
    assert is_registered(host) == registers
    host.run(MDM, '/unregserver')


def test_registration_that_hangs(host):
    with pytest.raises(subprocess.TimeoutExpired):
        host.run('C:\\lab\\mdm-hang.exe', '/regserver', timeout=0.5)
    assert not is_registered(host)


def test_activation_and_a_killed_server(host, powershell, registered):
    out = powershell('''
        $object = [Activator]::CreateInstance([Type]::GetTypeFromCLSID('%s'))
        function Ask($what, $kind) { [System.__ComObject].InvokeMember($what, $kind, $null, $object, $null) }
        $process = Ask Pid GetProperty
        (Ask Ping InvokeMethod) -eq "pong $process"
        (Get-Process -Id $process).ProcessName
        Stop-Process -Id $process
        try { Ask Ping InvokeMethod } catch { '{0:X8}' -f $_.Exception.InnerException.HResult }
        ''' % CLASS)
    assert out[:2] == ['True', 'mdm'] and '800706BA' in out[2]
    assert running(host) == []
    again = "$null -ne [Activator]::CreateInstance([Type]::GetTypeFromCLSID('%s'))" % CLASS     # Wine alone would refuse
    assert powershell(again) == ['True']


def test_without_arguments_it_stays(host):
    program = host.start_program(MDM)
    assert program.running()
    program.kill()
    assert running(host) == []


def test_as_a_service(host, powershell):
    host.install_service('MDM', MDM + ' /service')
    try:
        out = powershell("Start-Service MDM; (Get-Service MDM).Status; Restart-Service MDM; Stop-Service MDM; (Get-Service MDM).Status")
        assert out == ['Running', 'Stopped']
    finally:
        host.run('sc.exe', 'delete', 'MDM')
    time.sleep(0.1)
    assert running(host) == []
