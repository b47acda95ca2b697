/* Copyright (c) 2026 wincom.dcom contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt) */
/* regdump.exe dump KEY...   prints keys, their subkeys and their values, byte for byte; of KEY\NAME* the subkeys whose name begins so
 * regdump.exe apply         carries out the lines it reads from stdin
 * Nothing interprets the values on the way, in either direction: no NUL is added or taken away.
 *
 * Lines, words separated by a space; names as hex digits of UTF-16LE, so that any name survives; "-" is empty:
 *   H                         dump only: what follows, up to the next H, is about the next KEY; nothing does where it is not there
 *   K key                     (dump: relative to KEY) the key is there / is created
 *   V key name type data      a value; data in hex digits
 *   D key                     apply only: the key and all below it go
 *   R key name                apply only: the value goes */
#include <windows.h>
#include <winternl.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#define MAX_PATH_CHARS 2048
#define MAX_NAME_CHARS 16384
NTSTATUS NTAPI NtSetValueKey(HANDLE, UNICODE_STRING *, ULONG, ULONG, const void *, ULONG);

static void print_hex(const void *data, DWORD size)
{
    DWORD i;
    if (!size) putchar('-');
    for (i = 0; i < size; i++) printf("%02x", ((const BYTE *)data)[i]);
}

static int nibble(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes TEXT in place; returns the number of bytes, two zero bytes follow them. */
static DWORD from_hex(char *text)
{
    DWORD n = 0;
    char *in = text;
    for (; nibble(in[0]) >= 0 && nibble(in[1]) >= 0; in += 2) text[n++] = (char)(nibble(in[0]) << 4 | nibble(in[1]));
    text[n] = text[n + 1] = 0;
    return n;
}

static HKEY root_of(WCHAR *path, WCHAR **rest)
{
    static const struct { const WCHAR *name; HKEY key; } roots[] = {
        { L"HKLM", HKEY_LOCAL_MACHINE }, { L"HKCU", HKEY_CURRENT_USER }, { L"HKCR", HKEY_CLASSES_ROOT }, { L"HKU", HKEY_USERS } };
    WCHAR *end = wcschr(path, '\\');
    unsigned i;
    if (end) *end++ = 0; else end = path + wcslen(path);
    *rest = end;
    for (i = 0; i < 4; i++) if (!_wcsicmp(path, roots[i].name)) return roots[i].key;
    fprintf(stderr, "regdump: unknown root %ls (known: HKLM, HKCU, HKCR, HKU)\n", path);
    exit(2);
}

/* START: how the names of the subkeys begin that are wanted. */
static void dump(HKEY key, WCHAR *path, const WCHAR *start)
{
    DWORD i, chars, size, type, length = wcslen(path), longest = 0;
    WCHAR *name = malloc(MAX_NAME_CHARS * sizeof *name);
    BYTE *data;
    HKEY sub;

    RegQueryInfoKeyW(key, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, &longest, NULL, NULL);
    data = malloc(longest + 16);
    printf("K "); print_hex(path, length * 2); puts("");
    for (i = 0; chars = MAX_NAME_CHARS, size = longest + 16,
                !RegEnumValueW(key, i, name, &chars, NULL, &type, data, &size); i++) {
        printf("V "); print_hex(path, length * 2);
        putchar(' '); print_hex(name, chars * 2);
        printf(" %lu ", type); print_hex(data, size); puts("");
    }
    free(data);
    for (i = 0; chars = MAX_NAME_CHARS, !RegEnumKeyExW(key, i, name, &chars, NULL, NULL, NULL, NULL); i++) {
        if (_wcsnicmp(name, start, wcslen(start))) continue;
        if (length + chars + 2 > MAX_PATH_CHARS || RegOpenKeyExW(key, name, 0, KEY_READ, &sub)) continue;
        if (length) wcscat(path, L"\\");
        wcscat(path, name);
        dump(sub, path, L"");
        path[length] = 0;
        RegCloseKey(sub);
    }
    free(name);
}

static LSTATUS set_value(HKEY key, char *name, DWORD type, char *data)
{
    UNICODE_STRING u;
    DWORD size = from_hex(data);
    u.Length = u.MaximumLength = (USHORT)from_hex(name);
    u.Buffer = (WCHAR *)name;
    return RtlNtStatusToDosError(NtSetValueKey(key, &u, 0, type, data, size));   /* RegSetValueEx mends strings */
}

static LSTATUS apply(char *line)
{
    char *word[5] = {0}, *next = strtok(line, " \r\n");
    WCHAR *path;
    HKEY root, key;
    LSTATUS error;
    int n;

    for (n = 0; next && n < 5; n++, next = strtok(NULL, " \r\n")) word[n] = next;
    if (n < 2) return n ? ERROR_BAD_FORMAT : 0;
    from_hex(word[1]);
    root = root_of((WCHAR *)word[1], &path);
    if (*word[0] == 'D') {
        error = RegDeleteTreeW(root, path);             /* empties it, and removes it unless Wine 8 forgets to */
        if (!error) RegDeleteKeyW(root, path);
        return error;
    }
    if ((error = RegCreateKeyExW(root, path, 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL))) return error;
    if (*word[0] == 'V' && n == 5) error = set_value(key, word[2], strtoul(word[3], NULL, 10), word[4]);
    if (*word[0] == 'R' && n == 3) { from_hex(word[2]); error = RegDeleteValueW(key, (WCHAR *)word[2]); }
    RegCloseKey(key);
    return error;
}

static int apply_all(void)
{
    static char line[4 << 20], copy[200];
    while (fgets(line, sizeof line, stdin)) {
        LSTATUS error;
        snprintf(copy, sizeof copy, "%s", line);
        if ((error = apply(line))) { fprintf(stderr, "regdump: error %ld at: %s\n", error, copy); return 1; }
    }
    return 0;
}

static LSTATUS dump_named(WCHAR *named)
{
    static WCHAR path[MAX_PATH_CHARS];
    WCHAR *rest, *start = L"";
    HKEY root = root_of(named, &rest), key;
    LSTATUS error;
    size_t length = wcslen(rest);

    if (length && rest[length - 1] == '*') {
        rest[length - 1] = 0;
        if (!(start = wcsrchr(rest, '\\'))) return ERROR_BAD_PATHNAME;
        *start++ = 0;
    }
    puts("H");
    error = RegOpenKeyExW(root, rest, 0, KEY_READ, &key);
    if (error == ERROR_FILE_NOT_FOUND) return 0;
    if (error) return error;
    path[0] = 0;
    dump(key, path, start);
    RegCloseKey(key);
    return 0;
}

int wmain(int count, WCHAR **word)
{
    LSTATUS error;
    int i;

    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    if (count == 2 && !wcscmp(word[1], L"apply")) return apply_all();
    if (count < 3 || wcscmp(word[1], L"dump")) { fputs("usage: regdump dump KEY... | regdump apply <LINES\n", stderr); return 2; }
    for (i = 2; i < count; i++)
        if ((error = dump_named(word[i]))) { fprintf(stderr, "regdump: error %ld at key %d\n", error, i - 1); return 1; }
    return 0;
}
