/* Copyright (c) 2026 wincom.dcom contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt) */
/* Not a double but a repair: .NET 10 hands DOS wildcards (chcp.com"* for "chcp.com.*") to NtQueryDirectoryFile,
 * which Wine 8 doesn't know, so that PowerShell would find no program on PATH. Such a mask is dropped; .NET
 * filters the names again itself. The entry of ntdll's export table is replaced: P/Invoke looks there. */
#include "lab.h"

typedef NTSTATUS (NTAPI *QUERY)(HANDLE, HANDLE, void *, void *, void *, void *, ULONG, int, BOOLEAN, PLSA_UNICODE_STRING, BOOLEAN);
static QUERY theirs;

static NTSTATUS NTAPI query_without_dos_wildcards(HANDLE file, HANDLE event, void *apc, void *context, void *io, void *buffer, ULONG size,
                                                  int class, BOOLEAN single, PLSA_UNICODE_STRING mask, BOOLEAN restart)
{
    ULONG i;
    for (i = 0; mask && i < mask->Length / sizeof(WCHAR); i++)
        if (mask->Buffer[i] == '"' || mask->Buffer[i] == '<') mask = NULL;
    return theirs(file, event, apc, context, io, buffer, size, class, single, mask, restart);
}

/* The slot of an export, an offset from the dll's base; NULL: no such export. */
static DWORD *export_slot(BYTE *base, const char *name)
{
    IMAGE_NT_HEADERS *headers = (void *)(base + ((IMAGE_DOS_HEADER *)base)->e_lfanew);
    IMAGE_EXPORT_DIRECTORY *exports = (void *)(base + headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_EXPORT].VirtualAddress);
    DWORD *names = (void *)(base + exports->AddressOfNames), *slots = (void *)(base + exports->AddressOfFunctions), i;
    WORD *ordinals = (void *)(base + exports->AddressOfNameOrdinals);
    for (i = 0; i < exports->NumberOfNames; i++)
        if (!strcmp((char *)base + names[i], name)) return &slots[ordinals[i]];
    return NULL;
}

void repair_directory_queries(void)
{
    BYTE *base = (BYTE *)GetModuleHandleW(L"ntdll.dll");
    DWORD *slot = export_slot(base, "NtQueryDirectoryFile"), old;
    ULONG_PTR offset = (BYTE *)query_without_dos_wildcards - base;
    if (!slot || offset >> 32) return;              /* the dll's image base is chosen so that this fits */
    theirs = (QUERY)(base + *slot);
    if (!VirtualProtect(slot, sizeof *slot, PAGE_READWRITE, &old)) return;
    *slot = (DWORD)offset;
    VirtualProtect(slot, sizeof *slot, old, &old);
}
