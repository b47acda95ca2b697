// Copyright (c) 2026 wincom.dcom contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

// Reads an event log and keeps of it how often each kind of event is there, so that a log of any length takes bounded memory.
// C# 5. Through wevtapi.dll itself: the classes of System.Diagnostics.Eventing.Reader look up each event's publisher, and live
// in another assembly on .NET than on .NET Framework. Failures are Win32Exception.

using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using System.Xml;

//AssemblyReference -Name System.Xml.dll -CLR Framework

namespace ansible_collections.wincom.dcom.plugins.module_utils._EventLog
{
// One event, or all that are alike.
public class LoggedEvent
{
    public int Id, StringCount;
    public long Record, Count = 1;
    public string Provider = "", Computer = "", First = "", Last = ""; // times are UTC, to the second
    public List<string> Strings = new List<string>();
}

public class EventLogReading
{
    // What bounds the memory: strings beyond these are cut, further kinds of events are counted by id alone.
    const int MaxStrings = 16, MaxLetters = 1024;
    public int MaxKinds = 1000;
    public int MaxEvents = 0; // events to keep one by one
    public long Newest = long.MaxValue;
    public HashSet<int> Ids; // null: all
    public HashSet<string> Providers = new HashSet<string>(StringComparer.OrdinalIgnoreCase); // of others the strings are not kept
    public Dictionary<int, int> Ignored = new Dictionary<int, int>(); // by id: the index of a string that differs each time

    public long Count;
    long taken; // towards Newest: events of others with the same numbers do not count
    public Dictionary<string, LoggedEvent> Kinds = new Dictionary<string, LoggedEvent>(StringComparer.Ordinal);
    public Dictionary<string, long> Further = new Dictionary<string, long>(StringComparer.Ordinal); // by id
    public Dictionary<string, long> Broken = new Dictionary<string, long>(StringComparer.Ordinal); // by error
    public List<LoggedEvent> Events = new List<LoggedEvent>();

    const int Batch = 32;
    IntPtr buffer;
    int size;

    [DllImport("wevtapi", CharSet = CharSet.Unicode, SetLastError = true)]
    static extern IntPtr EvtQuery(IntPtr session, string path, string query, int flags);
    [DllImport("wevtapi", SetLastError = true)]
    static extern bool EvtNext(IntPtr results, int room, [Out] IntPtr[] events, int timeout, int flags, out int returned);
    [DllImport("wevtapi", SetLastError = true)]
    static extern bool EvtRender(IntPtr context, IntPtr record, int flags, int size, IntPtr buffer, out int used, out int properties);
    [DllImport("wevtapi")]
    static extern bool EvtClose(IntPtr handle);

    // Newest first, so that what is left out is the oldest.
    public void Read(string log, bool isFile, string query)
    {
        IntPtr results = EvtQuery(IntPtr.Zero, log, query, (isFile ? 2 : 1) | 0x200);
        if (results == IntPtr.Zero)
            throw new Win32Exception(Marshal.GetLastWin32Error());
        try
        {
            while (taken < Newest && ReadBatch(results)) { }
        }
        finally
        {
            EvtClose(results);
            Marshal.FreeHGlobal(buffer);
            buffer = IntPtr.Zero;
            size = 0;
        }
    }

    bool ReadBatch(IntPtr results)
    {
        IntPtr[] records = new IntPtr[Batch];
        int returned;
        if (!EvtNext(results, Batch, records, -1, 0, out returned))
        {
            int error = Marshal.GetLastWin32Error();
            if (error == 259) // ERROR_NO_MORE_ITEMS
                return false;
            throw new Win32Exception(error);
        }
        for (int i = 0; i < returned; i++)
        {
            if (taken < Newest)
                Take(records[i]);
            EvtClose(records[i]);
        }
        return true;
    }

    // A record that can't be read is counted, the others matter no less for it.
    void Take(IntPtr record)
    {
        LoggedEvent found;
        try
        {
            found = Parse(Render(record));
        }
        catch (Win32Exception e)
        {
            AddOne(Broken, "error " + e.NativeErrorCode);
            Count++;
            taken++;
            return;
        }
        catch (XmlException)
        {
            AddOne(Broken, "malformed XML");
            Count++;
            taken++;
            return;
        }
        if (Ids != null && !Ids.Contains(found.Id))
            return;
        Count++;
        if (Providers.Contains(found.Provider))
            taken++;
        else
            found.Strings.Clear();
        if (Events.Count < MaxEvents)
            Events.Add(found);
        Tally(found);
    }

