/* Copyright (c) 2026 wincom.dcom contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt) */
/* Registry writes: REG_OPTION_BACKUP_RESTORE, and faults at a chosen write.
 *
 * LAB_FAULT = "error n" or "kill n" in the environment: in each pwsh process the n-th write, counted anew when n changes, fails
 * (ERROR_WRITE_FAULT in the registry, STATUS_UNEXPECTED_IO_ERROR in LSA), or kills the process before anything is written. A write
 * is, to a key under HKLM\SOFTWARE\Classes, a value set or deleted, a key created or deleted, its security set; in LSA, a secret
 * stored or deleted, an account right given or taken. */
#include "lab.h"
#include <aclapi.h>

#define KEY_NAME_INFORMATION 3
typedef struct { ULONG bytes; WCHAR text[1024]; } KEY_NAME;
NTSTATUS NTAPI NtQueryKey(HANDLE, int, void *, ULONG, ULONG *);

/* ---- faults ---- */
static BOOL full_name(HKEY key, KEY_NAME *name)
{
    ULONG size;
    if (key == HKEY_LOCAL_MACHINE) { wcscpy(name->text, L"\\Registry\\Machine"); return TRUE; }
    if (NtQueryKey(key, KEY_NAME_INFORMATION, name, sizeof *name - 1024, &size)) return FALSE;
    name->text[name->bytes / sizeof *name->text] = 0;
    return TRUE;
}

static BOOL under_classes(HKEY key, const WCHAR *sub)
{
    static const WCHAR classes[] = L"\\Registry\\Machine\\Software\\Classes\\";
    KEY_NAME name;
    if (!full_name(key, &name)) return FALSE;
    if (sub && *sub && wcslen(name.text) + wcslen(sub) < 1000) { wcscat(name.text, L"\\"); wcscat(name.text, sub); }
    return !_wcsnicmp(name.text, classes, wcslen(classes));
}

/* The number of the write that is to fail or to kill; 0 for none. */
static LONG fault_at(BOOL *kill)
{
    WCHAR text[24], *number;
    if (!GetEnvironmentVariableW(L"LAB_FAULT", text, 24) || !(number = wcschr(text, ' '))) return 0;
    *kill = !wcsncmp(text, L"kill ", 5);
    return _wtol(number);
}

LSTATUS write_fault(void)
{
    static LONG writes, last;
    BOOL kill;
    LONG at = fault_at(&kill);
    if (InterlockedExchange(&last, at) != at) InterlockedExchange(&writes, 0);
    if (!at || InterlockedIncrement(&writes) != at) return ERROR_SUCCESS;
    if (kill) TerminateProcess(GetCurrentProcess(), 137);
    return ERROR_WRITE_FAULT;
}

static LSTATUS fault(HKEY key, const WCHAR *sub)
{
    return under_classes(key, sub) ? write_fault() : ERROR_SUCCESS;
}

LSTATUS WINAPI lab_RegSetValueExW(HKEY key, const WCHAR *name, DWORD reserved, DWORD type, const BYTE *data, DWORD size)
{
    LSTATUS (WINAPI *theirs)(HKEY, const WCHAR *, DWORD, DWORD, const BYTE *, DWORD) = real("RegSetValueExW");
    LSTATUS error = fault(key, NULL);
    return error ? error : theirs(key, name, reserved, type, data, size);
}
LSTATUS WINAPI lab_RegDeleteValueW(HKEY key, const WCHAR *name)
{
    LSTATUS (WINAPI *theirs)(HKEY, const WCHAR *) = real("RegDeleteValueW");
    LSTATUS error = fault(key, NULL);
    return error ? error : theirs(key, name);
}
LSTATUS WINAPI lab_RegDeleteKeyExW(HKEY key, const WCHAR *sub, REGSAM view, DWORD reserved)
{
    LSTATUS (WINAPI *theirs)(HKEY, const WCHAR *, REGSAM, DWORD) = real("RegDeleteKeyExW");
    LSTATUS error = fault(key, sub);
    return error ? error : theirs(key, sub, view, reserved);
}
LSTATUS WINAPI lab_RegDeleteTreeW(HKEY key, const WCHAR *sub)
{
    LSTATUS (WINAPI *theirs)(HKEY, const WCHAR *) = real("RegDeleteTreeW");
    LSTATUS error = fault(key, sub);
    return error ? error : theirs(key, sub);
}

