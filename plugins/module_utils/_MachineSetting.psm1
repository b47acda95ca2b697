# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# The settings of the machine, one row each: the only place where an option is named.

using namespace System.Security.AccessControl
using namespace ansible_collections.wincom.dcom.plugins.module_utils._Windows

#AnsibleRequires -PowerShell ..module_utils._AppId
#AnsibleRequires -PowerShell ..module_utils._Host
#AnsibleRequires -PowerShell ..module_utils._Permission
#AnsibleRequires -PowerShell ..module_utils._SecurityDescriptor
#AnsibleRequires -PowerShell ..module_utils._Setting
#AnsibleRequires -PowerShell ..module_utils._Value

$ole = 'SOFTWARE\Microsoft\Ole'
$hardening = @{ Registered = $true; Path = "$ole\AppCompat" }
$comPlus = @{ Registered = $true; Path = 'SOFTWARE\Microsoft\COM3' }
$rpc = 'SOFTWARE\Microsoft\Rpc\Internet'
$policies = 'SOFTWARE\Policies\Microsoft\Windows NT\DCOM'

# What an absent list means, see _Permission.psm1. Limits: the list of Windows 10 and Server 2016, where COM does not answer.
$limitGuards = @(
    @{ Sid = 'S-1-1-0'; Local = $true; Text = "'S-1-1-0' would lose local rights in this limit, which no application of this host can give back" }
    @{ Sid = 'S-1-5-32-544'; Text = "'S-1-5-32-544' would lose rights in this limit, which no application of this host can give back" }
)
$lpacCom = 'S-1-15-3-1024-2405443489-874036122-4286035555-1823921565-1746547431-2453885448-3625952902-991631256'
$scopes = @{
    DefaultLaunchPermission = @{ Com = 0 }
    DefaultAccessPermission = @{ Com = 1 }
    MachineLaunchRestriction = @{
        Com = 2; NoDefault = $true; Guards = $limitGuards
        Sddl = "O:BAG:BAD:(A;;0x1f;;;BA)(A;;0xb;;;WD)(A;;0x1f;;;S-1-5-32-562)(A;;0x1f;;;S-1-5-32-559)(A;;0xb;;;AC)(A;;0xb;;;$lpacCom)"
    }
    MachineAccessRestriction = @{
        Com = 3; NoDefault = $true; Guards = $limitGuards
        Sddl = "O:BAG:BAD:(A;;0x7;;;WD)(A;;0x3;;;AN)(A;;0x7;;;S-1-5-32-562)(A;;0x7;;;S-1-5-32-559)(A;;0x3;;;AC)(A;;0x3;;;$lpacCom)"
    }
}
$impersonationLevels = @{ anonymous = 1; identify = 2; impersonate = 3; delegate = 4 }
$logging = @{ always = 1; never = 2 }
$onOff = @{ true = 1; false = 0 }
$boolean = @{ type = 'str'; choices = 'true', 'false', 'default' }

# What the rows work on, in place of an AppID.
Function Get-Machine { @{ AppId = 'machine'; Registered = $true; Path = $ole } }

