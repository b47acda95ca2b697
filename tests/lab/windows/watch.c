/* Copyright (c) 2026 wincom.dcom contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt) */
/* watch.exe ID   waits for a COM server to end; when it was killed, ends rpcss.exe, which Wine starts anew on demand.
 * Wine's rpcss never forgets the class objects of a server that was killed, and so would not start another one. */
#include <windows.h>
#include <psapi.h>
#include <wchar.h>

static void end_rpcss(void)
{
    static const WCHAR rpcss[] = L"\\rpcss.exe";
    DWORD ids[1024], size, i, chars;
    WCHAR path[MAX_PATH];
    if (!EnumProcesses(ids, sizeof ids, &size)) return;
    for (i = 0; i < size / sizeof *ids; i++) {
        HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_TERMINATE, FALSE, ids[i]);
        if (!process) continue;
        chars = MAX_PATH;
        if (QueryFullProcessImageNameW(process, 0, path, &chars) && chars > wcslen(rpcss) &&
            !_wcsicmp(path + chars - wcslen(rpcss), rpcss)) TerminateProcess(process, 1);
        CloseHandle(process);
    }
}

int WINAPI wWinMain(HINSTANCE self, HINSTANCE previous, WCHAR *line, int show)
{
    HANDLE server = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE, wcstoul(line, NULL, 10));
    DWORD code = 0;
    if (!server) return 1;
    WaitForSingleObject(server, INFINITE);
    GetExitCodeProcess(server, &code);
    if (code) end_rpcss();                      /* a server that leaves by itself revokes its objects, and returns 0 */
    return 0;
}
