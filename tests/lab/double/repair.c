/* Copyright (c) 2026 wincom.dcom contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt) */
/* Not doubles but repairs of what Wine 8 lacks in ntdll, where P/Invoke finds it: entries of its export table are replaced.
 *
 * NtQueryDirectoryFile: .NET 10 hands DOS wildcards (chcp.com"* for "chcp.com.*") to it, so that PowerShell would find
 * no program on PATH. Such a mask is dropped; .NET filters the names again itself.
 * NtQueryInformationProcess: ProcessCommandLineInformation, which Windows has since 8.1, is read out of the process. */
#include "lab.h"

#define COMMAND_LINE 60         /* ProcessCommandLineInformation: a UNICODE_STRING with its text behind it */
#define PARAMETERS 0x20         /* of a 64-bit PEB: its ProcessParameters; and of these: the command line */
#define LINE 0x70
#define ST_LENGTH_MISMATCH ((NTSTATUS)0xC0000004)

typedef NTSTATUS (NTAPI *QUERY)(HANDLE, HANDLE, void *, void *, void *, void *, ULONG, int, BOOLEAN, PLSA_UNICODE_STRING, BOOLEAN);
typedef NTSTATUS (NTAPI *ASK)(HANDLE, int, void *, ULONG, ULONG *);
typedef struct { void *reserved, *peb, *more[2]; ULONG_PTR pid, parent; } BASIC;
static QUERY query_directory;
static ASK ask_process;

static NTSTATUS NTAPI query_without_dos_wildcards(HANDLE file, HANDLE event, void *apc, void *context, void *io, void *buffer, ULONG size,
                                                  int class, BOOLEAN single, PLSA_UNICODE_STRING mask, BOOLEAN restart)
{
    ULONG i;
    for (i = 0; mask && i < mask->Length / sizeof(WCHAR); i++)
        if (mask->Buffer[i] == '"' || mask->Buffer[i] == '<') mask = NULL;
    return query_directory(file, event, apc, context, io, buffer, size, class, single, mask, restart);
}

static NTSTATUS NTAPI ask_with_command_line(HANDLE process, int class, void *buffer, ULONG size, ULONG *needed)
{
    LSA_UNICODE_STRING line, *out = buffer;
    BYTE *parameters;
    BASIC basic;
    HANDLE reader;
    NTSTATUS status;
    if (class != COMMAND_LINE) return ask_process(process, class, buffer, size, needed);
    if ((status = ask_process(process, 0, &basic, sizeof basic, NULL))) return status;
    if (!(reader = OpenProcess(PROCESS_VM_READ, FALSE, (DWORD)basic.pid))) return ST_ACCESS_DENIED;
    status = ST_ACCESS_DENIED;
    if (ReadProcessMemory(reader, (BYTE *)basic.peb + PARAMETERS, &parameters, sizeof parameters, NULL) &&
        ReadProcessMemory(reader, parameters + LINE, &line, sizeof line, NULL)) {
        *needed = sizeof line + line.Length;
        status = size < *needed ? ST_LENGTH_MISMATCH : ST_OK;
        if (!status && !ReadProcessMemory(reader, line.Buffer, out + 1, line.Length, NULL)) status = ST_ACCESS_DENIED;
        if (!status) { *out = line; out->Buffer = (WCHAR *)(out + 1); }
    }
    CloseHandle(reader);
    return status;
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

/* Puts ours in the place of an export; what was there goes to *theirs. */
static void replace(const char *name, void *ours, void **theirs)
{
    BYTE *base = (BYTE *)GetModuleHandleW(L"ntdll.dll");
    DWORD *slot = export_slot(base, name), old;
    ULONG_PTR offset = (BYTE *)ours - base;
    if (!slot || offset >> 32) return;              /* the dll's image base is chosen so that this fits */
    *theirs = base + *slot;
    if (!VirtualProtect(slot, sizeof *slot, PAGE_READWRITE, &old)) return;
    *slot = (DWORD)offset;
    VirtualProtect(slot, sizeof *slot, old, &old);
}

void repair_ntdll(void)
{
    replace("NtQueryDirectoryFile", query_without_dos_wildcards, (void **)&query_directory);
    replace("NtQueryInformationProcess", ask_with_command_line, (void **)&ask_process);
}
