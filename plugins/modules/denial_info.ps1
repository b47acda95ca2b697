#!powershell

# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -CSharpUtil ..module_utils._EventLog
#AnsibleRequires -CSharpUtil ..module_utils._Windows
#AnsibleRequires -PowerShell ..module_utils._AppId
#AnsibleRequires -PowerShell ..module_utils._Host
#AnsibleRequires -PowerShell ..module_utils._Principal
#AnsibleRequires -PowerShell ..module_utils._Sid

using namespace System.ComponentModel
using namespace System.Globalization
using namespace ansible_collections.wincom.dcom.plugins.module_utils._EventLog
using namespace ansible_collections.wincom.dcom.plugins.module_utils._Windows

$spec = @{
    options = @{
        log = @{ type = 'str' }
        path = @{ type = 'path' }
        since = @{ type = 'str' }
        until = @{ type = 'str' }
        newest = @{ type = 'int' }
        event_ids = @{ type = 'list'; elements = 'int' }
        events = @{ type = 'bool'; default = $false }
    }
    mutually_exclusive = , @('log', 'path')
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)
$params = $module.Params

# The raw result, whole or not at all; plugins/action/denial_info.py makes of it what people read.
$result = @{ names = @{}; registered = @{ classes = @{}; appids = @{} } }

$dcom = 'Microsoft-Windows-DistributedCOM', 'DCOM'
$maxEvents = 1000
$maxSeconds = 60 # for the names of accounts: a domain controller that is out of reach answers none of them quickly
$guids = '\{[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}'
$distributedComUsers = 'S-1-5-32-562'
$why = @{
    2 = 'there is no such file'
    3 = 'there is no such folder'
    5 = 'access is denied; connect as a member of Administrators or Event Log Readers'
    13 = 'it is not an event log, or a damaged one'
    32 = 'another program has it open'
    1392 = 'it is not an event log, or a damaged one'
    1500 = 'it is not an event log, or a damaged one'
    1722 = 'the service EventLog does not answer'
    1753 = 'the service EventLog does not run'
    15000 = 'that is no name that a log can have'
    15007 = 'this host has no log of that name'
    15011 = 'it was cleared, or overwritten, while it was read; run the task again'
}

# A moment in UTC: from an age such as 24h, or "at" with ISO 8601, which is in the host's own time where it has no offset.
Function Get-Moment {
    param ([string]$Text)

    if (-not $Text) { return }
    if ($Text -match '^(\d+)([smhdw])$') {
        $seconds = @{ s = 1; m = 60; h = 3600; d = 86400; w = 604800 }[$Matches[2]]
        $moment = [DateTimeOffset]::UtcNow.AddSeconds(-$seconds * [double]$Matches[1])
    }
    else { $moment = [DateTimeOffset]::Parse($Text.Substring(3), [CultureInfo]::InvariantCulture, [DateTimeStyles]::AssumeLocal) }
    $moment.UtcDateTime
}

# DCOM's events, and those of others with the same numbers, so that none is taken for DCOM's nor lost.
Function Get-Query {
    $since, $until = (Get-Moment $params.since), (Get-Moment $params.until)
    if ($since -and $until -and $since -gt $until) { throw ("since is later than until ({0:u}, {1:u}), so no event can lie between" -f $since, $until) }
    $times = @(foreach ($pair in @('>=', $since), @('<=', $until)) {
            if ($pair[1]) { "@SystemTime$($pair[0])'$($pair[1].ToString('yyyy-MM-ddTHH:mm:ss.fffZ', [CultureInfo]::InvariantCulture))'" }
        })
    $names = @($dcom | ForEach-Object { "@Name='$_'" }) -join ' or '
    $query = "(Provider[$names] or (EventID >= 10000 and EventID <= 10038))"
    if ($times) { $query += " and TimeCreated[$($times -join ' and ')]" }
    "*[System[$query]]"
}

Function Read-Log {
    $reading = [EventLogReading]::new()
    foreach ($name in $dcom) { $null = $reading.Providers.Add($name) }
    # The process id in them makes every event another one.
    foreach ($id in 10028, 10037, 10038) { $reading.Ignored[$id] = 1 }
    if ($params.event_ids) { $reading.Ids = [System.Collections.Generic.HashSet[int]]::new([int[]]$params.event_ids) }
    if ($params.newest) { $reading.Newest = $params.newest }
    if ($params.events) { $reading.MaxEvents = $maxEvents }

    $what = if ($params.path) { "the file '$($params.path)'" } else { "the log '$($params.log)'" }
    $query = Get-Query
    try { $reading.Read("$($params.path)$(if (-not $params.path) { $params.log })", [bool]$params.path, $query) }
    catch {
        $exception = Get-RootException $_
        if ($exception -isnot [Win32Exception]) { throw }
        $code = $exception.NativeErrorCode
        $reason = if ($why.ContainsKey($code)) { $why[$code] } else { $exception.Message.Trim().TrimEnd('.') }
        $how = if ($reading.Count) { "could be read only up to its newest $($reading.Count) events" } else { 'could not be read' }
        throw "$what $how`: $reason (error $code)"
    }
    $reading
}

