# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The double of Windows' accounts: both ways, the kinds, the order of bare names, and what can go wrong."""
import hashlib
import struct

import pytest

import accounts

POOL = 'S-1-5-82-3006700770-424185619-1745488364-794895919-4004696415'     # DefaultAppPool on every Windows
BOTH_WAYS = [       # name, SID, "domain\name" back, SID_NAME_USE
    ('IIS_IUSRS', 'S-1-5-32-568', 'BUILTIN\\IIS_IUSRS', 4),
    ('BUILTIN\\Distributed COM Users', 'S-1-5-32-562', 'BUILTIN\\Distributed COM Users', 4),
    ('IIS APPPOOL\\DefaultAppPool', POOL, 'IIS APPPOOL\\DefaultAppPool', 5),
    ('NT SERVICE\\TrustedInstaller', 'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464', 'NT SERVICE\\TrustedInstaller', 5),
    ('CONTOSO\\Web Admins', accounts.CONTOSO_SID + '-1106', 'CONTOSO\\Web Admins', 2),
    ('contoso\\SVC-COM', accounts.CONTOSO_SID + '-1105', 'CONTOSO\\svc-com', 1),
    ('IWAM_WEB01', 'S-1-5-21-0-0-0-1001', 'WEB01\\IWAM_WEB01', 1),
    ('WEB01\\iwam_web01', 'S-1-5-21-0-0-0-1001', 'WEB01\\IWAM_WEB01', 1),
    ('jörg', 'S-1-5-21-0-0-0-1003', 'WEB01\\jörg', 1),
    ('Administrators', 'S-1-5-32-544', 'BUILTIN\\Administrators', 4),
    ('NT AUTHORITY\\SYSTEM', 'S-1-5-18', 'NT AUTHORITY\\SYSTEM', 5),
    ('Everyone', 'S-1-1-0', '\\Everyone', 5),
]


def look_up(powershell, names=(), sids=()):
    """{name: what LookupAccountName says, SID: what LookupAccountSid says}"""
    lines = ["[Native]::FromName('%s')" % name for name in names] + ["[Native]::FromSid('%s')" % sid for sid in sids]
    return dict(zip([*names, *sids], powershell('\n'.join(lines), native=True)))


def test_accounts_resolve_both_ways_with_their_kind(powershell):
    found = look_up(powershell, [row[0] for row in BOTH_WAYS], [row[1] for row in BOTH_WAYS])
    for name, sid, back, use in BOTH_WAYS:
        assert found[name] == '%s %s %d' % (sid, back.split('\\')[0], use)
        assert found[sid] == '%s %d' % (back, use)


def test_bare_names_follow_the_order_of_windows(powershell):
    found = look_up(powershell, ['svc-com', 'CONTOSO\\svc-com', 'backup', 'Web Admins', 'DefaultAppPool', 'nobody', 'CONTOSO\\nobody', 'WEB01'])
    assert found['svc-com'] == 'S-1-5-21-0-0-0-1002 WEB01 1'            # exists here and in the domain: here
    assert found['CONTOSO\\svc-com'].startswith(accounts.CONTOSO_SID)
    assert found['backup'] == accounts.CONTOSO_SID + '-1200 CONTOSO 1'  # exists in the domain only
    assert found['Web Admins'].startswith(accounts.CONTOSO_SID)
    assert found['DefaultAppPool'] == found['nobody'] == found['CONTOSO\\nobody'] == 'error 1332'
    assert found['WEB01'] == 'S-1-5-21-0-0-0 WEB01 3'                   # the computer itself, as a domain


TRANSLATE = '''foreach ($name in %s) {
    try { ([Security.Principal.NTAccount]$name).Translate([Security.Principal.SecurityIdentifier]).Value }
    catch { $e = $_.Exception.InnerException; "$($e.GetType().Name) $($e.NativeErrorCode)" }
}
foreach ($sid in %s) {
    try { ([Security.Principal.SecurityIdentifier]$sid).Translate([Security.Principal.NTAccount]).Value }
    catch { $e = $_.Exception.InnerException; "$($e.GetType().Name) $($e.NativeErrorCode)" }
}'''


def test_dotnet_translates(powershell):
    assert powershell(TRANSLATE % ("'IIS APPPOOL\\DefaultAppPool', 'nobody'", "'S-1-5-21-0-0-0-1001', 'S-1-5-21-1-2-3-4'")) == [
        POOL, 'IdentityNotMappedException ', 'WEB01\\IWAM_WEB01', 'IdentityNotMappedException ']


@pytest.mark.parametrize('error', [1789, 1722, 1355])
def test_a_domain_that_cannot_be_asked_is_not_a_name_that_does_not_exist(powershell, knobs, error):
    knobs('Domains\\CONTOSO\\LookupError', error)
    assert powershell(TRANSLATE % ("'CONTOSO\\svc-com', 'nobody', 'svc-com'", "'%s-1105', 'S-1-5-18'" % accounts.CONTOSO_SID)) == [
        'Win32Exception %d' % error, 'IdentityNotMappedException ', 'S-1-5-21-0-0-0-1002', 'Win32Exception %d' % error, 'NT AUTHORITY\\SYSTEM']


def test_an_unreachable_domain_can_hide_whether_a_bare_name_exists(powershell, knobs):
    knobs('Domains\\CONTOSO\\LookupError', 1355)
    knobs('Domains\\CONTOSO\\BareNames', 1)
    assert powershell(TRANSLATE % ("'nobody', 'backup', 'IWAM_WEB01', 'Users'", '@()')) == [
        'Win32Exception 1355', 'Win32Exception 1355', 'S-1-5-21-0-0-0-1001', 'S-1-5-32-545']


def test_a_host_with_german_names(host, powershell, knobs):
    knobs('HideBuiltin', 1)
    german = list(accounts.entries(accounts.GERMAN_ACCOUNTS))
    host.import_registry(german)
    try:
        found = look_up(powershell, ['Administratoren', 'VORDEFINIERT\\Administratoren', 'Jeder', 'NT-AUTORITÄT\\SYSTEM',
                                     'Administrators', 'BUILTIN\\Administrators', 'Everyone', 'Performance Log Users'], ['S-1-5-32-544', 'S-1-5-4'])
    finally:
        for key in {entry[0] for entry in german if 'Accounts' in entry[0]}:
            host.delete_key(key)
    assert found['Administratoren'] == found['VORDEFINIERT\\Administratoren'] == 'S-1-5-32-544 VORDEFINIERT 4'
    assert found['Jeder'] == 'S-1-1-0  5' and found['NT-AUTORITÄT\\SYSTEM'] == 'S-1-5-18 NT-AUTORITÄT 5'
    assert found['Administrators'] == found['BUILTIN\\Administrators'] == found['Everyone'] == 'error 1332'
    assert found['Performance Log Users'].startswith('S-1-5-32-559')
    assert (found['S-1-5-32-544'], found['S-1-5-4']) == ('VORDEFINIERT\\Administratoren 4', 'NT-AUTORITÄT\\INTERAKTIV 5')


def test_the_sid_of_a_pool_is_made_of_its_name():
    assert accounts.app_pool('DefaultAppPool').sid == POOL
    words = struct.unpack('<5I', hashlib.sha1('shop'.encode('utf-16-le')).digest())
    assert accounts.app_pool('Shop').sid == 'S-1-5-82-%d-%d-%d-%d-%d' % words
