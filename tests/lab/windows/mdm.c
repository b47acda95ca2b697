/* Copyright (c) 2026 wincom.dcom contributors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt) */
/* mdm.exe: stands in for the Machine Debug Manager, a local COM server with an AppID.
 *   /regserver, /unregserver   writes, removes its classes and AppID
 *   -Embedding, or nothing     serves; with -Embedding it leaves when the last object is released
 *   /service                   runs as the Windows service "MDM"
 * Its own file name picks a fault of /regserver, for tests:
 *   mdm-fail.exe    exit code 3, registers nothing        mdm-hang.exe    never returns
 *   mdm-silent.exe  exit code 0, registers nothing        mdm-grumble.exe exit code 1, though it registered
 * Objects answer Ping() ("pong PID") and Pid. */
#define COBJMACROS
#include <windows.h>
#include <ole2.h>
#include <stdio.h>

#define CLASS L"{0C0A3666-30C9-11D0-8F20-00805F2CD064}"
#define APPID L"{9209B1A6-964A-11D0-9372-00A0C9034910}"
#define PROGID L"MDM.MachineDebugManager"
#define NAME L"Machine Debug Manager"
#define CLASSES L"SOFTWARE\\Classes\\"
static const CLSID class_id = { 0x0C0A3666, 0x30C9, 0x11D0, { 0x8F, 0x20, 0x00, 0x80, 0x5F, 0x2C, 0xD0, 0x64 } };

/* ---- registration ---- */
static const struct { const WCHAR *key, *name, *text; } registration[] = {     /* text NULL: the path of this file */
    { CLASSES L"AppID\\" APPID, NULL, NAME },
    { CLASSES L"AppID\\mdm.exe", L"AppID", APPID },
    { CLASSES L"CLSID\\" CLASS, NULL, NAME },
    { CLASSES L"CLSID\\" CLASS, L"AppID", APPID },
    { CLASSES L"CLSID\\" CLASS L"\\LocalServer32", NULL, NULL },
    { CLASSES L"CLSID\\" CLASS L"\\ProgID", NULL, PROGID L".1" },
    { CLASSES L"CLSID\\" CLASS L"\\VersionIndependentProgID", NULL, PROGID },
    { CLASSES PROGID L".1", NULL, NAME },
    { CLASSES PROGID L".1\\CLSID", NULL, CLASS },
    { CLASSES PROGID, NULL, NAME },
    { CLASSES PROGID L"\\CLSID", NULL, CLASS },
    { CLASSES PROGID L"\\CurVer", NULL, PROGID L".1" },
};
static const WCHAR *owned[] = { CLASSES L"AppID\\" APPID, CLASSES L"AppID\\mdm.exe", CLASSES L"CLSID\\" CLASS,
                                CLASSES PROGID, CLASSES PROGID L".1" };

static int register_server(const WCHAR *self)
{
    unsigned i;
    for (i = 0; i < ARRAYSIZE(registration); i++) {
        const WCHAR *text = registration[i].text ? registration[i].text : self;
        HKEY key;
        if (RegCreateKeyExW(HKEY_LOCAL_MACHINE, registration[i].key, 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL)) return 1;
        RegSetValueExW(key, registration[i].name, 0, REG_SZ, (BYTE *)text, (lstrlenW(text) + 1) * sizeof *text);
        RegCloseKey(key);
    }
    return 0;
}

static int unregister_server(void)
{
    unsigned i;
    for (i = 0; i < ARRAYSIZE(owned); i++) RegDeleteTreeW(HKEY_LOCAL_MACHINE, owned[i]);
    return 0;
}

static int register_or_misbehave(const WCHAR *self)
{
    if (wcsstr(self, L"mdm-fail")) return 3;
    if (wcsstr(self, L"mdm-silent")) return 0;
    if (wcsstr(self, L"mdm-hang")) Sleep(INFINITE);
    return register_server(self) || wcsstr(self, L"mdm-grumble") ? 1 : 0;
}

/* ---- the object ---- */
static LONG in_use;                             /* objects and locks */
static DWORD main_thread;
static BOOL leaves_when_idle;
typedef struct { IDispatch iface; LONG references; } OBJECT;