DWORD WINAPI lab_SetSecurityInfo(HANDLE handle, SE_OBJECT_TYPE type, SECURITY_INFORMATION parts, PSID owner, PSID group, PACL dacl, PACL sacl)
{
    DWORD (WINAPI *theirs)(HANDLE, SE_OBJECT_TYPE, SECURITY_INFORMATION, PSID, PSID, PACL, PACL) = real("SetSecurityInfo");
    LSTATUS error = type == SE_REGISTRY_KEY ? fault(handle, NULL) : ERROR_SUCCESS;
    return error ? error : theirs(handle, type, parts, owner, group, dacl, sacl);
}

/* ---- backup semantics ---- */
static BOOL enabled(const WCHAR *privilege)
{
    BOOL (WINAPI *value_of)(const WCHAR *, const WCHAR *, LUID *) = real("LookupPrivilegeValueW");
    PRIVILEGE_SET set = { 1, PRIVILEGE_SET_ALL_NECESSARY };
    HANDLE token;
    BOOL on = FALSE;
    if (!value_of(NULL, privilege, &set.Privilege[0].Luid)) return FALSE;
    set.Privilege[0].Attributes = SE_PRIVILEGE_ENABLED;
    if (!OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token) && !OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) return FALSE;
    if (!PrivilegeCheck(token, &set, &on)) on = FALSE;
    CloseHandle(token);
    return on;
}

/* What the enabled privileges give, whatever was asked for: as Windows documents it. */
static REGSAM granted_by_privileges(void)
{
    REGSAM access = 0;
    if (enabled(L"SeBackupPrivilege")) access |= KEY_READ;
    if (enabled(L"SeRestorePrivilege")) access |= KEY_WRITE | DELETE | WRITE_DAC | WRITE_OWNER;
    return access;
}

/* A key that vault.exe guards, from its handle; FALSE when it guards none of that name. */
static BOOL from_vault(HKEY root, const WCHAR *path, REGSAM access, REGSAM view, HKEY *out)
{
    ULONGLONG handle = 0;
    DWORD size = sizeof handle;
    KEY_NAME name;
    HANDLE keeper;
    HKEY probe, vault;
    BOOL done = FALSE;
    if (RegOpenKeyExW(root, path, 0, KEY_QUERY_VALUE | view, &probe)) return FALSE;
    done = full_name(probe, &name);
    RegCloseKey(probe);
    if (!done || !(vault = lab_key(L"Vault", L"", FALSE))) return FALSE;
    done = FALSE;
    if (!RegQueryValueExW(vault, name.text, NULL, NULL, (BYTE *)&handle, &size) &&
        (keeper = OpenProcess(PROCESS_DUP_HANDLE, FALSE, (DWORD)(handle >> 32)))) {
        done = DuplicateHandle(keeper, (HANDLE)(ULONG_PTR)(DWORD)handle, GetCurrentProcess(), (HANDLE *)out, access, FALSE, 0);
        CloseHandle(keeper);
    }
    RegCloseKey(vault);
    return done;
}

static BOOL is_there(HKEY root, const WCHAR *path, REGSAM view)
{
    HKEY key;
    LSTATUS error = RegOpenKeyExW(root, path, 0, KEY_QUERY_VALUE | view, &key);
    if (!error) RegCloseKey(key);
    return error != ERROR_FILE_NOT_FOUND;
}

LSTATUS WINAPI lab_RegCreateKeyExW(HKEY root, const WCHAR *path, DWORD reserved, WCHAR *class, DWORD options, REGSAM access,
                                   SECURITY_ATTRIBUTES *security, HKEY *out, DWORD *disposition)
{
    LSTATUS (WINAPI *theirs)(HKEY, const WCHAR *, DWORD, WCHAR *, DWORD, REGSAM, SECURITY_ATTRIBUTES *, HKEY *, DWORD *) = real("RegCreateKeyExW");
    REGSAM view = access & (KEY_WOW64_32KEY | KEY_WOW64_64KEY);
    LSTATUS error;
    BOOL kill;
    if (fault_at(&kill) && !is_there(root, path, view) && (error = fault(root, path))) return error;
    if (!(options & REG_OPTION_BACKUP_RESTORE)) return theirs(root, path, reserved, class, options, access, security, out, disposition);
    if (!(access = granted_by_privileges())) return ERROR_ACCESS_DENIED;
    if (from_vault(root, path, access, view, out)) {
        if (disposition) *disposition = REG_OPENED_EXISTING_KEY;
        return ERROR_SUCCESS;
    }
    /* A key that nobody guards is simply opened, and a missing one created: Windows does that, too. */
    return theirs(root, path, reserved, class, options & ~REG_OPTION_BACKUP_RESTORE, access | view, security, out, disposition);
}