# Name, Option, Decide: see _Setting.psm1. Policy: the value by which Group Policy sets it. Reboot: Windows follows it after a restart only;
# Alone: a key that holds nothing else, so that its last write tells whether that restart is still owed.
Function Get-MachineSetting {
    @{
        Name = 'enable_dcom'
        Option = $boolean
        Reboot = $true
        Decide = { param ($Wanted, $Target) Get-DcomDecision $Wanted $Target }
    }
    @{
        Name = 'default_launch_permission'
        Option = Get-PermissionOption
        Decide = { param ($Wanted, $Target, $Params) Get-MachineListDecision launch DefaultLaunchPermission $Wanted $Target $Params }
    }
    @{
        Name = 'default_access_permission'
        Option = Get-PermissionOption
        Decide = { param ($Wanted, $Target, $Params) Get-MachineListDecision access DefaultAccessPermission $Wanted $Target $Params }
    }
    @{
        Name = 'launch_limit'
        Option = Get-PermissionOption -NoDefault
        Policy = 'MachineLaunchRestriction'
        Decide = { param ($Wanted, $Target, $Params) Get-LimitDecision launch MachineLaunchRestriction $Wanted $Target $Params }
    }
    @{
        Name = 'access_limit'
        Option = Get-PermissionOption -NoDefault
        Policy = 'MachineAccessRestriction'
        Decide = { param ($Wanted, $Target, $Params) Get-LimitDecision access MachineAccessRestriction $Wanted $Target $Params }
    }
    @{
        Name = 'default_authentication_level'
        Option = @{ type = 'str'; choices = 'none', 'connect', 'call', 'packet', 'packet_integrity', 'packet_privacy', 'default' }
        Decide = { param ($Wanted, $Target, $Params) Get-LevelDecision $Target LegacyAuthenticationLevel $Wanted $Params }
    }
    @{
        Name = 'default_impersonation_level'
        Option = @{ type = 'str'; choices = 'anonymous', 'identify', 'impersonate', 'delegate', 'default' }
        Decide = { param ($Wanted, $Target) Get-WordDecision $Target LegacyImpersonationLevel $Wanted $impersonationLevels }
    }
    @{
        Name = 'secure_references'
        Option = $boolean
        Decide = { param ($Wanted, $Target) Get-SwitchDecision $Target LegacySecureReferences $Wanted }
    }
    @{
        Name = 'call_failure_logging'
        Option = @{ type = 'str'; choices = 'always', 'never', 'default' }
        Decide = { param ($Wanted, $Target) Get-WordDecision $Target CallFailureLoggingLevel $Wanted $logging }
    }
    @{
        Name = 'activation_failure_logging'
        Option = @{ type = 'str'; choices = 'discretionary', 'always', 'never', 'default' }
        Decide = { param ($Wanted, $Target) Get-WordDecision $Target ActivationFailureLoggingLevel $Wanted ($logging + @{ discretionary = 0 }) }
    }
    @{
        Name = 'invalid_descriptor_logging'
        Option = @{ type = 'str'; choices = 'always', 'never', 'default' }
        Decide = { param ($Wanted, $Target) Get-WordDecision $Target InvalidSecurityDescriptorLoggingLevel $Wanted $logging }
    }
    @{
        Name = 'require_integrity_activation'
        Option = $boolean
        Reboot = $true
        Alone = $hardening.Path
        Decide = { param ($Wanted) Get-IntegrityDecision $Wanted }
    }
    @{
        Name = 'raise_activation_authentication'
        Option = @{ type = 'str'; choices = 'unspecified', 'all', 'default' }
        Reboot = $true
        Alone = $hardening.Path
        Decide = { param ($Wanted) Get-WordDecision $hardening RaiseActivationAuthenticationLevel $Wanted @{ unspecified = 1; all = 2 } }
    }
    @{
        Name = 'com_plus_remote_access'
        Option = $boolean
        Decide = { param ($Wanted) Get-WordDecision $comPlus RemoteAccessEnabled $Wanted $onOff }
    }
    @{
        Name = 'rpc_ports'
        Option = @{ type = 'list'; elements = 'str' }
        Reboot = $true
        Alone = $rpc
        Decide = { param ($Wanted) Get-PortDecision $Wanted }
    }
}

Function Get-DcomDecision {
    param ($Wanted, $Target)

    $decision = Get-SwitchDecision $Target EnableDCOM $Wanted
    if ($Wanted -eq 'false' -and $decision.Changes) {
        $decision.Warnings += 'enable_dcom: after the next restart nothing of this host is reached by DCOM from other computers, nor theirs from here; remote WMI ends with it'
    }
    $decision
}

Function Get-IntegrityDecision {
    param ($Wanted)

    $decision = Get-WordDecision $hardening RequireIntegrityActivationAuthenticationLevel $Wanted $onOff
    if ($Wanted -eq 'false') {
        $decision.Warnings += 'require_integrity_activation: false has no effect since March 2023: a Windows with the updates of that month always requires integrity (KB5004442)'
    }
    $decision
}

# A list of the machine's own.
Function Get-MachineListDecision {
    param ([string]$Kind, [string]$ValueName, $Wanted, $Target, $Params)
    Get-PermissionDecision $Kind $ValueName $Wanted $Target $Params $scopes[$ValueName]
}

