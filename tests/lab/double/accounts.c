/* Copyright (c) 2026 wincom.dcom contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt) */
/* Accounts that Wine lacks, both ways, one at a time. The order for a bare name is Windows': well-known and
 * built-in, then this computer's, then the domain's. */
#include "lab.h"

void drop_account(ACCOUNT *account)
{
    release(account->sid);
    release(account->name);
    release(account->domain);
    memset(account, 0, sizeof *account);
}

static WCHAR *copy(const WCHAR *text)
{
    WCHAR *made = alloc((wcslen(text) + 1) * sizeof *text);
    return wcscpy(made, text);
}

static HKEY load(const WCHAR *sid, ACCOUNT *out)
{
    WCHAR computer[64];
    DWORD size = 64;
    HKEY key = lab_key(L"Accounts", sid, FALSE);
    memset(out, 0, sizeof *out);
    if (!key) return NULL;
    if (!(out->name = get_text(key, L"Name"))) { RegCloseKey(key); return NULL; }
    out->sid = copy(sid);
    out->use = get_dword(key, L"Use");
    out->qualified = get_dword(key, L"Qualified");
    if (!(out->domain = get_text(key, L"Domain"))) out->domain = copy(GetComputerNameW(computer, &size) ? computer : L"");
    return key;
}

static BOOL is_local(const ACCOUNT *account)        /* as opposed to a domain's: no domain that could be away */
{
    HKEY domain = *account->domain ? lab_key(L"Domains", account->domain, FALSE) : NULL;
    if (domain) RegCloseKey(domain);
    return !domain;
}

static BOOL answers_to(const ACCOUNT *account, HKEY key, const WCHAR *domain, const WCHAR *name)
{
    WCHAR *upn;
    BOOL same;
    if (!_wcsicmp(account->name, name) && (domain ? !_wcsicmp(account->domain, domain) : !account->qualified)) return TRUE;
    if (domain || !(upn = get_text(key, L"Upn"))) return FALSE;
    same = !_wcsicmp(upn, name);
    release(upn);
    return same;
}

/* The account of that name: local ones only, or domain ones only. */
static HKEY search(const WCHAR *domain, const WCHAR *name, BOOL local, ACCOUNT *out)
{
    HKEY root = lab_key(L"Accounts", L"", FALSE), key = NULL;
    WCHAR sid[200];
    DWORD i, size;
    if (!root) return NULL;
    for (i = 0; size = 200, !RegEnumKeyExW(root, i, sid, &size, NULL, NULL, NULL, NULL); i++) {
        if (!(key = load(sid, out))) continue;
        if (answers_to(out, key, domain, name) && is_local(out) == local) break;
        drop_account(out);
        RegCloseKey(key);
        key = NULL;
    }
    RegCloseKey(root);
    return key;
}

HKEY find_account(const WCHAR *domain, const WCHAR *name, ACCOUNT *out)
{
    HKEY key = search(domain, name, TRUE, out);
    return key ? key : search(domain, name, FALSE, out);
}

/* The Win32 error that look-ups in a domain are to fail with, or 0. */
static DWORD domain_error(const WCHAR *domain)
{
    HKEY key = lab_key(L"Domains", domain, FALSE);
    DWORD error = key ? get_dword(key, L"LookupError") : 0;
    if (key) RegCloseKey(key);
    return error;
}

/* The error for a SID (a domain's own begin with its Sid) or, without one, for a bare name that nobody else knows. */
static DWORD any_domain_error(const WCHAR *sid)
{
    HKEY root = lab_key(L"Domains", L"", FALSE), key;
    WCHAR name[256], *prefix;
    DWORD i, size, error = 0;
    if (!root) return 0;
    for (i = 0; !error && (size = 256, !RegEnumKeyExW(root, i, name, &size, NULL, NULL, NULL, NULL)); i++) {
        if (!(key = lab_key(L"Domains", name, FALSE))) continue;
        if (sid) {
            if ((prefix = get_text(key, L"Sid")) && !wcsncmp(sid, prefix, wcslen(prefix)) && sid[wcslen(prefix)] == '-')
                error = get_dword(key, L"LookupError");
            release(prefix);
        } else if (get_dword(key, L"BareNames"))
            error = get_dword(key, L"LookupError");
        RegCloseKey(key);
    }
    RegCloseKey(root);
    return error;
}

static BOOL give(const WCHAR *sid_text, const WCHAR *domain, DWORD account_use, PSID sid, DWORD *sid_size,
                 WCHAR *domain_out, DWORD *domain_size, SID_NAME_USE *use)
{
    DWORD length = wcslen(domain), bytes;
    PSID made;
    BOOL fits;
    if (!ConvertStringSidToSidW(sid_text, &made)) return FALSE;
    bytes = GetLengthSid(made);
    fits = sid && *sid_size >= bytes && (!domain_size || (domain_out && *domain_size > length));
    if (fits) {
        CopySid(bytes, sid, made);
        if (domain_out) wcscpy(domain_out, domain);
        if (use) *use = account_use;
    }
    *sid_size = bytes;
    if (domain_size) *domain_size = fits ? length : length + 1;
    LocalFree(made);
    if (!fits) SetLastError(ERROR_INSUFFICIENT_BUFFER);
    return fits;
}

