// Copyright (c) 2026 wincom.dcom contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

// What Windows offers to native callers only. C# 5. Failures are Win32Exception, so that callers can tell "no such account"
// (1332) from "could not ask" (1722, 1355, 1789).

using Microsoft.Win32;
using Microsoft.Win32.SafeHandles;
using System;
using System.Collections;
using System.Collections.Generic;
using System.ComponentModel;
using System.IO;
using System.Runtime.InteropServices;
using System.Security.Principal;
using System.Text;

namespace ansible_collections.wincom.dcom.plugins.module_utils._Windows
{
// Data of a host as it can travel over every connection: half of a surrogate pair, U+FFFE and U+FFFF can not, and become U+FFFD.
public static class Portable
{
    // What came through a pipeline of PowerShell is wrapped.
    static object Unwrap(object data)
    {
        if (data == null || data.GetType().FullName != "System.Management.Automation.PSObject")
            return data;
        // What an expression without a result leaves behind, is nothing.
        Type nothing = data.GetType().Assembly.GetType("System.Management.Automation.Internal.AutomationNull");
        if (ReferenceEquals(data, nothing.GetProperty("Value").GetValue(null, null)))
            return null;
        return data.GetType().GetProperty("BaseObject").GetValue(data, null);
    }

    // Tables with texts for keys, lists and texts are copied; all else is taken over.
    public static object Copy(object data)
    {
        data = Unwrap(data);
        string text = data as string;
        if (text != null)
            return Encoding.Unicode.GetString(Encoding.Unicode.GetBytes(text)).Replace('\uFFFE', '\uFFFD').Replace('\uFFFF', '\uFFFD');
        IDictionary table = data as IDictionary;
        if (table != null)
        {
            Hashtable copy = new Hashtable(StringComparer.Ordinal);
            foreach (DictionaryEntry entry in table)
                copy[Copy(entry.Key)] = Copy(entry.Value);
            return copy;
        }
        IList list = data as IList;
        if (list == null)
            return data;
        List<object> items = new List<object>();
        foreach (object item in list)
            items.Add(Copy(item));
        return items;
    }
}

// A registry value as stored: type number and raw bytes, so that undoing is exact.
public class RegistryValue
{
    public int Type;
    public byte[] Data;

    [DllImport("advapi32", CharSet = CharSet.Unicode)]
    static extern int RegQueryValueExW(SafeRegistryHandle key, string name, IntPtr reserved, out int type, byte[] data, ref int size);
    [DllImport("advapi32", CharSet = CharSet.Unicode)]
    static extern int RegSetValueExW(SafeRegistryHandle key, string name, int reserved, int type, byte[] data, int size);
    [DllImport("advapi32", CharSet = CharSet.Unicode)]
    static extern int RegDeleteValueW(SafeRegistryHandle key, string name);
    [DllImport("advapi32")]
    static extern int RegQueryInfoKeyW(SafeRegistryHandle key, IntPtr cls, IntPtr clsSize, IntPtr reserved, IntPtr keys, IntPtr maxKey,
        IntPtr maxClass, IntPtr values, IntPtr maxName, IntPtr maxData, IntPtr descriptor, out long lastWrite);

    public RegistryValue(int type, byte[] data)
    {
        Type = type;
        Data = data;
    }

    // The text of a REG_SZ or REG_EXPAND_SZ value, null for another type. Windows reads it up to the first NUL.
    public string Text
    {
        get { return Type == 1 || Type == 2 ? System.Text.Encoding.Unicode.GetString(Data).Split('\0')[0] : null; }
    }

    // Whether the bytes are whole characters that can travel. Where they are not, no text that arrives means them.
    public bool IsText
    {
        get
        {
            try { return new UnicodeEncoding(false, false, true).GetString(Data).IndexOfAny(new[] { '\uFFFE', '\uFFFF' }) < 0; }
            catch (ArgumentException) { return false; }
        }
    }

    static void Check(int error)
    {
        if (error != 0)
            throw new Win32Exception(error);
    }

