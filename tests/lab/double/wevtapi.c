/* Copyright (c) 2026 wincom.dcom contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt) */
/* The double of wevtapi.dll for pwsh.exe: reading of event logs, where Wine has stubs. All other functions are
 * forwarded to wevtapib.dll, a renamed copy of Wine's.
 *
 * A log is a file, C:\lab\eventlog\<channel>.evtx, or the exported one whose path is asked for. It has "ElfFile" in its
 * first line, as a real one begins, and one event in each further line: the XML that EvtRender gives, in UTF-8.
 * Oldest first. A line that is no event renders as error 15005.
 *
 * Answers: no such channel 15007; no such file 2; not a log 1500; a query that is not understood 15001; and what the
 * knobs EvtQueryError and EvtNextError (DWORD in HKLM\SOFTWARE\WineLab) say. */
#define _WIN32_WINNT 0x0A00
#include <windows.h>
#include <winevt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define RESULTS_TAG 0x52455355
#define RECORD_TAG 0x52454344
static const char MAGIC[] = "ElfFile\n";

typedef struct { const char *start; DWORD length; } LINE;
typedef struct { DWORD tag; const char *view; LINE *lines; size_t count, at; } RESULTS;
typedef struct { DWORD tag; LINE line; } RECORD;
typedef struct { char provider[128], time[64]; long id; } FIELDS;   /* what a query may ask for */

static BOOL fail(DWORD error) { SetLastError(error); return FALSE; }

static DWORD knob(const WCHAR *name)
{
    DWORD value = 0, size = sizeof value;
    RegGetValueW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\WineLab", name, RRF_RT_REG_DWORD, NULL, &value, &size);
    return value;
}

/* ---- what a record says ---- */
static void between(LINE line, const char *before, char after, char *out, size_t room)
{
    size_t length = strlen(before), n = 0;
    const char *at, *end = line.start + line.length;
    for (at = line.start; at + length <= end && memcmp(at, before, length); at++) ;
    for (at += length; at < end && *at != after && n + 1 < room; ) out[n++] = *at++;
    out[n] = 0;
}

static FIELDS fields_of(LINE line)
{
    FIELDS found;
    char id[64];
    between(line, "<Provider Name='", '\'', found.provider, sizeof found.provider);
    between(line, "SystemTime='", '\'', found.time, sizeof found.time);
    between(line, "<EventID", '<', id, sizeof id);
    found.id = strchr(id, '>') ? atol(strchr(id, '>') + 1) : -1;
    return found;
}

/* ---- the query: *[System[...]] with and, or, parentheses, comparisons of EventID, Provider[@Name], TimeCreated[@SystemTime] ---- */
typedef struct { const WCHAR *at; const FIELDS *fields; BOOL bad; } QUERY;
static BOOL any_of(QUERY *q);

static BOOL eat(QUERY *q, const WCHAR *token)
{
    while (*q->at == ' ') q->at++;
    if (wcsncmp(q->at, token, wcslen(token))) return FALSE;
    q->at += wcslen(token);
    return TRUE;
}

static BOOL expect(QUERY *q, const WCHAR *token)
{
    if (!eat(q, token)) q->bad = TRUE;
    return !q->bad;
}

static const WCHAR *comparison(QUERY *q)
{
    static const WCHAR *known[] = { L"!=", L">=", L"<=", L"=", L">", L"<" };
    int i;
    for (i = 0; i < 6; i++) if (eat(q, known[i])) return known[i];
    q->bad = TRUE;
    return L"=";
}

/* order: negative, 0 or positive, as strcmp has it */
static BOOL holds(const WCHAR *comparison, int order)
{
    if (*comparison == '!') return order != 0;
    return (order == 0 && wcschr(comparison, '=')) || (order > 0 && *comparison == '>') || (order < 0 && *comparison == '<');
}

