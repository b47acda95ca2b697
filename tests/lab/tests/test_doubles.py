# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The other doubles, and the repairs of what Wine does differently."""
import pathlib

import pytest

import registry
import wine

LAB = 'HKLM\\SOFTWARE\\WineLab'
SECRET = 'SCM:{0C0A3666-30C9-11D0-8F20-00805F2CD064}'
IWAM = 'S-1-5-21-0-0-0-1001'
CLASSES = 'HKLM\\SOFTWARE\\Classes\\LabFault'
IDENTITY = '([Security.Principal.WindowsPrincipal][Security.Principal.WindowsIdentity]::GetCurrent())'


def test_secrets_rights_and_logon(host, powershell):
    out = powershell('''
        [Native]::Retrieve('{secret}', $true, 4)
        [Native]::Store('{secret}', "p{a}ssw{o}rd", 0x800)
        [Native]::Store('{secret}', "p{a}ssw{o}rd", 0x20)
        [Native]::Retrieve('{secret}', $true, 4) -ceq "p{a}ssw{o}rd"
        [Native]::Retrieve('{secret}', $false, 4) -ceq "p{a}ssw{o}rd"
        [Native]::Rights('{sid}')
        [Native]::Logon('IWAM_WEB01', '.', 'S3cret!pw', 4)
        [Native]::AddRight('{sid}', 'SeNoSuchRight', 0x810)
        [Native]::AddRight('{sid}', 'SeBatchLogonRight', 0x800)
        [Native]::AddRight('{sid}', 'SeBatchLogonRight', 0x810)
        [Native]::Rights('{sid}')
        [Native]::Logon('iwam_web01', $env:COMPUTERNAME, 'S3cret!pw', 4)
        [Native]::Logon('IWAM_WEB01', '.', 'wrong', 3)
        [Native]::Logon('nobody', '.', 'x', 3)
        [Native]::Logon('svc-com', 'CONTOSO', 'D0main!pw', 3)
        [Native]::RemoveRight('{sid}', 'SeBatchLogonRight')
        [Native]::Rights('{sid}')
        '''.format(secret=SECRET, sid=IWAM, a='$([char]228)', o='$([char]246)'), native=True)
    assert out == ['C0000034', 'C0000022', '00000000', 'True', 'True', 'C0000034', '1385', 'C0000060', 'C0000022', '00000000',
                   'SeBatchLogonRight', '0', '1326', '1326', '0', '00000000', 'C0000034']
    stored = host.registry(LAB + '\\Secrets\\' + SECRET)['']
    assert stored['Data'] == (registry.BINARY, 'pässwörd'.encode('utf-16-le'))
    assert stored['NameLength'] == (registry.DWORD, registry.dword(len(SECRET) * 2 + 2))        # the NUL was counted
    assert host.registry(LAB + '\\Accounts\\' + IWAM)['']['LogonAttempts'] == (registry.DWORD, registry.dword(3))
    assert powershell('''
        [Native]::Store('{0}', [NullString]::Value, 0x20)
        [Native]::Store('{0}', [NullString]::Value, 0x20)'''.format(SECRET), native=True) == ['00000000', 'C0000034']


def test_system_security_permissions(host, powershell):
    ole = 'HKLM\\SOFTWARE\\Microsoft\\Ole'
    default = host.registry(ole)['']['DefaultLaunchPermission']
    script = '0..2 | ForEach-Object { [Native]::Permissions($_) }'
    launch, access, limits = powershell(script, native=True)
    assert launch == default[1].hex() and limits == '80070057'
    assert access.endswith('010100000000000512000000' + '0000180007000000' + '01020000000000052000000020020000')
    host.import_registry([(ole, 'DefaultLaunchPermission', registry.DELETE_VALUE, b''), (ole, 'DefaultAccessPermission', *default)])
    launch, access, limits = powershell(script, native=True)
    host.import_registry([(ole, 'DefaultLaunchPermission', *default), (ole, 'DefaultAccessPermission', registry.DELETE_VALUE, b'')])
    assert access == default[1].hex() and '1f000000' in launch


