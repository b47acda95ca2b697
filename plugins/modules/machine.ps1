#!powershell

# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -CSharpUtil ..module_utils._Windows
#AnsibleRequires -PowerShell ..module_utils._Host
#AnsibleRequires -PowerShell ..module_utils._MachineSetting
#AnsibleRequires -PowerShell ..module_utils._Principal
#AnsibleRequires -PowerShell ..module_utils._Setting

$setting = @(Get-MachineSetting)
$spec = @{
    options = @{
        allow_lockout = @{ type = 'bool'; default = $false }
        override_key_protection = @{ type = 'bool'; default = $false }
    }
    supports_check_mode = $true
}
foreach ($row in $setting) { $spec.options[$row.Name] = $row.Option }
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)
$params = $module.Params

# The raw result; plugins/action/machine.py makes of it what people read.
$result = $module.Result
$result.policy_managed = @()
$result.reboot_required = $false
$result.skipped_principals = @()
$result.settings = @()
$result.names = @{}

Function Set-Machine {
    Assert-Administrator
    $result.policy_managed = @(Get-PolicyManaged)
    $plan = Get-SettingPlan $setting $params (Get-Machine)
    $result.settings = @(foreach ($name in $plan.Keys) { @{ name = $name; before = $plan[$name].Before; after = $plan[$name].After } })
    $result.skipped_principals = @($plan.Values | ForEach-Object Skipped | Select-Object -Unique)
    Add-PrincipalName $result.names $result.settings
    $problems = @(Get-PlanProblem $plan)
    if ($problems) { throw ($problems -join '; ') }
    foreach ($warning in $plan.Values | ForEach-Object Warnings) { $module.Warn($warning) }

    try {
        Open-SettingPlan $plan $params.override_key_protection
        if (-not $module.CheckMode) { Invoke-SettingPlan $plan }
    }
    finally { Close-SettingPlan $plan }
    $result.changed = @(Get-PlanChange $plan).Count -gt 0
    $result.reboot_required = Test-RebootRequired @($setting | Where-Object { $plan.Contains($_.Name) }) $plan
}

try { Set-Machine }
catch { $module.FailJson("$(Get-Reason $_).", $_) }
$module.ExitJson()
