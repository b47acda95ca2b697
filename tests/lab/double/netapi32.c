/* Copyright (c) 2026 wincom.dcom contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt) */
/* NetUserGetLocalGroups, of which Wine knows nothing: the groups that an account of the double is said to be in
 * (Accounts\<SID>, MemberOf, REG_MULTI_SZ of names). */
#define _WIN32_WINNT 0x0A00
#include <windows.h>
#include <sddl.h>
#include <wchar.h>

#define USER_NOT_FOUND 2221        /* NERR_UserNotFound */

static WCHAR *members(const WCHAR *user, DWORD *bytes)
{
    WCHAR key[300], domain[300], *text = NULL, *groups = NULL;
    BYTE sid[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof sid, length = 300;
    SID_NAME_USE use;
    if (!LookupAccountNameW(NULL, user, sid, &size, domain, &length, &use) || !ConvertSidToStringSidW(sid, &text)) return NULL;
    wsprintfW(key, L"SOFTWARE\\WineLab\\Accounts\\%s", text);
    LocalFree(text);
    *bytes = 0;
    groups = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, 4096);
    *bytes = 4000;
    if (RegGetValueW(HKEY_LOCAL_MACHINE, key, L"MemberOf", RRF_RT_REG_MULTI_SZ, NULL, groups, bytes)) *bytes = 0;
    return groups;
}

/* The buffer has pointers in front and their texts behind them. */
DWORD WINAPI lab_NetUserGetLocalGroups(const WCHAR *server, const WCHAR *user, DWORD level, DWORD flags, BYTE **out, DWORD room, DWORD *read, DWORD *total)
{
    DWORD bytes, count = 0;
    WCHAR *groups = members(user, &bytes), *at, **pointers;
    if (!groups) return GetLastError() == ERROR_NONE_MAPPED ? USER_NOT_FOUND : GetLastError();
    for (at = groups; *at; at += wcslen(at) + 1) count++;
    pointers = HeapAlloc(GetProcessHeap(), 0, count * sizeof *pointers + bytes + sizeof *at);
    memcpy(pointers + count, groups, bytes);
    for (at = (WCHAR *)(pointers + count), *read = 0; *read < count; at += wcslen(at) + 1) pointers[(*read)++] = at;
    HeapFree(GetProcessHeap(), 0, groups);
    *total = count;
    *out = (BYTE *)pointers;
    return ERROR_SUCCESS;
}
