/* Copyright (c) 2026 wincom.dcom contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt) */
/* keep.exe: holds the desktop open as long as the host lives. Without it Wine starts explorer.exe for
 * (and lets it outlive) each program, which costs a second and can hang the first command. */
#include <windows.h>

int WINAPI wWinMain(HINSTANCE self, HINSTANCE previous, WCHAR *line, int show)
{
    GetDesktopWindow();
    CreateWindowExW(0, L"STATIC", L"", 0, 0, 0, 0, 0, HWND_MESSAGE, 0, self, 0);
    Sleep(INFINITE);
    return 0;
}