static void released(void)
{
    if (!InterlockedDecrement(&in_use) && leaves_when_idle) PostThreadMessageW(main_thread, WM_QUIT, 0, 0);
}
static HRESULT WINAPI object_query(IDispatch *self, REFIID id, void **out)
{
    if (!IsEqualIID(id, &IID_IUnknown) && !IsEqualIID(id, &IID_IDispatch)) { *out = NULL; return E_NOINTERFACE; }
    *out = self;
    IDispatch_AddRef(self);
    return S_OK;
}
static ULONG WINAPI object_addref(IDispatch *self) { return InterlockedIncrement(&((OBJECT *)self)->references); }
static ULONG WINAPI object_release(IDispatch *self)
{
    ULONG left = InterlockedDecrement(&((OBJECT *)self)->references);
    if (!left) { HeapFree(GetProcessHeap(), 0, self); released(); }
    return left;
}
static HRESULT WINAPI object_type_count(IDispatch *self, UINT *count) { *count = 0; return S_OK; }
static HRESULT WINAPI object_type(IDispatch *self, UINT index, LCID locale, ITypeInfo **out) { *out = NULL; return DISP_E_BADINDEX; }
static HRESULT WINAPI object_names(IDispatch *self, REFIID id, LPOLESTR *names, UINT count, LCID locale, DISPID *out)
{
    *out = !lstrcmpiW(*names, L"Ping") ? 1 : !lstrcmpiW(*names, L"Pid") ? 2 : DISPID_UNKNOWN;
    return *out == DISPID_UNKNOWN ? DISP_E_UNKNOWNNAME : S_OK;
}
static HRESULT WINAPI object_invoke(IDispatch *self, DISPID member, REFIID id, LCID locale, WORD flags, DISPPARAMS *arguments,
                                    VARIANT *out, EXCEPINFO *exception, UINT *bad_argument)
{
    WCHAR text[32];
    if (!out) return S_OK;
    VariantInit(out);
    if (member == 1) {
        wsprintfW(text, L"pong %u", GetCurrentProcessId());
        V_VT(out) = VT_BSTR;
        V_BSTR(out) = SysAllocString(text);
    } else {
        V_VT(out) = VT_I4;
        V_I4(out) = GetCurrentProcessId();
    }
    return S_OK;
}
static IDispatchVtbl object_methods = { object_query, object_addref, object_release, object_type_count, object_type,
                                        object_names, object_invoke };

/* ---- its factory ---- */
static HRESULT WINAPI factory_query(IClassFactory *self, REFIID id, void **out)
{
    *out = IsEqualIID(id, &IID_IUnknown) || IsEqualIID(id, &IID_IClassFactory) ? self : NULL;
    return *out ? S_OK : E_NOINTERFACE;
}
static ULONG WINAPI factory_addref(IClassFactory *self) { return 2; }          /* static: not counted */
static ULONG WINAPI factory_release(IClassFactory *self) { return 1; }
static HRESULT WINAPI factory_create(IClassFactory *self, IUnknown *outer, REFIID id, void **out)
{
    OBJECT *object;
    HRESULT result;
    if (outer) return CLASS_E_NOAGGREGATION;
    object = HeapAlloc(GetProcessHeap(), 0, sizeof *object);
    object->iface.lpVtbl = &object_methods;
    object->references = 1;
    InterlockedIncrement(&in_use);
    result = IDispatch_QueryInterface(&object->iface, id, out);
    IDispatch_Release(&object->iface);
    return result;
}
static HRESULT WINAPI factory_lock(IClassFactory *self, BOOL lock)
{
    if (lock) InterlockedIncrement(&in_use); else released();
    return S_OK;
}
static IClassFactoryVtbl factory_methods = { factory_query, factory_addref, factory_release, factory_create, factory_lock };
static IClassFactory factory = { &factory_methods };

static void have_it_watched(void)                /* see watch.c */
{
    STARTUPINFOW start = { sizeof start };
    PROCESS_INFORMATION watch;
    WCHAR line[64];
    wsprintfW(line, L"C:\\watch.exe %u", GetCurrentProcessId());
    CreateProcessW(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &start, &watch);
}

static int serve(void)
{
    DWORD cookie;
    MSG message;
    main_thread = GetCurrentThreadId();
    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    PeekMessageW(&message, NULL, 0, 0, PM_NOREMOVE);    /* makes the queue that released() posts to */
    have_it_watched();
    if (FAILED(CoRegisterClassObject(&class_id, (IUnknown *)&factory, CLSCTX_LOCAL_SERVER, REGCLS_MULTIPLEUSE, &cookie))) return 2;
    while (GetMessageW(&message, NULL, 0, 0) > 0) DispatchMessageW(&message);
    CoRevokeClassObject(cookie);
    CoUninitialize();
    return 0;
}

/* ---- as a service ---- */
static SERVICE_STATUS_HANDLE service;

static void report(DWORD state)
{
    SERVICE_STATUS status = { SERVICE_WIN32_OWN_PROCESS, state, state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP : 0 };
    SetServiceStatus(service, &status);
}
static void WINAPI control(DWORD code)
{
    if (code == SERVICE_CONTROL_STOP) { report(SERVICE_STOP_PENDING); PostThreadMessageW(main_thread, WM_QUIT, 0, 0); }
}
static void WINAPI service_main(DWORD count, WCHAR **arguments)
{
    service = RegisterServiceCtrlHandlerW(L"MDM", control);
    report(SERVICE_RUNNING);
    serve();
    report(SERVICE_STOPPED);
}

int WINAPI wWinMain(HINSTANCE instance, HINSTANCE previous, WCHAR *line, int show)
{
    static const SERVICE_TABLE_ENTRYW table[] = { { (WCHAR *)L"MDM", service_main }, { NULL, NULL } };
    WCHAR self[MAX_PATH];
    GetModuleFileNameW(NULL, self, MAX_PATH);
    CharLowerW(line);
    if (wcsstr(line, L"unregserver")) return unregister_server();
    if (wcsstr(line, L"regserver")) return register_or_misbehave(self);
    if (wcsstr(line, L"service")) return !StartServiceCtrlDispatcherW(table);
    leaves_when_idle = wcsstr(line, L"embedding") != NULL;
    return serve();
}
