# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: machine settings, defaults and limits

<#
.SYNOPSIS
The rows of the machine: where an absent list's meaning comes from, the guards of the limits, Group Policy, values, ports.
#>

BeforeAll {
    . $PSScriptRoot\Import-Collection.ps1
    $windows = 'ansible_collections.wincom.dcom.plugins.module_utils._Windows'
    $registry, $com = ("$windows.RegistryValue" -as [type]), ("$windows.Com" -as [type])
    $joe = 'S-1-5-21-1-2-3-1001'
    $ole, $rpc, $policies = 'SOFTWARE\Microsoft\Ole', 'SOFTWARE\Microsoft\Rpc\Internet', 'SOFTWARE\Policies\Microsoft\Windows NT\DCOM'
    $hardening = "$ole\AppCompat"

    foreach ($module in '_AppId', '_MachineSetting', '_Permission') { Mock -ModuleName $module Read-MachineValue { $stored["$Path|$Name"] } }
    Mock -ModuleName _Permission Resolve-Principal { @{ Sid = $Name; Use = 5 } }
    Mock -ModuleName _MachineSetting New-KeyRemoval { @{ Store = 'key'; Order = $Order; What = $What; Path = $Path; Old = $tree; New = $null } }

    Function New-List { param ([AllowNull()]$Ace) $registry::new(3, (New-DescriptorByte $Ace).Bytes) }
    Function New-Text { param ([string]$Text) $registry::new(1, [System.Text.Encoding]::Unicode.GetBytes("$Text`0")) }
    Function New-Number { param ([uint32]$Number) $registry::new(4, [BitConverter]::GetBytes($Number)) }
    Function New-Multi { param ([string[]]$Text) $registry::new(7, [System.Text.Encoding]::Unicode.GetBytes(($Text -join "`0") + "`0`0")) }
    # Entries as the action plugin makes them, of lines such as 'allow S-1-5-18 0x2'.
    Function ConvertTo-Wanted {
        param ([hashtable]$Form)
        $given = @{ add = $null; remove = $null; set = $null; sddl = $null; binary = $null; default = $null }
        foreach ($key in $Form.Keys) {
            if ($key -notin 'add', 'remove', 'set') { $given[$key] = $Form[$key] }
            else {
                $given[$key] = @(foreach ($line in $Form[$key]) {
                        $type, $sid, $mask = $line.Split([char]' ')
                        @{ principal = $sid; type = $type; mask = if ($mask) { [int]$mask }; optional = $false }
                    })
            }
        }
        $given
    }
    Function Get-Decision {
        param ([string]$Name, $Wanted, [switch]$AllowLockout)
        if ($Wanted -is [hashtable]) { $Wanted = ConvertTo-Wanted $Wanted }
        & (Get-MachineSetting | Where-Object Name -EQ $Name).Decide $Wanted (Get-Machine) @{ allow_lockout = [bool]$AllowLockout }
    }
    Function Get-Written {
        param ($Decision, [string]$Kind = 'launch')
        Get-Line (ConvertFrom-PermissionByte $Kind $Decision.Changes[0].New.Data)
    }
}

