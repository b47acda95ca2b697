# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# The engine: walks the rows of a table of settings. Reads all, decides all, opens all, writes in order, undoes on failure.
#
# A row is @{ Name (the option); Option (its argument specification); Decide ({ param($Wanted, $Target, $Params) } -> a decision) }.
# A decision is what New-Decision makes; a change is one registry value, see New-Change.

using namespace ansible_collections.wincom.dcom.plugins.module_utils._Windows

#AnsibleRequires -PowerShell ..module_utils._Host
#AnsibleRequires -PowerShell ..module_utils._AppId

Function New-Decision {
    @{
        Before = $null # the setting as it is and as it will be, as data that the controller makes sentences of
        After = $null
        Changes = @() # empty where nothing is to be done
        Problems = @() # why it can't be done; nothing at all is written then
        Warnings = @()
        Skipped = @() # optional principals that do not exist
    }
}

# Order: 1 takes rights away, 2 logon right, 3 secret, 4 identity, 5 the rest, 6 clears up; a process killed in between leaves
# neither rights that were in no list, nor an identity without its secret. Old and New are [RegistryValue], $null for none.
# RemovesKey: the key exists for this value only, and goes with it.
Function New-Change {
    param ([int]$Order, [string]$What, [string]$Path, [string]$Name, $Old, $New, [switch]$RemovesKey)
    @{ Order = $Order; What = $What; Path = $Path; Name = $Name; Old = $Old; New = $New; RemovesKey = [bool]$RemovesKey; Key = $null }
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

Function Get-PlanProblem {
    param ($Plan)
    foreach ($name in $Plan.Keys) {
        foreach ($problem in $Plan[$name].Problems) { "${name}: $problem" }
    }
}

Function Get-PlanChange {
    param ($Plan)
    foreach ($order in 1..6) { $Plan.Values | ForEach-Object Changes | Where-Object { $_.Order -eq $order } }
}

# Opens every key that will be written: one that can't be is found before the first write, in check mode too.
Function Open-SettingPlan {
    param ($Plan)

    foreach ($change in Get-PlanChange $Plan) {
        try {
            $change.Key = Open-MachineKey $change.Path -Writable
            if (-not $change.Key) { (Open-MachineKey (Split-KeyPath $change.Path).Parent -Writable).Dispose() }
        }
        catch [System.Security.SecurityException], [System.UnauthorizedAccessException] {
            throw "the registry key HKLM\$($change.Path) can't be opened for writing: access denied. The keys of Windows' own " +
            'applications belong to TrustedInstaller, and administrators may only read them. Nothing was changed'
        }
    }
}

Function Close-SettingPlan {
    param ($Plan)
    foreach ($change in Get-PlanChange $Plan) {
        if ($change.Key) { $change.Key.Dispose() }
    }
}

# Writes all changes in order. When one fails, the former values come back byte for byte, and the error says so.
Function Invoke-SettingPlan {
    param ($Plan)

    $done = [System.Collections.Stack]::new()
    foreach ($change in Get-PlanChange $Plan) {
        $done.Push($change)
        try { Write-Change $change $change.New }
        catch {
            $reason = Get-Reason $_
            $lost = @(foreach ($written in $done) {
                    try { Write-Change $written $written.Old }
                    catch { "$($written.What) ($(Get-Reason $_))" }
                })
            $rest = if ($lost) { "these could NOT be put back, look at them: $($lost -join ', ')" } else { 'everything is as it was before' }
            throw "$($change.What) could not be written to HKLM\$($change.Path): $reason; $rest"
        }
    }
}

# A key that is there for one value only comes and goes with it.
Function Write-Change {
    param ($Change, $Value)

    $name = Split-KeyPath $Change.Path
    if (-not $Change.Key) {
        if ($null -eq $Value) { return }
        $parent = Open-MachineKey $name.Parent -Writable
        try { $Change.Key = $parent.CreateSubKey($name.Leaf) }
        finally { $parent.Dispose() }
        $Change.RemovesKey = $true
    }
    [RegistryValue]::Write($Change.Key.Handle, $Change.Name, $Value)
    if ($null -eq $Value -and $Change.RemovesKey -and -not $Change.Key.SubKeyCount -and -not $Change.Key.ValueCount) {
        $Change.Key.Dispose()
        $Change.Key = $null
        $parent = Open-MachineKey $name.Parent -Writable
        try { $parent.DeleteSubKey($name.Leaf) }
        finally { $parent.Dispose() }
    }
}

Function Split-KeyPath {
    param ([string]$Path)
    $at = $Path.LastIndexOf('\')
    @{ Parent = $Path.Substring(0, $at); Leaf = $Path.Substring($at + 1) }
}

Export-ModuleMember -Function *-SettingPlan, Get-PlanChange, Get-PlanProblem, New-Change, New-Decision
