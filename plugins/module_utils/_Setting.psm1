# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# The engine: walks the rows of a table of settings. Reads all, decides all, opens all, writes in order, undoes on failure.
#
# A row is @{ Name (the option); Option (its argument specification); Decide ({ param($Wanted, $Target, $Params) } -> a decision) }. To be
# read fast it may say when it is at its default: without a registry Value, which then decides alone unless the row has a Secret too, or
# without a Property of the target.
# A decision is what New-Decision makes; a change is one value of a store (registry value, secret, account right), see New-Change.

using namespace Microsoft.Win32
using namespace ansible_collections.wincom.dcom.plugins.module_utils._Windows

#AnsibleRequires -PowerShell ..module_utils._Host
#AnsibleRequires -PowerShell ..module_utils._AppId
#AnsibleRequires -PowerShell ..module_utils._Principal
#AnsibleRequires -PowerShell ..module_utils._Sid

Function New-Decision {
    @{
        Before = $null # the setting as it is and as it will be, as data that the controller makes sentences of
        After = $null
        Changes = @() # empty where nothing is to be done
        Problems = @() # why it can't be done; nothing at all is written then
        Warnings = @()
        Skipped = @() # optional principals that do not exist
        Logon = $null # @{ Domain; User; Password; Granting }: to be tried once before the first write
    }
}

# Order: 1 takes rights away, 2 logon right, 3 secret, 4 identity, 5 the rest, 6 clears up; a process killed in between leaves
# neither rights that were in no list, nor an identity without its secret. Old and New are [RegistryValue], $null for none.
# RemovesKey: the key exists for this value only, and goes with it.
Function New-Change {
    param ([int]$Order, [string]$What, [string]$Path, [string]$Name, $Old, $New, [switch]$RemovesKey)
    @{
        Store = 'value'; Order = $Order; What = $What; Where = "HKLM\$Path"; Path = $Path; Name = $Name
        Old = $Old; New = $New; RemovesKey = [bool]$RemovesKey; Key = $null
    }
}

# A secret of the local security authority; Old and New are its bytes in an array of one, an empty array for none.
Function New-SecretChange {
    param ([int]$Order, [string]$Name, [object[]]$Old, [object[]]$New)
    @{ Store = 'secret'; Order = $Order; What = 'the password'; Where = "the LSA secret $Name"; Name = $Name; Old = $Old; New = $New }
}

# Unless, which a change may have: { param ($Change) }, asked right before it is written; where it is true, nothing is.
Function New-RightChange {
    param ([int]$Order, [string]$Sid, [string]$Name, [bool]$Granted)
    @{ Store = 'right'; Order = $Order; What = $Name; Where = "the account $Sid"; Sid = $Sid; Name = $Name; Old = -not $Granted; New = $Granted }
}

# The access list of a key; Old and New are its descriptor as [RegistryValue], $null for what is inherited alone.
Function New-SecurityChange {
    param ([int]$Order, [string]$Path, $Old, $New)
    @{ Store = 'security'; Order = $Order; What = 'the configuration permission'; Where = "HKLM\$Path"; Path = $Path; Old = $Old; New = $New; Key = $null }
}

