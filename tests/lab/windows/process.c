/* Copyright (c) 2026 wincom.dcom contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt) */
/* process.exe list              one line a process: its id, a tab, the path of its image (UTF-8)
 * process.exe start LINE        starts a program that is left running, prints its id
 * process.exe end ID            ends a process */
#include <windows.h>
#include <psapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

static int list(void)
{
    DWORD ids[4096], size, i, chars;
    if (!EnumProcesses(ids, sizeof ids, &size)) { fprintf(stderr, "process: cannot list: error %lu\n", GetLastError()); return 1; }
    for (i = 0; i < size / sizeof *ids; i++) {
        WCHAR path[1024] = L"";
        char utf8[3072];
        HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, ids[i]);
        if (!process) continue;
        chars = 1024;
        QueryFullProcessImageNameW(process, 0, path, &chars);
        WideCharToMultiByte(CP_UTF8, 0, path, -1, utf8, sizeof utf8, NULL, NULL);
        printf("%lu\t%s\n", ids[i], utf8);
        CloseHandle(process);
    }
    return 0;
}

static int start(WCHAR *line)
{
    STARTUPINFOW startup = { sizeof startup };
    PROCESS_INFORMATION process;
    if (!CreateProcessW(NULL, line, NULL, NULL, FALSE, CREATE_NEW_CONSOLE | CREATE_NO_WINDOW, NULL, NULL, &startup, &process)) {
        fprintf(stderr, "process: cannot start %ls: error %lu\n", line, GetLastError());
        return 1;
    }
    printf("%lu\n", process.dwProcessId);
    return 0;
}

static int end(DWORD id)
{
    HANDLE process = OpenProcess(PROCESS_TERMINATE | SYNCHRONIZE, FALSE, id);
    if (!process || !TerminateProcess(process, 1)) { fprintf(stderr, "process: cannot end %lu: error %lu\n", id, GetLastError()); return 1; }
    WaitForSingleObject(process, 5000);
    return 0;
}

int wmain(int count, WCHAR **word)
{
    if (count == 2 && !wcscmp(word[1], L"list")) return list();
    if (count == 3 && !wcscmp(word[1], L"start")) return start(word[2]);
    if (count == 3 && !wcscmp(word[1], L"end")) return end(wcstoul(word[2], NULL, 10));
    fputs("usage: process list | process start LINE | process end ID\n", stderr);
    return 2;
}
