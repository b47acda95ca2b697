/* Copyright (c) 2026 wincom.dcom contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt) */
/* The double of ole32.dll for pwsh.exe: one function that Windows exports there and Wine
 * doesn't (its combase.dll has a stub that would end the process). All others
 * are forwarded to ole32b.dll, a renamed copy of Wine's. */
#include <windows.h>
#include <objbase.h>
#include <sddl.h>

#define OLE L"SOFTWARE\\Microsoft\\Ole"
/* What COM falls back to where the value isn't there. */
#define LAUNCH L"O:BAG:BAD:(A;;0x1f;;;SY)(A;;0x1f;;;BA)(A;;0x1f;;;IU)"
#define ACCESS L"O:BAG:BAD:(A;;0x7;;;PS)(A;;0x3;;;SY)(A;;0x7;;;BA)"

static PSECURITY_DESCRIPTOR machine_default(const WCHAR *value)
{
    PSECURITY_DESCRIPTOR sd;
    DWORD size = 0;
    if (RegGetValueW(HKEY_LOCAL_MACHINE, OLE, value, RRF_RT_REG_BINARY, NULL, NULL, &size) || !size) return NULL;
    sd = LocalAlloc(LPTR, size);
    RegGetValueW(HKEY_LOCAL_MACHINE, OLE, value, RRF_RT_REG_BINARY, NULL, sd, &size);
    return sd;
}

/* The two kinds of restrictions (limits) aren't doubled. */
HRESULT WINAPI lab_CoGetSystemSecurityPermissions(int kind, PSECURITY_DESCRIPTOR *out)
{
    if (!out || (kind != SD_LAUNCHPERMISSIONS && kind != SD_ACCESSPERMISSIONS)) return E_INVALIDARG;
    *out = machine_default(kind == SD_LAUNCHPERMISSIONS ? L"DefaultLaunchPermission" : L"DefaultAccessPermission");
    if (*out) return S_OK;
    return ConvertStringSecurityDescriptorToSecurityDescriptorW(kind == SD_LAUNCHPERMISSIONS ? LAUNCH : ACCESS, SDDL_REVISION_1, out, NULL)
        ? S_OK : HRESULT_FROM_WIN32(GetLastError());
}