Function Open-KeySecurity {
    param ([string]$Path)
    $root = [RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
    try { $root.OpenSubKey($Path, [RegistryKeyPermissionCheck]::ReadWriteSubTree, 'ReadPermissions, ChangePermissions') }
    finally { $root.Dispose() }
}

Function Write-KeySecurity {
    param ($Key, $Value)
    $security = [System.Security.AccessControl.RegistrySecurity]::new()
    if ($Value) { $security.SetSecurityDescriptorBinaryForm($Value.Data, 'Access') } else { $security.SetSecurityDescriptorSddlForm('D:', 'Access') }
    $Key.SetAccessControl($security)
}

# A key with all below it, to be removed. Old is what Read-KeyTree says of it.
Function New-KeyRemoval {
    param ([int]$Order, [string]$What, [string]$Path)
    @{ Store = 'key'; Order = $Order; What = $What; Where = "HKLM\$Path"; Path = $Path; Old = Read-KeyTree $Path; New = $null }
}

Function Read-KeyTree {
    param ([string]$Path)

    $key = Open-MachineKey $Path
    $tree = @{ Values = @{}; Keys = @{} }
    foreach ($name in $key.GetValueNames()) { $tree.Values[$name] = [RegistryValue]::Read($key.Handle, $name) }
    foreach ($name in $key.GetSubKeyNames()) { $tree.Keys[$name] = Read-KeyTree "$Path\$name" }
    $key.Dispose()
    $tree
}

# Makes a key what Read-KeyTree said of it, $null for none.
Function Write-KeyTree {
    param ([string]$Path, $Tree)

    $name = Split-KeyPath $Path
    $parent = Open-MachineKey $name.Parent -Writable
    try {
        if ($null -eq $Tree) { return $parent.DeleteSubKeyTree($name.Leaf) }
        $key = $parent.CreateSubKey($name.Leaf)
        foreach ($value in $Tree.Values.Keys) { [RegistryValue]::Write($key.Handle, $value, $Tree.Values[$value]) }
        $key.Dispose()
    }
    finally { $parent.Dispose() }
    foreach ($child in $Tree.Keys.Keys) { Write-KeyTree "$Path\$child" $Tree.Keys[$child] }
}

# The decisions on all options that were given, by name, in the table's order.
Function Get-SettingPlan {
    param ([object[]]$Setting, $Params, $Target)

    $plan = [ordered]@{}
    foreach ($row in $Setting) {
        if ($null -ne $Params[$row.Name]) { $plan[$row.Name] = & $row.Decide $Params[$row.Name] $Target $Params }
    }
    $plan
}

$readings = [System.Collections.Generic.Dictionary[string, object]]::new() # by row and bytes: many AppIDs hold the same; case counts

# What one row holds. What goes wrong there must not hide what the others hold: unreadable says why.
Function Read-Setting {
    param ($Row, $Target)
    try { @{ name = $Row.Name; before = (& $Row.Decide $null $Target @{}).Before } }
    catch { @{ name = $Row.Name; unreadable = Get-Reason $_ } }
}

# What the rows hold, as data; those with a registry value or a property of their own only where the target has it.
Function Get-SettingReading {
    param ([object[]]$Setting, $Target)

    foreach ($row in $Setting) {
        if ($row.ContainsKey('Value') -and -not $Target.Stored.ContainsKey($row.Value)) { continue }
        if ($row.Property -and -not $Target[$row.Property]) { continue }
        $stored = if ($row.ContainsKey('Value')) { $Target.Stored[$row.Value] }
        if (-not $stored -or $row.Secret) {
            Read-Setting $row $Target
            continue
        }
        $bytes = "$($row.Name) $($stored.Type) $([Convert]::ToBase64String($stored.Data))"
        if (-not $readings.ContainsKey($bytes)) { $readings[$bytes] = Read-Setting $row $Target }
        $readings[$bytes]
    }
}

# Completes a result that has the settings of a plan, and stops where the plan has problems.
Function Assert-PlanResult {
    param ($Result, $Plan)

    $Result.skipped_principals = @($Plan.Values | ForEach-Object Skipped | Select-Object -Unique)
    Add-PrincipalName $Result.names $Result.settings
    $problems = @(Get-PlanProblem $Plan)
    if ($problems) { throw ($problems -join '; ') }
}

Function Get-PlanProblem {
    param ($Plan)
    $problems = foreach ($name in $Plan.Keys) {
        foreach ($problem in $Plan[$name].Problems) { "$($name.Split([char]' ')[0]): $problem" }
    }
    $problems | Select-Object -Unique
}

Function Get-PlanChange {
    param ($Plan)
    foreach ($order in 1..6) { $Plan.Values | ForEach-Object Changes | Where-Object { $_.Order -eq $order } }
}

# Opens every key that will be written.
Function Open-SettingPlan {
    param ($Plan, [bool]$Override)

    foreach ($change in Get-PlanChange $Plan | Where-Object { $_.Store -in 'value', 'security', 'key' }) {
        try {
            if ($change.Store -eq 'security') {
                $change.Key = Open-KeySecurity $change.Path
                continue
            }
            $change.Key = Open-MachineKey $change.Path -Writable
            if (-not $change.Key) { (Open-MachineKey (Split-KeyPath $change.Path).Parent -Writable).Dispose() }
        }
        catch [System.Security.SecurityException], [System.UnauthorizedAccessException] {
            # Values only: such a key itself is not ours to change.
            if (-not $Override -or $change.Store -ne 'value') {
                throw "the registry key $($change.Where) can't be opened for writing: access denied. The keys of Windows' own applications " +
                'belong to TrustedInstaller; override_key_protection: true writes values there, but never removes such a key or changes its ' +
                'owner or access list'
            }
            try {
                $change.Key = [BackupKey]::Open($change.Path)
                $change.RemovesKey = $false
            }
            catch { throw "the protected registry key $($change.Where) can't be opened with backup and restore rights: $(Get-Reason $_)" }
        }
    }
}

# Attempts to log on, for one account may be that of many AppIDs; the case of a password counts.
$tried = [System.Collections.Generic.Dictionary[string, int]]::new([StringComparer]::Ordinal)

# Tries the password as COM will use it: one attempt in a run, for failures count towards a lockout.
Function Test-PlanLogon {
    param ($Plan)

    $logon = $Plan.Values | ForEach-Object Logon | Where-Object { $_ } | Select-Object -First 1
    if (-not $logon) { return }
    $key = "$($logon.Domain)\$($logon.User)|$($logon.Password)"
    if (-not $tried.ContainsKey($key)) { $tried[$key] = [Lsa]::TryLogon($logon.Domain, $logon.User, $logon.Password) }
    $code = $tried[$key]
    # 1385: the right to log on as a batch job is missing, which is checked after the password; this run grants it.
    if ($code -eq 0 -or ($code -eq 1385 -and $logon.Granting)) { return }
    throw "run_as: $($logon.Domain)\$($logon.User) can't log on with this password: $(([System.ComponentModel.Win32Exception]$code).Message.TrimEnd('.')) " +
    "(error $code). It was tried once only, before the first write"
}

Function Close-SettingPlan {
    param ($Plan)
    foreach ($change in Get-PlanChange $Plan) {
        if ($change.Key) { $change.Key.Dispose() } # secrets and rights have none
    }
}

# Finds a key that can't be opened for writing before anything is written, in check mode too.
Function Assert-SettingPlan {
    param ($Plan, [bool]$Override)
    try { Open-SettingPlan $Plan $Override }
    finally { Close-SettingPlan $Plan }
}

# Carries a plan out: opens, tries the password, writes, closes; nothing of it in check mode. Whether there is anything to write.
Function Complete-SettingPlan {
    param ($Plan, [bool]$CheckMode, [bool]$Override)

    $writes = @(Get-PlanChange $Plan).Count -gt 0
    if ($CheckMode -or -not $writes) { return $writes }
    try {
        Open-SettingPlan $Plan $Override
        Test-PlanLogon $Plan
        Invoke-SettingPlan $Plan
    }
    finally { Close-SettingPlan $Plan }
    $writes
}

# Writes all changes in order. When one fails, the former values come back byte for byte, and the error says so.
Function Invoke-SettingPlan {
    param ($Plan)

    $done = [System.Collections.Stack]::new()
    foreach ($change in Get-PlanChange $Plan) {
        try {
            if ($change.Unless -and (& $change.Unless $change)) { continue }
            # One account may have several plans: what is undone is what this one has done.
            if ($change.Store -eq 'right') { $change.Old = [Lsa]::Rights((ConvertTo-Sid $change.Sid)) -contains $change.Name }
            $done.Push($change)
            Write-Change $change $change.New
        }
        catch {
            $reason = Get-Reason $_
            $lost = @(foreach ($written in $done) {
                    try { Write-Change $written $written.Old }
                    catch { if (-not (Test-Unchanged $written)) { "$($written.What) ($(Get-Reason $_))" } }
                })
            $rest = if ($lost) { "these could NOT be put back, look at them: $($lost -join ', ')" } else { 'everything is back as it was before' }
            throw "$($change.What) could not be written to $($change.Where): $reason; $rest"
        }
    }
}

# Whether a registry value holds what it held before: the write that failed may have changed nothing.
Function Test-Unchanged {
    param ($Change)

    if ($Change.Store -ne 'value') { return $false }
    $now = if ($Change.Key) { [RegistryValue]::Read($Change.Key.Handle, $Change.Name) }
    if ($null -eq $now -or $null -eq $Change.Old) { return $null -eq $now -and $null -eq $Change.Old }
    $now.Type -eq $Change.Old.Type -and [BitConverter]::ToString($now.Data) -eq [BitConverter]::ToString($Change.Old.Data)
}

# A key that is there for one value only comes and goes with it, in one step: a process killed in between would leave it empty.
Function Write-Change {
    param ($Change, $Value)

    if ($Change.Store -eq 'secret') { return [Lsa]::WriteSecret($Change.Name, $(if ($Value.Count) { , $Value[0] })) }
    if ($Change.Store -eq 'right') { return [Lsa]::SetRight((ConvertTo-Sid $Change.Sid), $Change.Name, $Value) }
    if ($Change.Store -eq 'security') {
        if (-not $Change.Key) { $Change.Key = Open-KeySecurity $Change.Path } # of an AppID that this run makes
        if ($Change.Key) { Write-KeySecurity $Change.Key $Value }
        return
    }
    if ($Change.Store -eq 'key') { return Write-KeyTree $Change.Path $Value }
    $name = Split-KeyPath $Change.Path
    if (-not $Change.Key) {
        if ($null -eq $Value) { return }
        $parent = Open-MachineKey $name.Parent -Writable
        try { $Change.Key = $parent.CreateSubKey($name.Leaf) }
        finally { $parent.Dispose() }
        $Change.RemovesKey = $true
    }
    $alone = -not $Change.Key.SubKeyCount -and -not @($Change.Key.GetValueNames() -ne $Change.Name)
    if ($null -ne $Value -or -not $Change.RemovesKey -or -not $alone) { return [RegistryValue]::Write($Change.Key.Handle, $Change.Name, $Value) }
    $Change.Key.Dispose()
    $Change.Key = $null
    $parent = Open-MachineKey $name.Parent -Writable
    try { $parent.DeleteSubKey($name.Leaf) }
    finally { $parent.Dispose() }
}

Function Split-KeyPath {
    param ([string]$Path)
    $at = $Path.LastIndexOf('\')
    @{ Parent = $Path.Substring(0, $at); Leaf = $Path.Substring($at + 1) }
}

Export-ModuleMember -Function *-SettingPlan, *-Plan*, Get-SettingReading, New-*
