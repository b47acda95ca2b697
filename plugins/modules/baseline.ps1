#!powershell

# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -CSharpUtil ..module_utils._Windows
#AnsibleRequires -PowerShell ..module_utils._AppId
#AnsibleRequires -PowerShell ..module_utils._AppIdTask
#AnsibleRequires -PowerShell ..module_utils._Host
#AnsibleRequires -PowerShell ..module_utils._MachineTask

# The options of both are those of the modules machine and appid.
$spec = @{
    options = @{
        machine = @{ type = 'dict'; options = Get-MachineOption }
        appids = @{ type = 'list'; elements = 'dict'; options = Get-AppIdOption }
    }
    required_one_of = @(, @('machine', 'appids'))
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)

# The raw result; plugins/action/baseline.py makes of it what people read.
$result = $module.Result
$result.machine = $null
$result.appids = @()

# Finds all AppIDs with one look at the registry, and decides on each. Problem texts come out; nothing is written.
Function Open-AppIdList {
    param ([object[]]$Task)

    $keys = [ansible_collections.wincom.dcom.plugins.module_utils._Windows.ComKey]::AppIds()
    $found = @(foreach ($one in $Task) { Find-AppId $one.Params.id $keys })
    $targets = @{}
    $known = @($found | Where-Object { -not $_.Problem })
    if ($known) { foreach ($target in Get-AppId $known) { $targets[$target.AppId] = $target } }
    $first = @{} # AppID -> number of its entry
    for ($i = 0; $i -lt $Task.Count; $i++) {
        $appId = $found[$i].AppId
        try {
            if ($appId -and $first.ContainsKey($appId)) { throw "this is the AppID $appId, which entry $($first[$appId]) is about too; an AppID has one entry" }
            if ($appId) { $first[$appId] = $i + 1 }
            Open-AppIdTask $Task[$i] @(if ($appId) { $targets[$appId] }) $found[$i]
        }
        catch { Set-Problem $Task[$i] "appids, entry $($i + 1) ($($Task[$i].Params.id))" $_ }
    }
}

Function Set-Problem {
    param ($Task, [string]$Where, $ErrorRecord)
    $Task.Problem = Get-Reason $ErrorRecord
    "${Where}: $($Task.Problem)"
}

Function Stop-OnProblem {
    param ([string[]]$Problem, [string]$Outcome)

    Set-Result
    if ($Problem) { $module.FailJson("$($Problem -join '; '). $Outcome") }
}

# The result of each task, and of all of them.
Function Set-Result {
    foreach ($task in $tasks) {
        $task.Result.problem = $task.Problem
        if ($task.Result.changed) { $result.changed = $true }
    }
    if ($machine) { $result.machine = $machine.Result }
    $result.appids = @($appIds | ForEach-Object Result)
}

$machine = if ($module.Params.machine) { New-MachineTask $module.Params.machine $module.CheckMode }
$appIds = @(foreach ($one in $module.Params.appids) { if ($one) { New-AppIdTask $one $module.CheckMode } })
$tasks = @(@($machine) + $appIds | Where-Object { $_ })
try { Assert-Administrator } catch { $module.FailJson("$(Get-Reason $_).", $_) }

$problems = @(
    if ($machine) { try { Open-MachineTask $machine } catch { Set-Problem $machine 'machine' $_ } }
    Open-AppIdList $appIds
)
Stop-OnProblem $problems 'Nothing was changed.'

# Each by itself is all or nothing; one that fails does not stop the others.
$problems = @(
    if ($machine) { try { Complete-MachineTask $machine } catch { Set-Problem $machine 'machine' $_ } }
    for ($i = 0; $i -lt $appIds.Count; $i++) {
        try { Complete-AppIdTask $appIds[$i] } catch { Set-Problem $appIds[$i] "appids, entry $($i + 1) ($($appIds[$i].Params.id))" $_ }
    }
)
foreach ($task in $tasks) {
    foreach ($warning in $task.Warnings) { $module.Warn("$(if ($task.Params.id) { $task.Params.id } else { 'machine' }): $warning") }
}
Stop-OnProblem $problems 'The other entries were carried out.'
$module.ExitJson()