# Where Group Policy sets a limit Windows ignores the machine's own list, so the request is judged by the policy's.
Function Get-LimitDecision {
    param ([string]$Kind, [string]$ValueName, $Wanted, $Target, $Params)

    $policy = Read-MachineValue $policies $ValueName
    if (-not $policy) { return Get-MachineListDecision $Kind $ValueName $Wanted $Target $Params }
    if (Test-BlankText $policy) {
        $decision = Get-MachineListDecision $Kind $ValueName $Wanted $Target $Params
        $decision.Before.blank_policy = $true
        return $decision
    }

    $own = (Get-MachineListDecision $Kind $ValueName $null $Target $Params).Before
    $held = ConvertFrom-PolicyValue $Kind $policy
    if ($held.Problem) {
        $decision = New-Decision
        $decision.Before = $own + @{ policy = @{ problem = $held.Problem; own = $own } }
        if ($null -ne $Wanted) {
            $decision.Problems = @("Group Policy sets this limit by a value that is no SDDL (HKLM\$policies, $ValueName $($held.Problem)), and Windows refuses " +
                'every request while it is there; mend or remove the policy first')
        }
        return $decision
    }
    $decision = Get-PermissionDecision $Kind $ValueName $Wanted $Target $Params ($scopes[$ValueName] + @{ Stored = $held.Value })
    $decision.Before.policy = @{ problem = ''; own = $own }
    if ($decision.Changes) {
        $decision.Problems = @("Group Policy sets this limit (HKLM\$policies, $ValueName) to another list than the declared one, and Windows ignores the machine's own " +
            "while it does; change the policy 'DCOM: Machine $(if ($Kind -eq 'launch') { 'Launch' } else { 'Access' }) Restrictions', or leave the option out")
    }
    $decision
}

# Saving the policy blank takes it away (Microsoft, "DCOM: Machine Launch Restrictions in SDDL syntax"), so a text without a character is none.
Function Test-BlankText {
    param ($Value)
    $Value.Type -eq 1 -and -not $Value.Text.Trim()
}

# A policy's text as the value that the machine's own list would be: @{ Value; Problem }.
Function ConvertFrom-PolicyValue {
    param ([string]$Kind, $Value)

    if ($Value.Type -ne 1) { return @{ Problem = "is of $(Get-TypeName $Value.Type) instead of REG_SZ" } }
    $text = $Value.Text
    try { $list = New-Permission $Kind ([RawSecurityDescriptor]::new($text)) }
    catch { return @{ Problem = "is '$text'" } }
    @{ Value = [RegistryValue]::new(3, (ConvertTo-PermissionByte $list).Bytes) }
}

# The options that Group Policy sets.
Function Get-PolicyManaged {
    foreach ($row in Get-MachineSetting | Where-Object { $_.Policy }) {
        $policy = Read-MachineValue $policies $row.Policy
        if ($policy -and -not (Test-BlankText $policy)) { $row.Name }
    }
}

# Whether Group Policy exempts applications from the check of their launch permission (AppCompat of the policies).
Function Test-ActivationExemption {
    $value = Read-MachineValue "$policies\AppCompat" 'AllowLocalActivationSecurityCheckExemptionList'
    $value.Type -eq 4 -and $value.Data[0] -eq 1
}

# Whether a restart is owed, for what this plan changes or for what was written after RPCSS started, which starts with Windows alone.
Function Test-RebootRequired {
    param ([object[]]$Setting, $Plan = @{})

    $started = (Get-ServerProcess @{ Service = @{ ServiceName = 'RpcSs' } }).Started
    foreach ($row in $Setting | Where-Object { $_.Reboot }) {
        if ($Plan[$row.Name].Changes) { return $true }
        $key = if ($row.Alone -and $started) { Open-MachineKey $row.Alone }
        if (-not $key) { continue }
        $newer = [RegistryValue]::LastWrite($key.Handle) -gt $started
        $key.Dispose()
        if ($newer) { return $true }
    }
    $false
}

