# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Hosts: separate from each other, and gone without a trace however their owner ends."""
import json
import pathlib
import signal
import subprocess
import sys
import time

import pytest

import host as host_module
import registry
import wine

LAB = str(pathlib.Path(host_module.__file__).with_name('lab.py'))
KEY = 'HKLM\\SOFTWARE\\LabTest'


def test_two_hosts_at_once_are_separate(host, powershell):
    host.import_registry([(KEY, 'only', registry.SZ, registry.text('here'))])
    with host_module.Host('WEB02') as other:
        assert other.port != host.port and other.prefix != host.prefix
        with pytest.raises(KeyError):
            other.registry(KEY)
        names = other.powershell('$env:COMPUTERNAME; [Environment]::MachineName').stdout.decode().split()
        assert names == ['WEB02', 'WEB02']
        prefix = other.prefix
        assert wine.processes(prefix)
    assert wine.processes(prefix) == [] and not prefix.parent.exists()
    assert host.registry(KEY)
    assert powershell('$env:COMPUTERNAME; [Environment]::MachineName') == ['WEB01', 'WEB01']
    host.delete_key(KEY)


def test_a_host_reaches_only_its_own_drive(host):
    assert [drive.name for drive in (host.prefix / 'dosdevices').iterdir() if not drive.name.startswith('com')] == ['c:']
    with pytest.raises(host_module.LabError, match='drive C: only'):
        host.path('Z:\\etc\\passwd')


def test_a_name_that_windows_would_refuse_is_refused():
    with pytest.raises(host_module.LabError, match='no computer name'):
        host_module.Host('a_name_that_is_much_too_long')


def run_lab(tmp_path, *line):
    """lab.py with one host, running a command that writes the host's folder and stays."""
    description = tmp_path / 'hosts.json'
    description.write_text(json.dumps({'STALE': {'groups': ['iis']}}))
    process = subprocess.Popen([sys.executable, LAB, 'run', str(description), '--', *line])
    deadline = time.time() + 30
    while time.time() < deadline:
        found = [folder for folder, about in host_module.running() if about['owner'] == process.pid and about['port']]
        if found:
            return process, found[0]
        time.sleep(0.05)
    process.kill()
    raise AssertionError('no host')


def test_sigterm_tears_down(tmp_path):
    process, folder = run_lab(tmp_path, 'sleep', '30')
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 143
    assert wine.processes(folder / 'prefix') == [] and not folder.exists()


def test_a_host_whose_owner_was_killed_is_reaped(tmp_path):
    process, folder = run_lab(tmp_path, 'sleep', '5')
    process.kill()
    process.wait()
    assert wine.processes(folder / 'prefix')
    host_module.reap()
    assert wine.processes(folder / 'prefix') == [] and not folder.exists()


def test_lab_run_passes_inventory_and_exit_code_on(tmp_path):
    description = tmp_path / 'hosts.json'
    description.write_text(json.dumps({'WEB03': {'groups': ['iis'], 'accounts': ['IWAM_WEB03'], 'connection': 'winrm'}}))
    out = tmp_path / 'out'
    line = 'cat {inventory} >%s; "%s" "$LAB" registry web03 "HKLM\\SOFTWARE\\Microsoft\\Ole" >>%s; exit 7' % (out, sys.executable, out)
    done = subprocess.run([sys.executable, LAB, 'run', str(description), '--', 'sh', '-c', line])
    assert done.returncode == 7
    inventory, end = json.JSONDecoder().raw_decode(out.read_text())
    assert inventory['all']['hosts']['WEB03']['ansible_winrm_transport'] == 'basic'
    assert list(inventory['all']['children']['iis']['hosts']) == ['WEB03']
    assert json.loads(out.read_text()[end:])['']['EnableDCOM'] == [1, registry.text('Y').hex()]


@pytest.mark.parametrize('text, said', [('{', "can't be read"), ('{"A": {"acounts": []}}', 'unknown key acounts')])
def test_a_wrong_description_is_an_error_for_people(tmp_path, text, said):
    description = tmp_path / 'hosts.json'
    description.write_text(text)
    done = subprocess.run([sys.executable, LAB, 'run', str(description), '--', 'true'], stderr=subprocess.PIPE)
    assert done.returncode == 2 and said in done.stderr.decode() and 'Traceback' not in done.stderr.decode()


def test_programs_are_seen_and_ended(host):
    program = host.start_program('C:\\windows\\system32\\mdm.exe')
    assert (program.pid, 'C:\\windows\\system32\\mdm.exe') in host.processes()
    program.kill()
    assert not program.running()


def test_a_program_that_hangs_is_given_up(host):
    with pytest.raises(subprocess.TimeoutExpired):
        host.run('C:\\lab\\mdm-hang.exe', '/regserver', timeout=1)
    for pid, path in host.processes():
        if 'mdm-hang' in path:
            host.run('C:\\process.exe', 'end', str(pid))


def test_any_bytes_of_any_type_come_back(host):
    entries = [
        (KEY, '', registry.SZ, registry.text('default')), (KEY, 'no NUL', registry.SZ, 'abc'.encode('utf-16-le')),
        (KEY, 'odd', registry.SZ, b'abc'), (KEY, 'two NULs', registry.SZ, b'\0\0\0\0'), (KEY, 'empty', registry.BINARY, b''),
        (KEY, 'empty text', registry.SZ, b''), (KEY, 'none', registry.NONE, b'\1'), (KEY, 'short', registry.DWORD, b'\1\2'),
        (KEY, 'exotic', 0x1234, b'x'), (KEY, 'long', registry.BINARY, bytes(range(256)) * 256), (KEY, 'Grüße 漢字\n\t', registry.MULTI_SZ, b'a\0'),
        (KEY + '\\sub key\\ä', 'v', registry.QWORD, b'12345678')]
    host.import_registry(entries)
    found = host.registry(KEY)
    assert found[''] == {name: (kind, data) for key, name, kind, data in entries[:-1]}
    assert found['sub key\\ä'] == {'v': (registry.QWORD, b'12345678')} and found['sub key'] == {}
    host.delete_key(KEY)
    with pytest.raises(KeyError):
        host.registry(KEY)


def test_several_keys_are_read_at_once_and_subkeys_by_how_they_begin(host):
    host.import_registry([(KEY + '\\' + name, 'v', registry.DWORD, registry.dword(1)) for name in ('ab\\below', 'ABc', 'b')])
    some, missing, all_of_it = host.registries(KEY + '\\ab*', KEY + '\\nothing here', KEY)
    assert set(some) == {'', 'ab', 'ab\\below', 'ABc'} and missing == {}
    assert {'ab\\below', 'b'} < set(all_of_it) and all_of_it['ABc'] == {'v': (registry.DWORD, registry.dword(1))}


def test_the_first_registry_is_that_of_a_server(host):
    ole = host.registry('HKLM\\SOFTWARE\\Microsoft\\Ole')['']
    assert ole['EnableDCOM'] == (registry.SZ, registry.text('Y'))
    assert len(ole['DefaultLaunchPermission'][1]) == 124


def test_no_users_folder_leads_outside(host):
    assert [path for path in (host.prefix / 'drive_c/users').rglob('*') if path.is_symlink()] == []
