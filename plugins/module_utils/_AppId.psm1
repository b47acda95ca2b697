# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# Finds an AppID and what hangs on it: classes, mapped executables, service, running server.
# Always HKEY_LOCAL_MACHINE, which is what Windows reads; HKEY_CLASSES_ROOT may show the user's own keys instead.

using namespace Microsoft.Win32
using namespace System.Diagnostics
using namespace System.IO
using namespace ansible_collections.wincom.dcom.plugins.module_utils._Windows

#AnsibleRequires -PowerShell ..module_utils._Host

$appIdPath = 'SOFTWARE\Classes\AppID'
$guidPattern = '^\{?([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?\z'

# A key of HKEY_LOCAL_MACHINE, $null where there is none. The caller disposes it.
Function Open-MachineKey {
    param ([string]$Path, [switch]$Writable, [RegistryView]$View = [RegistryView]::Registry64)
    $root = [RegistryKey]::OpenBaseKey([RegistryHive]::LocalMachine, $View)
    try { $root.OpenSubKey($Path, [bool]$Writable) }
    finally { $root.Dispose() }
}

Function Test-MachineKey {
    param ([string]$Path)
    $key = Open-MachineKey $Path
    if ($key) { $key.Dispose() }
    $null -ne $key
}

# A [RegistryValue], $null where it or its key does not exist.
Function Read-MachineValue {
    param ([string]$Path, [string]$Name, [RegistryView]$View = [RegistryView]::Registry64)
    $key = Open-MachineKey $Path -View $View
    if (-not $key) { return }
    try { [RegistryValue]::Read($key.Handle, $Name) }
    finally { $key.Dispose() }
}

# A value of an AppID, as it was when Get-AppId looked, or of another target; $null where there is none.
Function Read-TargetValue {
    param ($Target, [string]$Name)
    if ($null -ne $Target.Stored) { $Target.Stored[$Name] } elseif ($Target.Registered) { Read-MachineValue $Target.Path $Name }
}

Function ConvertTo-TextValue {
    param ([string]$Text)
    [RegistryValue]::new(1, [System.Text.Encoding]::Unicode.GetBytes("$Text`0"))
}

Function Read-MachineText {
    param ([string]$Path, [string]$Name, [RegistryView]$View = [RegistryView]::Registry64)
    (Read-MachineValue $Path $Name $View).Text
}

# The AppID that a class names in either view, $null where it names none.
Function Get-ClassAppId {
    param ([string]$Clsid)
    foreach ($view in [RegistryView]::Registry64, [RegistryView]::Registry32) {
        $appId = Read-MachineText "SOFTWARE\Classes\CLSID\$Clsid" 'AppID' $view
        if ($appId) { return $appId }
    }
}

# The CLSID of a ProgID, by way of CurVer where it is independent of versions.
Function Get-ProgIdClass {
    param ([string]$ProgId)
    foreach ($name in $ProgId, (Read-MachineText "SOFTWARE\Classes\$ProgId\CurVer" '')) {
        $clsid = if ($name) { Read-MachineText "SOFTWARE\Classes\$name\CLSID" '' }
        if ($clsid) { return $clsid }
    }
}

# The one AppID that an id means: @{ AppId; Name; Executables; Problem }. $Id: AppID or CLSID (a GUID, braces or not), ProgID, name of a mapped
# executable, or the name of the AppID as dcomcnfg shows it. Problem says what was found where it is not exactly one; Ambiguous: more than one.
Function Find-AppId {
    param ([string]$Id, $Keys)

    $keys = if ($Keys) { $Keys } else { [ComKey]::AppIds() }
    $found = @{} # AppID -> how the id led to it
    if ($Id -match $guidPattern) {
        $guid = "{$($Matches[1])}"
        $appId = if ($keys.ContainsKey($guid)) { $guid } else { Get-ClassAppId $guid }
        if ($appId) { $found[$appId] = 'class' }
    }
    else {
        if ($keys.ContainsKey($Id) -and $keys[$Id].AppId) { $found[$keys[$Id].AppId] = 'executable' }
        $clsid = Get-ProgIdClass $Id
        $appId = if ($clsid) { Get-ClassAppId $clsid }
        if ($appId) { $found[$appId] = 'ProgID' }
        foreach ($key in $keys.Values) {
            if ($key.Name -eq $Id -and $key.Key -match $guidPattern) { $found[$key.Key] = 'name' }
        }
    }

    $ids = @($found.Keys | Sort-Object)
    $only = if ($ids.Count -eq 1 -and $keys.ContainsKey($ids[0])) { $keys[$ids[0]] }
    $problem = if ($ids.Count -gt 1) {
        $list = @($ids | ForEach-Object { "$_ '$(if ($keys.ContainsKey($_)) { $keys[$_].Name })' (by its $($found[$_]))" }) -join ', '
        "'$Id' fits $($ids.Count) AppIDs: $list. Give the GUID of the one that is meant"
    }
    elseif (-not $ids) {
        $alike = @($keys.Values | Where-Object { "$($_.Name)".IndexOf($Id, [StringComparison]::OrdinalIgnoreCase) -ge 0 } | Select-Object -First 5)
        "'$Id' is no AppID, class with an AppID, ProgID, mapped executable or application name of this host" +
        $(if ($alike) { '; similar names: ' + (@($alike | ForEach-Object { "$($_.Name) $($_.Key)" }) -join ', ') })
    }
    elseif (-not $only) { "'$Id' leads (by its $($found[$ids[0]])) to the AppID $($ids[0]), which is not registered" }
    if ($problem) { return @{ Problem = $problem; Ambiguous = $ids.Count -gt 1 } }
    Select-AppId $keys @($only)
}