# The ports that RPC gives to servers: three values that mean one thing, in a key that is not there where Windows has its own way.
Function Get-PortDecision {
    param ([string[]]$Wanted)

    $decision = New-Decision
    $stored = [ordered]@{}
    foreach ($name in 'Ports', 'PortsInternetAvailable', 'UseInternetPorts') { $stored[$name] = Read-MachineValue $rpc $name }
    $ports = @(Read-PortList $stored.Ports)
    $problem = @(Get-PortProblem $stored $ports)[0]
    $decision.Before = if (-not ($stored.Values | Where-Object { $_ })) { 'default' } elseif ($problem) { @{ problem = $problem } } else { , $ports }
    $decision.After = $decision.Before
    if ($null -eq $Wanted) { return $decision }

    if ("$Wanted" -eq 'default') {
        if ("$($decision.Before)" -ne 'default') {
            $decision.After = 'default'
            $decision.Changes = @(Get-PortRemoval $stored)
        }
        return $decision
    }
    $decision.Changes = @(
        if (-not $ports -or (Join-PortRange $ports) -ne (Join-PortRange $Wanted)) { New-Change 5 Ports $rpc Ports $stored.Ports (ConvertTo-ListValue $Wanted) }
        foreach ($name in 'PortsInternetAvailable', 'UseInternetPorts') {
            if (-not (Test-Yes $stored[$name])) { New-Change 5 $name $rpc $name $stored[$name] (ConvertTo-TextValue 'Y') }
        }
    )
    if ($decision.Changes) { $decision.After = $Wanted }
    $decision
}

# The ports and ranges of a value; none where one of them is not what RPC takes.
Function Read-PortList {
    param ($Value)

    $lines = @(ConvertFrom-ListValue $Value)
    foreach ($line in $lines) {
        if ($line -notmatch '^(\d{1,5})(?:-(\d{1,5}))?$') { return }
        $last = [int]$(if ($Matches[2]) { $Matches[2] } else { $Matches[1] })
        if ($last -gt 65535 -or $last -lt [int]$Matches[1]) { return }
    }
    $lines
}

Function Test-Yes {
    param ($Value)
    $Value.Type -eq 1 -and $Value.Text -eq 'Y'
}

# Why RPC does not take what is stored as the list of the only ports to use.
Function Get-PortProblem {
    param ($Stored, [string[]]$Ports)

    foreach ($name in $Stored.Keys) {
        if (-not $Stored[$name]) { "is incomplete: $name is missing" }
        elseif ($name -eq 'Ports') {
            if (-not $Ports) { "has no valid list in Ports: '$(@(ConvertFrom-ListValue $Stored.Ports) -join "', '")' ($(Get-TypeName $Stored.Ports.Type))" }
        }
        elseif (-not (Test-Yes $Stored[$name])) { "means other ports than those listed: $name is '$($Stored[$name].Text)' ($(Get-TypeName $Stored[$name].Type)) instead of 'Y'" }
    }
}

# Equal texts for lists of the same ports.
Function Join-PortRange {
    param ([string[]]$Line)

    $ranges = @($Line | ForEach-Object { , [int[]]$_.Split([char]'-') } | Sort-Object { $_[0] })
    $joined = [System.Collections.ArrayList]@()
    $first, $last = $ranges[0][0], $ranges[0][-1]
    foreach ($range in $ranges) {
        if ($range[0] -gt $last + 1) {
            $null = $joined.Add("$first-$last")
            $first = $range[0]
        }
        $last = [Math]::Max($range[-1], $last)
    }
    ($joined + "$first-$last") -join ','
}

# An empty key is not the same as none, for RPC then finds its settings incomplete. So the key goes, unless it holds something else.
Function Get-PortRemoval {
    param ($Stored)

    $removal = New-KeyRemoval 5 'the RPC ports' $rpc
    $others = @($removal.Old.Values.Keys | Where-Object { -not $Stored[$_] }) + @($removal.Old.Keys.Keys)
    if (-not $others) { return $removal }
    foreach ($name in $Stored.Keys | Where-Object { $Stored[$_] }) { New-Change 5 $name $rpc $name $Stored[$name] $null }
}

Export-ModuleMember -Function Get-Machine, Get-MachineSetting, Get-PolicyManaged, Test-ActivationExemption, Test-RebootRequired
