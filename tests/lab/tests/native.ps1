# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# The Windows calls that the tests of the doubles make.
Add-Type -TypeDefinition @'
using System; using System.Runtime.InteropServices; using System.Security.Principal; using System.Text;
public static class Native {
  const string Dll = "advapi32.dll";
  [StructLayout(LayoutKind.Sequential)] public struct Text { public ushort Length, Maximum; public IntPtr Buffer; }
  [StructLayout(LayoutKind.Sequential)] struct Attributes { public int Length; public IntPtr A, B; public int C; public IntPtr D, E; }
  [StructLayout(LayoutKind.Sequential, Pack = 4)] struct Privilege { public int Count; public long Luid; public int Attributes; }
  [DllImport(Dll)] static extern uint LsaOpenPolicy(IntPtr system, ref Attributes a, uint access, out IntPtr policy);
  [DllImport(Dll)] static extern uint LsaClose(IntPtr policy);
  [DllImport(Dll)] static extern uint LsaFreeMemory(IntPtr memory);
  [DllImport(Dll)] static extern uint LsaStorePrivateData(IntPtr policy, ref Text name, ref Text data);
  [DllImport(Dll, EntryPoint = "LsaStorePrivateData")] static extern uint LsaDeletePrivateData(IntPtr policy, ref Text name, IntPtr none);
  [DllImport(Dll)] static extern uint LsaRetrievePrivateData(IntPtr policy, ref Text name, out IntPtr data);
  [DllImport(Dll)] static extern uint LsaAddAccountRights(IntPtr policy, byte[] sid, Text[] rights, uint count);
  [DllImport(Dll)] static extern uint LsaRemoveAccountRights(IntPtr policy, byte[] sid, [MarshalAs(UnmanagedType.U1)] bool all, Text[] rights, uint count);
  [DllImport(Dll)] static extern uint LsaEnumerateAccountRights(IntPtr policy, byte[] sid, out IntPtr rights, out uint count);
  [DllImport(Dll, CharSet = CharSet.Unicode, SetLastError = true)] static extern bool LogonUserW(string user, string domain, string password, int type, int provider, out IntPtr token);
  [DllImport(Dll, CharSet = CharSet.Unicode, SetLastError = true)] static extern bool LookupAccountNameW(string system, string name, byte[] sid, ref int sidSize, StringBuilder domain, ref int domainSize, out int use);
  [DllImport(Dll, CharSet = CharSet.Unicode, SetLastError = true)] static extern bool LookupAccountSidW(string system, byte[] sid, StringBuilder name, ref int nameSize, StringBuilder domain, ref int domainSize, out int use);
  [DllImport(Dll, CharSet = CharSet.Unicode)] static extern int RegCreateKeyExW(IntPtr root, string path, int reserved, string type, uint options, uint access, IntPtr security, out IntPtr key, out uint disposition);
  [DllImport(Dll, CharSet = CharSet.Unicode)] static extern int RegSetValueExW(IntPtr key, string name, int reserved, uint type, string data, int size);
  [DllImport(Dll)] static extern int RegCloseKey(IntPtr key);
  [DllImport(Dll, SetLastError = true)] static extern bool OpenProcessToken(IntPtr process, uint access, out IntPtr token);
  [DllImport(Dll, CharSet = CharSet.Unicode, SetLastError = true)] static extern bool LookupPrivilegeValueW(string system, string name, out long luid);
  [DllImport(Dll, SetLastError = true)] static extern bool AdjustTokenPrivileges(IntPtr token, bool all, ref Privilege change, int size, IntPtr old, IntPtr oldSize);
  [DllImport("kernel32.dll")] static extern IntPtr GetCurrentProcess();
  [DllImport("ole32.dll")] static extern int CoGetSystemSecurityPermissions(int kind, out IntPtr sd);
  [DllImport(Dll)] static extern int GetSecurityDescriptorLength(IntPtr sd);