Describe 'The table of the machine' {
    BeforeEach { $stored = @{} }

    It 'has each option once, and tells what is there without a wish' {
        $rows = @(Get-MachineSetting)
        $rows.Name | Select-Object -Unique | Should -Be $rows.Name
        $rows.Count | Should -Be 15
        foreach ($row in $rows) {
            $decision = & $row.Decide $null (Get-Machine) @{}
            $decision.Changes.Count, $decision.Problems.Count, $decision.Warnings.Count | Should -Be 0, 0, 0
            if ($row.Name -match 'permission|limit') { $decision.Before.default | Should -BeTrue } else { $decision.Before | Should -Be 'default' }
        }
    }

    It 'has no default for a limit' {
        foreach ($row in Get-MachineSetting | Where-Object Name -Like '*_limit') { $row.Option.options.Keys | Should -Not -Contain 'default' }
    }

    It 'writes <Name>: <Wanted> as type <Type>, <Bytes>' -ForEach @(
        @{ Name = 'enable_dcom'; Wanted = 'false'; Value = 'EnableDCOM'; Type = 1; Bytes = '4E-00-00-00' }
        @{ Name = 'secure_references'; Wanted = 'true'; Value = 'LegacySecureReferences'; Type = 1; Bytes = '59-00-00-00' }
        @{ Name = 'default_authentication_level'; Wanted = 'packet_integrity'; Value = 'LegacyAuthenticationLevel'; Type = 4; Bytes = '05-00-00-00' }
        @{ Name = 'default_impersonation_level'; Wanted = 'delegate'; Value = 'LegacyImpersonationLevel'; Type = 4; Bytes = '04-00-00-00' }
        @{ Name = 'call_failure_logging'; Wanted = 'never'; Value = 'CallFailureLoggingLevel'; Type = 4; Bytes = '02-00-00-00' }
        @{ Name = 'activation_failure_logging'; Wanted = 'discretionary'; Value = 'ActivationFailureLoggingLevel'; Type = 4; Bytes = '00-00-00-00' }
        @{ Name = 'invalid_descriptor_logging'; Wanted = 'always'; Value = 'InvalidSecurityDescriptorLoggingLevel'; Type = 4; Bytes = '01-00-00-00' }
        @{ Name = 'require_integrity_activation'; Wanted = 'false'; Value = 'RequireIntegrityActivationAuthenticationLevel'; Key = '\AppCompat'; Type = 4; Bytes = '00-00-00-00' }
        @{ Name = 'raise_activation_authentication'; Wanted = 'all'; Value = 'RaiseActivationAuthenticationLevel'; Key = '\AppCompat'; Type = 4; Bytes = '02-00-00-00' }
    ) {
        $change = (Get-Decision $Name $Wanted).Changes
        $change.Count | Should -Be 1
        $change[0].Path, $change[0].Name, $change[0].New.Type | Should -Be "$ole$Key", $Value, $Type
        [BitConverter]::ToString($change[0].New.Data) | Should -Be $Bytes
        $stored["$ole$Key|$Value"] = $change[0].New
        (Get-Decision $Name $Wanted).Changes.Count | Should -Be 0
        (Get-Decision $Name $null).Before | Should -Be $Wanted
        (Get-Decision $Name default).Changes[0].New | Should -BeNullOrEmpty
    }

    It 'writes COM+ access to a key of its own' {
        (Get-Decision com_plus_remote_access true).Changes[0].Path | Should -Be 'SOFTWARE\Microsoft\COM3'
    }

    It 'wants an override for no authentication at all' {
        (Get-Decision default_authentication_level none).Problems | Should -BeLike '*allow_lockout*'
        (Get-Decision default_authentication_level none -AllowLockout).Problems | Should -BeNullOrEmpty
    }

    It 'says that a requirement can no longer be lifted, and what turning DCOM off means' {
        (Get-Decision require_integrity_activation false).Warnings | Should -BeLike '*has no effect since March 2023*'
        (Get-Decision require_integrity_activation true).Warnings | Should -BeNullOrEmpty
        (Get-Decision enable_dcom false).Warnings | Should -BeLike '*restart*'
        $stored["$ole|EnableDCOM"] = New-Text N
        (Get-Decision enable_dcom false).Warnings | Should -BeNullOrEmpty
    }
}

Describe 'A default permission of the machine' {
    BeforeEach {
        $stored = @{}
        $com::Answer = $null
        $com::Asked.Clear()
    }

    It 'starts from what COM answers where it is absent' -ForEach @{ Kind = 'launch'; What = 0 }, @{ Kind = 'access'; What = 1 } {
        $com::Answer = (New-DescriptorByte 'allow S-1-5-18 0x3').Bytes
        Get-Written (Get-Decision "default_${Kind}_permission" @{ add = "allow $joe 0x2" }) $Kind | Should -Be 'allow S-1-5-18 0x3', "allow $joe 0x3"
        $com::Asked | Should -Be $What
    }

    It 'goes back to the documented list, not to what is stored' {
        $com::Answer = (New-DescriptorByte "allow $joe 0x1f").Bytes # what COM answers with while the value is there
        $stored["$ole|DefaultLaunchPermission"] = New-List "allow $joe 0x1f"
        $decision = Get-Decision default_launch_permission @{ default = $true } -AllowLockout
        $decision.Changes[0].New | Should -BeNullOrEmpty
        @($decision.After.entries | ForEach-Object sid | Sort-Object) | Should -Be 'S-1-5-18', 'S-1-5-32-544', 'S-1-5-4'
        $com::Asked.Count | Should -Be 0
    }

    It 'is not made by an edit that is satisfied' {
        (Get-Decision default_access_permission @{ add = 'allow S-1-5-18 0x2' }).Changes.Count | Should -Be 0
    }
}

