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
        gather = @{ type = 'list'; elements = 'str'; choices = 'settings', 'configuration_permission', 'processes', 'findings', 'exposure'; default = @('settings', 'processes', 'findings') }
    }
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)
$params = $module.Params
$asksWho = $params.principals -or $params.gather -contains 'exposure' # so limits and defaults are read too

# The raw result; plugins/action/appid_info.py makes of it what people read.
$result = @{ appids = @(); not_found = @(); machine = @{}; callers = @(); exemptions = @{}; names = @{}; orphans = @() }

$reading = @(Get-AppIdSetting | Where-Object { $_.Name -ne 'configuration_permission' -or $params.gather -contains 'configuration_permission' })
$exemptions = 'AppCompat\ActivationSecurityCheckExemptionList'
$policies = 'SOFTWARE\Policies\Microsoft\Windows NT\DCOM'

# The AppIDs that were asked for: by id, or all; then those that pass every filter.
Function Get-Selection {
    $keys = [ComKey]::AppIds()
    $found = if ($null -eq $params.id) { @(Get-EveryAppId $keys) }
    else {
        foreach ($id in $params.id) {
            $class = $null
            try {
                $one = Find-AppId $id $keys
                if ($one.Problem) { $class = Find-ClassWithoutAppId $id }
            }
            catch { $one = @{ Problem = "'$id' could not be looked up: $(Get-Reason $_)" } }
            if ($class) { $class }
            elseif (-not $one.Problem) { $one }
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

    $found = @(Get-SettingReading $reading $Target)
    $unreadable = @($Target.Unreadable | Where-Object { $_ }) +
    @($found | Where-Object { $_.unreadable } | ForEach-Object { "its $($_.name) can't be read: $($_.unreadable)" })
    $processes = @(
        try { if ($Process) { foreach ($running in Select-ServerProcess $Target $Process) { ConvertTo-ProcessData $running } } }
        catch { $unreadable += "its processes can't be told: $(Get-Reason $_)" }
    )
    @{
        id = $Target.AppId
        display_name = $Target.Name
        settings = @($found | Where-Object { -not $_.unreadable })
        without_appid = "$($Target.Class)"
        classes = @(foreach ($class in $Target.Classes) { @{ clsid = $class.Key; name = "$($class.Name)"; local_server = "$($class.LocalServer)" } })
        executables = $Target.Executables
        images = $Target.Images
        service = if ($Target.Service) { @{ name = $Target.Service.ServiceName; status = "$($Target.Service.Status)"; shared = [bool]($Target.Service.ServiceType -band 0x20) } } else { $null } # nothing at all would travel as an empty table
        surrogate = $Target.IsSurrogate
        com_plus = Test-ComPlus $Target
        unreadable = $unreadable
        processes = $processes
    }
}

# The principals as this host knows them.
Function Get-Caller {
    $found = @(foreach ($name in $params.principals) { @{ Name = $name; Who = Resolve-Principal $name } })
    $problems = @($found | ForEach-Object { $_.Who.Problem } | Where-Object { $_ })
    if ($problems) { throw "principals: $($problems -join '; ')" }
    foreach ($one in $found) { Get-OneCaller $one.Name $one.Who.Sid }
}

# groups: the local ones by SID, which Windows tells of users only; what others have in their token for sure the controller knows.
Function Get-OneCaller {
    param ([string]$Name, [string]$Sid)

    $caller = @{ name = $Name; sid = $Sid; groups = @(); unknown = ''; user = $false }
    if ($Sid -eq 'S-1-5-18') { return $caller } # its token is the same everywhere
    $account = (Get-Account $Sid).Account
    $caller.user = $account.Use -in 1, 9 # a computer is one of its domain
    if ($account.Use -in 2, 4) { $caller.unknown = 'it is a group, and its members may be in others' }
    elseif ($account.Use -ne 1) { $caller.unknown = 'Windows tells the local groups of users only' }
    else {
        try { $caller.groups = @([Account]::LocalGroups("$($account.Domain)\$($account.Name)") | ForEach-Object { (Get-Account $_).Account.Sid } | Where-Object { $_ }) }
        catch { $caller.unknown = Get-Reason $_ }
        # A local account is in these by being one, whether its groups could be told or not.
        if ($account.Domain -eq $env:COMPUTERNAME) { $caller.groups += @('S-1-5-113') + @('S-1-5-114' | Where-Object { $caller.groups -contains 'S-1-5-32-544' }) }
    }
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
    $result.callers = @(if ($params.principals) { Get-Caller })
    $running = if ($params.gather -contains 'processes') { @([Server]::All()) }
    $targets = @(Get-Selection)
    $result.appids = @(foreach ($target in $targets) { Get-Reading $target $running })
    if ($asksWho -or $params.gather -contains 'findings') { Get-Surrounding }
    Add-PrincipalName $result.names @($result.appids, $result.machine, $result.callers)
    if ($params.gather -contains 'findings') { $result.orphans = @($result.names.Keys | Where-Object { $result.names[$_] -eq $_ -and (Test-Orphan $_) }) }
}

# What of the machine bears on every AppID.
Function Get-Surrounding {
    $bears = if ($asksWho) { '_limit$|_permission$|^enable_dcom$|^default_authentication_level$' } else { '^default_authentication_level$' }
    $machine = Get-Machine
    foreach ($row in Get-MachineSetting) { if ($row.Name -match $bears) { $result.machine[$row.Name] = (& $row.Decide $null $machine @{}).Before } }
    $result.exemptions = @{
        policy = Get-KeyText "$policies\$exemptions"
        local = Get-KeyText "SOFTWARE\Microsoft\Ole\$exemptions"
        settings = Get-KeyText "$policies\AppCompat"
    }
}

try { Get-AppIdInfo }
catch { $problem = $_ }
Complete-Module $module $result @() $problem