/* A time with fewer digits behind the second stands for all that begin like it. */
static BOOL compare_text(QUERY *q, const char *found, BOOL is_time)
{
    const WCHAR *how = comparison(q);
    char wanted[128];
    size_t n = 0;
    if (!expect(q, L"'")) return FALSE;
    while (*q->at && *q->at != '\'' && n + 1 < sizeof wanted) wanted[n++] = (char)*q->at++;
    wanted[n] = 0;
    expect(q, L"'");
    return holds(how, is_time ? strncmp(found, wanted, n ? n - 1 : 0) : strcmp(found, wanted));
}

static BOOL one_of(QUERY *q)
{
    BOOL value = FALSE;
    if (eat(q, L"(")) { value = any_of(q); expect(q, L")"); }
    else if (eat(q, L"Provider[") || eat(q, L"TimeCreated[")) { value = any_of(q); expect(q, L"]"); }
    else if (eat(q, L"@Name")) value = compare_text(q, q->fields->provider, FALSE);
    else if (eat(q, L"@SystemTime")) value = compare_text(q, q->fields->time, TRUE);
    else if (eat(q, L"EventID")) {
        const WCHAR *how = comparison(q);
        WCHAR *end;
        long wanted = wcstol(q->at, &end, 10);
        if (end == q->at) q->bad = TRUE;
        q->at = end;
        value = holds(how, q->fields->id < wanted ? -1 : q->fields->id > wanted);
    }
    else q->bad = TRUE;
    return value;
}

static BOOL all_of(QUERY *q)
{
    BOOL value = one_of(q);
    while (!q->bad && eat(q, L"and ")) value = one_of(q) && value;
    return value;
}

static BOOL any_of(QUERY *q)
{
    BOOL value = all_of(q);
    while (!q->bad && eat(q, L"or ")) value = all_of(q) || value;
    return value;
}

static BOOL selects(const WCHAR *query, const FIELDS *fields, BOOL *bad)
{
    QUERY q = { query, fields, FALSE };
    BOOL value = TRUE;
    if (!wcscmp(query, L"*")) return TRUE;
    if (expect(&q, L"*[System[")) { value = any_of(&q); expect(&q, L"]]"); }
    *bad = q.bad || *q.at;
    return value;
}

/* ---- reading ---- */
static const char *map_file(const WCHAR *path, DWORD *size)
{
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL), mapping;
    const char *view = NULL;
    if (file == INVALID_HANDLE_VALUE) return NULL;
    *size = GetFileSize(file, NULL);
    mapping = CreateFileMappingW(file, NULL, PAGE_READONLY, 0, 0, NULL);        /* none for an empty file */
    if (mapping) { view = MapViewOfFile(mapping, FILE_MAP_READ, 0, 0, 0); CloseHandle(mapping); }
    CloseHandle(file);
    if (view && *size >= sizeof MAGIC - 1 && !memcmp(view, MAGIC, sizeof MAGIC - 1)) return view;
    if (view) UnmapViewOfFile(view);
    SetLastError(ERROR_EVENTLOG_FILE_CORRUPT);
    return NULL;
}

static RESULTS *select_lines(const char *view, DWORD size, const WCHAR *query)
{
    RESULTS *results = calloc(1, sizeof *results);
    const char *at = view + sizeof MAGIC - 1, *end = view + size, *next;
    FIELDS nothing = { "", "", 0 };
    size_t room = 0;
    BOOL bad = FALSE;
    results->tag = RESULTS_TAG;
    results->view = view;
    selects(query, &nothing, &bad);                     /* refused also where there are no events */
    for (; at < end && !bad; at = next + 1) {
        LINE line = { at, 0 };
        FIELDS fields;
        next = memchr(at, '\n', end - at);
        if (!next) next = end;
        line.length = next - at;
        if (!line.length) continue;
        fields = fields_of(line);
        if (*at == '<' && !selects(query, &fields, &bad)) continue;
        if (results->count == room) results->lines = realloc(results->lines, (room = room * 2 + 64) * sizeof *results->lines);
        results->lines[results->count++] = line;
    }
    if (bad) { free(results->lines); free(results); UnmapViewOfFile(view); fail(ERROR_EVT_INVALID_QUERY); return NULL; }
    return results;
}

