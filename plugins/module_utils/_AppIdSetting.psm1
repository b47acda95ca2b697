# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# The settings of an AppID, one row each: the only place where an option is named.

using namespace System.IO
using namespace ansible_collections.wincom.dcom.plugins.module_utils._Windows

#AnsibleRequires -PowerShell ..module_utils._AppId
#AnsibleRequires -PowerShell ..module_utils._Host
#AnsibleRequires -PowerShell ..module_utils._Permission
#AnsibleRequires -PowerShell ..module_utils._Principal
#AnsibleRequires -PowerShell ..module_utils._Setting
#AnsibleRequires -PowerShell ..module_utils._Sid
#AnsibleRequires -PowerShell ..module_utils._Value

# Values of RunAs: https://learn.microsoft.com/windows/win32/com/runas
# No value means the launching user; Windows has no word for it.
$runAsKeywords = @{
    launching_user = ''
    interactive_user = 'Interactive User'
    local_service = 'nt authority\localservice'
    network_service = 'nt authority\networkservice'
    system = 'nt authority\system'
}
# RunAs may hold other names of theirs: NT AUTHORITY\LOCAL SERVICE, or one of another language.
$runAsSids = @{ local_service = 'S-1-5-19'; network_service = 'S-1-5-20'; system = 'S-1-5-18' }
# They host the code of others: a mapping of one of them would reach far beyond this AppID.
$sharedHosts = 'svchost', 'dllhost', 'rundll32', 'mmc', 'w3wp', 'java', 'javaw', 'python', 'pythonw', 'powershell', 'pwsh'
$bitness = @{ match_client = 1; '32' = 2; '64' = 3 }
$batchRight = 'SeBatchLogonRight' # log on as a batch job, as COM does for an identity
$knownFlags = 0x83f # AppIDFlags of the SDK that have a name
$names = @{ type = 'list'; elements = 'str' }
$bits = @{ type = 'list'; elements = 'int' }
$text = @{ type = 'str' }