static BOOL is_this_computer(const WCHAR *name)
{
    WCHAR computer[64];
    DWORD size = 64;
    return GetComputerNameW(computer, &size) && !_wcsicmp(computer, name);
}

/* On a host "with German names" Wine's English name of a SID that has a name of its own here is hidden. */
static BOOL is_hidden(const WCHAR *name)
{
    BOOL (WINAPI *theirs)(const WCHAR *, const WCHAR *, PSID, DWORD *, WCHAR *, DWORD *, SID_NAME_USE *) = real("LookupAccountNameW");
    BYTE sid[SECURITY_MAX_SID_SIZE];
    WCHAR domain[256], *text;
    DWORD bytes = sizeof sid, chars = 256;
    SID_NAME_USE use;
    HKEY key;
    if (!knob(L"HideBuiltin") || !theirs(NULL, name, sid, &bytes, domain, &chars, &use) || !ConvertSidToStringSidW(sid, &text)) return FALSE;
    key = lab_key(L"Accounts", text, FALSE);
    LocalFree(text);
    if (key) RegCloseKey(key);
    return key != NULL;
}

BOOL WINAPI lab_LookupAccountNameW(const WCHAR *system, const WCHAR *name, PSID sid, DWORD *sid_size, WCHAR *domain, DWORD *domain_size, SID_NAME_USE *use)
{
    BOOL (WINAPI *theirs)(const WCHAR *, const WCHAR *, PSID, DWORD *, WCHAR *, DWORD *, SID_NAME_USE *) = real("LookupAccountNameW");
    WCHAR authority[256] = L"";
    const WCHAR *slash = name ? wcschr(name, '\\') : NULL, *simple = slash ? slash + 1 : name;
    ACCOUNT account;
    DWORD error;
    BOOL done;
    HKEY key;

    if (!name || (slash && slash - name > 255)) return theirs(system, name, sid, sid_size, domain, domain_size, use);
    if (slash) wcsncpy(authority, name, slash - name);
    if (slash && (error = domain_error(authority))) { SetLastError(error); return FALSE; }
    if (!slash && is_this_computer(name)) return give(COMPUTER_SID, name, SidTypeDomain, sid, sid_size, domain, domain_size, use);
    if (!(key = search(slash ? authority : NULL, simple, TRUE, &account))) {
        if (!is_hidden(name)) {
            done = theirs(system, name, sid, sid_size, domain, domain_size, use);
            if (done || GetLastError() != ERROR_NONE_MAPPED) return done;
        }
        if (!slash && (error = any_domain_error(NULL))) { SetLastError(error); return FALSE; }
        key = search(slash ? authority : NULL, simple, FALSE, &account);
        if (key && domain_error(account.domain)) { drop_account(&account); RegCloseKey(key); key = NULL; }
    }
    if (!key) { SetLastError(ERROR_NONE_MAPPED); return FALSE; }
    RegCloseKey(key);
    done = give(account.sid, account.domain, account.use, sid, sid_size, domain, domain_size, use);
    drop_account(&account);
    return done;
}

BOOL WINAPI lab_LookupAccountSidW(const WCHAR *system, PSID sid, WCHAR *name, DWORD *name_size, WCHAR *domain, DWORD *domain_size, SID_NAME_USE *use)
{
    BOOL (WINAPI *theirs)(const WCHAR *, PSID, WCHAR *, DWORD *, WCHAR *, DWORD *, SID_NAME_USE *) = real("LookupAccountSidW");
    DWORD name_length, domain_length, error;
    ACCOUNT account;
    HKEY key = NULL;
    WCHAR *text;
    BOOL fits;

    if (sid && IsValidSid(sid) && ConvertSidToStringSidW(sid, &text)) {
        error = any_domain_error(text);
        key = error ? NULL : load(text, &account);
        LocalFree(text);
        if (error) { SetLastError(error); return FALSE; }
    }
    if (!key) return theirs(system, sid, name, name_size, domain, domain_size, use);
    RegCloseKey(key);
    name_length = wcslen(account.name);
    domain_length = wcslen(account.domain);
    fits = name && *name_size > name_length && domain && *domain_size > domain_length;
    if (fits) {
        wcscpy(name, account.name);
        wcscpy(domain, account.domain);
        *use = account.use;
    }
    *name_size = fits ? name_length : name_length + 1;
    *domain_size = fits ? domain_length : domain_length + 1;
    drop_account(&account);
    if (!fits) SetLastError(ERROR_INSUFFICIENT_BUFFER);
    return fits;
}