Describe 'A limit' {
    BeforeEach {
        $stored = @{}
        $com::Answer = $null
        $com::Asked.Clear()
        $launch, $access = "$ole|MachineLaunchRestriction", "$ole|MachineAccessRestriction"
        $usual = 'allow S-1-5-32-544 0x1f', 'allow S-1-1-0 0xb'
    }

    It 'asks COM for the limit of <Kind> where it is absent' -ForEach @{ Kind = 'launch'; What = 2 }, @{ Kind = 'access'; What = 3 } {
        $com::Answer = (New-DescriptorByte 'allow S-1-1-0 0x3').Bytes
        Get-Written (Get-Decision "${Kind}_limit" @{ add = "allow $joe 0x2" }) $Kind | Should -Be 'allow S-1-1-0 0x3', "allow $joe 0x3"
        $com::Asked | Should -Be $What
    }

    It 'starts from the documented list, else' {
        $lines = Get-Written (Get-Decision access_limit @{ add = "allow $joe 0x2" }) access
        $lines.Count | Should -Be 7
        $lines[0..1] | Should -Be 'allow S-1-1-0 0x7', 'allow S-1-5-7 0x3'
    }

    It 'is not made by a list that equals what holds, for there is no way back to none' {
        $com::Answer = (New-DescriptorByte $usual).Bytes
        (Get-Decision launch_limit @{ set = 'allow S-1-5-32-544 0x1e', 'allow S-1-1-0 0xa' }).Changes.Count | Should -Be 0
    }

    It 'needs an override when <What>' -ForEach @(
        @{ What = 'Everyone loses a local right'; Wanted = @{ remove = 'allow S-1-1-0 0x8' }; Text = "*'S-1-1-0' would lose local rights in this limit*" }
        @{ What = 'Everyone goes'; Wanted = @{ remove = 'allow S-1-1-0' }; Text = "*'S-1-1-0' would lose local rights*" }
        @{ What = 'Administrators lose a right'; Wanted = @{ remove = 'allow S-1-5-32-544 0x10' }; Text = "*'S-1-5-32-544' would lose rights in this limit*" }
        @{ What = 'Administrators are denied one'; Wanted = @{ add = 'deny S-1-5-32-544 0x14' }; Text = "*'S-1-5-32-544' would lose rights*" }
        @{ What = 'the list is emptied'; Wanted = @{ set = @() }; Text = 'an empty list*' }
        @{ What = 'a text leaves Everyone out'; Wanted = @{ sddl = 'O:BAG:BAD:(A;;0x1f;;;BA)' }; Text = "*'S-1-1-0'*" }
    ) {
        $stored[$launch] = New-List $usual
        (Get-Decision launch_limit $Wanted).Problems | Should -BeLike $Text
        (Get-Decision launch_limit $Wanted).Problems | Should -BeLike '*allow_lockout: true does it nevertheless'
        (Get-Decision launch_limit $Wanted -AllowLockout).Problems | Should -BeNullOrEmpty
        (Get-Decision launch_limit $Wanted -AllowLockout).Changes.Count | Should -Be 1
    }

    It 'lets Administrators have their rights as part of Everyone, and needs an override when those end' {
        $stored[$access] = New-List 'allow S-1-1-0 0x7'
        (Get-Decision access_limit @{ remove = 'allow S-1-1-0 0x4' }).Problems | Should -BeLike "'S-1-5-32-544' would lose rights*"
        (Get-Decision access_limit @{ remove = 'allow S-1-1-0 0x4'; add = 'allow S-1-5-32-544 0x6' }).Problems | Should -BeNullOrEmpty
    }

    It 'lets pass <What>' -ForEach @(
        @{ What = 'an addition'; Before = 'allow S-1-5-32-544 0x1f', 'allow S-1-1-0 0xb'; Wanted = @{ add = 'allow S-1-5-4 0x14' } }
        @{ What = 'remote rights taken from Everyone'; Before = 'allow S-1-5-32-544 0x1f', 'allow S-1-1-0 0x1f'; Wanted = @{ remove = 'allow S-1-1-0 0x14' } }
        @{ What = 'a list that lacked Everyone'; Before = 'allow S-1-5-32-544 0x1f', 'allow S-1-5-4 0xb'; Wanted = @{ remove = 'allow S-1-5-4 0x2' } }
    ) {
        $stored[$launch] = New-List $Before
        (Get-Decision launch_limit $Wanted).Problems | Should -BeNullOrEmpty
    }

    It 'of the wrong type is refused by edits, told whole, and replaced by set' {
        $stored[$launch] = New-Text 'O:BAG:BAD:(A;;0x1f;;;BA)'
        (Get-Decision launch_limit @{ add = "allow $joe 0x2" }).Problems |
            Should -Be "the stored list is of type REG_SZ instead of REG_BINARY: 'O:BAG:BAD:(A;;0x1f;;;BA)'; add and remove can't start from it, declare the whole list with set or sddl"
        $decision = Get-Decision launch_limit @{ set = 'allow S-1-5-32-544 0x1e', 'allow S-1-1-0 0xa' }
        $decision.Problems | Should -BeNullOrEmpty
        $decision.Changes[0].Old | Should -Be $stored[$launch]
        $stored[$launch] = New-Number 1
        (Get-Decision launch_limit @{ remove = "allow $joe" }).Problems | Should -BeLike 'the stored list is of type REG_DWORD instead of REG_BINARY;*'
    }

    Context 'that Group Policy sets' {
        BeforeEach {
            $policy = "$policies|MachineLaunchRestriction"
            $stored[$policy] = New-Text 'D:(A;;0x1f;;;BA)(A;;0xb;;;WD)'
            $stored[$launch] = New-List 'allow S-1-5-18 0x1f'
        }

        It 'is told, and judged by the policy' {
            Get-PolicyManaged | Should -Be 'launch_limit'
            $read = (Get-Decision launch_limit $null).Before
            @($read.entries | ForEach-Object sid | Sort-Object) | Should -Be 'S-1-1-0', 'S-1-5-32-544'
            $read.policy.own.entries[0].sid | Should -Be 'S-1-5-18'
            foreach ($wanted in @{ add = 'allow S-1-1-0 0xa' }, @{ set = 'allow S-1-5-32-544 0x1e', 'allow S-1-1-0 0xa' }, @{ binary = $read.binary }) {
                $decision = Get-Decision launch_limit $wanted
                $decision.Problems.Count, $decision.Changes.Count | Should -Be 0, 0
            }
        }

        It 'is refused where a change would be needed' {
            foreach ($wanted in @{ add = "allow $joe 0x2" }, @{ remove = 'allow S-1-1-0' }) {
                (Get-Decision launch_limit $wanted).Problems | Should -BeLike 'Group Policy sets this limit (HKLM\SOFTWARE\Policies\*MachineLaunchRestriction)*Machine Launch Restrictions*'
            }
        }

        It 'by an empty text is none: "<_>"' -ForEach '', ' ' {
            $stored[$policy] = New-Text $_
            $decision = Get-Decision launch_limit @{ add = 'allow S-1-1-0 0x1f' }
            $decision.Problems | Should -BeNullOrEmpty
            $decision.Changes.Count | Should -Be 1
            (Get-Decision launch_limit $null).Before.blank_policy | Should -BeTrue
            Get-PolicyManaged | Should -Not -Contain launch_limit
        }

        It 'by <What> is an error, and is told' -ForEach @(
            @{ What = 'no SDDL'; Value = { New-Text 'everybody' }; Text = "is 'everybody'" }
            @{ What = 'half a list'; Value = { New-Text 'D:(A;;0x1f;;;SY' }; Text = "is 'D:(A;;0x1f;;;SY'" }
            @{ What = 'bytes'; Value = { New-List 'allow S-1-5-18 0x1f' }; Text = 'is of type REG_BINARY instead of REG_SZ' }
            @{ What = 'no type at all'; Value = { $registry::new(0, [byte[]]@()) }; Text = 'is of type REG_NONE instead of REG_SZ' }
        ) {
            $stored[$policy] = & $Value
            $decision = Get-Decision launch_limit @{ add = 'allow S-1-1-0 0xa' }
            $decision.Problems | Should -BeLike "Group Policy sets this limit by a value that is no SDDL (HKLM\SOFTWARE\Policies\*MachineLaunchRestriction $Text), and Windows refuses*"
            $decision.Changes.Count | Should -Be 0
            $read = (Get-Decision launch_limit $null)
            $read.Problems | Should -BeNullOrEmpty
            $read.Before.policy.problem | Should -Be $Text
            $read.Before.entries[0].sid | Should -Be 'S-1-5-18'
        }
    }
}

