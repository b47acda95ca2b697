# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# One AppID from the options of its task to the result: what appid does once, and baseline for each of its entries.
# Open-AppIdTask finds, decides and refuses, and writes nothing; Complete-AppIdTask does the rest.

using namespace ansible_collections.wincom.dcom.plugins.module_utils._Windows

#AnsibleRequires -PowerShell ..module_utils._AppId
#AnsibleRequires -PowerShell ..module_utils._AppIdSetting
#AnsibleRequires -PowerShell ..module_utils._Host
#AnsibleRequires -PowerShell ..module_utils._Setting

$setting = @() # the rows; not read here, for the modules are loaded in no certain order

# The specification of all options: those of a task as a whole, then the settings.
Function Get-AppIdOption {
    $script:setting = @(Get-AppIdSetting)
    $options = @{
        id = @{ type = 'str' }
        state = @{ type = 'str'; choices = 'present', 'absent'; default = 'present' }
        register_with = @{ type = 'list'; elements = 'str' }
        missing = @{ type = 'str'; choices = 'fail', 'skip'; default = 'fail' }
        allow_lockout = @{ type = 'bool'; default = $false }
        force = @{ type = 'bool'; default = $false }
        override_key_protection = @{ type = 'bool'; default = $false }
    }
    foreach ($row in $setting) {
        $options[$row.Name] = $row.Option
        if ($row.Further) { $options += $row.Further }
    }
    $options
}

# Result is raw; plugins/plugin_utils/_appid.py makes of it what people read. $Together: what the same run of baseline declares elsewhere,
# @{ RunAs (identities of AppIDs); MachineValues (name -> [RegistryValue], $null for none: what will be there) }.
Function New-AppIdTask {
    param ($Params, [bool]$CheckMode, [hashtable]$Together = @{})
    @{
        Params = [hashtable]::new($Params) + @{ Together = $Together }
        CheckMode = $CheckMode
        Targets = @()
        Plan = $null
        Registrar = $null # the program to be run with /regserver
        Warnings = @()
        Result = @{
            changed = $false
            appid = $null
            display_name = $null
            clsids = @()
            running = @()
            server_restart_required = $false
            reboot_required = $false
            skipped_principals = @()
            settings = @()
            names = @{}
        }
    }
}

# The AppIDs that a task is about, @{ Targets; Problem; Ambiguous }: the one that id leads to, or all that run as runs_as.
Function Find-TaskTarget {
    param ($Task)

    $params = $Task.Params
    if ($params.id) {
        $found = Find-AppId $params.id
        if (-not $found.Problem) { $found.Targets = @(Get-AppId $found) }
        return $found
    }
    $keys = [ComKey]::AppIds()
    $all = @(Get-AppId @(foreach ($id in Get-AppIdOfIdentity $params.runs_as $keys) { Find-AppId $id $keys }))
    # Windows ignores the RunAs of both, so it is no reason to keep the others from their new password.
    $ignored = @($all | Where-Object { $_.Service -or (Test-ComPlus $_) })
    foreach ($one in $ignored) { $Task.Warnings += "the AppID $($one.AppId) '$($one.Name)' names '$($params.runs_as)' too and is left alone: it is a service or COM+ application, whose RunAs Windows ignores" }
    $targets = @($all | Where-Object { $ignored -notcontains $_ })
    if (-not $targets) { return @{ Problem = "no AppID of this host runs as '$($params.runs_as)'" } }
    @{ Targets = $targets }
}

