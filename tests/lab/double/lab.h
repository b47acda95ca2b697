/* Copyright (c) 2026 wincom.dcom contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt) */
/* Common ground of the double of advapi32.dll: stands in front of Wine's own dll for pwsh.exe, where Wine
 * only pretends. A function named lab_X replaces the export X; all others are forwarded to a renamed copy
 * of Wine's dll (advapi32b.dll), which real() reaches.
 *
 * State is in the registry, HKLM\SOFTWARE\WineLab:
 *   (itself)          knobs: NotElevated, HideBuiltin (DWORD)
 *   Accounts\<SID>    Name, Domain, Upn, Password (REG_SZ); Use, Qualified, LogonError, LogonAttempts (DWORD);
 *                     MemberOf (REG_MULTI_SZ, names of local groups)
 *   Domains\<NAME>    Sid (REG_SZ, what its SIDs begin with); LookupError, BareNames (DWORD)
 *   Rights\<SID>      Rights (REG_MULTI_SZ)
 *   Secrets\<name>    Data (REG_BINARY); NameLength (DWORD: bytes, as the caller gave it)
 *   Vault             handles of vault.exe to keys that Administrators can't write */
#define _WIN32_WINNT 0x0A00
#include <windows.h>
#include <ntsecapi.h>
#include <sddl.h>
#include <wchar.h>

#define ST_OK               ((NTSTATUS)0)
#define ST_SOME_NOT_MAPPED  ((NTSTATUS)0x00000107)
#define ST_INVALID_HANDLE   ((NTSTATUS)0xC0000008)
#define ST_INVALID_PARAM    ((NTSTATUS)0xC000000D)
#define ST_NO_MEMORY        ((NTSTATUS)0xC0000017)
#define ST_ACCESS_DENIED    ((NTSTATUS)0xC0000022)
#define ST_NOT_FOUND        ((NTSTATUS)0xC0000034)
#define ST_NO_SUCH_PRIV     ((NTSTATUS)0xC0000060)
#define ST_NONE_MAPPED      ((NTSTATUS)0xC0000073)
#define ST_IO_ERROR         ((NTSTATUS)0xC00000E9)

#define COMPUTER_SID L"S-1-5-21-0-0-0"          /* the one Wine gives to every computer */

/* state.c */
void *real(const char *name);
void *alloc(SIZE_T bytes);                      /* zeroed; LsaFreeMemory is HeapFree, so callers may free it */
void release(void *memory);
HKEY lab_key(const WCHAR *group, const WCHAR *name, BOOL create);   /* NULL: not there */
DWORD get_dword(HKEY key, const WCHAR *value);                      /* 0: not there */
WCHAR *get_text(HKEY key, const WCHAR *value);                      /* caller releases; NULL: not there */
DWORD knob(const WCHAR *name);
void fill(LSA_UNICODE_STRING *out, WCHAR *text);                    /* points to TEXT */

/* accounts.c */
typedef struct { WCHAR *sid, *name, *domain; DWORD use, qualified; } ACCOUNT;
HKEY find_account(const WCHAR *domain, const WCHAR *name, ACCOUNT *out);        /* NULL: not ours */
void drop_account(ACCOUNT *account);
BOOL WINAPI lab_LookupAccountNameW(const WCHAR *, const WCHAR *, PSID, DWORD *, WCHAR *, DWORD *, SID_NAME_USE *);
BOOL WINAPI lab_LookupAccountSidW(const WCHAR *, PSID, WCHAR *, DWORD *, WCHAR *, DWORD *, SID_NAME_USE *);

/* policy.c */
NTSTATUS check_policy(LSA_HANDLE policy, DWORD access);

/* registry.c */
LSTATUS write_fault(void);                      /* an error where a test wants this write to fail */

/* rights.c */
BOOL has_right(const WCHAR *sid, const WCHAR *right);

/* repair.c */
void repair_ntdll(void);
