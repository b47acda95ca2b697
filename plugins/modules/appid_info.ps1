#!powershell

# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -CSharpUtil ..module_utils._Windows
#AnsibleRequires -PowerShell ..module_utils._AppId
#AnsibleRequires -PowerShell ..module_utils._AppIdSetting
#AnsibleRequires -PowerShell ..module_utils._Host
#AnsibleRequires -PowerShell ..module_utils._MachineSetting
#AnsibleRequires -PowerShell ..module_utils._Principal
#AnsibleRequires -PowerShell ..module_utils._Setting

using namespace ansible_collections.wincom.dcom.plugins.module_utils._Windows

$spec = @{
    options = @{
        id = @{ type = 'list'; elements = 'str' }
        name = @{ type = 'str' }
        custom_permission = @{ type = 'bool' }
        runs_as = @{ type = 'str' }
        principals = @{ type = 'list'; elements = 'str' }
        gather = @{ type = 'list'; elements = 'str'; choices = 'settings', 'configuration_permission', 'processes', 'findings'; default = @('settings', 'processes', 'findings') }
    }
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)
$params = $module.Params

# The raw result; plugins/action/appid_info.py makes of it what people read.
$result = $module.Result
$result.appids = @()
$result.not_found = @()
$result.machine = @{}
$result.callers = @()
$result.exemptions = @{}
$result.names = @{}
$result.orphans = @()

$reading = @(Get-AppIdSetting | Where-Object { $_.Name -ne 'configuration_permission' -or $params.gather -contains 'configuration_permission' })
$exemptions = 'AppCompat\ActivationSecurityCheckExemptionList'
$policies = 'SOFTWARE\Policies\Microsoft\Windows NT\DCOM'

# The AppIDs that were asked for: by id, or all; then those that pass every filter.
Function Get-Selection {
    $keys = [ComKey]::AppIds()
    $found = if ($null -eq $params.id) { @(Get-EveryAppId $keys) }
    else {
        foreach ($id in $params.id) {
            $one = Find-AppId $id $keys
            if (-not $one.Problem) { $one }
            elseif ($id -match '^\{[0-9a-f-]{36}\}$' -and (Test-MachineKey "SOFTWARE\Classes\CLSID\$id")) { @{ Class = $id; Name = Read-MachineText "SOFTWARE\Classes\CLSID\$id" '' } }
            else { $result.not_found += @{ id = $id; reason = $one.Problem } }
        }
    }
    if ($params.name) { $found = @($found | Where-Object { $_.Name -like $params.name }) }
    if ($params.runs_as) {
        $wanted = @(Get-AppIdOfIdentity $params.runs_as $keys)
        $found = @($found | Where-Object { $wanted -contains $_.AppId })
    }
    $classes = @($found | Where-Object { $_.Class } | ForEach-Object { (Get-AppId @{ Name = $_.Name }) + @{ Class = $_.Class } })
    foreach ($target in $classes + @(Get-AppId @($found | Where-Object { -not $_.Class }))) {
        $custom = $target.Stored.ContainsKey('LaunchPermission') -or $target.Stored.ContainsKey('AccessPermission')
        if ($null -eq $params.custom_permission -or $params.custom_permission -eq $custom) { $target }
    }
}

Function Get-Reading {
    param ($Target, [object[]]$Process)

    @{
        id = $Target.AppId
        display_name = $Target.Name
        settings = @(Get-SettingReading $reading $Target)
        without_appid = "$($Target.Class)"
        classes = @(foreach ($class in $Target.Classes) { @{ clsid = $class.Key; name = "$($class.Name)"; local_server = "$($class.LocalServer)" } })
        executables = $Target.Executables
        images = $Target.Images
        service = if ($Target.Service) { @{ name = $Target.Service.ServiceName; status = "$($Target.Service.Status)"; shared = [bool]($Target.Service.ServiceType -band 0x20) } }
        surrogate = $Target.IsSurrogate
        com_plus = Test-ComPlus $Target
        unreadable = $Target.Unreadable
        processes = @(if ($Process) { foreach ($running in Select-ServerProcess $Target $Process) { ConvertTo-ProcessData $running } })
    }
}

# Who a principal is, as far as this host can tell: groups are the local ones of a user, by SID.
Function Get-Caller {
    param ([string]$Name)

    $who = Resolve-Principal $Name
    if ($who.Problem) { throw "principals: $($who.Problem)" }
    $caller = @{ name = $Name; sid = $who.Sid; groups = @(); unknown = '' }
    $account = (Get-Account $who.Sid).Account
    if ($account.Use -ne 1) { return $caller }
    try { $caller.groups = @([Account]::LocalGroups("$($account.Domain)\$($account.Name)") | ForEach-Object { (Get-Account $_).Account.Sid } | Where-Object { $_ }) }
    catch { $caller.unknown = Get-Reason $_ }
    $caller
}

# The texts of a key's values, by name; empty where there is no such key.
Function Get-KeyText {
    param ([string]$Path)
    $texts = @{}
    $key = Open-MachineKey $Path
    if (-not $key) { return $texts }
    foreach ($name in $key.GetValueNames()) { $texts[$name] = "$($key.GetValue($name))" }
    $key.Dispose()
    $texts
}

Function Get-AppIdInfo {
    Assert-Administrator
    $running = if ($params.gather -contains 'processes') { @([Server]::All()) }
    $targets = @(Get-Selection)
    $result.appids = @(foreach ($target in $targets) { Get-Reading $target $running })
    if ($params.principals) {
        $machine = Get-Machine
        foreach ($row in Get-MachineSetting) { if ($row.Name -match '_limit$|_permission$|^enable_dcom$') { $result.machine[$row.Name] = (& $row.Decide $null $machine @{}).Before } }
        $result.callers = @(foreach ($name in $params.principals) { Get-Caller $name })
    }
    Add-PrincipalName $result.names @($result.appids, $result.machine, $result.callers)
    if ($params.gather -notcontains 'findings') { return }

    $result.orphans = @($result.names.Keys | Where-Object { $result.names[$_] -eq $_ -and (Test-Orphan $_) })
    $result.exemptions = @{
        policy = Get-KeyText "$policies\$exemptions"
        local = Get-KeyText "SOFTWARE\Microsoft\Ole\$exemptions"
        settings = Get-KeyText "$policies\AppCompat"
    }
}

try { Get-AppIdInfo }
catch { $module.FailJson("$(Get-Reason $_).", $_) }
$module.ExitJson()