# $Found: what Find-AppId or Find-TaskTarget said of the id.
Function Open-AppIdTask {
    param ($Task, [object[]]$Target, $Found)

    if (-not $Found.Problem) { return Set-TaskTarget $Task $Target }
    if ($Found.Ambiguous) { throw $Found.Problem }
    $params, $result = $Task.Params, $Task.Result
    $Task.Registrar = $params.register_with | ForEach-Object { Expand-HostVariable $_ } | Where-Object { [System.IO.File]::Exists($_) } | Select-Object -First 1
    if ($Task.Registrar) {
        # Check and run both tell the difference to "not registered": what /regserver writes can't be predicted.
        $null = Get-TaskPlan $Task (Get-AppId @{})
        $result.registered_with = $Task.Registrar
        $result.changed = $Task.CheckMode
        return
    }
    $guid = "$($params.id)" -match '^\{[0-9a-f-]{36}\}$'
    if ($params.state -eq 'absent') {
        # A run that was killed may have removed the AppID and not yet its password.
        if ($guid -and $null -ne [Lsa]::ReadSecret("SCM:$($params.id)")) { Set-TaskTarget $Task @(Get-AppId @{ NewAppId = $params.id }) }
        return
    }
    if ($guid -and $params.display_name -and $params.classes) {
        $result.created = $true
        return Set-TaskTarget $Task @(Get-AppId @{ NewAppId = $params.id })
    }
    $reason = $Found.Problem + $(if ($params.register_with) { "; none of register_with is there: $($params.register_with -join ', ')" })
    if ($params.missing -eq 'fail') { throw $reason }
    $result.skipped = $true
    $result.msg = "skipped: $reason"
}

Function Set-TaskTarget {
    param ($Task, [object[]]$Target)

    $params, $result = $Task.Params, $Task.Result
    $Task.Targets = $Target
    if ($Target.Count -eq 1) {
        $result.appid = $Target[0].AppId
        $result.display_name = if ($result.created) { $params.display_name } else { $Target[0].Name }
        $result.clsids = @(@($Target[0].Classes | ForEach-Object Key) + @($params.classes) | Where-Object { $_ } | Sort-Object -Unique)
    }
    else { $result.appids = @($Target | ForEach-Object AppId) }
    foreach ($one in $Target) { Assert-Manageable $one }
    $Task.Plan = Get-TaskPlan $Task $Target
    Assert-SettingPlan $Task.Plan $params.override_key_protection
    $Task.Warnings += @($Task.Plan.Values | ForEach-Object Warnings)
}

# Decides; the result tells it at once, so that a failure shows it too.
Function Get-TaskPlan {
    param ($Task, [object[]]$Target)

    $params, $result = $Task.Params, $Task.Result
    $plan = [ordered]@{}
    $result.settings = @(foreach ($one in $Target) {
            $decisions = if ($params.state -eq 'absent') { @{ state = Get-RemovalDecision $one $params.force } } else { Get-SettingPlan $setting $params $one }
            foreach ($name in $decisions.Keys) {
                $plan["$name $($one.AppId)"] = $decisions[$name]
                @{ appid = $one.AppId; name = $name; before = $decisions[$name].Before; after = $decisions[$name].After }
            }
        })
    Assert-PlanResult $result $plan
    $plan
}

# Whether completing the task would write anything.
Function Test-AppIdTaskWrite {
    param ($Task)
    -not $Task.CheckMode -and ($Task.Registrar -or @(Get-PlanChange $Task.Plan).Count -gt 0)
}

Function Complete-AppIdTask {
    param ($Task)

    $params, $result = $Task.Params, $Task.Result
    if ($Task.Registrar -and -not $Task.CheckMode) {
        $told = $result.settings
        $found = Register-Server $Task.Registrar $params.id
        $result.changed = $true
        Set-TaskTarget $Task @(Get-AppId $found)
        $result.settings = $told
    }
    if (-not $Task.Plan) { return }
    $writes = Complete-SettingPlan $Task.Plan $Task.CheckMode $params.override_key_protection
    $result.changed = $result.changed -or $writes
    # A new password is not read by servers that run.
    $changing = $Task.CheckMode -and @(Get-PlanChange $Task.Plan | Where-Object { $_.Store -eq 'value' })
    if ($params.state -eq 'present') { $Task.Targets | ForEach-Object { Add-Running $result $_ $changing } }
}

Function Add-Running {
    param ($Result, $Target, [bool]$Changing)

    $running = @(Get-ServerProcess $Target)
    $restart = Get-PendingRestart $Target $running $Changing
    if ($restart -eq 'server') { $Result.server_restart_required = $true }
    if ($restart -eq 'machine') { $Result.reboot_required = $true }
    $Result.running += @($running | ForEach-Object { ConvertTo-ProcessData $_ })
}

Export-ModuleMember -Function *-AppIdTask, Test-AppIdTaskWrite, Find-TaskTarget, Get-AppIdOption
