/* Copyright (c) 2026 wincom.dcom contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt) */
/* EnumDependentServices, of which Wine knows nothing: services whose DependOnService names one, in a state that was asked for. */
#include "lab.h"

#define SERVICES L"SYSTEM\\CurrentControlSet\\Services"

static BOOL names(const WCHAR *list, const WCHAR *service)
{
    for (; *list; list += wcslen(list) + 1) if (!_wcsicmp(list, service)) return TRUE;
    return FALSE;
}

/* The name of the service that a handle is open to: Wine's handles don't tell, so it is noted when one is opened. */
static struct { SC_HANDLE handle; WCHAR name[256]; } opened[64];
static LONG last;

SC_HANDLE WINAPI lab_OpenServiceW(SC_HANDLE manager, const WCHAR *name, DWORD access)
{
    SC_HANDLE (WINAPI *theirs)(SC_HANDLE, const WCHAR *, DWORD) = real("OpenServiceW");
    SC_HANDLE handle = theirs(manager, name, access);
    LONG at = InterlockedIncrement(&last) % 64;
    if (handle) { opened[at].handle = handle; lstrcpynW(opened[at].name, name, 256); }
    return handle;
}

static const WCHAR *name_of(SC_HANDLE handle)
{
    LONG i;
    for (i = 0; i < 64; i++) if (opened[(last + 64 - i) % 64].handle == handle) return opened[(last + 64 - i) % 64].name;
    return NULL;
}

static BOOL state_of(SC_HANDLE manager, const WCHAR *name, SERVICE_STATUS *status)
{
    SC_HANDLE service = OpenServiceW(manager, name, SERVICE_QUERY_STATUS);
    BOOL ok = service && QueryServiceStatus(service, status);
    if (service) CloseServiceHandle(service);
    return ok;
}

BOOL WINAPI lab_EnumDependentServicesW(SC_HANDLE service, DWORD states, ENUM_SERVICE_STATUSW *out, DWORD size, DWORD *needed, DWORD *count)
{
    const WCHAR *wanted = name_of(service);
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    WCHAR name[256], list[1024], *texts = (WCHAR *)((BYTE *)out + size);
    SERVICE_STATUS status;
    DWORD i, length, bytes;
    HKEY all;
    *needed = *count = 0;
    if (!wanted || RegOpenKeyExW(HKEY_LOCAL_MACHINE, SERVICES, 0, KEY_READ, &all)) { CloseServiceHandle(manager); return TRUE; }
    for (i = 0; length = 256, !RegEnumKeyExW(all, i, name, &length, NULL, NULL, NULL, NULL); i++) {
        bytes = sizeof list - 2 * sizeof *list;
        memset(list, 0, sizeof list);
        if (RegGetValueW(all, name, L"DependOnService", RRF_RT_REG_MULTI_SZ, NULL, list, &bytes) || !names(list, wanted)) continue;
        if (!state_of(manager, name, &status) || !(states & (status.dwCurrentState == SERVICE_STOPPED ? SERVICE_INACTIVE : SERVICE_ACTIVE))) continue;
        *needed += sizeof *out + (length + 1) * sizeof *name;
        if (*needed > size) continue;
        texts -= length + 1;
        wcscpy(texts, name);
        out[*count].lpServiceName = out[*count].lpDisplayName = texts;
        out[(*count)++].ServiceStatus = status;
    }
    RegCloseKey(all);
    CloseServiceHandle(manager);
    if (*needed > size) { SetLastError(ERROR_MORE_DATA); *count = 0; return FALSE; }
    return TRUE;
}
