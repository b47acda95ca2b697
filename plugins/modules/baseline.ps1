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
#AnsibleRequires -PowerShell ..module_utils._Turn

# The options of both are those of the modules machine and appid.
$appIdOption = Get-AppIdOption
$appIdOption.id.required = $true
$spec = @{
    options = (Get-TurnOption) + @{
        machine = @{ type = 'dict'; options = Get-MachineOption }
        appids = @{ type = 'list'; elements = 'dict'; options = $appIdOption }
    }
    required_one_of = @(, @('machine', 'appids'))
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)

# A run: its tasks, the machine's before those of AppIDs. Each gets where it stands, and its problem.
Function New-Run {
    $params = $module.Params
    $together = @{ RunAs = @($params.appids | ForEach-Object { $_.run_as } | Where-Object { $_ }); MachineValues = @{} }
    $machine = if ($params.machine) { (New-MachineTask $params.machine $module.CheckMode) + @{ Where = 'machine' } }
    $appIds = @(foreach ($one in $params.appids) { if ($one) { New-AppIdTask $one $module.CheckMode $together } })
    for ($i = 0; $i -lt $appIds.Count; $i++) { $appIds[$i].Where = "appids, entry $($i + 1) ($($appIds[$i].Params.id))" }
    @{ Machine = $machine; AppIds = $appIds; Tasks = @(@($machine) + $appIds | Where-Object { $_ }); Together = $together }
}

# Decides on all tasks, and stops where one of them can't be carried out; nothing is written.
Function Open-Run {
    param ($Run)

    # What the machine's defaults will be is what an AppID without a list of its own starts from.
    Assert-NoProblem @(
        if ($Run.Machine) {
            try {
                Open-MachineTask $Run.Machine
                foreach ($change in Get-PlanChange $Run.Machine.Plan) { $Run.Together.MachineValues[$change.Name] = $change.New }
            }
            catch { Set-Problem $Run.Machine $_ }
        }
        Open-AppIdList $Run.AppIds
    ) 'Nothing was changed'
}

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

Function Test-RunWrite {
    param ($Run)
    ($Run.Machine -and (Test-MachineTaskWrite $Run.Machine)) -or @($Run.AppIds | Where-Object { Test-AppIdTaskWrite $_ }).Count -gt 0
}

# Carries all tasks out. Each by itself is all or nothing; one that fails does not stop the others.
Function Complete-Run {
    param ($Run)

    if (-not $module.CheckMode) { Assert-NoProblem @(Invoke-EachTask $Run { param ($Task) if ($Task.Plan) { Test-PlanLogon $Task.Plan } }) 'Nothing was changed' }
    $problems = @(Invoke-EachTask $Run { param ($Task) if ($Task -eq $Run.Machine) { Complete-MachineTask $Task } else { Complete-AppIdTask $Task } })
    $outcome = if ($module.CheckMode) { 'Nothing was changed' } elseif ($problems.Count -lt $Run.Tasks.Count) { 'The other entries were carried out' } else { 'No entry was carried out' }
    Assert-NoProblem $problems $outcome
}

# Does something with each task, by itself. Problem texts come out.
Function Invoke-EachTask {
    param ($Run, [scriptblock]$Action)
    foreach ($task in $Run.Tasks) { try { & $Action $task } catch { Set-Problem $task $_ } }
}

Function Set-Problem {
    param ($Task, $ErrorRecord)
    $Task.Problem = Get-Reason $ErrorRecord
    "$($Task.Where): $($Task.Problem)"
}

Function Assert-NoProblem {
    param ([string[]]$Problem, [string]$Outcome)
    if ($Problem) { throw "$($Problem -join '; '). $Outcome" }
}

# The raw result; plugins/action/baseline.py makes of it what people read.
Function Get-RunResult {
    param ($Run)
    foreach ($task in $Run.Tasks) { $task.Result.problem = $task.Problem }
    @{
        changed = @($Run.Tasks | Where-Object { $_.Result.changed }).Count -gt 0
        machine = $Run.Machine.Result
        appids = @($Run.AppIds | ForEach-Object Result)
    }
}

Function Get-RunWarning {
    param ($Run)
    foreach ($task in $Run.Tasks) {
        foreach ($warning in $task.Warnings) { "$(if ($task.Params.id) { $task.Params.id } else { 'machine' }): $warning" }
    }
}

$run = New-Run
try {
    Assert-Administrator
    Open-Run $run
    if (Test-RunWrite $run) {
        $turn = Enter-Turn $module
        $run = New-Run
        Open-Run $run
    }
    Complete-Run $run
}
catch { $problem = $_ }
finally { if ($turn) { $turn.Dispose() } }
Complete-Module $module (Get-RunResult $run) @(Get-RunWarning $run) $problem