    static void AddOne(Dictionary<string, long> counts, string key)
    {
        long count;
        counts.TryGetValue(key, out count);
        counts[key] = count + 1;
    }

    void Tally(LoggedEvent found)
    {
        List<string> strings = new List<string>(found.Strings);
        int ignored;
        if (Ignored.TryGetValue(found.Id, out ignored) && ignored < strings.Count)
            strings[ignored] = "";
        string key = String.Join("\0", new string[] { found.Provider, found.Id.ToString(), found.Computer, found.StringCount.ToString(),
            String.Join("\0", strings) });
        LoggedEvent kind;
        if (Kinds.TryGetValue(key, out kind))
        {
            kind.Count++;
            if (String.CompareOrdinal(found.First, kind.First) < 0)
                kind.First = found.First;
            if (String.CompareOrdinal(found.Last, kind.Last) > 0)
                kind.Last = found.Last;
        }
        else if (Kinds.Count >= MaxKinds)
            AddOne(Further, found.Id.ToString());
        else
        {
            kind = new LoggedEvent();
            kind.Id = found.Id;
            kind.StringCount = found.StringCount;
            kind.Provider = found.Provider;
            kind.Computer = found.Computer;
            kind.First = found.First;
            kind.Last = found.Last;
            kind.Strings = strings;
            Kinds[key] = kind;
        }
    }

    string Render(IntPtr record)
    {
        int used, properties;
        while (!EvtRender(IntPtr.Zero, record, 1, size, buffer, out used, out properties)) // EvtRenderEventXml
        {
            int error = Marshal.GetLastWin32Error();
            if (error != 122 || used <= size) // ERROR_INSUFFICIENT_BUFFER
                throw new Win32Exception(error);
            Marshal.FreeHGlobal(buffer);
            size = used * 2;
            buffer = Marshal.AllocHGlobal(size);
        }
        return Marshal.PtrToStringUni(buffer, used / 2).TrimEnd('\0');
    }

    static LoggedEvent Parse(string xml)
    {
        XmlReaderSettings settings = new XmlReaderSettings();
        settings.CheckCharacters = false; // Windows passes on control characters of a string
        LoggedEvent found = new LoggedEvent();
        StringBuilder text = new StringBuilder();
        using (XmlReader reader = XmlReader.Create(new StringReader(xml), settings))
        {
            while (reader.Read())
            {
                if (reader.NodeType == XmlNodeType.Element)
                {
                    text.Length = 0;
                    if (reader.LocalName == "Provider") // a forwarded event has another one, with its name in words
                        found.Provider = reader.GetAttribute("Name") ?? found.Provider;
                    else if (reader.LocalName == "TimeCreated")
                        found.First = found.Last = Seconds(reader.GetAttribute("SystemTime") ?? "");
                    else if (reader.LocalName == "Data" && reader.IsEmptyElement)
                        AddString(found, "");
                }
                else if (reader.NodeType == XmlNodeType.EndElement)
                    EndElement(found, reader.LocalName, text.ToString());
                else if (reader.HasValue)
                    text.Append(reader.Value);
            }
        }
        return found;
    }

    static void EndElement(LoggedEvent found, string name, string text)
    {
        if (name == "Data")
            AddString(found, text);
        else if (name == "EventID")
            Int32.TryParse(text, out found.Id);
        else if (name == "EventRecordID")
            Int64.TryParse(text, out found.Record);
        else if (name == "Computer")
            found.Computer = text;
    }

    static void AddString(LoggedEvent found, string text)
    {
        found.StringCount++;
        if (found.Strings.Count < MaxStrings)
            found.Strings.Add(text.Length > MaxLetters ? text.Substring(0, MaxLetters) + "..." : text);
    }

    // 2026-11-25T19:30:00.1234567Z to the second; as text such times sort.
    static string Seconds(string time)
    {
        return time.Length < 19 ? time : time.Substring(0, 19) + "Z";
    }
}
}