# A class that names no AppID: @{ Class; Name }; nothing for one that does, or is not there. $Id: its GUID, braces or not, or its ProgID.
Function Find-ClassWithoutAppId {
    param ([string]$Id)

    $clsid = if ($Id -match $guidPattern) { "{$($Matches[1])}" } else { Get-ProgIdClass $Id }
    if (-not $clsid -or (Get-ClassAppId $clsid)) { return }
    foreach ($path in "SOFTWARE\Classes\CLSID\$clsid", "SOFTWARE\Classes\Wow6432Node\CLSID\$clsid") {
        if (Test-MachineKey $path) { return @{ Class = $clsid; Name = Read-MachineText $path '' } }
    }
}

# Some of the keys, which must be AppIDs, as Find-AppId tells them.
Function Select-AppId {
    param ($Keys, [object[]]$Only)

    $mapped = @{} # AppID -> names of executables
    foreach ($key in $Keys.Values) {
        if ($key.AppId -and $key.Key -notmatch $guidPattern) { $mapped[$key.AppId] += @($key.Key) }
    }
    foreach ($key in $Only) { @{ AppId = $key.Key; Name = "$($key.Name)"; Executables = $mapped[$key.Key] } }
}

# All AppIDs, as Find-AppId tells them.
Function Get-EveryAppId {
    param ($Keys)
    Select-AppId $Keys @($Keys.Values | Where-Object { $_.Key -match $guidPattern })
}

# What hangs on AppIDs that Find-AppId or Select-AppId has found. One that is to be registered (@{}) or made (@{ NewAppId }) has nothing.
Function Get-AppId {
    param ([object[]]$Found)

    $registered = @($Found | ForEach-Object AppId | Where-Object { $_ })
    $classes = @{} # AppID -> [ComKey] of its classes
    if ($registered) {
        foreach ($class in [ComKey]::ClassesOf($registered).Values) { $classes[$class.AppId] += @($class) }
    }
    foreach ($one in $Found) { Get-OneAppId $one $classes["$($one.AppId)"] }
}

Function Get-OneAppId {
    param ($Found, [object[]]$Classes)

    $appId = "$($Found.AppId)$($Found.NewAppId)"
    $path = "$appIdPath\$appId"
    $registered = $null -ne $Found.AppId
    $stored, $unreadable = @{}, ''
    if ($registered) {
        try { $stored = [RegistryValue]::ReadAll($path) }
        catch { $unreadable = "the registry key HKLM\$path can't be read: $(Get-Reason $_)" }
    }
    $target = @{
        AppId = $appId
        Name = $Found.Name
        Path = $path
        Registered = $registered
        Classes = @(if ($Classes) { $Classes })
        Stored = $stored # name -> [RegistryValue]
        Unreadable = $unreadable # why its values, or its server, can't be told
        Executables = @(if ($Found.Executables) { $Found.Executables }) # names of the mapped executables
        Service = $null
        IsSurrogate = $stored.ContainsKey('DllSurrogate')
        Images = @() # full paths of the programs that LocalServer32 starts
    }
    try {
        if ($stored.ContainsKey('LocalService')) { $target.Service = Get-ServerService $stored['LocalService'].Text }
        if (-not $target.Service -and $target.Classes) { $target.Images = @($target.Classes | ForEach-Object { Get-ServerImage $_ } | Sort-Object -Unique) }
    }
    catch { $target.Unreadable = (@($unreadable, "its server can't be told: $(Get-Reason $_)") -ne '') -join '; ' }
    $target
}

Function Test-ComPlus {
    param ($Target)
    foreach ($class in $Target.Classes) { if (Test-ComPlusCommand $class.LocalServer) { return $true } }
    $false
}

# The service of that very key name, $null where there is none. The name comes from the registry; Get-Service would take it for a pattern.
Function Get-ServerService {
    param ([string]$Name)
    if (-not $Name) { return }
    Get-Service -Name ([WildcardPattern]::Escape($Name)) -ErrorAction SilentlyContinue |
        Where-Object { [string]::Equals($_.ServiceName, $Name, [StringComparison]::OrdinalIgnoreCase) } | Select-Object -First 1
}

# The last part of a path, which may hold any character: GetFileName of .NET Framework refuses some.
Function Get-ServerFileName {
    param ([string]$Path)
    $Path.Substring($Path.LastIndexOfAny([char[]]'\/') + 1)
}

