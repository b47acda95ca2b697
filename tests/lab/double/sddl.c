/* Copyright (c) 2026 wincom.dcom contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt) */
/* Repairs of Wine's SDDL text: aliases that it lacks (both ways), and mandatory labels and NULL DACLs that it
 * prints wrongly. */
#include "lab.h"

static const struct { const WCHAR *alias, *sid; } aliases[] = {
    { L"LU", L"S-1-5-32-559" }, { L"MU", L"S-1-5-32-558" }, { L"IS", L"S-1-5-32-568" }, { L"CY", L"S-1-5-32-569" },
    { L"ER", L"S-1-5-32-573" }, { L"RM", L"S-1-5-32-580" }, { L"OW", L"S-1-3-4" }, { L"AC", L"S-1-15-2-1" } };

/* ";LU)" to ";S-1-5-32-559)" or back; caller releases. */
static WCHAR *swap_trustees(const WCHAR *in, BOOL to_sid)
{
    WCHAR *made = alloc((wcslen(in) * 4 + 1) * sizeof *in), *out = made;
    unsigned i;
    while (*in) {
        *out++ = *in;
        if (*in++ != ';') continue;
        for (i = 0; i < ARRAYSIZE(aliases); i++) {
            const WCHAR *from = to_sid ? aliases[i].alias : aliases[i].sid, *to = to_sid ? aliases[i].sid : aliases[i].alias;
            if (wcsncmp(in, from, wcslen(from)) || in[wcslen(from)] != ')') continue;
            wcscpy(out, to);
            out += wcslen(to);
            in += wcslen(from);
            break;
        }
    }
    return made;
}

BOOL WINAPI lab_ConvertStringSecurityDescriptorToSecurityDescriptorW(const WCHAR *text, DWORD revision, PSECURITY_DESCRIPTOR *sd, ULONG *size)
{
    BOOL (WINAPI *theirs)(const WCHAR *, DWORD, PSECURITY_DESCRIPTOR *, ULONG *) = real("ConvertStringSecurityDescriptorToSecurityDescriptorW");
    WCHAR *swapped = text ? swap_trustees(text, TRUE) : NULL;
    BOOL done = theirs(swapped, revision, sd, size);
    DWORD error = GetLastError();
    if (done && wcsstr(swapped, L"D:NO_ACCESS_CONTROL")) ((SECURITY_DESCRIPTOR_RELATIVE *)*sd)->Dacl = 0;  /* Wine made an empty one */
    release(swapped);
    SetLastError(error);
    return done;
}

/* Wine prints a label as "(;;LC;;;LW)": it has no name for its type, and takes its rights for a directory's. */
static void mend_labels(WCHAR *text)
{
    static const WCHAR *from[] = { L"CC", L"DC", L"LC" }, *to[] = { L"NW", L"NR", L"NX" };
    WCHAR *p;
    int i;
    while ((p = wcsstr(text, L"(;"))) {
        memmove(p + 3, p + 1, (wcslen(p + 1) + 1) * sizeof *p);
        p[1] = 'M';
        p[2] = 'L';
        if (!(p = wcschr(p + 4, ';'))) return;
        for (p++; *p && *p != ';'; p += 2)
            for (i = 0; i < 3; i++) if (!wcsncmp(p, from[i], 2)) { memcpy(p, to[i], 2 * sizeof *p); break; }
    }
}

/* TEXT has room for it. */
static void mend_null_dacl(WCHAR *text, PSECURITY_DESCRIPTOR sd)
{
    BOOL present = FALSE, defaulted;
    WCHAR *p = wcsstr(text, L"D:"), *rest;
    PACL acl = NULL;
    if (!p || !GetSecurityDescriptorDacl(sd, &present, &acl, &defaulted) || !present || acl) return;
    for (p += 2; *p == 'P' || *p == 'A'; p++) ;
    rest = alloc((wcslen(p) + 1) * sizeof *p);
    wcscpy(rest, p);
    wcscpy(p, L"NO_ACCESS_CONTROL");
    wcscat(p, rest);
    release(rest);
}

BOOL WINAPI lab_ConvertSecurityDescriptorToStringSecurityDescriptorW(PSECURITY_DESCRIPTOR sd, DWORD revision, SECURITY_INFORMATION parts, WCHAR **out, ULONG *length)
{
    BOOL (WINAPI *theirs)(PSECURITY_DESCRIPTOR, DWORD, SECURITY_INFORMATION, WCHAR **, ULONG *) = real("ConvertSecurityDescriptorToStringSecurityDescriptorW");
    WCHAR *raw, *swapped;
    if (!theirs(sd, revision, parts, &raw, NULL)) return FALSE;
    swapped = swap_trustees(raw, FALSE);
    LocalFree(raw);
    *out = LocalAlloc(LPTR, (wcslen(swapped) * 2 + 32) * sizeof *swapped);
    wcscpy(*out, swapped);
    release(swapped);
    if (parts & DACL_SECURITY_INFORMATION) mend_null_dacl(*out, sd);
    mend_labels(*out);
    if (length) *length = wcslen(*out) + 1;
    return TRUE;
}
