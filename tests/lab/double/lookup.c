/* Copyright (c) 2026 wincom.dcom contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt) */
/* The batch look-ups that .NET's NTAccount and SecurityIdentifier translate through, made of the single ones.
 * Each account gets a domain entry of its own: callers don't rely on entries being shared. */
#include "lab.h"

#define NAME_CHARS 256

/* Why a look-up failed, as an LSA call says it; ST_OK stands for "no such account". */
static NTSTATUS trouble(DWORD error)
{
    switch (error) {
    case ERROR_TRUSTED_RELATIONSHIP_FAILURE: return (NTSTATUS)0xC000018D;
    case RPC_S_SERVER_UNAVAILABLE:           return (NTSTATUS)0xC0020017;
    case ERROR_NO_SUCH_DOMAIN:               return (NTSTATUS)0xC00000DF;
    case ERROR_NONE_MAPPED:                  return ST_OK;
    default:                                 return error < 0x10000 ? ST_OK : (NTSTATUS)error;
    }
}

/* A list of referenced domains with room for COUNT names behind it. */
static PLSA_REFERENCED_DOMAIN_LIST new_domains(ULONG count)
{
    PLSA_REFERENCED_DOMAIN_LIST list = alloc(sizeof *list + count * (sizeof *list->Domains + NAME_CHARS * sizeof(WCHAR)));
    list->Domains = (LSA_TRUST_INFORMATION *)(list + 1);
    return list;
}

static WCHAR *room_for_domain(PLSA_REFERENCED_DOMAIN_LIST list, ULONG count)
{
    return (WCHAR *)(list->Domains + count) + NAME_CHARS * list->Entries;
}

static LONG add_domain(PLSA_REFERENCED_DOMAIN_LIST list, WCHAR *name)
{
    fill(&list->Domains[list->Entries].Name, name);
    return list->Entries++;
}

static NTSTATUS verdict(ULONG mapped, ULONG count, NTSTATUS failure)
{
    if (failure) return failure;
    return mapped == count ? ST_OK : mapped ? ST_SOME_NOT_MAPPED : ST_NONE_MAPPED;
}

NTSTATUS WINAPI lab_LsaLookupNames2(LSA_HANDLE policy, ULONG flags, ULONG count, PLSA_UNICODE_STRING names,
                                    PLSA_REFERENCED_DOMAIN_LIST *domains, PLSA_TRANSLATED_SID2 *sids)
{
    NTSTATUS failure = check_policy(policy, POLICY_LOOKUP_NAMES);
    ULONG i, mapped = 0;
    BYTE *pool;

    if (failure) return failure;
    *sids = alloc(count * (sizeof **sids + SECURITY_MAX_SID_SIZE));
    pool = (BYTE *)(*sids + count);
    *domains = new_domains(count);
    for (i = 0; i < count; i++, pool += SECURITY_MAX_SID_SIZE) {
        DWORD sid_size = SECURITY_MAX_SID_SIZE, chars = NAME_CHARS;
        WCHAR name[512], *domain = room_for_domain(*domains, count);
        SID_NAME_USE use;
        (*sids)[i].Use = SidTypeUnknown;
        (*sids)[i].DomainIndex = -1;
        if (names[i].Length >= sizeof name) continue;
        memcpy(name, names[i].Buffer, names[i].Length);
        name[names[i].Length / sizeof *name] = 0;
        if (!lab_LookupAccountNameW(NULL, name, pool, &sid_size, domain, &chars, &use)) {
            if (!failure) failure = trouble(GetLastError());
            continue;
        }
        (*sids)[i].Use = use;
        (*sids)[i].Sid = pool;
        (*sids)[i].DomainIndex = add_domain(*domains, domain);
        mapped++;
    }
    return verdict(mapped, count, failure);
}

NTSTATUS WINAPI lab_LsaLookupSids(LSA_HANDLE policy, ULONG count, PSID *sids, PLSA_REFERENCED_DOMAIN_LIST *domains, PLSA_TRANSLATED_NAME *names)
{
    NTSTATUS failure = check_policy(policy, POLICY_LOOKUP_NAMES);
    ULONG i, mapped = 0;
    WCHAR *name, *text;

    if (failure) return failure;
    *names = alloc(count * (sizeof **names + NAME_CHARS * sizeof *name));
    name = (WCHAR *)(*names + count);
    *domains = new_domains(count);
    for (i = 0; i < count; i++, name += NAME_CHARS) {
        DWORD name_size = NAME_CHARS, chars = NAME_CHARS;
        WCHAR *domain = room_for_domain(*domains, count);
        SID_NAME_USE use;
        (*names)[i].Use = SidTypeUnknown;
        (*names)[i].DomainIndex = -1;
        if (lab_LookupAccountSidW(NULL, sids[i], name, &name_size, domain, &chars, &use)) {
            (*names)[i].Use = use;
            (*names)[i].DomainIndex = add_domain(*domains, domain);
            mapped++;
        } else {
            if (!failure) failure = trouble(GetLastError());
            if (ConvertSidToStringSidW(sids[i], &text)) { wcscpy(name, text); LocalFree(text); }
        }
        fill(&(*names)[i].Name, name);
    }
    return verdict(mapped, count, failure);
}