# Whether a LocalServer32 is what COM+ writes for its applications.
Function Test-ComPlusCommand {
    param ([string]$LocalServer)
    $LocalServer -match 'dllhost(\.exe)?"?\s+/processid:'
}

# Stops where the key hides its values, and where a COM+ application owns the AppID: its catalog would overwrite what the registry says.
Function Assert-Manageable {
    param ($Target)
    if ($Target.Unreadable) { throw "the AppID $($Target.AppId) can't be managed: $($Target.Unreadable)" }
    if (Test-ComPlus $Target) {
        throw "the AppID $($Target.AppId) '$($Target.Name)' belongs to a COM+ application, whose catalog owns its identity, roles and " +
        'process; manage it in Component Services'
    }
}

# The program that LocalServer32 starts, as CreateProcess takes it: blanks in an unquoted path included.
Function Get-ServerImage {
    param ($Class)

    $line = if ($Class.ServerExecutable) { "`"$($Class.ServerExecutable)`"" } else { "$($Class.LocalServer)".Trim() }
    if ($line.StartsWith('"')) { return [Server]::LongPath($line.Split([char]'"')[1]) }
    $path = ''
    foreach ($word in $line.Split([char]' ')) {
        $path = "$path $word".TrimStart()
        foreach ($try in $path, "$path.exe") {
            if ([File]::Exists($try)) { return [Server]::LongPath($try) }
        }
    }
}

# The running processes of an AppID's server: [Server] with Id, Image, Started.
Function Get-ServerProcess {
    param ($Target)
    Select-ServerProcess $Target $(if ($Target.Images -or $Target.IsSurrogate) { [Server]::All() })
}

# Those of the running processes that are the server of an AppID.
Function Select-ServerProcess {
    param ($Target, [object[]]$Process)

    if ($Target.Service) { return [Server]::Find([Server]::ProcessOf($Target.Service.ServiceName)) | Where-Object { $_ } }
    if (-not $Target.Images -and -not $Target.IsSurrogate) { return }
    # COM starts a surrogate, its own or the one that DllSurrogate names, with the AppID that it is for.
    $surrogate = "$($Target.Stored['DllSurrogate'].Text)".Trim('"')
    $surrogate = if ($Target.IsSurrogate) { Get-ServerFileName $(if ($surrogate) { $surrogate } else { 'dllhost.exe' }) }
    $argument = "/processid:\s*$([regex]::Escape($Target.AppId))"
    foreach ($one in $Process) {
        $mine = $Target.Images -contains $one.Image -or ($surrogate -and (Get-ServerFileName $one.Image) -eq $surrogate -and $one.CommandLine() -match $argument)
        if ($mine) { $one }
    }
}

Function ConvertTo-ProcessData {
    param ($Process)
    @{ pid = $Process.Id; image = $Process.Image; started = $Process.Started.ToString('yyyy-MM-ddTHH:mm:ss', [cultureinfo]::InvariantCulture) + 'Z' }
}

# What must restart before a server follows its settings: 'server', 'machine', or nothing. A server reads most of its settings
# when it starts. So its start is compared with the last write of its keys, which shows a restart that an earlier run left undone too.
Function Get-PendingRestart {
    param ($Target, [object[]]$Running, [bool]$Changing)

    if (-not $Running) { return }
    $started = @($Running | ForEach-Object Started | Sort-Object)[0]
    $newer = foreach ($path in @($Target.Path) + @($Target.Executables | ForEach-Object { "$appIdPath\$_" })) {
        $key = Open-MachineKey $path
        if (-not $key) { continue }
        if ([RegistryValue]::LastWrite($key.Handle) -gt $started) { $path }
        $key.Dispose()
    }
    if (-not $Changing -and -not $newer) { return }
    # Restarting one service of a shared process leaves that process, and what COM read at its start, as it is.
    if ($Target.Service.ServiceType -band 0x20) { 'machine' }
    else { 'server' }
}

# Runs a server with /regserver; returns what Find-AppId says then. Success is that the id is there, whatever the exit code.
Function Register-Server {
    param ([string]$Path, [string]$Id, [int]$TimeoutSeconds = 60)

    $start = [ProcessStartInfo]::new($Path, '/regserver')
    $start.UseShellExecute = $false
    $start.CreateNoWindow = $true
    try { $process = [Process]::Start($start) }
    catch { throw "'$Path /regserver' could not be started: $(Get-Reason $_)" }
    # Not its descendants: a server that registration leaves running is not waited for.
    if (-not $process.WaitForExit($TimeoutSeconds * 1000)) {
        $process.Kill()
        throw "'$Path /regserver' did not end within $TimeoutSeconds seconds and was ended; it may be showing a dialog, try it on the host"
    }
    $found = Find-AppId $Id
    if ($found.Problem) { throw "'$Path /regserver' ended with exit code $($process.ExitCode), but $($found.Problem)" }
    $found
}

Export-ModuleMember -Function *-AppId, *-ComPlus*, *-Machine*, *-Server*, *-TextValue, Assert-Manageable, Read-TargetValue, ConvertTo-ProcessData,
Find-ClassWithoutAppId, Get-EveryAppId, Get-PendingRestart
