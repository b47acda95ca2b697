# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# The machine's settings from the options of a task to the result: what machine does, and baseline beside its AppIDs.
# Open-MachineTask decides and refuses, and writes nothing; Complete-MachineTask does the rest.

#AnsibleRequires -PowerShell ..module_utils._MachineSetting
#AnsibleRequires -PowerShell ..module_utils._Setting

$setting = @() # the rows; not read here, for the modules are loaded in no certain order

# The specification of all options: those of a task as a whole, then the settings.
Function Get-MachineOption {
    $script:setting = @(Get-MachineSetting)
    $options = @{
        allow_lockout = @{ type = 'bool'; default = $false }
        override_key_protection = @{ type = 'bool'; default = $false }
    }
    foreach ($row in $setting) { $options[$row.Name] = $row.Option }
    $options
}

# Result is raw; plugins/plugin_utils/_machine.py makes of it what people read.
Function New-MachineTask {
    param ($Params, [bool]$CheckMode)
    @{
        Params = $Params
        CheckMode = $CheckMode
        Plan = $null
        Warnings = @()
        Result = @{ changed = $false; policy_managed = @(); reboot_required = $false; skipped_principals = @(); settings = @(); names = @{} }
    }
}

Function Open-MachineTask {
    param ($Task)

    $result = $Task.Result
    $result.policy_managed = @(Get-PolicyManaged)
    $plan = $Task.Plan = Get-SettingPlan $setting $Task.Params (Get-Machine)
    $result.settings = @(foreach ($name in $plan.Keys) { @{ name = $name; before = $plan[$name].Before; after = $plan[$name].After } })
    Assert-PlanResult $result $plan
    Assert-SettingPlan $plan $Task.Params.override_key_protection
    $Task.Warnings = @($plan.Values | ForEach-Object Warnings)
}

# Whether completing the task would write anything.
Function Test-MachineTaskWrite {
    param ($Task)
    -not $Task.CheckMode -and @(Get-PlanChange $Task.Plan).Count -gt 0
}

Function Complete-MachineTask {
    param ($Task)

    $plan = $Task.Plan
    $Task.Result.changed = Complete-SettingPlan $plan $Task.CheckMode $Task.Params.override_key_protection
    $Task.Result.reboot_required = Test-RebootRequired @($setting | Where-Object { $plan.Contains($_.Name) }) $plan
}

Export-ModuleMember -Function *-MachineTask, Test-MachineTaskWrite, Get-MachineOption
