# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The accounts of a host, as the double of Windows' look-ups knows them beyond Wine's well-known ones."""
import dataclasses
import hashlib
import struct
import typing

from registry import DWORD, MULTI_SZ, SZ, dword, text

USER, GROUP, DOMAIN, ALIAS, WELL_KNOWN_GROUP, COMPUTER = 1, 2, 3, 4, 5, 9      # SID_NAME_USE
COMPUTER_SID = 'S-1-5-21-0-0-0'             # what Wine gives to every computer
CONTOSO_SID = 'S-1-5-21-44444444-55555555-66666666'
ACCOUNTS = 'HKLM\\SOFTWARE\\WineLab\\Accounts\\'


@dataclasses.dataclass(frozen=True)
class Account:
    """One account. Without a domain it is the computer's own; without a SID it gets the next free one there."""
    name: str
    domain: typing.Optional[str] = None
    sid: typing.Optional[str] = None
    use: int = USER
    password: typing.Optional[str] = None       # what LogonUser accepts
    qualified: bool = False                     # only DOMAIN\\name finds it, as with IIS APPPOOL\\x
    upn: typing.Optional[str] = None
    logon_error: int = 0                        # Win32 error of LogonUser with the right password (1331 disabled, ...)
    groups: typing.Tuple[str, ...] = ()         # names of the local groups that it is in


def app_pool(name):
    """The virtual account of an IIS application pool; its SID is made of the pool's name."""
    words = struct.unpack('<5I', hashlib.sha1(name.lower().encode('utf-16-le')).digest())
    return Account(name, 'IIS APPPOOL', 'S-1-5-82-' + '-'.join(str(word) for word in words), WELL_KNOWN_GROUP, qualified=True)


STANDARD_ACCOUNTS = [
    Account('IIS_IUSRS', 'BUILTIN', 'S-1-5-32-568', ALIAS),
    Account('Distributed COM Users', 'BUILTIN', 'S-1-5-32-562', ALIAS),
    app_pool('DefaultAppPool'),
    app_pool('Shop'),
    Account('TrustedInstaller', 'NT SERVICE', 'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464',
            WELL_KNOWN_GROUP, qualified=True),
    Account('svc-com', 'CONTOSO', CONTOSO_SID + '-1105', USER, password='D0main!pw', upn='svc-com@contoso.example'),
    Account('Web Admins', 'CONTOSO', CONTOSO_SID + '-1106', GROUP),
]
# A host "with German names"; use together with host.set_double('HideBuiltin', 1).
GERMAN_ACCOUNTS = [
    Account('Administratoren', 'VORDEFINIERT', 'S-1-5-32-544', ALIAS),
    Account('Benutzer', 'VORDEFINIERT', 'S-1-5-32-545', ALIAS),
    Account('Gäste', 'VORDEFINIERT', 'S-1-5-32-546', ALIAS),
    Account('Jeder', '', 'S-1-1-0', WELL_KNOWN_GROUP),
    Account('SYSTEM', 'NT-AUTORITÄT', 'S-1-5-18', WELL_KNOWN_GROUP),
    Account('INTERAKTIV', 'NT-AUTORITÄT', 'S-1-5-4', WELL_KNOWN_GROUP),
    Account('Authentifizierte Benutzer', 'NT-AUTORITÄT', 'S-1-5-11', WELL_KNOWN_GROUP),
]


def with_sids(accounts):
    """The accounts, those without a SID numbered as Windows numbers local ones: from 1001 on."""
    numbered, rid = [], 1001
    for account in accounts:
        if account.sid is None:
            account, rid = dataclasses.replace(account, sid='%s-%d' % (COMPUTER_SID, rid)), rid + 1
        numbered.append(account)
    return numbered


def entries(accounts):
    """The registry entries (key, name, type, bytes) that make the double know the accounts and their domains."""
    for account in with_sids(accounts):
        key = ACCOUNTS + account.sid
        for name, value in (('Name', account.name), ('Domain', account.domain), ('Upn', account.upn), ('Password', account.password)):
            if value is not None:
                yield key, name, SZ, text(value)
        for name, value in (('Use', account.use), ('Qualified', int(account.qualified)), ('LogonError', account.logon_error)):
            yield key, name, DWORD, dword(value)
        if account.groups:
            yield key, 'MemberOf', MULTI_SZ, ''.join(group + '\0' for group in (*account.groups, '')).encode('utf-16-le')
    yield 'HKLM\\SOFTWARE\\WineLab\\Domains\\CONTOSO', 'Sid', SZ, text(CONTOSO_SID)
