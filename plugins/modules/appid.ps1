#!powershell

# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -CSharpUtil ..module_utils._Windows
#AnsibleRequires -PowerShell ..module_utils._AppId
#AnsibleRequires -PowerShell ..module_utils._AppIdSetting
#AnsibleRequires -PowerShell ..module_utils._Host
#AnsibleRequires -PowerShell ..module_utils._Principal
#AnsibleRequires -PowerShell ..module_utils._Setting

$setting = @(Get-AppIdSetting)
$spec = @{
    options = @{
        id = @{ type = 'str'; required = $true }
        register_with = @{ type = 'list'; elements = 'str' }
        missing = @{ type = 'str'; choices = 'fail', 'skip'; default = 'fail' }
        run_as_for_service = @{ type = 'str'; choices = 'write', 'skip'; default = 'write' }
        allow_lockout = @{ type = 'bool'; default = $false }
        remap_executables = @{ type = 'bool'; default = $false }
    }
    supports_check_mode = $true
}
foreach ($row in $setting) { $spec.options[$row.Name] = $row.Option }
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)

# The raw result; plugins/action/appid.py makes of it what people read.
$result = $module.Result
$result.appid = $null
$result.display_name = $null
$result.clsids = @()
$result.running = @()
$result.restart_required = 'no'
$result.skipped_principals = @()
$result.settings = @()

# Decides, and puts into the result at once what was decided, so that a failure shows it too.
Function Get-Plan {
    param ($Target)

    $plan = Get-SettingPlan $setting $module.Params $Target
    $result.settings = @(foreach ($name in $plan.Keys) { @{ name = $name; before = $plan[$name].Before; after = $plan[$name].After } })
    $result.skipped_principals = @($plan.Values | ForEach-Object Skipped | Select-Object -Unique)
    $sids = [regex]::Matches((ConvertTo-Json $result.settings -Depth 9 -Compress), '"(S-1-[0-9-]+)"') | ForEach-Object { $_.Groups[1].Value }
    $result.names = @{}
    # Well-known ones the controller can name itself.
    foreach ($sid in $sids | Where-Object { $_ -notmatch '^S-1-(1|2|5-\d+|5-32-\d+)(-0)?$' } | Sort-Object -Unique) { $result.names[$sid] = Get-PrincipalName $sid }
    $problems = @(Get-PlanProblem $plan)
    if ($problems) { throw ($problems -join '; ') }
    $plan
}

Function Set-AppId {
    Assert-Administrator
    $found = Find-AppId $module.Params.id
    if ($found.Problem) {
        $paths = $module.Params.register_with
        $registrar = $paths | ForEach-Object { Expand-HostVariable $_ } | Where-Object { [System.IO.File]::Exists($_) } | Select-Object -First 1
        if (-not $registrar) {
            $reason = $found.Problem + $(if ($paths) { "; none of register_with is there: $($paths -join ', ')" })
            if ($module.Params.missing -eq 'fail') { throw $reason }
            $result.skipped = $true
            $result.msg = "skipped: $reason"
            return
        }
        # Check and run both tell the difference to "not registered": what /regserver writes can't be predicted.
        $plan = Get-Plan (Get-AppId $found)
        $result.registered_with = $registrar
        $result.changed = $module.CheckMode
        if ($module.CheckMode) { return }
        $found = Register-Server $registrar $module.Params.id
        $result.changed = $true
        $told = $result.settings
    }

    $target = Get-AppId $found
    $result.appid = $target.AppId
    $result.display_name = $target.Name
    $result.clsids = @($target.Classes | ForEach-Object Key)
    Assert-NotComPlus $target
    $plan = Get-Plan $target
    if ($told) { $result.settings = $told }
    foreach ($warning in $plan.Values | ForEach-Object Warnings) { $module.Warn($warning) }

    $writes = @(Get-PlanChange $plan).Count -gt 0
    $result.changed = $result.changed -or $writes
    try {
        Open-SettingPlan $plan
        if (-not $module.CheckMode) { Invoke-SettingPlan $plan }
    }
    finally { Close-SettingPlan $plan }

    $running = @(Get-ServerProcess $target | Where-Object { $_ })
    $result.restart_required = Get-RestartRequired $target $running ($writes -and $module.CheckMode)
    $result.running = @($running | ForEach-Object {
            @{ pid = $_.Id; image = $_.Image; started = $_.Started.ToString('yyyy-MM-ddTHH:mm:ss', [cultureinfo]::InvariantCulture) + 'Z' }
        })
}

try { Set-AppId }
catch { $module.FailJson("$(Get-Reason $_).", $_) }
$module.ExitJson()
