/* Copyright (c) 2026 wincom.dcom contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt) */
/* vault.exe KEY...   makes keys under HKLM look as TrustedInstaller's do (Administrators read only), and stays.
 *
 * Wine knows no backup semantics, so nothing could open such a key for writing again. vault.exe keeps a
 * full-access handle to each from before, and publishes process id and handle in WineLab\Vault: the advapi32 double hands
 * a copy to a caller that asks with REG_OPTION_BACKUP_RESTORE and has the privileges enabled. */
#define _WIN32_WINNT 0x0A00
#include <windows.h>
#include <sddl.h>
#include <stdio.h>

#define INSTALLER L"S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
#define PROTECTED L"O:" INSTALLER L"G:" INSTALLER L"D:P(A;CI;KA;;;" INSTALLER L")(A;CI;KR;;;SY)(A;CI;KR;;;BA)(A;CI;KR;;;BU)"
#define KEY_NAME_INFORMATION 3
NTSTATUS NTAPI NtQueryKey(HANDLE, int, void *, ULONG, ULONG *);

static LSTATUS protect(const WCHAR *path, PSECURITY_DESCRIPTOR sd, HKEY vault)
{
    struct { ULONG bytes; WCHAR text[1024]; } name;
    ULONGLONG handle;
    ULONG size;
    HKEY key;
    LSTATUS error = RegOpenKeyExW(HKEY_LOCAL_MACHINE, path, 0, KEY_ALL_ACCESS, &key);

    if (!error) error = RegSetKeySecurity(key, OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, sd);
    if (error) return error;
    NtQueryKey(key, KEY_NAME_INFORMATION, &name, sizeof name, &size);
    name.text[name.bytes / 2] = 0;
    handle = (ULONGLONG)GetCurrentProcessId() << 32 | (ULONG_PTR)key;
    return RegSetValueExW(vault, name.text, 0, REG_QWORD, (BYTE *)&handle, sizeof handle);
}

int wmain(int count, WCHAR **path)
{
    PSECURITY_DESCRIPTOR sd;
    DWORD id = GetCurrentProcessId();
    LSTATUS error;
    HKEY vault;
    int i;

    if ((error = RegCreateKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\WineLab\\Vault", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &vault, NULL)))
        return error;
    ConvertStringSecurityDescriptorToSecurityDescriptorW(PROTECTED, SDDL_REVISION_1, &sd, NULL);
    for (i = 1; i < count; i++)
        if ((error = protect(path[i], sd, vault))) {
            fprintf(stderr, "vault: HKLM\\%ls: error %ld\n", path[i], error);
            return error;
        }
    RegSetValueExW(vault, L"Pid", 0, REG_DWORD, (BYTE *)&id, sizeof id);   /* last: says that all is ready */
    Sleep(INFINITE);
    return 0;
}
