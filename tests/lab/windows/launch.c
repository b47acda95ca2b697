/* Copyright (c) 2026 wincom.dcom contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt) */
/* launch.exe COMMAND LINE     runs a console program as the WinRM host does: in a console without a
 *                             window, code page 65001 (or LAB_CODEPAGE), with launch.exe's own standard
 *                             handles; waits for it and passes its exit code on.
 * launch.exe --wait           the same, but the command line arrives as the first line (UTF-8) of stdin:
 *                             a listener keeps such launchers warm.
 * powershell.exe ARGUMENTS    the same file under this name runs PowerShell 7 in the console it is in,
 *                             because commands call "powershell", which Wine only has as a stub.
 *
 * pwsh.exe needs a console, and Wine gives one to a *child* only (CREATE_NO_WINDOW); so launch.exe
 * first starts itself again (stage two), inside the new console. */
#include <windows.h>
#include <wchar.h>

#define PWSH L"\"C:\\Program Files\\PowerShell\\7\\pwsh.exe\" "
#define STAGE_TWO L"LAB_STAGE_TWO"
#define MAX_LINE 32768

/* What follows the program's own name in a command line. */
static WCHAR *arguments_of(WCHAR *line)
{
    if (*line == '"') {
        for (line++; *line && *line != '"'; line++) ;
        if (*line) line++;
    } else
        while (*line && *line != ' ' && *line != '\t') line++;
    while (*line == ' ' || *line == '\t') line++;
    return line;
}

/* A job that ends CHILD when this process ends, however it ends, but leaves CHILD's own children alone:
 * what a command started (a COM server, say) outlives the command. */
static void tie_to_us(HANDLE child)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limit = {0};
    HANDLE job = CreateJobObjectW(NULL, NULL);
    limit.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK;
    SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limit, sizeof limit);
    AssignProcessToJobObject(job, child);
}

static int run(WCHAR *line, DWORD flags)
{
    static const DWORD std[3] = { STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE };
    STARTUPINFOW start = { sizeof start };
    PROCESS_INFORMATION process;
    HANDLE handle[3];
    DWORD code = 1;
    int i;

    for (i = 0; i < 3; i++) {
        handle[i] = GetStdHandle(std[i]);
        SetHandleInformation(handle[i], HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    }
    start.dwFlags = STARTF_USESTDHANDLES;
    start.hStdInput = handle[0];
    start.hStdOutput = handle[1];
    start.hStdError = handle[2];
    if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, flags, NULL, NULL, &start, &process)) return 127;
    tie_to_us(process.hProcess);
    for (i = 0; i < 3; i++) CloseHandle(handle[i]);     /* else a reader never sees the end of the output */
    WaitForSingleObject(process.hProcess, INFINITE);
    GetExitCodeProcess(process.hProcess, &code);
    return (int)code;
}

/* The first line of stdin, one byte at a time: what follows belongs to the program. NULL at end of file. */
static WCHAR *line_from_stdin(void)
{
    static char bytes[3 * MAX_LINE];
    static WCHAR line[MAX_LINE];
    HANDLE in = GetStdHandle(STD_INPUT_HANDLE);
    DWORD got;
    int n = 0;

    while (n < (int)sizeof bytes && ReadFile(in, bytes + n, 1, &got, NULL) && got == 1 && bytes[n] != '\n') n++;
    if (!n) return NULL;
    line[MultiByteToWideChar(CP_UTF8, 0, bytes, n, line, MAX_LINE - 1)] = 0;
    return line;
}

static int called_powershell(void)
{
    WCHAR path[MAX_PATH], *name;
    GetModuleFileNameW(NULL, path, MAX_PATH);
    name = wcsrchr(path, '\\');
    return !_wcsicmp(name ? name + 1 : path, L"powershell.exe");
}

int wmain(void)
{
    WCHAR *line = arguments_of(GetCommandLineW()), text[16];
    DWORD codepage;

    if (called_powershell()) {
        static WCHAR full[MAX_LINE + 64];
        wcscpy(full, PWSH);
        wcsncat(full, line, MAX_LINE);
        return run(full, 0);
    }
    if (!GetEnvironmentVariableW(STAGE_TWO, text, 16)) {
        SetEnvironmentVariableW(STAGE_TWO, L"1");
        return run(GetCommandLineW(), CREATE_NO_WINDOW);
    }
    SetEnvironmentVariableW(STAGE_TWO, NULL);
    codepage = GetEnvironmentVariableW(L"LAB_CODEPAGE", text, 16) ? (DWORD)_wtoi(text) : CP_UTF8;
    SetEnvironmentVariableW(L"LAB_CODEPAGE", NULL);
    SetConsoleCP(codepage);
    SetConsoleOutputCP(codepage);
    if (!wcsncmp(line, L"--wait", 6)) line = line_from_stdin();
    return line ? run(line, 0) : 0;
}
