/* Copyright (c) 2026 wincom.dcom contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt) */
/* ReportEvent: what programs write to the event log lands in C:\lab\reported.log, one line each
 * (type, id, texts), so that a test can look for what must not be there. */
#include "lab.h"
#include <stdio.h>

static void write_utf8(HANDLE file, const WCHAR *text)
{
    int bytes = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
    char *utf8 = alloc(bytes + 1);
    DWORD written;
    WideCharToMultiByte(CP_UTF8, 0, text, -1, utf8, bytes, NULL, NULL);
    WriteFile(file, utf8, bytes - 1, &written, NULL);
    release(utf8);
}

BOOL WINAPI lab_ReportEventW(HANDLE log, WORD type, WORD category, DWORD id, PSID sid, WORD count, DWORD size, const WCHAR **texts, void *data)
{
    HANDLE file = CreateFileW(L"C:\\lab\\reported.log", FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_ALWAYS, 0, NULL);
    WCHAR head[64];
    WORD i;
    if (file != INVALID_HANDLE_VALUE) {
        wsprintfW(head, L"%u %u", type, id);
        write_utf8(file, head);
        for (i = 0; i < count; i++) { write_utf8(file, L"\t"); write_utf8(file, texts[i]); }
        write_utf8(file, L"\n");
        CloseHandle(file);
    }
    SetLastError(0);
    return TRUE;
}
