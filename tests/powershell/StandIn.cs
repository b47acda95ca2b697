// Copyright (c) 2026 wincom.dcom contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

// Stands in for plugins/module_utils/_Windows.cs: a registry in memory, whose writes can be made to fail, and answers to order.

using System;
using System.Collections;
using System.Collections.Generic;

namespace ansible_collections.wincom.dcom.plugins.module_utils._Windows
{
public class RegistryValue
{
    public int Type;
    public byte[] Data;

    public RegistryValue(int type, byte[] data)
    {
        Type = type;
        Data = data;
    }

    // The text of a REG_SZ or REG_EXPAND_SZ value, null for another type.
    public string Text
    {
        get { return Type == 1 || Type == 2 ? System.Text.Encoding.Unicode.GetString(Data).Split('\0')[0] : null; }
    }

    public bool IsText
    {
        get
        {
            try { return new System.Text.UnicodeEncoding(false, false, true).GetString(Data).IndexOfAny(new[] { '\uFFFE', '\uFFFF' }) < 0; }
            catch (ArgumentException) { return false; }
        }
    }

    // 'path|name' of each value that was written, with what became of it.
    public static List<string> Log = new List<string>();
    // Numbers of the writes that fail, from 1; a name of a value whose every write fails.
    public static HashSet<int> FaultAt = new HashSet<int>();
    public static string FaultOf;

    // Notes a write, and lets it fail where it shall.
    public static void Tell(string what, string name)
    {
        Log.Add(what);
        if (FaultAt.Contains(Log.Count) || name == FaultOf)
            throw new System.ComponentModel.Win32Exception(8);
    }

    public static RegistryValue Read(object key, string name)
    {
        RegistryValue value;
        return ((FakeKey)key).Values.TryGetValue(name, out value) ? value : null;
    }

    public static void Write(object key, string name, RegistryValue value)
    {
        FakeKey target = (FakeKey)key;
        if (target.Closed)
            throw new ObjectDisposedException(target.Path);
        Tell(target.Path + "|" + name + " = " + (value == null ? "none" : BitConverter.ToString(value.Data)), name);
        if (value == null)
            target.Values.Remove(name);
        else
            target.Values[name] = value;
    }
}

// A key of the registry in memory, open.
public class FakeKey : IDisposable
{
    public static Dictionary<string, Dictionary<string, RegistryValue>> All =
        new Dictionary<string, Dictionary<string, RegistryValue>>(StringComparer.OrdinalIgnoreCase);

    public string Path;
    public bool Closed;
    public FakeKey Handle { get { return this; } }
    public Dictionary<string, RegistryValue> Values { get { return All[Path]; } }

    public string[] GetValueNames()
    {
        return new List<string>(Values.Keys).ToArray();
    }

    public int SubKeyCount
    {
        get
        {
            int count = 0;
            foreach (string path in All.Keys)
                if (path.StartsWith(Path + "\\", StringComparison.OrdinalIgnoreCase))
                    count++;
            return count;
        }
    }

    public static FakeKey Open(string path)
    {
        if (!All.ContainsKey(path))
            return null;
        FakeKey key = new FakeKey();
        key.Path = path;
        return key;
    }

    public FakeKey CreateSubKey(string name)
    {
        string path = Path + "\\" + name;
        if (!All.ContainsKey(path))
            All[path] = new Dictionary<string, RegistryValue>();
        return Open(path);
    }

    public void DeleteSubKey(string name)
    {
        RegistryValue.Tell(Path + "\\" + name + " = gone", name);
        All.Remove(Path + "\\" + name);
    }

    public void Dispose()
    {
        Closed = true;
    }

    // Everything there is, to compare.
    public static string Dump()
    {
        List<string> lines = new List<string>();
        foreach (KeyValuePair<string, Dictionary<string, RegistryValue>> key in All)
        {
            lines.Add(key.Key);
            foreach (KeyValuePair<string, RegistryValue> value in key.Value)
                lines.Add(key.Key + "|" + value.Key + " = " + value.Value.Type + ":" + BitConverter.ToString(value.Value.Data));
        }
        lines.Sort(StringComparer.Ordinal);
        return String.Join("\n", lines);
    }
}

public static class Com
{
    public static byte[] Answer; // null: this Windows has no such function
    public static List<int> Asked = new List<int>();

    public static byte[] DefaultPermission(int what)
    {
        Asked.Add(what);
        if (Answer == null)
            throw new EntryPointNotFoundException();
        return Answer;
    }
}

public class Account
{
    // Name or SID -> an error code, or a table with Sid, Use, Domain and Name; what is not there does not exist.
    public static Hashtable Answers = new Hashtable(StringComparer.OrdinalIgnoreCase);

    public string Sid, Name, Domain;
    public int Use;

    public static Account Find(string nameOrSid)
    {
        object answer = Answers.ContainsKey(nameOrSid) ? Answers[nameOrSid] : 1332;
        Hashtable found = answer as Hashtable;
        if (found == null)
            throw new System.ComponentModel.Win32Exception((int)answer);
        Account account = new Account();
        account.Sid = (string)found["Sid"];
        account.Use = (int)found["Use"];
        account.Domain = (string)found["Domain"];
        account.Name = (string)found["Name"];
        return account;
    }
}

public static class Lsa
{
    public static string Domain;
    public static Dictionary<string, byte[]> Secrets = new Dictionary<string, byte[]>();

    public static string PrimaryDomain()
    {
        return Domain;
    }

    public static bool HasSecret(string name)
    {
        return Secrets.ContainsKey(name);
    }

    public static byte[] ReadSecret(string name)
    {
        byte[] secret;
        return Secrets.TryGetValue(name, out secret) ? secret : null;
    }

    public static void WriteSecret(string name, byte[] secret)
    {
        RegistryValue.Tell("secret " + name + " = " + (secret == null ? "none" : BitConverter.ToString(secret)), name);
        if (secret == null)
            Secrets.Remove(name);
        else
            Secrets[name] = secret;
    }

    // 'SID name' of each right that is held.
    public static HashSet<string> Held = new HashSet<string>();

    public static string[] Rights(string sid)
    {
        List<string> found = new List<string>();
        foreach (string right in Held)
            if (right.StartsWith(sid + " "))
                found.Add(right.Substring(sid.Length + 1));
        return found.ToArray();
    }

    public static void SetRight(string sid, string name, bool granted)
    {
        RegistryValue.Tell("right " + sid + " " + name + " = " + granted, name);
        if (granted)
            Held.Add(sid + " " + name);
        else
            Held.Remove(sid + " " + name);
    }

    public static int LogonCode; // what trying a password ends with, and how often it was tried
    public static int Logons;

    public static int TryLogon(string domain, string user, string password)
    {
        Logons++;
        return LogonCode;
    }
}
}
