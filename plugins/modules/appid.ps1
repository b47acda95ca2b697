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
        id = @{ type = 'raw'; required = $true }
        state = @{ type = 'str'; choices = 'present', 'absent'; default = 'present' }
        register_with = @{ type = 'list'; elements = 'str' }
        missing = @{ type = 'str'; choices = 'fail', 'skip'; default = 'fail' }
        allow_lockout = @{ type = 'bool'; default = $false }
        force_removal = @{ type = 'bool'; default = $false }
        override_key_protection = @{ type = 'bool'; default = $false }
    }
    supports_check_mode = $true
}
foreach ($row in $setting) {
    $spec.options[$row.Name] = $row.Option
    if ($row.Further) { $spec.options += $row.Further }
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)
$params = $module.Params

# The raw result; plugins/action/appid.py makes of it what people read.
$result = $module.Result
$result.appid = $null
$result.display_name = $null
$result.clsids = @()
$result.running = @()
$result.restart_required = 'no'
$result.skipped_principals = @()
$result.settings = @()
$result.names = @{}

# Decides, and puts into the result at once what was decided, so that a failure shows it too.
Function Get-Plan {
    param ([object[]]$Target)

    $plan = [ordered]@{}
    foreach ($one in $Target) {
        $decisions = if ($params.state -eq 'absent') { @{ state = Get-RemovalDecision $one $params.force_removal } } else { Get-SettingPlan $setting $params $one }
        foreach ($name in $decisions.Keys) { $plan["$name $($one.AppId)"] = $decisions[$name] }
        $result.settings += @(foreach ($name in $decisions.Keys) {
                @{ appid = $one.AppId; name = $name; before = $decisions[$name].Before; after = $decisions[$name].After }
            })
    }
    $result.skipped_principals = @($plan.Values | ForEach-Object Skipped | Select-Object -Unique)
    Add-PrincipalName $result.names $result.settings
    $problems = @(Get-PlanProblem $plan)
    if ($problems) { throw ($problems -join '; ') }
    $plan
}

# What the id means: @{ Targets; Problem }. { runs_as: user } means every AppID of that identity.
Function Get-Target {
    if ($params.id -is [string]) {
        $found = Find-AppId $params.id
        return @{ Targets = @(if (-not $found.Problem) { Get-AppId $found }); Problem = $found.Problem }
    }
    $user = Resolve-Principal $params.id.runs_as
    if ($user.Problem) { throw "id: $($user.Problem)" }
    $params.run_as = $params.id.runs_as
    $targets = @(foreach ($appId in Get-AppIdRunningAs $user.Sid) { Get-AppId (Find-AppId $appId) })
    @{ Targets = $targets; Problem = $(if (-not $targets) { "no AppID of this host runs as '$($params.id.runs_as)'" }) }
}

# Tells, and where it is not a check run does, what an id needs that is not registered; $null where there is nothing to be done.
Function Register-Missing {
    param ([string]$Problem)

    $paths = $params.register_with
    $registrar = $paths | ForEach-Object { Expand-HostVariable $_ } | Where-Object { [System.IO.File]::Exists($_) } | Select-Object -First 1
    if ($registrar) {
        # Check and run both tell the difference to "not registered": what /regserver writes can't be predicted.
        $null = Get-Plan (Get-AppId @{})
        $result.registered_with = $registrar
        $result.changed = $module.CheckMode
        if ($module.CheckMode) { return }
        $found = Register-Server $registrar $params.id
        $result.changed = $true
        return Get-AppId $found
    }
    if ($params.state -eq 'absent') { return }
    if ("$($params.id)" -match '^\{[0-9a-f-]{36}\}$' -and $params.display_name -and $params.classes) {
        $result.created = $true
        return Get-AppId @{ NewAppId = $params.id }
    }
    $reason = $Problem + $(if ($paths) { "; none of register_with is there: $($paths -join ', ')" })
    if ($params.missing -eq 'fail') { throw $reason }
    $result.skipped = $true
    $result.msg = "skipped: $reason"
}

Function Set-AppId {
    Assert-Administrator
    $found = Get-Target
    $targets = $found.Targets
    if ($found.Problem) {
        $targets = @(Register-Missing $found.Problem | Where-Object { $_ })
        if (-not $targets) { return }
    }
    if ($targets.Count -eq 1) {
        $result.appid = $targets[0].AppId
        $result.display_name = if ($result.created) { $params.display_name } else { $targets[0].Name }
        $result.clsids = @(@($targets[0].Classes | ForEach-Object Key) + @($params.classes) | Where-Object { $_ } | Sort-Object -Unique)
    }
    else { $result.appids = @($targets | ForEach-Object AppId) }
    foreach ($target in $targets) { Assert-NotComPlus $target }

    $told = $result.settings
    $result.settings = @()
    $plan = Get-Plan $targets
    if ($result.registered_with) { $result.settings = $told }
    foreach ($warning in $plan.Values | ForEach-Object Warnings) { $module.Warn($warning) }

    $writes = @(Get-PlanChange $plan).Count -gt 0
    try {
        Open-SettingPlan $plan $params.override_key_protection
        if (-not $module.CheckMode) {
            Test-PlanLogon $plan
            Invoke-SettingPlan $plan
        }
    }
    finally { Close-SettingPlan $plan }
    $result.changed = $result.changed -or $writes
    if ($params.state -eq 'present') { $targets | ForEach-Object { Add-Running $_ ($writes -and $module.CheckMode) } }
}

Function Add-Running {
    param ($Target, [bool]$Changing)

    $running = @(Get-ServerProcess $target | Where-Object { $_ })
    $restart = Get-RestartRequired $target $running $Changing
    if ($restart -ne 'no' -and $result.restart_required -ne 'reboot') { $result.restart_required = $restart }
    $result.running += @($running | ForEach-Object {
            @{ pid = $_.Id; image = $_.Image; started = $_.Started.ToString('yyyy-MM-ddTHH:mm:ss', [cultureinfo]::InvariantCulture) + 'Z' }
        })
}

try { Set-AppId }
catch { $module.FailJson("$(Get-Reason $_).", $_) }
$module.ExitJson()