Describe 'rpc_ports' {
    BeforeEach {
        $stored = @{}
        Function Set-Port {
            param ($Ports, $Available = (New-Text Y), $Use = (New-Text y))
            $stored["$rpc|Ports"], $stored["$rpc|PortsInternetAvailable"], $stored["$rpc|UseInternetPorts"] = $Ports, $Available, $Use
        }
    }

    It 'writes three values' {
        $changes = (Get-Decision rpc_ports '5000-5100', '6000').Changes
        $changes.Name | Should -Be 'Ports', 'PortsInternetAvailable', 'UseInternetPorts'
        $changes[0].New.Type, $changes[1].New.Type | Should -Be 7, 1
        [System.Text.Encoding]::Unicode.GetString($changes[0].New.Data) | Should -BeExactly ("5000-5100", "6000", "", "" -join "`0")
        [System.Text.Encoding]::Unicode.GetString($changes[1].New.Data) | Should -BeExactly "Y`0"
    }

    It 'takes the same ports for the same: <_>' -ForEach '6000,5000-5100', '5000-5050,5051-5100,6000-6000', '5000-5100,6000' {
        Set-Port (New-Multi $_.Split([char]','))
        $decision = Get-Decision rpc_ports '5000-5100', '6000'
        $decision.Changes.Count | Should -Be 0
        $decision.Before | Should -Be $_.Split([char]',')
    }

    It 'writes what is wrong only' {
        Set-Port (New-Multi '5000-5100') (New-Text N)
        (Get-Decision rpc_ports '5000-5100').Changes.Name | Should -Be 'PortsInternetAvailable'
        Set-Port (New-Multi '5000-5101')
        (Get-Decision rpc_ports '5000-5100').Changes.Name | Should -Be 'Ports'
    }

    It 'tells <What>' -ForEach @(
        @{ What = 'blanks'; Ports = { New-Multi '5000 - 5100' }; Text = "has no valid list in Ports: '5000 - 5100' (type REG_MULTI_SZ)" }
        @{ What = 'a port too high'; Ports = { New-Multi '5000-70000' }; Text = "has no valid list in Ports: '5000-70000' (type REG_MULTI_SZ)" }
        @{ What = 'a range upside down'; Ports = { New-Multi '5100-5000' }; Text = 'has no valid list in Ports: *' }
        @{ What = 'a text'; Ports = { New-Text '5000' }; Text = "has no valid list in Ports: '' (type REG_SZ)" }
        @{ What = 'none'; Ports = { $null }; Text = 'is incomplete: Ports is missing' }
    ) {
        Set-Port (& $Ports)
        (Get-Decision rpc_ports $null).Before.problem | Should -BeLike $Text
        (Get-Decision rpc_ports '5000-5100').Changes.Name | Should -Be 'Ports'
    }

    It 'tells ports that are the ones to spare' {
        Set-Port (New-Multi '5000-5100') (New-Text N)
        (Get-Decision rpc_ports $null).Before.problem | Should -Be "means other ports than those listed: PortsInternetAvailable is 'N' (type REG_SZ) instead of 'Y'"
    }

    It 'removes the key by default, unless it holds something else' {
        (Get-Decision rpc_ports default).Changes.Count | Should -Be 0
        Set-Port (New-Multi '5000-5100')
        $tree = @{ Values = @{ Ports = 1; PortsInternetAvailable = 1; UseInternetPorts = 1 }; Keys = @{} }
        (Get-Decision rpc_ports default).Changes.Store | Should -Be 'key'
        $tree.Values.Other = 1
        $changes = (Get-Decision rpc_ports default).Changes
        $changes.Name | Should -Be 'Ports', 'PortsInternetAvailable', 'UseInternetPorts'
        @($changes | Where-Object New) | Should -BeNullOrEmpty
    }
}

Describe 'A restart' {
    BeforeEach {
        $stored = @{}
        Mock -ModuleName _MachineSetting Get-ServerProcess { @{ Started = [datetime]'2026-01-01' } }
        Mock -ModuleName _MachineSetting Open-MachineKey { }
    }

    It 'is owed for what changes: <Name>' -ForEach @(
        @{ Name = 'enable_dcom'; Wanted = 'false'; Owed = $true }
        @{ Name = 'raise_activation_authentication'; Wanted = 'all'; Owed = $true }
        @{ Name = 'rpc_ports'; Wanted = '5000-5100'; Owed = $true }
        @{ Name = 'secure_references'; Wanted = 'true'; Owed = $false }
    ) {
        $rows = @(Get-MachineSetting | Where-Object Name -EQ $Name)
        Test-RebootRequired $rows @{ $Name = Get-Decision $Name $Wanted } | Should -Be $Owed
        Test-RebootRequired $rows @{ $Name = Get-Decision $Name default } | Should -BeFalse
    }
}
