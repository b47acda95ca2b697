/* Copyright (c) 2026 wincom.dcom contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt) */
/* Policy handles, and the private data (LSA secrets) behind them. The access that a handle was opened with is
 * enforced, as Windows does. */
#include "lab.h"

#define MAGIC 0x4c61624c
typedef struct { DWORD magic, access; } POLICY;

NTSTATUS check_policy(LSA_HANDLE handle, DWORD access)
{
    POLICY *policy = handle;
    if (!policy || policy->magic != MAGIC) return ST_INVALID_HANDLE;
    return (policy->access & access) == access ? ST_OK : ST_ACCESS_DENIED;
}

NTSTATUS WINAPI lab_LsaOpenPolicy(PLSA_UNICODE_STRING system, PLSA_OBJECT_ATTRIBUTES attributes, ACCESS_MASK access, PLSA_HANDLE out)
{
    POLICY *policy = alloc(sizeof *policy);
    if (!policy) return ST_NO_MEMORY;
    if (access & (MAXIMUM_ALLOWED | GENERIC_ALL)) access |= POLICY_ALL_ACCESS;
    policy->magic = MAGIC;
    policy->access = access;
    *out = policy;
    return ST_OK;
}

NTSTATUS WINAPI lab_LsaClose(LSA_HANDLE handle)
{
    POLICY *policy = handle;
    if (!policy || policy->magic != MAGIC) return ST_INVALID_HANDLE;
    policy->magic = 0;
    release(policy);
    return ST_OK;
}

/* Knob PrimaryDomain (REG_SZ): the NetBIOS name of the domain that this computer belongs to; without it, a workgroup. */
NTSTATUS WINAPI lab_LsaQueryInformationPolicy(LSA_HANDLE policy, POLICY_INFORMATION_CLASS what, void **out)
{
    NTSTATUS status = check_policy(policy, POLICY_VIEW_LOCAL_INFORMATION);
    struct { POLICY_PRIMARY_DOMAIN_INFO info; SID sid; WCHAR name[16]; } *made;
    HKEY key = lab_key(L"", L"", FALSE);
    WCHAR *domain = key ? get_text(key, L"PrimaryDomain") : NULL;
    static const SID any = { SID_REVISION, 1, { { 0, 0, 0, 0, 0, 5 } }, { SECURITY_NT_NON_UNIQUE } };
    if (key) RegCloseKey(key);
    if (status) return status;
    if (what != PolicyPrimaryDomainInformation) return ST_INVALID_PARAM;
    made = alloc(sizeof *made);
    wcsncpy(made->name, domain ? domain : L"WORKGROUP", 15);
    fill(&made->info.Name, made->name);
    made->sid = any;
    made->info.Sid = domain ? &made->sid : NULL;
    release(domain);
    *out = made;
    return ST_OK;
}

/* With and without a counted NUL a name reaches the same secret, as since Windows 7. */
static NTSTATUS secret_name(PLSA_UNICODE_STRING name, WCHAR out[256])
{
    ULONG i, length = name ? name->Length / sizeof(WCHAR) : 0;
    if (!name || !name->Buffer || name->Length & 1) return ST_INVALID_PARAM;
    while (length && !name->Buffer[length - 1]) length--;
    if (!length || length > 250) return ST_INVALID_PARAM;
    for (i = 0; i < length; i++) if (!(out[i] = name->Buffer[i]) || out[i] == '\\') return ST_INVALID_PARAM;
    out[length] = 0;
    return ST_OK;
}

static NTSTATUS delete_secret(const WCHAR *name)
{
    HKEY secrets = lab_key(L"Secrets", L"", FALSE);
    LSTATUS error;
    if (!secrets) return ST_NOT_FOUND;
    error = RegDeleteKeyExW(secrets, name, KEY_WOW64_64KEY, 0);
    RegCloseKey(secrets);
    return error ? ST_NOT_FOUND : ST_OK;
}

NTSTATUS WINAPI lab_LsaStorePrivateData(LSA_HANDLE policy, PLSA_UNICODE_STRING name, PLSA_UNICODE_STRING data)
{
    NTSTATUS status = check_policy(policy, POLICY_CREATE_SECRET);
    WCHAR plain[256];
    DWORD length;
    HKEY key;
    if (status || (status = secret_name(name, plain))) return status;
    if (write_fault()) return ST_IO_ERROR;
    if (!data) return delete_secret(plain);
    if (data->Length && !data->Buffer) return ST_INVALID_PARAM;
    if (!(key = lab_key(L"Secrets", plain, TRUE))) return ST_ACCESS_DENIED;
    length = name->Length;                      /* kept, so that a test sees whether the NUL was counted */
    RegSetValueExW(key, L"Data", 0, REG_BINARY, (BYTE *)data->Buffer, data->Length);
    RegSetValueExW(key, L"NameLength", 0, REG_DWORD, (BYTE *)&length, sizeof length);
    RegCloseKey(key);
    return ST_OK;
}

NTSTATUS WINAPI lab_LsaRetrievePrivateData(LSA_HANDLE policy, PLSA_UNICODE_STRING name, PLSA_UNICODE_STRING *out)
{
    NTSTATUS status = check_policy(policy, POLICY_GET_PRIVATE_INFORMATION);
    LSA_UNICODE_STRING *made;
    WCHAR plain[256];
    DWORD size = 0;
    HKEY key;
    if (status || (status = secret_name(name, plain))) return status;
    *out = NULL;
    if (!(key = lab_key(L"Secrets", plain, FALSE))) return ST_NOT_FOUND;
    RegQueryValueExW(key, L"Data", NULL, NULL, NULL, &size);
    made = alloc(sizeof *made + size);
    made->Buffer = (WCHAR *)(made + 1);
    made->Length = made->MaximumLength = size;
    RegQueryValueExW(key, L"Data", NULL, NULL, (BYTE *)made->Buffer, &size);
    RegCloseKey(key);
    *out = made;
    return ST_OK;
}
