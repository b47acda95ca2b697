/* Copyright (c) 2026 wincom.dcom contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt) */
/* Account rights (SeBatchLogonRight and the like). What a group would pass on to its members is not emulated. */
#include "lab.h"

/* A list of rights as in the registry: texts, one after the other, then an empty one. */
static WCHAR *next(WCHAR *text) { return text + wcslen(text) + 1; }

static WCHAR *load_rights(HKEY key)                 /* never NULL; caller releases */
{
    DWORD size = 0, type;
    WCHAR *list;
    if (!key || RegQueryValueExW(key, L"Rights", NULL, &type, NULL, &size) || type != REG_MULTI_SZ) return alloc(2 * sizeof *list);
    list = alloc(size + 2 * sizeof *list);
    RegQueryValueExW(key, L"Rights", NULL, &type, (BYTE *)list, &size);
    return list;
}

static BOOL contains(WCHAR *list, const WCHAR *right)
{
    for (; *list; list = next(list)) if (!_wcsicmp(list, right)) return TRUE;
    return FALSE;
}

BOOL has_right(const WCHAR *sid, const WCHAR *right)
{
    HKEY key = lab_key(L"Rights", sid, FALSE);
    WCHAR *list = load_rights(key);
    BOOL found = contains(list, right);
    release(list);
    if (key) RegCloseKey(key);
    return found;
}

static BOOL exists(const WCHAR *right)
{
    static const WCHAR *logon[] = { L"Batch", L"Interactive", L"Network", L"Service", L"RemoteInteractive" };
    BOOL (WINAPI *is_privilege)(const WCHAR *, const WCHAR *, LUID *) = real("LookupPrivilegeValueW");
    WCHAR allow[64], deny[64];
    LUID id;
    int i;
    for (i = 0; i < 5; i++) {
        wsprintfW(allow, L"Se%sLogonRight", logon[i]);
        wsprintfW(deny, L"SeDeny%sLogonRight", logon[i]);
        if (!_wcsicmp(right, allow) || !_wcsicmp(right, deny)) return TRUE;
    }
    return is_privilege(NULL, right, &id);
}

/* The names of a request as such a list; NULL when one of them is no right. */
static WCHAR *requested(PLSA_UNICODE_STRING names, ULONG count)
{
    WCHAR *list = alloc((count * 128 + 2) * sizeof *list), *end = list;
    ULONG i;
    for (i = 0; i < count; i++, end = next(end)) {
        if (names[i].Length < 128 * sizeof *list) memcpy(end, names[i].Buffer, names[i].Length);
        if (!*end || !exists(end)) { release(list); return NULL; }
    }
    return list;
}

static SIZE_T length(WCHAR *list)
{
    WCHAR *end = list;
    while (*end) end = next(end);
    return end - list;
}

static void append(WCHAR *list, const WCHAR *right)
{
    list += length(list);
    wcscpy(list, right);
    next(list)[0] = 0;
}

static void save_rights(const WCHAR *sid, WCHAR *list)
{
    HKEY key;
    if (!*list) {                                   /* Windows forgets an account without rights */
        if (!(key = lab_key(L"Rights", L"", FALSE))) return;
        RegDeleteKeyExW(key, sid, KEY_WOW64_64KEY, 0);
    } else {
        key = lab_key(L"Rights", sid, TRUE);
        RegSetValueExW(key, L"Rights", 0, REG_MULTI_SZ, (BYTE *)list, (length(list) + 1) * sizeof *list);
    }
    RegCloseKey(key);
}

static WCHAR *text_of(PSID sid)                     /* LocalFree; NULL: not a SID */
{
    WCHAR *text;
    return sid && IsValidSid(sid) && ConvertSidToStringSidW(sid, &text) ? text : NULL;
}

NTSTATUS WINAPI lab_LsaAddAccountRights(LSA_HANDLE policy, PSID sid, PLSA_UNICODE_STRING names, ULONG count)
{
    NTSTATUS status = check_policy(policy, POLICY_LOOKUP_NAMES | POLICY_CREATE_ACCOUNT);
    WCHAR *who, *more, *old, *list, *right;
    HKEY key;
    if (status) return status;
    if (write_fault()) return ST_IO_ERROR;
    if (!(who = text_of(sid))) return ST_INVALID_PARAM;
    if ((more = requested(names, count))) {
        key = lab_key(L"Rights", who, FALSE);
        old = load_rights(key);
        if (key) RegCloseKey(key);
        list = alloc((length(old) + length(more) + 4) * sizeof *list);
        for (right = old; *right; right = next(right)) append(list, right);
        for (right = more; *right; right = next(right)) if (!contains(list, right)) append(list, right);
        save_rights(who, list);
        release(old);
        release(list);
        release(more);
    } else
        status = ST_NO_SUCH_PRIV;
    LocalFree(who);
    return status;
}

NTSTATUS WINAPI lab_LsaRemoveAccountRights(LSA_HANDLE policy, PSID sid, BOOLEAN all, PLSA_UNICODE_STRING names, ULONG count)
{
    NTSTATUS status = check_policy(policy, POLICY_LOOKUP_NAMES);
    WCHAR *who, *gone, *old, *list, *right;
    HKEY key;
    if (status) return status;
    if (write_fault()) return ST_IO_ERROR;
    if (!(who = text_of(sid))) return ST_INVALID_PARAM;
    if (!(key = lab_key(L"Rights", who, FALSE)))
        status = ST_NOT_FOUND;
    else if ((gone = requested(names, all ? 0 : count))) {
        old = load_rights(key);
        RegCloseKey(key);
        list = alloc((length(old) + 4) * sizeof *list);
        for (right = old; *right && !all; right = next(right)) if (!contains(gone, right)) append(list, right);
        save_rights(who, list);
        release(old);
        release(list);
        release(gone);
    } else {
        RegCloseKey(key);
        status = ST_NO_SUCH_PRIV;
    }
    LocalFree(who);
    return status;
}

NTSTATUS WINAPI lab_LsaEnumerateAccountRights(LSA_HANDLE policy, PSID sid, PLSA_UNICODE_STRING *out, PULONG count)
{
    NTSTATUS status = check_policy(policy, POLICY_LOOKUP_NAMES);
    WCHAR *who, *list, *right, *texts;
    ULONG i = 0;
    HKEY key;
    if (status) return status;
    if (!(who = text_of(sid))) return ST_INVALID_PARAM;
    key = lab_key(L"Rights", who, FALSE);
    LocalFree(who);
    list = load_rights(key);
    if (key) RegCloseKey(key);
    *out = NULL;
    for (*count = 0, right = list; *right; right = next(right)) ++*count;
    if (*count) {
        *out = alloc(*count * sizeof **out + (length(list) + 1) * sizeof *list);
        texts = (WCHAR *)(*out + *count);
        memcpy(texts, list, length(list) * sizeof *list);
        for (right = texts; i < *count; right = next(right)) fill(&(*out)[i++], right);
    }
    release(list);
    return *count ? ST_OK : ST_NOT_FOUND;
}