def test_a_caller_that_is_not_elevated(powershell, knobs):
    ask = IDENTITY + ".IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator); " \
        + IDENTITY + ".IsInRole([Security.Principal.SecurityIdentifier]'S-1-5-32-545')"
    assert powershell(ask) == ['True', 'True']
    knobs('NotElevated', 1)
    assert powershell(ask) == ['False', 'True']


WRITES = r'''
$env:LAB_FAULT = '%s'
$root = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
$outside = $root.CreateSubKey('SOFTWARE\LabElsewhere'); $outside.SetValue('x', 1); $root.DeleteSubKeyTree('SOFTWARE\LabElsewhere')
try {
    $key = $root.CreateSubKey('SOFTWARE\Classes\LabFault')                      # 1
    foreach ($name in 'a', 'b') { $key.SetValue($name, [byte[]](1, 2), 'Binary') }    # 2, 3
    $key.DeleteValue('a')                                                       # 4
    $root.OpenSubKey('SOFTWARE\Classes', $true).DeleteSubKeyTree('LabFault')    # 5 or more
    'done'
} catch { $_.Exception.InnerException.GetType().Name }
'''


def left(host):
    [found] = host.registries(CLASSES)
    return sorted(found['']) if found else None


@pytest.mark.parametrize('at, said, values', [
    (1, 'IOException', None), (3, 'IOException', ['a']), (5, 'IOException', ['b']),
    (4, 'done', None)])         # .NET's DeleteValue keeps silent about every error but "not there"
def test_the_nth_write_fails(host, powershell, at, said, values):
    assert powershell(WRITES % ('error %d' % at)) == [said]
    assert left(host) == values
    if values is not None:
        host.delete_key(CLASSES)


def test_the_nth_write_kills(host):
    done = host.powershell(WRITES % 'kill 3')
    assert done.returncode == 137 and left(host) == ['a']
    host.delete_key(CLASSES)


def test_no_fault_where_none_is_asked_for(host, powershell):
    assert powershell(WRITES % '') == ['done'] and left(host) is None


def test_backup_semantics_reach_a_protected_key_as_far_as_the_privileges_do(host, powershell):
    path = 'SOFTWARE\\Classes\\AppID\\{00000000-0000-0000-0000-0000000000AA}'
    host.import_registry([('HKLM\\' + key, 'x', registry.SZ, registry.text('old')) for key in (path, path + '.other')])
    keeper, other = host.protect_keys(path), host.protect_keys(path + '.other')
    out = powershell('''
        $path = '{0}'
        'SeBackupPrivilege', 'SeRestorePrivilege' | ForEach-Object {{ [Native]::Enable($_, $false) }}
        [Native]::Write($path, 'x', 'new', 0)
        [Native]::Write($path, 'x', 'new', 4)
        [Native]::Enable('SeBackupPrivilege', $true)
        [Native]::Write($path, 'x', 'new', 4)
        [Native]::Enable('SeRestorePrivilege', $true)
        [Native]::Write($path, 'x', 'new', 4)
        [Native]::Write($path, 'x', 'newer', 0)
        '''.format(path), native=True)
    assert out == ['open 5', 'open 5', 'set 5', 'set 0', 'open 5']
    assert host.registry('HKLM\\' + path)['']['x'] == (registry.SZ, registry.text('new'))
    keeper.kill()
    other.kill()


def test_reported_events_land_in_a_file(host, powershell):
    powershell('''
        Add-Type -Namespace Lab -Name Log -MemberDefinition '[DllImport("advapi32.dll", CharSet=CharSet.Unicode)] public static extern
            bool ReportEventW(IntPtr log, ushort type, ushort category, uint id, IntPtr sid, ushort count, uint size, string[] texts, IntPtr data);'
        [void][Lab.Log]::ReportEventW([IntPtr]1, 4, 0, 77, [IntPtr]::Zero, 1, 0, @("gr$([char]252)n"), [IntPtr]::Zero)''')
    assert host.path('C:\\lab\\reported.log').read_text(encoding='utf-8').endswith('4 77\tgrün\n')


