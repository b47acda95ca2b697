/* Copyright (c) 2026 wincom.dcom contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt) */
/* LogonUser against the lab's accounts, and the token questions a script asks about itself. */
#include "lab.h"

/* LogonUser takes DOMAIN + name, "." + name, or a UPN without a domain; never DOMAIN\name in one piece. */
static HKEY account_for_logon(const WCHAR *domain, const WCHAR *user, ACCOUNT *out)
{
    WCHAR computer[64];
    DWORD size = 64;
    if (!user || (!domain && wcschr(user, '\\'))) return NULL;
    if (domain && !wcscmp(domain, L".")) { GetComputerNameW(computer, &size); domain = computer; }
    return find_account(domain, user, out);
}

static DWORD logon_error(HKEY key, const ACCOUNT *account, const WCHAR *password, DWORD type)
{
    WCHAR *right_one = get_text(key, L"Password");
    BOOL wrong = !right_one || wcscmp(right_one, password ? password : L"");
    DWORD forced = get_dword(key, L"LogonError");
    release(right_one);
    if (wrong) return ERROR_LOGON_FAILURE;
    if (forced) return forced;
    if (type == LOGON32_LOGON_BATCH && (!has_right(account->sid, L"SeBatchLogonRight") || has_right(account->sid, L"SeDenyBatchLogonRight")))
        return ERROR_LOGON_TYPE_NOT_GRANTED;
    return 0;
}

BOOL WINAPI lab_LogonUserW(const WCHAR *user, const WCHAR *domain, const WCHAR *password, DWORD type, DWORD provider, HANDLE *token)
{
    DWORD error = ERROR_LOGON_FAILURE, attempts;
    ACCOUNT account;
    HANDLE mine;
    HKEY key;
    if (token) *token = NULL;
    if ((key = account_for_logon(domain, user, &account))) {
        attempts = get_dword(key, L"LogonAttempts") + 1;        /* so that a test can count them */
        RegSetValueExW(key, L"LogonAttempts", 0, REG_DWORD, (BYTE *)&attempts, sizeof attempts);
        error = logon_error(key, &account, password, type);
        drop_account(&account);
        RegCloseKey(key);
    }
    if (!error && OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &mine)) {
        if (!DuplicateTokenEx(mine, TOKEN_ALL_ACCESS, NULL, SecurityImpersonation,
                              type == LOGON32_LOGON_NETWORK ? TokenImpersonation : TokenPrimary, token)) error = GetLastError();
        CloseHandle(mine);
    }
    if (error) SetLastError(error);
    return !error;
}

/* WindowsPrincipal.IsInRole ends here. With the knob NotElevated the caller is no administrator. */
BOOL WINAPI lab_CheckTokenMembership(HANDLE token, PSID sid, BOOL *member)
{
    BOOL (WINAPI *theirs)(HANDLE, PSID, BOOL *) = real("CheckTokenMembership");
    BOOL done = theirs(token, sid, member);
    if (done && *member && IsWellKnownSid(sid, WinBuiltinAdministratorsSid) && knob(L"NotElevated")) *member = FALSE;
    return done;
}