    // Null where there is no such value.
    public static RegistryValue Read(SafeRegistryHandle key, string name)
    {
        int type, size = 1024, error;
        byte[] data;
        do
        {
            data = new byte[size];
            error = RegQueryValueExW(key, name, IntPtr.Zero, out type, data, ref size);
        } while (error == 234); // ERROR_MORE_DATA
        if (error == 2)
            return null;
        Check(error);
        Array.Resize(ref data, size);
        return new RegistryValue(type, data);
    }

    // All values of a key of HKEY_LOCAL_MACHINE, by name; none where there is no such key.
    public static IDictionary<string, RegistryValue> ReadAll(string path)
    {
        Dictionary<string, RegistryValue> values = new Dictionary<string, RegistryValue>(StringComparer.OrdinalIgnoreCase);
        using (RegistryKey root = RegistryKey.OpenBaseKey(RegistryHive.LocalMachine, RegistryView.Registry64))
        using (RegistryKey key = root.OpenSubKey(path))
        {
            if (key != null)
                foreach (string name in key.GetValueNames())
                    values[name] = Read(key.Handle, name);
        }
        return values;
    }

    // A null value deletes. RegistryKey.DeleteValue drops the error code.
    public static void Write(SafeRegistryHandle key, string name, RegistryValue value)
    {
        if (value != null)
            Check(RegSetValueExW(key, name, 0, value.Type, value.Data, value.Data.Length));
        else if (Read(key, name) != null)
            Check(RegDeleteValueW(key, name));
    }

    // When the key was last written, UTC.
    public static DateTime LastWrite(SafeRegistryHandle key)
    {
        IntPtr no = IntPtr.Zero;
        long time;
        Check(RegQueryInfoKeyW(key, no, no, no, no, no, no, no, no, no, no, out time));
        return DateTime.FromFileTimeUtc(time);
    }
}

// A class, or a key below Classes\AppID: an AppID with its name, or an executable whose AppId is the one it is mapped to.
public class ComKey
{
    public string Key, Name, AppId, RunAs, LocalServer, ServerExecutable;

    [DllImport("advapi32", CharSet = CharSet.Unicode)]
    static extern int RegGetValueW(SafeRegistryHandle parent, string key, string name, int flags, out int type, [Out] char[] data, ref int size);

    const int Texts = 0x10000006; // RRF_RT_REG_SZ, RRF_RT_REG_EXPAND_SZ, RRF_NOEXPAND: expanded, the size that is told need not be enough
    const int Longest = 1 << 20; // characters: a value may have any length
    static char[] room = new char[1024];

    // The text of a value, null where there is none, it is no text, or the key hides it.
    static string Text(SafeRegistryHandle parent, string key, string name)
    {
        while (true)
        {
            int type, size = room.Length * 2;
            int error = RegGetValueW(parent, key, name, Texts, out type, room, ref size);
            if (error == 0)
            {
                string text = new string(room, 0, size / 2).Split('\0')[0];
                return type == 2 ? Environment.ExpandEnvironmentVariables(text) : text; // REG_EXPAND_SZ
            }
            if (error != 234 || room.Length >= Longest) // ERROR_MORE_DATA
                return null;
            room = new char[Math.Max(size, room.Length * 2)]; // another may write a longer one meanwhile
        }
    }