  static Text Make(string s, bool countNul) {
    Text t = new Text(); t.Buffer = Marshal.StringToHGlobalUni(s);
    t.Length = (ushort)(s.Length * 2 + (countNul ? 2 : 0)); t.Maximum = (ushort)(s.Length * 2 + 2); return t;
  }
  static IntPtr Open(uint access) {
    Attributes a = new Attributes(); IntPtr policy; LsaOpenPolicy(IntPtr.Zero, ref a, access, out policy); return policy;
  }
  static byte[] Bytes(string sid) {
    SecurityIdentifier s = new SecurityIdentifier(sid); byte[] b = new byte[s.BinaryLength]; s.GetBinaryForm(b, 0); return b;
  }
  public static string Store(string name, string data, uint access) {
    IntPtr policy = Open(access); Text n = Make(name, true); uint status;
    if (data == null) status = LsaDeletePrivateData(policy, ref n, IntPtr.Zero);
    else { Text d = Make(data, false); status = LsaStorePrivateData(policy, ref n, ref d); }
    LsaClose(policy); return status.ToString("X8");
  }
  public static string Retrieve(string name, bool countNul, uint access) {
    IntPtr policy = Open(access), data; Text n = Make(name, countNul);
    uint status = LsaRetrievePrivateData(policy, ref n, out data); LsaClose(policy);
    if (status != 0) return status.ToString("X8");
    Text t = (Text)Marshal.PtrToStructure(data, typeof(Text));
    string s = Marshal.PtrToStringUni(t.Buffer, t.Length / 2); LsaFreeMemory(data); return s;
  }
  public static string AddRight(string sid, string right, uint access) {
    IntPtr policy = Open(access); uint status = LsaAddAccountRights(policy, Bytes(sid), new Text[] { Make(right, false) }, 1);
    LsaClose(policy); return status.ToString("X8");
  }
  public static string RemoveRight(string sid, string right) {
    IntPtr policy = Open(0x800); uint status = LsaRemoveAccountRights(policy, Bytes(sid), false, new Text[] { Make(right, false) }, 1);
    LsaClose(policy); return status.ToString("X8");
  }
  public static string Rights(string sid) {
    IntPtr policy = Open(0x800), list; uint count; uint status = LsaEnumerateAccountRights(policy, Bytes(sid), out list, out count);
    LsaClose(policy); if (status != 0) return status.ToString("X8");
    string all = "";
    for (int i = 0; i < count; i++) {
      Text t = (Text)Marshal.PtrToStructure(new IntPtr(list.ToInt64() + i * 16), typeof(Text));
      all += (i > 0 ? "," : "") + Marshal.PtrToStringUni(t.Buffer, t.Length / 2);
    }
    LsaFreeMemory(list); return all;
  }
  public static int Logon(string user, string domain, string password, int type) {
    IntPtr token; return LogonUserW(user, domain, password, type, 0, out token) ? 0 : Marshal.GetLastWin32Error();
  }
  public static string FromName(string name) {
    byte[] sid = new byte[68]; int size = 68, chars = 256, use; StringBuilder domain = new StringBuilder(256);
    if (!LookupAccountNameW(null, name, sid, ref size, domain, ref chars, out use)) return "error " + Marshal.GetLastWin32Error();
    return new SecurityIdentifier(sid, 0).Value + " " + domain + " " + use;
  }
  public static string FromSid(string sid) {
    int size = 256, chars = 256, use; StringBuilder name = new StringBuilder(256), domain = new StringBuilder(256);
    if (!LookupAccountSidW(null, Bytes(sid), name, ref size, domain, ref chars, out use)) return "error " + Marshal.GetLastWin32Error();
    return domain + "\\" + name + " " + use;
  }
  public static void Enable(string privilege, bool on) {
    IntPtr token; Privilege p = new Privilege(); p.Count = 1; p.Attributes = on ? 2 : 0;
    OpenProcessToken(GetCurrentProcess(), 0x28, out token); LookupPrivilegeValueW(null, privilege, out p.Luid);
    AdjustTokenPrivileges(token, false, ref p, 0, IntPtr.Zero, IntPtr.Zero);
  }
  public static string Write(string path, string value, string data, uint options) {
    IntPtr key; uint disposition;
    int error = RegCreateKeyExW(new IntPtr(unchecked((int)0x80000002)), path, 0, null, options, 0x2001F, IntPtr.Zero, out key, out disposition);
    if (error != 0) return "open " + error;
    error = RegSetValueExW(key, value, 0, 1, data, data.Length * 2 + 2); RegCloseKey(key); return "set " + error;
  }
  public static string Permissions(int kind) {
    IntPtr sd; int result = CoGetSystemSecurityPermissions(kind, out sd);
    if (result != 0) return result.ToString("X8");
    byte[] bytes = new byte[GetSecurityDescriptorLength(sd)]; Marshal.Copy(sd, bytes, 0, bytes.Length);
    Marshal.FreeHGlobal(sd); return BitConverter.ToString(bytes).Replace("-", "").ToLower();
  }
}
'@
Add-Type -TypeDefinition @'
using System; using System.Runtime.InteropServices; using System.Collections.Generic;
public static class Log {
  const string Dll = "wevtapi.dll";
  [DllImport(Dll, CharSet = CharSet.Unicode, SetLastError = true)] static extern IntPtr EvtQuery(IntPtr session, string path, string query, int flags);
  [DllImport(Dll, SetLastError = true)] static extern bool EvtNext(IntPtr results, int room, [Out] IntPtr[] events, int timeout, int flags, out int returned);
  [DllImport(Dll, SetLastError = true)] static extern bool EvtRender(IntPtr context, IntPtr e, int flags, int size, IntPtr buffer, out int used, out int properties);
  [DllImport(Dll)] static extern bool EvtClose(IntPtr handle);
  // The XML of each event, or error codes; flags as EvtQuery has them.
  public static string[] Read(string path, string query, int flags) {
    List<string> found = new List<string>(); IntPtr[] one = new IntPtr[2]; int n, used, properties;
    IntPtr results = EvtQuery(IntPtr.Zero, path, query, flags), buffer = Marshal.AllocHGlobal(8192);
    if (results == IntPtr.Zero) return new string[] { "query " + Marshal.GetLastWin32Error() };
    while (EvtNext(results, 2, one, -1, 0, out n))
      for (int i = 0; i < n; i++) {
        bool small = EvtRender(IntPtr.Zero, one[i], 1, 0, IntPtr.Zero, out used, out properties);
        if (small || Marshal.GetLastWin32Error() == 122) {
          found.Add(EvtRender(IntPtr.Zero, one[i], 1, used, buffer, out used, out properties) ? Marshal.PtrToStringUni(buffer) : "render");
        } else found.Add("render " + Marshal.GetLastWin32Error());
        EvtClose(one[i]);
      }
    found.Add("next " + Marshal.GetLastWin32Error()); EvtClose(results); Marshal.FreeHGlobal(buffer);
    return found.ToArray();
  }
}
'@
