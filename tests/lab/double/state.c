/* Copyright (c) 2026 wincom.dcom contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt) */
/* The double's state in the registry, and what every part of it needs. */
#include "lab.h"

void *real(const char *name) { return GetProcAddress(GetModuleHandleW(L"advapi32b.dll"), name); }
void *alloc(SIZE_T bytes) { return HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, bytes ? bytes : 1); }
void release(void *memory) { if (memory) HeapFree(GetProcessHeap(), 0, memory); }

HKEY lab_key(const WCHAR *group, const WCHAR *name, BOOL create)
{
    WCHAR path[600] = L"SOFTWARE\\WineLab";
    HKEY key = NULL;
    if (wcslen(group) + wcslen(name) > 500) return NULL;
    if (*group) { wcscat(path, L"\\"); wcscat(path, group); }
    if (*name) { wcscat(path, L"\\"); wcscat(path, name); }
    if (create) RegCreateKeyExW(HKEY_LOCAL_MACHINE, path, 0, NULL, 0, KEY_ALL_ACCESS | KEY_WOW64_64KEY, NULL, &key, NULL);
    else RegOpenKeyExW(HKEY_LOCAL_MACHINE, path, 0, KEY_ALL_ACCESS | KEY_WOW64_64KEY, &key);
    return key;
}

DWORD get_dword(HKEY key, const WCHAR *value)
{
    DWORD data = 0, size = sizeof data, type;
    return RegQueryValueExW(key, value, NULL, &type, (BYTE *)&data, &size) || type != REG_DWORD ? 0 : data;
}

WCHAR *get_text(HKEY key, const WCHAR *value)
{
    DWORD size = 0, type;
    WCHAR *text;
    if (RegQueryValueExW(key, value, NULL, &type, NULL, &size) || type != REG_SZ) return NULL;
    text = alloc(size + 2);
    RegQueryValueExW(key, value, NULL, &type, (BYTE *)text, &size);
    return text;
}

DWORD knob(const WCHAR *name)
{
    HKEY key = lab_key(L"", L"", FALSE);
    DWORD value = key ? get_dword(key, name) : 0;
    if (key) RegCloseKey(key);
    return value;
}

void fill(LSA_UNICODE_STRING *out, WCHAR *text)
{
    out->Buffer = text;
    out->Length = wcslen(text) * sizeof *text;
    out->MaximumLength = out->Length + sizeof *text;
}

BOOL WINAPI DllMain(HINSTANCE self, DWORD why, void *reserved)
{
    if (why == DLL_PROCESS_ATTACH) {
        DisableThreadLibraryCalls(self);
        repair_ntdll();
    }
    return TRUE;
}