    // The keys below a key, in compiled code because a host has thousands; with AppIDs, only those that name one of them.
    static void Read(string path, RegistryView view, ICollection<string> appIds, IDictionary<string, ComKey> found)
    {
        using (RegistryKey root = RegistryKey.OpenBaseKey(RegistryHive.LocalMachine, view))
        using (RegistryKey all = root.OpenSubKey(@"SOFTWARE\Classes\" + path))
        {
            if (all == null)
                return;
            foreach (string name in all.GetSubKeyNames())
            {
                ComKey entry = new ComKey();
                entry.Key = name;
                entry.AppId = Text(all.Handle, name, "AppID");
                if (appIds != null && (entry.AppId == null || !appIds.Contains(entry.AppId)))
                    continue;
                entry.Name = Text(all.Handle, name, "");
                if (appIds == null)
                    entry.RunAs = Text(all.Handle, name, "RunAs");
                else
                {
                    entry.LocalServer = Text(all.Handle, name + @"\LocalServer32", "");
                    entry.ServerExecutable = Text(all.Handle, name + @"\LocalServer32", "ServerExecutable");
                }
                found[name] = entry;
            }
        }
    }

    // All keys below Classes\AppID, which both views share, by name.
    public static IDictionary<string, ComKey> AppIds()
    {
        SortedDictionary<string, ComKey> found = new SortedDictionary<string, ComKey>(StringComparer.OrdinalIgnoreCase);
        Read("AppID", RegistryView.Registry64, null, found);
        return found;
    }

    // The classes of these AppIDs in both views, by CLSID; what the 64-bit view says of a class wins.
    public static IDictionary<string, ComKey> ClassesOf(string[] appIds)
    {
        HashSet<string> wanted = new HashSet<string>(appIds, StringComparer.OrdinalIgnoreCase);
        SortedDictionary<string, ComKey> found = new SortedDictionary<string, ComKey>(StringComparer.OrdinalIgnoreCase);
        Read("CLSID", RegistryView.Registry32, wanted, found);
        Read("CLSID", RegistryView.Registry64, wanted, found);
        return found;
    }
}

// Who a name or a SID is. Use is SID_NAME_USE: 1 user, 2 group, 4 alias, 5 well-known, 9 computer.
public class Account
{
    public string Sid, Name, Domain;
    public int Use;

    [DllImport("advapi32", CharSet = CharSet.Unicode, SetLastError = true)]
    static extern bool LookupAccountNameW(string system, string name, byte[] sid, ref int size, StringBuilder domain, ref int domainSize, out int use);
    [DllImport("advapi32", CharSet = CharSet.Unicode, SetLastError = true)]
    static extern bool LookupAccountSidW(string system, byte[] sid, StringBuilder name, ref int size, StringBuilder domain, ref int domainSize, out int use);

    [DllImport("netapi32", CharSet = CharSet.Unicode)]
    static extern int NetUserGetLocalGroups(string server, string user, int level, int flags, out IntPtr buffer, int size, out int read, out int total);
    [DllImport("netapi32")]
    static extern int NetApiBufferFree(IntPtr buffer);

    // The local groups that a user is in, directly or through other groups, by name.
    public static List<string> LocalGroups(string user)
    {
        IntPtr buffer;
        int read, total;
        int error = NetUserGetLocalGroups(null, user, 0, 1, out buffer, -1, out read, out total); // LG_INCLUDE_INDIRECT
        if (error != 0)
            throw new Win32Exception(error);
        List<string> groups = new List<string>();
        for (int i = 0; i < read; i++)
            groups.Add(Marshal.PtrToStringUni(Marshal.ReadIntPtr(buffer, i * IntPtr.Size)));
        NetApiBufferFree(buffer);
        return groups;
    }

    public static Account Find(SecurityIdentifier sid)
    {
        return Find(null, sid);
    }

    public static Account Find(string name)
    {
        return Find(name, null);
    }

    static Account Find(string asked, SecurityIdentifier identifier)
    {
        byte[] sid = new byte[68]; // SECURITY_MAX_SID_SIZE
        int sidSize = 68, nameSize = 1024, domainSize = 1024;
        StringBuilder name = new StringBuilder(nameSize), domain = new StringBuilder(domainSize);
        Account found = new Account();
        bool ok;
        if (identifier != null)
        {
            identifier.GetBinaryForm(sid, 0);
            ok = LookupAccountSidW(null, sid, name, ref nameSize, domain, ref domainSize, out found.Use);
        }
        else
        {
            name.Append(asked.Substring(asked.IndexOf('\\') + 1));
            ok = LookupAccountNameW(null, asked, sid, ref sidSize, domain, ref domainSize, out found.Use);
        }
        if (!ok)
            throw new Win32Exception(Marshal.GetLastWin32Error());
        found.Sid = new SecurityIdentifier(sid, 0).Value;
        found.Name = name.ToString();
        found.Domain = domain.ToString();
        return found;
    }
}

public static class Lsa
{
    [StructLayout(LayoutKind.Sequential)]
    struct UnicodeString
    {
        public ushort Length, MaximumLength;
        public IntPtr Buffer;

        public UnicodeString(byte[] text, int length)
        {
            Length = (ushort)length;
            MaximumLength = (ushort)text.Length;
            Buffer = Marshal.AllocHGlobal(text.Length);
            Marshal.Copy(text, 0, Buffer, text.Length);
        }

        public byte[] Bytes()
        {
            byte[] bytes = new byte[Length];
            Marshal.Copy(Buffer, bytes, 0, Length);
            return bytes;
        }

        public void Free()
        {
            for (int i = 0; i < MaximumLength; i++)
                Marshal.WriteByte(Buffer, i, 0); // it may have held a password
            Marshal.FreeHGlobal(Buffer);
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    struct ObjectAttributes
    {
        public int Length;
        public IntPtr RootDirectory, ObjectName;
        public int Attributes;
        public IntPtr SecurityDescriptor, SecurityQualityOfService;
    }

    [DllImport("advapi32")]
    static extern uint LsaOpenPolicy(IntPtr system, ref ObjectAttributes attributes, uint access, out IntPtr policy);
    [DllImport("advapi32")]
    static extern uint LsaQueryInformationPolicy(IntPtr policy, int what, out IntPtr buffer);
    [DllImport("advapi32")]
    static extern uint LsaRetrievePrivateData(IntPtr policy, ref UnicodeString name, out IntPtr data);
    [DllImport("advapi32")]
    static extern uint LsaStorePrivateData(IntPtr policy, ref UnicodeString name, IntPtr data);
    [DllImport("advapi32")]
    static extern uint LsaEnumerateAccountRights(IntPtr policy, byte[] sid, out IntPtr rights, out int count);
    [DllImport("advapi32")]
    static extern uint LsaAddAccountRights(IntPtr policy, byte[] sid, ref UnicodeString right, int count);
    [DllImport("advapi32")]
    static extern uint LsaRemoveAccountRights(IntPtr policy, byte[] sid, byte all, ref UnicodeString right, int count);
    [DllImport("advapi32")]
    static extern uint LsaFreeMemory(IntPtr buffer);
    [DllImport("advapi32")]
    static extern uint LsaClose(IntPtr policy);
    [DllImport("advapi32")]
    static extern int LsaNtStatusToWinError(uint status);
    [DllImport("advapi32", CharSet = CharSet.Unicode, SetLastError = true)]
    static extern bool LogonUserW(string user, string domain, string password, int type, int provider, out IntPtr token);
    [DllImport("kernel32")]
    static extern bool CloseHandle(IntPtr handle);

    const uint NotFound = 0xC0000034; // STATUS_OBJECT_NAME_NOT_FOUND

    // Runs a call with a policy handle; NotFound is an answer, other failures are errors.
    static uint With(uint access, Func<IntPtr, uint> call)
    {
        ObjectAttributes attributes = new ObjectAttributes();
        attributes.Length = Marshal.SizeOf(attributes);
        IntPtr policy;
        uint status = LsaOpenPolicy(IntPtr.Zero, ref attributes, access, out policy);
        if (status == 0)
        {
            status = call(policy);
            LsaClose(policy);
        }
        if (status != 0 && status != NotFound)
            throw new Win32Exception(LsaNtStatusToWinError(status));
        return status;
    }

    // With its terminating NUL, which COM counts as part of a secret's name (KB 259615).
    static byte[] Text(string text)
    {
        return Encoding.Unicode.GetBytes(text + "\0");
    }

    // The NetBIOS name of the domain that this computer belongs to; null in a workgroup.
    public static string PrimaryDomain()
    {
        IntPtr buffer = IntPtr.Zero;
        With(1, delegate(IntPtr policy) { return LsaQueryInformationPolicy(policy, 3, out buffer); }); // PolicyPrimaryDomainInformation
        UnicodeString name = (UnicodeString)Marshal.PtrToStructure(buffer, typeof(UnicodeString));
        bool joined = Marshal.ReadIntPtr(buffer, Marshal.SizeOf(name)) != IntPtr.Zero; // the SID of the domain
        string domain = joined ? Encoding.Unicode.GetString(name.Bytes()) : null;
        LsaFreeMemory(buffer);
        return domain;
    }

    // The bytes of a secret, null where there is none.
    public static byte[] ReadSecret(string name)
    {
        byte[] text = Text(name);
        UnicodeString key = new UnicodeString(text, text.Length);
        IntPtr data = IntPtr.Zero;
        byte[] secret = null;
        try
        {
            if (With(4, delegate(IntPtr policy) { return LsaRetrievePrivateData(policy, ref key, out data); }) == 0 && data != IntPtr.Zero)
                secret = ((UnicodeString)Marshal.PtrToStructure(data, typeof(UnicodeString))).Bytes();
        }
        finally { key.Free(); }
        if (data != IntPtr.Zero)
            LsaFreeMemory(data);
        return secret;
    }

    // Null deletes; deleting what is not there is fine.
    public static void WriteSecret(string name, byte[] secret)
    {
        byte[] text = Text(name);
        UnicodeString key = new UnicodeString(text, text.Length), value = new UnicodeString(secret ?? new byte[2], secret == null ? 0 : secret.Length);
        IntPtr data = Marshal.AllocHGlobal(Marshal.SizeOf(value));
        Marshal.StructureToPtr(value, data, false);
        try { With(0x20, delegate(IntPtr policy) { return LsaStorePrivateData(policy, ref key, secret == null ? IntPtr.Zero : data); }); }
        finally
        {
            Marshal.FreeHGlobal(data);
            key.Free();
            value.Free();
        }
    }

    static byte[] Binary(SecurityIdentifier sid)
    {
        byte[] bytes = new byte[sid.BinaryLength];
        sid.GetBinaryForm(bytes, 0);
        return bytes;
    }

    // The rights granted to the account itself; those it has through groups are not among them.
    public static List<string> Rights(SecurityIdentifier sid)
    {
        IntPtr buffer = IntPtr.Zero;
        int count = 0;
        With(0x800, delegate(IntPtr policy) { return LsaEnumerateAccountRights(policy, Binary(sid), out buffer, out count); });
        List<string> rights = new List<string>();
        for (int i = 0; i < count; i++)
        {
            IntPtr entry = new IntPtr(buffer.ToInt64() + i * Marshal.SizeOf(typeof(UnicodeString)));
            rights.Add(Encoding.Unicode.GetString(((UnicodeString)Marshal.PtrToStructure(entry, typeof(UnicodeString))).Bytes()));
        }
        if (buffer != IntPtr.Zero)
            LsaFreeMemory(buffer);
        return rights;
    }

    public static void SetRight(SecurityIdentifier sid, string right, bool granted)
    {
        byte[] text = Text(right);
        UnicodeString name = new UnicodeString(text, text.Length - 2);
        try
        {
            With(0x810, delegate(IntPtr policy) {
                return granted ? LsaAddAccountRights(policy, Binary(sid), ref name, 1) : LsaRemoveAccountRights(policy, Binary(sid), 0, ref name, 1);
            });
        }
        finally { name.Free(); }
    }

    // One attempt to log on as COM will (a batch logon); the Win32 error, 0 where it works. A failure counts towards a lockout.
    public static int TryLogon(string domain, string user, string password)
    {
        IntPtr token;
        if (!LogonUserW(user, domain, password, 4, 0, out token))
            return Marshal.GetLastWin32Error();
        CloseHandle(token);
        return 0;
    }
}

// Keys that administrators may not write, opened as a restore program does: owner and access list stay as they are.
public static class BackupKey
{
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    struct TokenPrivilege
    {
        public int Count;
        public long Luid;
        public int Attributes;
    }

    [DllImport("advapi32", CharSet = CharSet.Unicode)]
    static extern int RegCreateKeyExW(SafeRegistryHandle parent, string name, int reserved, string cls, int options, int access, IntPtr security,
        out SafeRegistryHandle key, out int disposition);
    [DllImport("advapi32", CharSet = CharSet.Unicode)]
    static extern int RegDeleteKeyExW(SafeRegistryHandle parent, string name, int view, int reserved);
    [DllImport("advapi32", SetLastError = true)]
    static extern bool OpenProcessToken(IntPtr process, int access, out IntPtr token);
    [DllImport("advapi32", CharSet = CharSet.Unicode, SetLastError = true)]
    static extern bool LookupPrivilegeValueW(string system, string name, out long luid);
    [DllImport("advapi32", SetLastError = true)]
    static extern bool AdjustTokenPrivileges(IntPtr token, bool disableAll, ref TokenPrivilege wanted, int size, ref TokenPrivilege former, out int needed);
    [DllImport("kernel32")]
    static extern IntPtr GetCurrentProcess();
    [DllImport("kernel32")]
    static extern bool CloseHandle(IntPtr handle);

    // Turns a privilege of this process on; returns what it was, to be turned back.
    static TokenPrivilege Adjust(string name, TokenPrivilege? back)
    {
        IntPtr token;
        if (!OpenProcessToken(GetCurrentProcess(), 0x28, out token)) // TOKEN_ADJUST_PRIVILEGES, TOKEN_QUERY
            throw new Win32Exception(Marshal.GetLastWin32Error());
        TokenPrivilege wanted = back ?? new TokenPrivilege { Count = 1, Attributes = 2 }, former = new TokenPrivilege();
        int needed, error = 0;
        if (back == null && !LookupPrivilegeValueW(null, name, out wanted.Luid) ||
            !AdjustTokenPrivileges(token, false, ref wanted, Marshal.SizeOf(former), ref former, out needed))
            error = Marshal.GetLastWin32Error();
        else if (Marshal.GetLastWin32Error() == 1300) // ERROR_NOT_ALL_ASSIGNED
            error = 1300;
        CloseHandle(token);
        if (error == 1300)
            throw new Win32Exception(1314, "the token lacks " + name); // ERROR_PRIVILEGE_NOT_HELD
        if (error != 0)
            throw new Win32Exception(error);
        return former;
    }

    // A key below HKEY_LOCAL_MACHINE, which must exist: the option creates missing keys, so what it created is taken back.
    public static RegistryKey Open(string path)
    {
        TokenPrivilege backup = Adjust("SeBackupPrivilege", null), restore;
        try { restore = Adjust("SeRestorePrivilege", null); }
        catch
        {
            if (backup.Count > 0)
                Adjust(null, backup);
            throw;
        }
        try
        {
            using (RegistryKey root = RegistryKey.OpenBaseKey(RegistryHive.LocalMachine, RegistryView.Registry64))
            {
                SafeRegistryHandle key;
                int disposition;
                int error = RegCreateKeyExW(root.Handle, path, 0, null, 4, 0, IntPtr.Zero, out key, out disposition); // REG_OPTION_BACKUP_RESTORE
                if (error != 0)
                    throw new Win32Exception(error);
                if (disposition == 2) // REG_OPENED_EXISTING_KEY
                    return RegistryKey.FromHandle(key, RegistryView.Registry64);
                key.Dispose();
                RegDeleteKeyExW(root.Handle, path, 0x100, 0);
                throw new Win32Exception(2);
            }
        }
        finally
        {
            if (restore.Count > 0)
                Adjust(null, restore);
            if (backup.Count > 0)
                Adjust(null, backup);
        }
    }
}

// A running process; Started is UTC.
public class Server
{
    public int Id;
    public string Image;
    public DateTime Started;

    [StructLayout(LayoutKind.Sequential)]
    struct ServiceStatus
    {
        public int Type, State, Controls, ExitCode, SpecificExitCode, CheckPoint, WaitHint, ProcessId, Flags;
    }

    [DllImport("kernel32")]
    static extern IntPtr OpenProcess(int access, bool inherit, int id);
    [DllImport("kernel32", CharSet = CharSet.Unicode)]
    static extern bool QueryFullProcessImageNameW(IntPtr process, int flags, StringBuilder name, ref int size);
    [DllImport("kernel32")]
    static extern bool GetProcessTimes(IntPtr process, out long created, out long ended, out long kernel, out long user);
    [DllImport("kernel32")]
    static extern bool CloseHandle(IntPtr handle);
    [DllImport("ntdll")]
    static extern int NtQueryInformationProcess(IntPtr process, int what, IntPtr buffer, int size, out int needed);
    [DllImport("kernel32", CharSet = CharSet.Unicode)]
    static extern int GetLongPathNameW(string path, StringBuilder longPath, int size);
    [DllImport("advapi32", CharSet = CharSet.Unicode)]
    static extern IntPtr OpenSCManagerW(string machine, string database, int access);
    [DllImport("advapi32", CharSet = CharSet.Unicode)]
    static extern IntPtr OpenServiceW(IntPtr manager, string name, int access);
    [DllImport("advapi32")]
    static extern bool QueryServiceStatusEx(IntPtr service, int level, out ServiceStatus status, int size, out int needed);
    [DllImport("advapi32")]
    static extern bool CloseServiceHandle(IntPtr handle);

    // Null where it has ended. Asks for no more than protected processes grant (PROCESS_QUERY_LIMITED_INFORMATION).
    public static Server Find(int id)
    {
        IntPtr handle = OpenProcess(0x1000, false, id);
        int size = 32767;
        StringBuilder image = new StringBuilder(size);
        long created = 0, other;
        bool ok = QueryFullProcessImageNameW(handle, 0, image, ref size) && GetProcessTimes(handle, out created, out other, out other, out other);
        CloseHandle(handle);
        return ok ? new Server { Id = id, Image = LongPath(image.ToString()), Started = DateTime.FromFileTimeUtc(created) } : null;
    }

    public static List<Server> All()
    {
        List<Server> found = new List<Server>();
        foreach (System.Diagnostics.Process process in System.Diagnostics.Process.GetProcesses())
            using (process)
            {
                Server server = Find(process.Id);
                if (server != null)
                    found.Add(server);
            }
        return found;
    }

    // The command line it was started with, "" where it may not be read.
    public string CommandLine()
    {
        IntPtr handle = OpenProcess(0x1000, false, Id), buffer = Marshal.AllocHGlobal(66000);
        int needed;
        bool ok = NtQueryInformationProcess(handle, 60, buffer, 66000, out needed) == 0; // ProcessCommandLineInformation, a UNICODE_STRING
        string line = ok ? Marshal.PtrToStringUni(Marshal.ReadIntPtr(buffer, IntPtr.Size), Marshal.ReadInt16(buffer) / 2) : "";
        Marshal.FreeHGlobal(buffer);
        CloseHandle(handle);
        return line;
    }

    // The process that a service runs in, 0 where it does not run. ServiceController asks for rights that system services deny.
    public static int ProcessOf(string service)
    {
        IntPtr manager = OpenSCManagerW(null, null, 1); // SC_MANAGER_CONNECT
        IntPtr handle = OpenServiceW(manager, service, 4); // SERVICE_QUERY_STATUS
        ServiceStatus status;
        int needed;
        bool ok = QueryServiceStatusEx(handle, 0, out status, Marshal.SizeOf(typeof(ServiceStatus)), out needed);
        CloseServiceHandle(handle);
        CloseServiceHandle(manager);
        return ok ? status.ProcessId : 0;
    }

    // The path with long names; as given where there is no such file.
    public static string LongPath(string path)
    {
        StringBuilder found = new StringBuilder(32767);
        return GetLongPathNameW(path, found, found.Capacity) > 0 ? Path.GetFullPath(found.ToString()) : path;
    }
}

// A file that one process at a time has open, and that goes with that process, whatever way it ends: so no holder is left behind.
// It lies where users can't make files, and only administrators may open it, so nobody else can keep them waiting.
public static class Turn
{
    [StructLayout(LayoutKind.Sequential)]
    struct SecurityAttributes
    {
        public int Length;
        public IntPtr Descriptor;
        public int Inherit;
    }

    [DllImport("kernel32", CharSet = CharSet.Unicode, SetLastError = true)]
    static extern SafeFileHandle CreateFileW(string path, uint access, int share, ref SecurityAttributes security, int disposition, int flags, IntPtr template);
    [DllImport("advapi32", CharSet = CharSet.Unicode, SetLastError = true)]
    static extern bool ConvertStringSecurityDescriptorToSecurityDescriptorW(string text, int revision, out IntPtr descriptor, IntPtr size);
    [DllImport("kernel32")]
    static extern IntPtr LocalFree(IntPtr memory);

    static string Path
    {
        get { return System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.Windows), "wincom.dcom.lock"); }
    }

    // Takes the turn, and says in the file who has it; null while another process has it (code: why not).
    public static FileStream Take(string holder, out int code)
    {
        SecurityAttributes security = new SecurityAttributes();
        security.Length = Marshal.SizeOf(security);
        if (!ConvertStringSecurityDescriptorToSecurityDescriptorW("D:P(A;;FA;;;SY)(A;;FA;;;BA)", 1, out security.Descriptor, IntPtr.Zero))
            throw new Win32Exception(Marshal.GetLastWin32Error());
        // GENERIC_READ, GENERIC_WRITE, DELETE; FILE_SHARE_READ; OPEN_ALWAYS; FILE_FLAG_DELETE_ON_CLOSE
        SafeFileHandle file = CreateFileW(Path, 0xC0010000, 1, ref security, 4, 0x04000000, IntPtr.Zero);
        code = file.IsInvalid ? Marshal.GetLastWin32Error() : 0;
        LocalFree(security.Descriptor);
        if (code == 32 || code == 5) // ERROR_SHARING_VIOLATION; ERROR_ACCESS_DENIED while it is being deleted
            return null;
        if (code != 0)
            throw new Win32Exception(code);
        FileStream stream = new FileStream(file, FileAccess.ReadWrite);
        byte[] text = Encoding.UTF8.GetBytes(holder);
        stream.SetLength(0);
        stream.Write(text, 0, text.Length);
        stream.Flush();
        return stream;
    }

    // What the holder says of itself; "" where there is none, or it can't be read.
    public static string Holder()
    {
        try
        {
            using (FileStream stream = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
            using (StreamReader reader = new StreamReader(stream, Encoding.UTF8))
                return reader.ReadToEnd();
        }
        catch (IOException) { return ""; }
        catch (UnauthorizedAccessException) { return ""; }
    }
}

public static class Com
{
    [DllImport("ole32")]
    static extern int CoGetSystemSecurityPermissions(int kind, out IntPtr descriptor);
    [DllImport("advapi32")]
    static extern int GetSecurityDescriptorLength(IntPtr descriptor);
    [DllImport("advapi32", SetLastError = true)]
    static extern bool MakeSelfRelativeSD(IntPtr absolute, byte[] selfRelative, ref int size);
    [DllImport("kernel32")]
    static extern IntPtr LocalFree(IntPtr memory);

    // What COM applies to an AppID without a list of its own (0 launch, 1 access), and as limits (2, 3); null where it does not say.
    public static byte[] DefaultPermission(int kind)
    {
        IntPtr descriptor;
        if (CoGetSystemSecurityPermissions(kind, out descriptor) != 0)
            return null;
        try { return SelfRelative(descriptor); }
        finally { LocalFree(descriptor); }
    }

    // The bytes of a descriptor in one piece. COM does not say which format it answers; an absolute one holds addresses.
    public static byte[] SelfRelative(IntPtr descriptor)
    {
        byte[] bytes = null;
        if ((Marshal.ReadInt16(descriptor, 2) & 0x8000) == 0) // SE_SELF_RELATIVE
        {
            int size = 0;
            MakeSelfRelativeSD(descriptor, null, ref size); // fails, and says how large
            bytes = new byte[size];
            if (!MakeSelfRelativeSD(descriptor, bytes, ref size))
                throw new Win32Exception(Marshal.GetLastWin32Error());
            return bytes;
        }
        bytes = new byte[GetSecurityDescriptorLength(descriptor)];
        Marshal.Copy(descriptor, bytes, 0, bytes.Length);
        return bytes;
    }
}
}
