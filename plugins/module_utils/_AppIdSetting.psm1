# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# The settings of an AppID, one row each: the only place where an option is named.

using namespace System.IO
using namespace ansible_collections.wincom.dcom.plugins.module_utils._Windows

#AnsibleRequires -PowerShell ..module_utils._AppId
#AnsibleRequires -PowerShell ..module_utils._Permission
#AnsibleRequires -PowerShell ..module_utils._Principal
#AnsibleRequires -PowerShell ..module_utils._Setting

# RunAs as com/runas documents it. No value means the launching user; there is no word for it.
$runAsKeywords = @{
    launching_user = ''
    interactive_user = 'Interactive User'
    local_service = 'nt authority\localservice'
    network_service = 'nt authority\networkservice'
    system = 'nt authority\system'
}
# They host the code of others: a mapping of one of them would reach far beyond this AppID.
$sharedHosts = 'svchost', 'dllhost', 'rundll32', 'mmc', 'w3wp', 'java', 'javaw', 'python', 'pythonw', 'powershell', 'pwsh'
$names = @{ type = 'list'; elements = 'str' }

Function Get-AppIdSetting {
    @{
        Name = 'launch_permission'
        Option = Get-PermissionOption
        Decide = { param ($Wanted, $Target, $Params) Get-PermissionDecision launch LaunchPermission $Wanted $Target $Params }
    }
    @{
        Name = 'access_permission'
        Option = Get-PermissionOption
        Decide = { param ($Wanted, $Target, $Params) Get-AccessDecision $Wanted $Target $Params }
    }
    @{
        Name = 'run_as'
        Option = @{ type = 'str' }
        Decide = { param ($Wanted, $Target, $Params) Get-RunAsDecision $Wanted $Target $Params.run_as_for_service }
    }
    @{
        Name = 'executables'
        Option = @{
            type = 'dict'
            options = @{ add = $names; remove = $names; set = $names }
            mutually_exclusive = @(@('set', 'add'), @('set', 'remove'))
            required_one_of = @(, @('add', 'remove', 'set'))
        }
        Decide = { param ($Wanted, $Target, $Params) Get-ExecutableDecision $Wanted $Target $Params }
    }
}

Function Get-AccessDecision {
    param ($Wanted, $Target, $Params)

    $decision = Get-PermissionDecision access AccessPermission $Wanted $Target $Params
    # A program reads it by the mapping of its executable (com/accesspermission); services and surrogates have other ways.
    $mapped = @($Target.Executables) + @($Params.executables.add) + @($Params.executables.set)
    $missing = @($Target.Images | ForEach-Object { [Path]::GetFileName($_) } | Where-Object { $mapped -notcontains $_ })
    if ($missing -and -not $Target.IsSurrogate -and -not $Wanted.default) {
        $decision.Warnings += "$($missing -join ', ') is not mapped to this AppID, so Windows ignores the access permission unless the " +
        "program names its AppID itself; executables: {add: [$($missing -join ', ')]} maps it"
    }
    $decision
}

Function Get-RunAsDecision {
    param ([string]$Wanted, $Target, [string]$ForService)

    $decision = New-Decision
    $stored = if ($Target.Registered) { Read-MachineValue $Target.Path 'RunAs' }
    $text = ConvertFrom-TextValue $stored
    $sid = if ($text -and $runAsKeywords.Values -notcontains $text) { (Resolve-Principal $text).Sid }
    $isText = $null -eq $stored -or $stored.Type -eq 1
    $keyword = if ($isText) { $runAsKeywords.Keys | Where-Object { $runAsKeywords[$_] -eq "$text" } }
    $decision.Before = if (-not $isText) { @{ problem = "is not a REG_SZ value (type $($stored.Type))" } }
    elseif ($keyword) { $keyword }
    elseif ($sid) { $sid }
    else { @{ problem = "names '$text', which does not exist" } }
    $decision.After = $decision.Before
    if ($Target.Service -and $ForService -eq 'skip') { return $decision }
    if ($Target.Service) { $decision.Warnings += "the server is the service '$($Target.Service.ServiceName)', which runs as its own account; Windows ignores RunAs" }

    if ($runAsKeywords.ContainsKey($Wanted)) {
        $decision.After = $Wanted.ToLowerInvariant()
        if ($decision.Before -eq $Wanted) { return $decision }
        $new = if ($runAsKeywords[$Wanted]) { ConvertTo-TextValue $runAsKeywords[$Wanted] }
        $decision.Changes = @(New-Change 4 'RunAs' $Target.Path 'RunAs' $stored $new)
        return $decision
    }
    $account = Resolve-Principal $Wanted
    $decision.After = $account.Sid
    $decision.Problems = @(Get-RunAsProblem $Wanted $account $sid $Target)
    $decision
}

Function Get-RunAsProblem {
    param ([string]$Wanted, $Account, [string]$CurrentSid, $Target)

    if ($Account.Problem) { $Account.Problem }
    elseif ($Account.Use -ne 1) { "'$Wanted' is not the account of a user; keywords are $(@($runAsKeywords.Keys | Sort-Object) -join ', ')" }
    elseif ($Target.Service) { "the server is the service '$($Target.Service.ServiceName)'; ansible.windows.win_service sets its account" }
    elseif ($CurrentSid -ne $Account.Sid -or -not [Lsa]::HasSecret("SCM:$($Target.AppId)")) {
        "'$Wanted' needs its password: this AppID does not run as that account with a stored password yet"
    }
}

Function Get-ExecutableDecision {
    param ($Wanted, $Target, $Params)

    $decision = New-Decision
    $now = @($Target.Executables)
    $add = @(@($Wanted.add) + @($Wanted.set) | Where-Object { $_ -and $now -notcontains $_ } | Sort-Object -Unique)
    $remove = @($now | Where-Object { $Wanted.remove -contains $_ -or ($null -ne $Wanted.set -and $Wanted.set -notcontains $_) })
    $decision.Before = @{ names = $now; elsewhere = @{} }
    $decision.After = @{ names = @($now | Where-Object { $remove -notcontains $_ }) + $add; elsewhere = @{} }

    foreach ($name in $add + $remove) {
        $path = "SOFTWARE\Classes\AppID\$name"
        $stored = Read-MachineValue $path 'AppID'
        if ($remove -contains $name) {
            $decision.Changes += New-Change 5 "the mapping of $name" $path 'AppID' $stored $null -RemovesKey
            continue
        }
        $decision.Changes += New-Change 5 "the mapping of $name" $path 'AppID' $stored (ConvertTo-TextValue $Target.AppId)
        $other = ConvertFrom-TextValue $stored
        if ($other) { $decision.Before.elsewhere[$name] = $other }
        if ($Params.remap_executables) { continue }
        if ($other) { $decision.Problems += "$name is mapped to the AppID $other; remap_executables: true takes it from there" }
        if ($sharedHosts -contains [Path]::GetFileNameWithoutExtension($name)) {
            $decision.Problems += "$name hosts many servers, and all would get this AppID's settings; remap_executables: true does it nevertheless"
        }
    }
    $decision
}

Export-ModuleMember -Function Get-AppIdSetting