# Further: options that go with it; the rest: see _Setting.psm1.
Function Get-AppIdSetting {
    @{
        Name = 'launch_permission'
        Value = 'LaunchPermission'
        Option = Get-PermissionOption
        Decide = { param ($Wanted, $Target, $Params) Get-PermissionDecision launch LaunchPermission $Wanted $Target $Params }
    }
    @{
        Name = 'access_permission'
        Value = 'AccessPermission'
        Option = Get-PermissionOption
        Decide = { param ($Wanted, $Target, $Params) Get-AccessDecision $Wanted $Target $Params }
    }
    @{
        Name = 'configuration_permission'
        Option = Get-PermissionOption
        Decide = { param ($Wanted, $Target, $Params) Get-PermissionDecision configuration '' $Wanted $Target $Params }
    }
    @{
        Name = 'run_as'
        Value = 'RunAs'
        Secret = $true
        Option = $text
        Further = @{
            run_as_password = @{ type = 'str'; no_log = $true }
            update_password = @{ type = 'str'; choices = 'when_changed', 'on_create'; default = 'when_changed' }
            verify_password = @{ type = 'bool'; default = $false }
            grant_logon_as_batch = @{ type = 'bool'; default = $true }
            revoke_logon_as_batch = @{ type = 'bool'; default = $false }
            run_as_for_service = @{ type = 'str'; choices = 'write', 'skip'; default = 'write' }
        }
        Decide = { param ($Wanted, $Target, $Params) Get-RunAsDecision $Wanted $Target $Params }
    }
    @{
        Name = 'executables'
        Property = 'Executables'
        Option = @{
            type = 'dict'
            options = @{ add = $names; remove = $names; set = $names }
            mutually_exclusive = @(@('set', 'add'), @('set', 'remove'))
            required_one_of = @(, @('add', 'remove', 'set'))
        }
        Further = @{ remap_executables = @{ type = 'bool'; default = $false } }
        Decide = { param ($Wanted, $Target, $Params) Get-ExecutableDecision $Wanted $Target $Params }
    }
    @{
        Name = 'authentication_level'
        Value = 'AuthenticationLevel'
        Option = @{ type = 'str'; choices = 'none', 'connect', 'call', 'packet', 'packet_integrity', 'packet_privacy', 'default' }
        Decide = { param ($Wanted, $Target, $Params) Get-LevelDecision $Target AuthenticationLevel $Wanted $Params }
    }
    @{
        Name = 'display_name'
        Value = ''
        Option = $text
        Decide = { param ($Wanted, $Target) Get-TextDecision $Target '' $Wanted }
    }
    @{
        Name = 'dll_surrogate'
        Value = 'DllSurrogate'
        Option = $text
        Decide = { param ($Wanted, $Target) Get-TextDecision $Target DllSurrogate $Wanted @{ system = '' } }
    }
    @{
        Name = 'service'
        Value = 'LocalService'
        Option = $text
        Decide = { param ($Wanted, $Target) Get-ServiceDecision $Wanted $Target }
    }
    @{
        Name = 'service_parameters'
        Value = 'ServiceParameters'
        Option = $text
        Decide = { param ($Wanted, $Target) Get-TextDecision $Target ServiceParameters $Wanted }
    }
    @{
        Name = 'remote_server_name'
        Value = 'RemoteServerName'
        Option = $text
        Decide = { param ($Wanted, $Target) Get-TextDecision $Target RemoteServerName $Wanted }
    }
    @{
        Name = 'activate_at_storage'
        Value = 'ActivateAtStorage'
        Option = @{ type = 'str'; choices = 'true', 'false', 'default' }
        Decide = { param ($Wanted, $Target) Get-SwitchDecision $Target ActivateAtStorage $Wanted }
    }
    @{
        Name = 'endpoints'
        Value = 'Endpoints'
        Option = $names
        Decide = { param ($Wanted, $Target) Get-ListDecision $Target Endpoints $Wanted }
    }
    @{
        Name = 'preferred_server_bitness'
        Value = 'PreferredServerBitness'
        Option = @{ type = 'str'; choices = 'match_client', '32', '64', 'default' }
        Decide = { param ($Wanted, $Target) Get-WordDecision $Target PreferredServerBitness $Wanted $bitness }
    }
    @{
        Name = 'flags'
        Value = 'AppIDFlags'
        Option = @{
            type = 'dict'
            options = @{ add = $bits; remove = $bits; set = $bits; default = @{ type = 'bool' } }
            mutually_exclusive = @(@('set', 'add'), @('set', 'remove'), @('default', 'add'), @('default', 'remove'), @('default', 'set'))
            required_one_of = @(, @('add', 'remove', 'set', 'default'))
        }
        Decide = { param ($Wanted, $Target) Get-FlagDecision $Target AppIDFlags $Wanted $knownFlags }
    }
    @{
        Name = 'classes'
        Property = 'Classes'
        Option = $names
        Decide = { param ($Wanted, $Target) Get-ClassDecision $Wanted $Target }
    }
}

Function Get-ServiceDecision {
    param ($Wanted, $Target)

    $decision = Get-TextDecision $Target LocalService $Wanted
    if ($decision.Changes -and $Wanted -ne 'default' -and -not (Get-ServerService $Wanted)) {
        $decision.Problems += "there is no service '$Wanted' on this host; give its key name, not its display name"
    }
    $decision
}

