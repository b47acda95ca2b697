#!powershell

# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -CSharpUtil ..module_utils._Windows
#AnsibleRequires -PowerShell ..module_utils._AppId
#AnsibleRequires -PowerShell ..module_utils._AppIdTask
#AnsibleRequires -PowerShell ..module_utils._Host
#AnsibleRequires -PowerShell ..module_utils._MachineTask
#AnsibleRequires -PowerShell ..module_utils._Setting

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
        catch { Set-Problem $Task[$i] $_ }
    }
}

# Does something with each task, by itself. Problem texts come out.
Function Invoke-EachTask {
    param ([scriptblock]$Action)
    foreach ($task in $tasks) { try { & $Action $task } catch { Set-Problem $task $_ } }
}

Function Set-Problem {
    param ($Task, $ErrorRecord)
    $Task.Problem = Get-Reason $ErrorRecord
    "$($Task.Where): $($Task.Problem)"
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

$together = @{ RunAs = @($module.Params.appids | ForEach-Object { $_.run_as } | Where-Object { $_ }); MachineValues = @{} }
$machine = if ($module.Params.machine) { (New-MachineTask $module.Params.machine $module.CheckMode) + @{ Where = 'machine' } }
$appIds = @(foreach ($one in $module.Params.appids) { if ($one) { New-AppIdTask $one $module.CheckMode $together } })
for ($i = 0; $i -lt $appIds.Count; $i++) { $appIds[$i].Where = "appids, entry $($i + 1) ($($appIds[$i].Params.id))" }
$tasks = @(@($machine) + $appIds | Where-Object { $_ })
try { Assert-Administrator } catch { $module.FailJson("$(Get-Reason $_).", $_) }

# What the machine's defaults will be is what an AppID without a list of its own starts from.
$problems = @(
    if ($machine) {
        try {
            Open-MachineTask $machine
            foreach ($change in Get-PlanChange $machine.Plan) { $together.MachineValues[$change.Name] = $change.New }
        }
        catch { Set-Problem $machine $_ }
    }
    Open-AppIdList $appIds
)
Stop-OnProblem $problems 'Nothing was changed.'
if (-not $module.CheckMode) { Stop-OnProblem @(Invoke-EachTask { param ($Task) if ($Task.Plan) { Test-PlanLogon $Task.Plan } }) 'Nothing was changed.' }

# Each by itself is all or nothing; one that fails does not stop the others.
$problems = @(Invoke-EachTask { param ($Task) if ($Task -eq $machine) { Complete-MachineTask $Task } else { Complete-AppIdTask $Task } })
foreach ($task in $tasks) {
    foreach ($warning in $task.Warnings) { $module.Warn("$(if ($task.Params.id) { $task.Params.id } else { 'machine' }): $warning") }
}
$outcome = if ($module.CheckMode) { 'Nothing was changed.' } elseif ($problems.Count -lt $tasks.Count) { 'The other entries were carried out.' } else { 'No entry was carried out.' }
Stop-OnProblem $problems $outcome
$module.ExitJson()
