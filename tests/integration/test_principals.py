# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: principals
"""Who a name means: well-known names, in English, on a host of any language; all others as the host knows them.

Accounts are doubles, so these are tests against the double.
"""

import descriptor
import playbook
import pytest
import registry
import scene
from accounts import GERMAN_ACCOUNTS
from descriptor import ALLOW, EVERYONE, SYSTEM, allow
from host import Account
from scene import guid

LAB = "HKLM\\SOFTWARE\\WineLab"
LOCAL, DOMAIN = "S-1-5-21-0-0-0-", "S-1-5-21-44444444-55555555-66666666-"
ONLY_SYSTEM = descriptor.encode([allow(SYSTEM, 0x7)])
AWAY = {"AWAY1789": 1789, "AWAY1722": 1722, "AWAY1355": 1355}


def add(*principals, **more):
    return {"add": [dict({"principal": name, "rights": "local"}, **more) for name in principals]}


# name given: SID that must lie there
GOOD = {
    "Administrators": "S-1-5-32-544",
    "BUILTIN\\administrators": "S-1-5-32-544",
    "NT AUTHORITY\\NETWORK SERVICE": "S-1-5-20",
    "IIS_IUSRS": "S-1-5-32-568",
    "Everyone": EVERYONE,
    "ALL APPLICATION PACKAGES": "S-1-15-2-1",
    ".\\jörg": LOCAL + "1001",
    "WEB01\\jörg": LOCAL + "1001",
    "%COMPUTERNAME%\\jörg": LOCAL + "1001",
    "IWAM_%COMPUTERNAME%": LOCAL + "1002",
    ".\\svc-com": LOCAL + "1003",
    "CONTOSO\\svc-com": DOMAIN + "1105",
    "svc-com@contoso.example": DOMAIN + "1105",
    "CONTOSO\\Web Admins": DOMAIN + "1106",
    "CONTOSO\\WEB02$": DOMAIN + "1200",
    "NT SERVICE\\TrustedInstaller": "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464",
    "S-1-5-21-9-9-9-500": "S-1-5-21-9-9-9-500",
    "s-1-5-32-555": "S-1-5-32-555",
}
# name given: (optional, pieces of the message; None: skipped)
BAD = {
    "Nobody": (False, ("'Nobody' does not exist",)),
    "CONTOSO\\nobody": (True, None),
    "IWAM_%computername%_x": (True, None),
    "svc-com": (False, ("CONTOSO\\svc-com", "WEB01\\svc-com", ".\\svc-com")),
    "%USERDOMAIN%\\x": (True, ("%USERDOMAIN%",)),
    **{f"{domain}\\svc": (True, (f"{domain}\\svc", str(error))) for domain, error in AWAY.items()},
}


@pytest.fixture(scope="module")
def host(new_host):
    host = new_host("WEB01", [Account("jörg"), Account("IWAM_WEB01"), Account("svc-com"), Account("WEB02$", "CONTOSO", DOMAIN + "1200", use=9)])
    host.set_double("PrimaryDomain", "CONTOSO")
    for domain, error in AWAY.items():
        host.import_registry([(f"{LAB}\\Domains\\{domain}", "LookupError", registry.DWORD, registry.dword(error))])
    return host


def test_names_and_what_is_printed_is_taken_back(host, run):
    host.import_registry([*scene.app(guid(1), AccessPermission=ONLY_SYSTEM)])
    [result] = run([playbook.appids([{"id": guid(1), "access_permission": add(*GOOD)}])])
    assert result.status == "ok", result["msg"]
    expected = {(ALLOW, sid): 0x3 for sid in GOOD.values()}
    assert scene.stored(host, guid(1), "access_permission").rights == {**expected, (ALLOW, SYSTEM): 0x7}
    shown = result["diff"]["after"]
    for text in ("BUILTIN\\Administrators (S-1-5-32-544)", ".\\jörg (", "CONTOSO\\Web Admins (", "  allow S-1-5-21-9-9-9-500:", "  allow ALL APPLICATION PACKAGES ("):
        assert text in shown

    # taken away and given back in the very words of `previous`
    empty = {"id": guid(1), "access_permission": {"set": [{"principal": "SYSTEM", "rights": "all"}]}}
    [emptied] = run([playbook.appids([empty])])
    printed = [entry["principal"] for entry in emptied["previous"]["access_permission"]["set"]]
    assert {".\\jörg", "CONTOSO\\WEB02$", "ALL APPLICATION PACKAGES", "S-1-5-21-9-9-9-500", "NT SERVICE\\TrustedInstaller"} <= set(printed)
    run([playbook.appids([{"id": guid(1), **emptied["previous"]}])])
    assert scene.stored(host, guid(1), "access_permission").rights == {**expected, (ALLOW, SYSTEM): 0x7}


def test_who_is_not_there_and_who_may_be(host, run):
    """optional skips only where Windows definitely knows no such account."""
    host.import_registry([*scene.app(guid(2), AccessPermission=ONLY_SYSTEM)])
    before = scene.tree(host)
    results = run([playbook.appids({"id": guid(2), "access_permission": add(name, optional=optional)} for name, (optional, _pieces) in BAD.items())])
    assert scene.tree(host) == before
    for (name, (_optional, pieces)), result in zip(BAD.items(), results):
        if pieces is None:
            assert result.status == "ok" and result["changed"] is False and result["skipped_principals"] == [name], (name, result)
        else:
            assert result.status == "failed" and all(piece in result["msg"] for piece in pieces), (name, result.get("msg"))


def test_english_names_on_a_german_host(new_host):
    german = new_host("WEB09", GERMAN_ACCOUNTS)
    german.set_double("HideBuiltin", 1)
    german.import_registry(scene.app(guid(1), AccessPermission=ONLY_SYSTEM))
    names = {"Administrators": "S-1-5-32-544", "BUILTIN\\Guests": "S-1-5-32-546", "INTERACTIVE": "S-1-5-4", "Everyone": EVERYONE,
             "Benutzer": "S-1-5-32-545", "NT-AUTORITÄT\\Authentifizierte Benutzer": "S-1-5-11"}
    [result] = playbook.play([german], [playbook.appids([{"id": guid(1), "access_permission": add(*names)}])])[german.name]
    assert result.status == "ok", result["msg"]
    assert scene.stored(german, guid(1), "access_permission").rights == {**{(ALLOW, sid): 0x3 for sid in names.values()}, (ALLOW, SYSTEM): 0x7}
    assert "BUILTIN\\Administrators (" in result["diff"]["after"] and "Administratoren" not in result["diff"]["after"]
    [told] = playbook.play([german], [playbook.each("wincom.dcom.appid_info", [{"id": guid(1), "principals": ["Guests", "Benutzer"]}])])[german.name]
    assert told.status == "ok", told["msg"]
    callers = told["appids"][0]["principals"]
    assert [(caller["principal"], caller["sid"]) for caller in callers] == [("Guests", "S-1-5-32-546"), ("Benutzer", "S-1-5-32-545")]
    assert all(caller["rights"]["local_access"]["granted"] for caller in callers)