Function ConvertFrom-LoggedEvent {
    param ($Logged)
    @{
        event_id = $Logged.Id
        provider = $Logged.Provider
        computer = $Logged.Computer
        strings = @($Logged.Strings)
        string_count = $Logged.StringCount
        dcom = $Logged.Provider -in $dcom
    }
}

# Events of another computer name accounts and classes of that computer, of which this host knows nothing. The log System holds
# this host's own, even under a name that it had before.
Function Test-Own {
    param ($Group)
    ($params.log -eq 'System') -or ($Group.computer.Split([char]'.')[0] -eq $env:COMPUTERNAME)
}

# What this host calls the SIDs and GUIDs of its own events.
Function Add-Name {
    param ([object[]]$Groups)

    $appIds = [ComKey]::AppIds()
    $seen = [System.Collections.Generic.HashSet[string]]::new([StringComparer]::OrdinalIgnoreCase)
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    $unnamed = 0
    foreach ($text in $Groups | ForEach-Object strings) {
        if (-not $seen.Add($text)) { continue }
        if ($text -match '^S-1-\d+(-\d+)+$') {
            # Well-known SIDs the controller can name itself; not all that looks like a SID is one.
            if ($text -match '^S-1-(1|2|5-\d+|5-32-\d+)(-0)?$' -or -not (ConvertTo-Sid $text)) { continue }
            if ($watch.Elapsed.TotalSeconds -lt $maxSeconds) { $result.names[$text] = Get-PrincipalName $text }
            else { $unnamed++ }
        }
        elseif ($text -match "^$guids$") {
            $guid = $text.ToUpperInvariant()
            if ($appIds.ContainsKey($guid)) { $result.registered.appids[$guid] = $appIds[$guid].Name }
            $class = Get-RegisteredClass $guid
            if ($class) {
                $result.registered.classes[$guid] = $class
                $appId = "$($class.appid)".ToUpperInvariant()
                if ($appIds.ContainsKey($appId)) { $result.registered.appids[$appId] = $appIds[$appId].Name }
            }
        }
    }
    if ($unnamed) { $module.Warn("looking up accounts took more than $maxSeconds seconds (is a domain controller out of reach?); $unnamed SIDs stay without a name") }
}

# @{ name; appid; com_plus } of a class, from whichever view has them; $null where neither knows the class.
Function Get-RegisteredClass {
    param ([string]$Clsid)

    $path = "SOFTWARE\Classes\CLSID\$Clsid"
    $class = $null
    foreach ($view in 'Registry64', 'Registry32') {
        $key = Open-MachineKey $path -View $view
        if (-not $key) { continue }
        $key.Dispose()
        if (-not $class) { $class = @{ name = $null; appid = $null; com_plus = $false } }
        if (-not $class.name) { $class.name = Read-MachineText $path '' $view }
        if (-not $class.appid) { $class.appid = Read-MachineText $path 'AppID' $view }
        if (Test-ComPlusCommand (Read-MachineText "$path\LocalServer32" '' $view)) { $class.com_plus = $true }
    }
    $class
}

Function Get-Denial {
    if (-not $params.path -and -not $params.log) { $params.log = 'System' }
    $reading = Read-Log
    $result.count = $reading.Count
    $result.further = $reading.Further
    $result.broken = $reading.Broken
    $result.groups = @(foreach ($kind in $reading.Kinds.Values) {
            $group = ConvertFrom-LoggedEvent $kind
            $group += @{ count = $kind.Count; first = $kind.First; last = $kind.Last }
            $group.own = Test-Own $group
            $group
        })
    Add-Name @($result.groups | Where-Object own)

    # The group that limits name first, by this host's name for it; and what a policy has set, no local change gets around.
    $group = (Get-Account $distributedComUsers).Account
    $result.users_group = if ($group) { $group.Name } else { 'Distributed COM Users' }
    $policy = 'SOFTWARE\Policies\Microsoft\Windows NT\DCOM'
    $result.limits_by_policy = @('MachineLaunchRestriction', 'MachineAccessRestriction' | Where-Object { $null -ne (Read-MachineValue $policy $_) })

    if ($params.events) {
        $result.events = @(foreach ($one in $reading.Events) {
                $raw = ConvertFrom-LoggedEvent $one
                $raw.Remove('dcom')
                $raw.Remove('string_count')
                $raw + @{ record = $one.Record; time = $one.First }
            })
    }
}

try { Get-Denial }
catch {
    $problem = $_
    $result = @{}
}
Complete-Module $module $result @() $problem