EVT_HANDLE WINAPI lab_EvtQuery(EVT_HANDLE session, const WCHAR *path, const WCHAR *query, DWORD flags)
{
    WCHAR file[MAX_PATH * 2];
    const char *view;
    RESULTS *results;
    DWORD size, error = knob(L"EvtQueryError");
    size_t i;
    if (error) { fail(error); return NULL; }
    if (!path) { fail(ERROR_INVALID_PARAMETER); return NULL; }
    swprintf(file, MAX_PATH * 2, flags & EvtQueryFilePath ? L"%ls" : L"C:\\lab\\eventlog\\%ls.evtx", path);
    if (!(view = map_file(file, &size))) {
        error = GetLastError();
        fail(!(flags & EvtQueryFilePath) && error != ERROR_EVENTLOG_FILE_CORRUPT ? ERROR_EVT_CHANNEL_NOT_FOUND : error);
        return NULL;
    }
    results = select_lines(view, size, query ? query : L"*");
    if (!results) return NULL;
    if (flags & EvtQueryReverseDirection) for (i = 0; i < results->count / 2; i++) {
        LINE line = results->lines[i];
        results->lines[i] = results->lines[results->count - 1 - i];
        results->lines[results->count - 1 - i] = line;
    }
    SetLastError(0);
    return results;
}

BOOL WINAPI lab_EvtNext(EVT_HANDLE handle, DWORD room, EVT_HANDLE *out, DWORD timeout, DWORD flags, DWORD *returned)
{
    RESULTS *results = handle;
    DWORD error = knob(L"EvtNextError"), n = 0;
    *returned = 0;
    if (!results || results->tag != RESULTS_TAG) return fail(ERROR_INVALID_HANDLE);
    if (error && results->at) return fail(error);       /* after the first events */
    for (; n < room && results->at < results->count; n++) {
        RECORD *record = calloc(1, sizeof *record);
        record->tag = RECORD_TAG;
        record->line = results->lines[results->at++];
        out[n] = record;
    }
    *returned = n;
    SetLastError(n ? 0 : ERROR_NO_MORE_ITEMS);
    return n > 0;
}

BOOL WINAPI lab_EvtRender(EVT_HANDLE context, EVT_HANDLE handle, DWORD flags, DWORD room, void *buffer, DWORD *used, DWORD *properties)
{
    RECORD *record = handle;
    int letters;
    if (!record || record->tag != RECORD_TAG) return fail(ERROR_INVALID_HANDLE);
    if (context || flags != EvtRenderEventXml) return fail(ERROR_CALL_NOT_IMPLEMENTED);
    if (record->line.start[0] != '<') return fail(ERROR_EVT_INVALID_EVENT_DATA);
    letters = MultiByteToWideChar(CP_UTF8, 0, record->line.start, record->line.length, NULL, 0);
    *used = (letters + 1) * sizeof(WCHAR);
    *properties = 0;
    if (room < *used) return fail(ERROR_INSUFFICIENT_BUFFER);
    MultiByteToWideChar(CP_UTF8, 0, record->line.start, record->line.length, buffer, letters);
    ((WCHAR *)buffer)[letters] = 0;
    SetLastError(0);
    return TRUE;
}

BOOL WINAPI lab_EvtClose(EVT_HANDLE handle)
{
    RESULTS *results = handle;
    if (!handle) return fail(ERROR_INVALID_HANDLE);
    if (results->tag == RESULTS_TAG) { UnmapViewOfFile(results->view); free(results->lines); }
    results->tag = 0;
    free(results);
    return TRUE;
}