# The classes that belong to the AppID: each must be registered, in either view, and belong to no other AppID.
Function Get-ClassDecision {
    param ($Wanted, $Target)

    $decision = New-Decision
    $decision.Before = @{ names = @(foreach ($class in $Target.Classes) { $class.Key }); elsewhere = @{} }
    if ($null -eq $Wanted) { return $decision }
    $decision.After = @{ names = @($decision.Before.names + $Wanted | Sort-Object -Unique); elsewhere = @{} }
    foreach ($clsid in $Wanted) {
        $paths = @('', 'Wow6432Node\') | ForEach-Object { "SOFTWARE\Classes\${_}CLSID\$clsid" } | Where-Object { Test-MachineKey $_ }
        if (-not $paths) { $decision.Problems += "the class $clsid is not registered on this host" }
        foreach ($path in $paths) {
            $stored = Read-MachineValue $path 'AppID'
            $other = $stored.Text
            if ($other -eq $Target.AppId) { continue }
            if ($other) { $decision.Problems += "the class $clsid belongs to the AppID $other" }
            $decision.Changes += New-Change 5 "the AppID of class $clsid" $path 'AppID' $stored (ConvertTo-TextValue $Target.AppId)
        }
    }
    $decision
}

Function Get-AccessDecision {
    param ($Wanted, $Target, $Params)

    $decision = Get-PermissionDecision access AccessPermission $Wanted $Target $Params
    if ($null -eq $Wanted) { return $decision }
    # A program reads it by the mapping of its executable; services and surrogates have other ways.
    # https://learn.microsoft.com/windows/win32/com/accesspermission
    $mapped = @($Target.Executables) + @($Params.executables.add) + @($Params.executables.set)
    $missing = @($Target.Images | ForEach-Object { Get-ServerFileName $_ } | Where-Object { $mapped -notcontains $_ })
    if ($missing -and -not $Target.IsSurrogate -and -not $Wanted.default) {
        $decision.Warnings += "$($missing -join ', ') is not mapped to this AppID, so Windows ignores the access permission unless the " +
        "program names its AppID itself; executables: {add: [$($missing -join ', ')]} maps it"
    }
    $decision
}

# What RunAs says now: @{ Value; Sid; Data } with Data for people, see plugin_utils/_appid.py.
Function Get-Identity {
    param ($Target)

    $value = Read-TargetValue $Target 'RunAs'
    $name = $value.Text
    $keyword = foreach ($word in $runAsKeywords.Keys) { if ($runAsKeywords[$word] -eq "$name") { $word } }
    $who = if (-not $keyword) { Resolve-Principal $name }
    $sid = $who.Sid
    $data = @{ identity = $(if ($keyword) { $keyword } else { $sid }); password = $false }
    if ($null -ne $value -and $value.Type -ne 1) { $data = @{ problem = "is of $(Get-TypeName $value.Type) instead of REG_SZ"; password = $false } }
    elseif ($null -ne $value -and -not $value.IsText) { $data = @{ problem = 'holds what is no character, and no account has such a name'; password = $false } }
    elseif ($who.Missing) { $data.problem = "names '$name', which does not exist" }
    elseif (-not $keyword -and -not $sid) { $data.problem = "names an account that can't be told: $($who.Problem)" }
    @{ Value = $value; Sid = $sid; Data = $data }
}

Function Get-RunAsDecision {
    param ($Wanted, $Target, $Params)

    $decision = New-Decision
    $now = Get-Identity $Target
    $secretName = "SCM:$($Target.AppId)"
    $secret = if ($Target.Registered) { [Lsa]::ReadSecret($secretName) }
    $now.Data.password = $null -ne $secret
    $decision.Before = $decision.After = $now.Data
    if ($null -eq $Wanted) {
        # For a declaration of it as it is: the right may come through a group.
        if ($now.Sid) { $now.Data.own_right = Test-BatchRight $now.Sid }
        return $decision
    }
    # As this very task leaves it.
    $service = if ($Params.service) { $Params.service -replace '^default$' } else { "$($Target.Service.ServiceName)" }
    if ($service) {
        if ($Params.run_as_for_service -eq 'skip') { return $decision }
        $decision.Warnings += "the server is the service '$service', which runs as its own account; Windows ignores RunAs"
    }

    $user = $null
    if ($runAsKeywords.ContainsKey($Wanted)) {
        $value = if ($runAsKeywords[$Wanted]) { ConvertTo-TextValue $runAsKeywords[$Wanted] }
        $same = -not $now.Data.problem -and ($now.Data.identity -eq $Wanted -or ($now.Sid -and $now.Sid -eq $runAsSids[$Wanted]))
        $decision.After = @{ identity = $(if ($same) { $now.Data.identity } else { $Wanted.ToLowerInvariant() }); password = $false }
        # A password that nobody uses any more; also what a run that was killed has left.
        if ($null -ne $secret) { $decision.Changes += New-SecretChange 6 $secretName @(, $secret) @() }
    }
    else {
        $user = Resolve-Principal $Wanted
        if ($user.Sid -and -not $user.Use) { $user.Use = (Get-Account $user.Sid).Account.Use } # it was given as a SID
        $same = $user.Sid -and $now.Sid -eq $user.Sid -and -not $now.Data.problem
        if ($same -and $service -and -not $Params.run_as_password) { return $decision }
        $decision.Problems = @(Get-RunAsProblem $Wanted $user $now $service $Params)
        if ($decision.Problems) { return $decision }
        $account = (Get-Account $user.Sid).Account
        $value = ConvertTo-TextValue "$($account.Domain)\$($account.Name)"
        $decision.After = @{ identity = $user.Sid; password = $true }
        $decision.Changes += @(Get-PasswordChange $secretName $secret $Params $same)
        if ($decision.Changes) { $decision.After.changed = $true }
        $right = @(Get-RightChange $user.Sid $Params.grant_logon_as_batch)
        if ($right) { $decision.After.right = $true }
        if ($Params.verify_password -and $Params.run_as_password -and ($decision.Changes -or -not $same)) {
            $decision.Logon = @{ Domain = $account.Domain; User = $account.Name; Password = $Params.run_as_password; Granting = $right.Count -gt 0 }
        }
        $decision.Changes += $right
    }
    if ($same) { return $decision }
    if ($Wanted -eq 'system') { $decision.Warnings += 'COM does not start a server as SYSTEM; clients reach it only while it runs already' }
    $decision.Changes += New-Change 4 'RunAs' $Target.Path 'RunAs' $now.Value $value
    if ($now.Sid -and $Params.revoke_logon_as_batch) { $decision.Changes += @(Get-RevocationChange $now.Sid $Target.AppId $Params.Together.RunAs) }
    $decision
}

Function Get-RunAsProblem {
    param ([string]$Wanted, $User, $Now, [string]$Service, $Params)

    if ($User.Problem) { $User.Problem }
    elseif ($User.Use -ne 1) { "'$Wanted' is not the account of a user; keywords are $(@($runAsKeywords.Keys | Sort-Object) -join ', ')" }
    elseif ((Get-Account $User.Sid).Account.Name -like '*$') { "'$Wanted' is a managed or computer account, whose password COM can't know; run the server as a service" }
    elseif ($Service) { "the server is the service '$Service'; ansible.windows.win_service sets its account" }
    elseif (-not $Params.run_as_password -and ($Now.Sid -ne $User.Sid -or -not $Now.Data.password)) {
        "'$Wanted' needs its password in run_as_password: this AppID does not run as that account with a stored password yet"
    }
}

# Compared in memory, so that a rotation writes once. Some programs store a terminating NUL with the password.
Function Get-PasswordChange {
    param ([string]$Name, [byte[]]$Stored, $Params, [bool]$SameIdentity)

    if (-not $Params.run_as_password) { return }
    $wanted = [System.Text.Encoding]::Unicode.GetBytes($Params.run_as_password)
    $same = $null -ne $Stored -and (Test-SameText ([System.Text.Encoding]::Unicode.GetString($Stored).TrimEnd([char]0)) $Params.run_as_password)
    if ($same -or ($SameIdentity -and $null -ne $Stored -and $Params.update_password -eq 'on_create')) { return }
    New-SecretChange 3 $Name $(if ($null -ne $Stored) { , @(, $Stored) }) @(, $wanted)
}

# Whether an account holds the right itself; it may have it through a group as well.
Function Test-BatchRight {
    param ([string]$Sid)
    [Lsa]::Rights((ConvertTo-Sid $Sid)) -contains $batchRight
}

Function Get-RightChange {
    param ([string]$Sid, [bool]$Grant)
    if ($Grant -and -not (Test-BatchRight $Sid)) { New-RightChange 2 $Sid $batchRight $true }
}

# Takes the right from an account that no entry of the task declares. Whether another AppID still runs as it shows when it is
# written: the last of several that leave one account takes the right away.
Function Get-RevocationChange {
    param ([string]$Sid, [string]$AppId, [string[]]$Declared)

    $users = @($Declared | Where-Object { $_ -and -not $runAsKeywords.ContainsKey($_) } | ForEach-Object { (Resolve-Principal $_).Sid })
    if ($users -contains $Sid -or -not (Test-BatchRight $Sid)) { return }
    $change = New-RightChange 1 $Sid $batchRight $false
    $change.AppId = $AppId
    $change.Unless = { param ($Change) @(Get-AppIdRunningAs $Change.Sid) -ne $Change.AppId }
    $change
}

# The AppIDs that run as a keyword says, or as a user.
Function Get-AppIdOfIdentity {
    param ([string]$Identity, $Keys)

    if ($runAsKeywords.ContainsKey($Identity)) {
        $Keys.Values | Where-Object { "$($_.RunAs)" -eq $runAsKeywords[$Identity] } | ForEach-Object Key
        return $(if ($runAsSids[$Identity]) { Get-AppIdRunningAs $runAsSids[$Identity] $Keys })
    }
    $user = Resolve-Principal $Identity
    if ($user.Problem) { throw "runs_as: $($user.Problem)" }
    Get-AppIdRunningAs $user.Sid $Keys
}

# The AppIDs whose RunAs names an account.
Function Get-AppIdRunningAs {
    param ([string]$Sid, $Keys = [ComKey]::AppIds())
    foreach ($key in $Keys.Values | Where-Object { $_.RunAs -and $runAsKeywords.Values -notcontains $_.RunAs }) {
        if ((Resolve-Principal $key.RunAs).Sid -eq $Sid) { $key.Key }
    }
}

Function Get-ExecutableDecision {
    param ($Wanted, $Target, $Params)

    $decision = New-Decision
    $now = @($Target.Executables)
    $decision.Before = @{ names = $now; elsewhere = @{} }
    if ($null -eq $Wanted) { return $decision }
    $add = @(@($Wanted.add) + @($Wanted.set) | Where-Object { $_ -and $now -notcontains $_ } | Sort-Object -Unique)
    $remove = @($now | Where-Object { $Wanted.remove -contains $_ -or ($null -ne $Wanted.set -and $Wanted.set -notcontains $_) })
    $decision.After = @{ names = @($now | Where-Object { $remove -notcontains $_ }) + $add; elsewhere = @{} }

    foreach ($name in $add + $remove) {
        $path = "SOFTWARE\Classes\AppID\$name"
        $stored = Read-MachineValue $path 'AppID'
        if ($remove -contains $name) {
            $decision.Changes += New-MappingRemoval $name $stored $Target.AppId
            continue
        }
        $decision.Changes += New-Change 5 "the mapping of $name" $path 'AppID' $stored (ConvertTo-TextValue $Target.AppId)
        $other = $stored.Text
        if ($other) { $decision.Before.elsewhere[$name] = $other }
        if ($Params.remap_executables) { continue }
        if ($other) { $decision.Problems += "$name is mapped to the AppID $other; remap_executables: true takes it from there" }
        if ($sharedHosts -contains [Path]::GetFileNameWithoutExtension($name)) {
            $decision.Problems += "$name hosts many servers, and all would get this AppID's settings; remap_executables: true does it nevertheless"
        }
    }
    $decision
}

# Another entry of a baseline may have taken the executable by the time of writing; then it is no longer this AppID's to remove.
Function New-MappingRemoval {
    param ([string]$Name, $Stored, [string]$AppId)

    $change = New-Change 5 "the mapping of $Name" "SOFTWARE\Classes\AppID\$Name" 'AppID' $Stored $null -RemovesKey
    $change.AppId = $AppId
    $change.Unless = { param ($Change) (Read-MachineValue $Change.Path 'AppID').Text -ne $Change.AppId }
    $change
}

# Removes the AppID with its mappings and its password; refused where something uses it.
Function Get-RemovalDecision {
    param ($Target, [bool]$Force)

    $decision = New-Decision
    $secret = [Lsa]::ReadSecret("SCM:$($Target.AppId)")
    if ($null -ne $secret) { $decision.Changes += New-SecretChange 6 "SCM:$($Target.AppId)" @(, $secret) @() }
    $decision.Before = $decision.After = 'absent'
    if (-not $Target.Registered) {
        $decision.Warnings += "the AppID $($Target.AppId) is gone, and its stored password, which nothing uses, goes too"
        return $decision
    }
    $decision.Before = 'present'
    $users = @(
        if ($Target.Service) { "the service '$($Target.Service.ServiceName)'" }
        foreach ($class in $Target.Classes) { "the class $($class.Key) '$($class.Name)'" }
        foreach ($process in Get-ServerProcess $Target) { "the running $($process.Image) ($($process.Id))" }
    )
    if ($users -and -not $Force) {
        $decision.Problems = @("the AppID $($Target.AppId) is used by $($users -join ', '); set force: true to remove it anyway")
    }
    foreach ($name in $Target.Executables) {
        $decision.Changes += New-MappingRemoval $name (Read-MachineValue "SOFTWARE\Classes\AppID\$name" 'AppID') $Target.AppId
    }
    $decision.Changes += New-KeyRemoval 5 'the AppID' $Target.Path
    $decision
}

Export-ModuleMember -Function Get-AppIdOfIdentity, Get-AppIdRunningAs, Get-AppIdSetting, Get-RemovalDecision