def test_sddl_text_is_repaired(powershell):
    texts = ['O:BAG:BAD:(A;;KA;;;LU)', 'O:BAG:BAD:NO_ACCESS_CONTROL', 'S:(ML;;NX;;;LW)']
    out = powershell('\n'.join("[Security.AccessControl.RawSecurityDescriptor]::new('%s').GetSddlForm('All')" % text for text in texts))
    assert out == texts


def test_programs_are_found_on_path(powershell):
    assert powershell("(Get-Command chcp.com).Source; (chcp.com) -match '65001'")[0].lower() == 'c:\\windows\\system32\\chcp.com'


def test_windows_powershell_is_powershell_7(host):
    done = host.run('C:\\launch.exe', 'powershell.exe', '-NoProfile', '-Command', '$PSVersionTable.PSVersion.Major')
    assert done.stdout.split() == [b'7']


def test_only_pwsh_sees_the_doubles(host):
    program = host.start_program('C:\\windows\\system32\\mdm.exe')
    loaded = {pid: pathlib.Path('/proc/%d/maps' % pid).read_text(errors='replace') for pid in wine.processes(host.prefix)}
    program.kill()
    assert any('ole32.dll' in maps for maps in loaded.values())
    assert not any('advapi32b.dll' in maps or 'ole32b.dll' in maps for maps in loaded.values())


LOG = [
    {'event_id': 10016, 'strings': ['grün', '<&>'], 'time': '2026-03-01T10:00:00'},
    {'event_id': 7036, 'provider': 'Service Control Manager', 'strings': [], 'time': '2026-03-02T10:00:00'},
    {'event_id': 10010, 'provider': 'Restart\'Manager', 'strings': [], 'time': '2026-03-03T10:00:00'},
    'broken',
]


@pytest.mark.parametrize('query, flags, said', [
    ('*', 1, [10016, 7036, 10010, 'render 15005', 'next 259']),
    ('*', 0x201, ['render 15005', 10010, 7036, 10016, 'next 259']),
    ("*[System[Provider[@Name='Service Control Manager' or @Name='DCOM']]]", 1, [7036, 'render 15005', 'next 259']),
    ("*[System[(EventID >= 10000 and EventID < 10016)]]", 1, [10010, 'render 15005', 'next 259']),
    ("*[System[EventID != 7036 and TimeCreated[@SystemTime>='2026-03-01T10:00:00.000Z' and @SystemTime<='2026-03-01T10:00:00.000Z']]]", 1,
     [10016, 'render 15005', 'next 259']),
    ("*[System[(EventID=7036 or EventID=10010) and TimeCreated[@SystemTime>'2026-03-02T10:00:00.000Z']]]", 1, [10010, 'render 15005', 'next 259']),
    ('*[System[Level=2]]', 1, ['query 15001']),
    ('*[System[EventID=1]', 1, ['query 15001']),
])
def test_an_event_log_is_read(host, powershell, query, flags, said):
    host.write_events(LOG, log='Lab')
    out = powershell('[Log]::Read("Lab", "%s", %d)' % (query, flags), native=True)
    assert [int(line.split('</EventID>')[0].split('>')[-1]) if '<' in line else line for line in out] == said


def test_what_is_no_event_log(host, powershell, knobs):
    host.write_events(LOG, path='C:\\lab\\exported.evtx')
    host.path('C:\\lab\\text.evtx').write_text('text')
    host.path('C:\\lab\\nothing.evtx').touch()
    out = powershell(r'''
        [Log]::Read('NoSuchLog', '*', 1)
        'C:\lab\gone.evtx', 'C:\lab\text.evtx', 'C:\lab\nothing.evtx' | ForEach-Object { [Log]::Read($_, '*', 2) }
        [Log]::Read('C:\lab\exported.evtx', '*', 2)[0]
        [Log]::Read('System', '*', 1)''', native=True)
    assert out[:4] == ['query 15007', 'query 2', 'query 1500', 'query 1500'] and out[5:] == ['next 259']
    assert "<Data Name='param1'>grün</Data><Data Name='param2'>&lt;&amp;&gt;</Data>" in out[4]
    knobs('EvtQueryError', 5)
    assert powershell("[Log]::Read('System', '*', 1)", native=True) == ['query 5']
