# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: permissions, defaults and limits

<#
.SYNOPSIS
Decisions on permissions: what holds, what is declared, whether it is safe, and in which order it is written.
#>

BeforeAll {
    . $PSScriptRoot\Import-Collection.ps1
    $windows = 'ansible_collections.wincom.dcom.plugins.module_utils._Windows'
    $registry, $com = ("$windows.RegistryValue" -as [type]), ("$windows.Com" -as [type])
    $joe = 'S-1-5-21-1-2-3-1001'
    $default = 'allow S-1-5-32-544 0x1f', 'allow S-1-5-4 0x1f', 'allow S-1-5-18 0x1f'

    foreach ($module in '_AppId', '_Permission') { Mock -ModuleName $module Read-MachineValue { $stored["$Name"] } }
    Mock -ModuleName _Permission Resolve-Principal {
        if ($Name -like 'S-1-*') { return @{ Sid = $Name; Use = 5 } }
        if ($Name -eq 'down') { return @{ Problem = "'down' could not be looked up" } }
        @{ Missing = $true; Problem = "'$Name' does not exist" }
    }

    Function New-Stored {
        param ([AllowNull()]$Ace)
        $registry::new(3, (New-DescriptorByte $Ace).Bytes)
    }
    # Entries as the action plugin makes them; a line without a mask leaves the rights to the host, a ? makes it optional.
    Function ConvertTo-Wanted {
        param ([string[]]$Line)
        @(foreach ($one in $Line) {
                $type, $sid, $mask = $one.TrimEnd('?').Split([char]' ')
                @{ principal = $sid; type = $type; mask = if ($mask) { [int]$mask }; optional = $one.EndsWith('?') }
            })
    }
    Function Get-Decision {
        param ([hashtable]$Wanted, [string]$Kind = 'launch', [switch]$AllowLockout, [switch]$Unregistered, [hashtable]$MachineValues)
        $given = @{ add = $null; remove = $null; set = $null; sddl = $null; binary = $null; default = $null } # as Ansible.Basic does
        foreach ($form in $Wanted.Keys) {
            if ($form -in 'add', 'remove', 'set') { $given[$form] = @(ConvertTo-Wanted $Wanted[$form]) } else { $given[$form] = $Wanted[$form] }
        }
        $target = @{ Path = 'S\AppID\{1}'; Registered = -not $Unregistered }
        Get-PermissionDecision $Kind 'Value' $given $target @{ allow_lockout = [bool]$AllowLockout; Together = @{ MachineValues = $MachineValues } }
    }
    Function Get-Written {
        param ($Decision, [string]$Kind = 'launch')
        Get-Line (ConvertFrom-PermissionByte $Kind $Decision.Changes[0].New.Data)
    }
}

Describe 'A permission' {
    BeforeEach {
        $stored = @{}
        $com::Answer = $null
        $com::Asked.Clear()
    }

    Context 'where nothing is stored' {
        It 'starts from what the same task makes of the machine value, or from what Windows documents where that goes' {
            $stored.DefaultLaunchPermission = New-Stored 'allow S-1-5-18 0x1f'
            $com::Answer = $stored.DefaultLaunchPermission.Data
            $new = @{ DefaultLaunchPermission = New-Stored 'allow S-1-5-32-544 0x1f' }
            Get-Written (Get-Decision @{ add = "allow $joe" } -MachineValues $new) | Should -Be 'allow S-1-5-32-544 0x1f', "allow $joe 0xb"
            Get-Written (Get-Decision @{ add = "allow $joe" } -MachineValues @{ DefaultLaunchPermission = $null }) | Should -Be ($default + "allow $joe 0xb")
        }

        It 'starts an edit from the machine value' {
            $stored.DefaultLaunchPermission = New-Stored 'allow S-1-5-18 0x1f'
            $decision = Get-Decision @{ add = "allow $joe" }
            Get-Written $decision | Should -Be 'allow S-1-5-18 0x1f', "allow $joe 0xb"
            $decision.Before.default, $decision.After.default | Should -Be $true, $false
            $decision.Changes[0].Old | Should -BeNullOrEmpty
            $com::Asked.Count | Should -Be 0
        }

        It 'starts from what COM answers for <Kind>, else' -ForEach @{ Kind = 'launch'; What = 0 }, @{ Kind = 'access'; What = 1 } {
            $com::Answer = (New-DescriptorByte 'allow S-1-5-18 0x3').Bytes
            Get-Written (Get-Decision @{ add = "allow $joe 0x2" } $Kind) $Kind | Should -Be 'allow S-1-5-18 0x3', "allow $joe 0x3"
            $com::Asked | Should -Be $What
        }

        It 'starts from the documented list of <Kind>, else' -ForEach @(
            @{ Kind = 'launch'; List = 'allow S-1-5-32-544 0x1f', 'allow S-1-5-4 0x1f', 'allow S-1-5-18 0x1f' }
            @{ Kind = 'access'; List = 'allow S-1-5-10 0x7', 'allow S-1-5-18 0x3', 'allow S-1-5-32-544 0x7' }
        ) {
            Get-Written (Get-Decision @{ add = "allow $joe 0x2" } $Kind) $Kind | Should -Be (@($List) + "allow $joe 0x3")
        }

        It 'calls a broken machine value the machine default, and says what mends it: <What>' -ForEach @(
            @{ What = 'everybody is in'; Value = { New-Stored $null }; Text = 'has a NULL DACL, which lets everybody in' }
            @{ What = 'malformed'; Value = { $registry::new(3, [byte[]](1, 0, 4, 0x80)) }; Text = 'is malformed' }
            @{ What = 'a text'; Value = { $registry::new(1, [byte[]](65, 0, 0, 0)) }; Text = "is of type REG_SZ instead of REG_BINARY: 'A'" }
        ) {
            $stored.DefaultLaunchPermission = & $Value
            $com::Answer = $stored.DefaultLaunchPermission.Data # as COM would, which is not asked
            foreach ($wanted in @{ add = "allow $joe" }, @{ remove = "allow $joe" }) {
                $decision = Get-Decision $wanted
                $decision.Problems | Should -Be ("the machine default (DefaultLaunchPermission) $Text; add and remove can't start from it, " +
                    'mend it first with wincom.dcom.machine (default_launch_permission), or declare the whole list with set or sddl')
                $decision.Changes.Count | Should -Be 0
            }
            Get-Written (Get-Decision @{ set = "allow $joe 0xa" }) | Should -Be "allow $joe 0xb"
            $com::Asked.Count | Should -Be 0
        }

        It 'goes to a broken machine default only where that is meant' {
            $stored.DefaultLaunchPermission = $registry::new(3, [byte[]](1, 0, 4, 0x80))
            $stored.Value = New-Stored 'allow S-1-5-18 0x1f'
            (Get-Decision @{ default = $true }).Problems | Should -BeLike 'the machine default is malformed; mend it with wincom.dcom.machine (default_launch_permission); allow_lockout*'
            $decision = Get-Decision @{ default = $true } -AllowLockout
            $decision.Problems.Count, $decision.Changes.Count | Should -Be 0, 1
            $stored.Value = $registry::new(3, [byte[]](1, 0)) # which let nobody in either
            (Get-Decision @{ default = $true }).Problems | Should -BeNullOrEmpty
            $stored.DefaultLaunchPermission = New-Stored $null
            $stored.Value = New-Stored 'allow S-1-5-18 0x1f'
            (Get-Decision @{ default = $true }).Problems | Should -BeNullOrEmpty
        }

        It 'takes the documented list where COM answers none that can be read' {
            $com::Answer = [byte[]](1, 0)
            Get-Written (Get-Decision @{ add = "allow $joe" }) | Should -Be (@($default) + "allow $joe 0xb")
        }

        It 'is left alone by an edit that the default satisfies' {
            foreach ($wanted in @{ add = 'allow S-1-5-18' }, @{ remove = "allow $joe" }, @{ default = $true }) {
                $decision = Get-Decision $wanted
                $decision.Changes.Count, $decision.Problems.Count | Should -Be 0, 0
                $decision.After.default | Should -BeTrue
            }
        }

        It 'is written by set even if that equals the default' {
            (Get-Decision @{ set = 'allow S-1-5-32-544 0x1e', 'allow S-1-5-4 0x1e', 'allow S-1-5-18 0x1e' }).Changes.Count | Should -Be 1
        }
    }

    Context 'in the default rights of an entry' {
        BeforeEach { $stored.Value = New-Stored 'allow S-1-5-18 0x1f', "allow $joe 0x1f" }

        It 'gives an allow the local ones, a deny and a removal all' {
            $jane = 'S-1-5-21-1-2-3-1002'
            Get-Written (Get-Decision @{ add = "allow $jane" }) | Should -Contain "allow $jane 0xb"
            Get-Written (Get-Decision @{ add = "deny $jane" }) | Should -Contain "deny $jane 0x1f"
            Get-Written (Get-Decision @{ remove = "allow $joe" }) | Should -Be 'allow S-1-5-18 0x1f'
        }

        It 'wants them named for <_>' -ForEach 'S-1-1-0', 'S-1-5-11', 'S-1-5-32-545', 'S-1-5-32-546', 'S-1-5-2', 'S-1-5-7', 'S-1-15-2-1' {
            $decision = Get-Decision @{ add = "allow $_" }
            $decision.Problems | Should -Be "'$_' stands for so many callers that the entry must name its rights, such as rights: [local_launch, local_activation]"
            (Get-Decision @{ add = "allow $_" } access).Problems | Should -BeLike '*such as rights: local_access'
            $decision.After | Should -BeNullOrEmpty
            (Get-Decision @{ add = "allow $_ 0xa" }).Problems | Should -BeNullOrEmpty
            (Get-Decision @{ remove = "allow $_" }).Problems | Should -BeNullOrEmpty
        }
    }

    Context 'with principals' {
        BeforeEach { $stored.Value = New-Stored 'allow S-1-5-18 0x1f' }

        It 'names all bad ones together, and writes nothing' {
            $decision = Get-Decision @{ add = 'allow nobody', 'allow down', 'allow noone' }
            $decision.Problems | Should -Be "'nobody' does not exist", "'down' could not be looked up", "'noone' does not exist"
            $decision.Changes.Count | Should -Be 0
        }

        It 'skips optional ones that do not exist' {
            $decision = Get-Decision @{ add = 'allow nobody ?'.Replace(' ?', '?'), "allow $joe" }
            $decision.Problems | Should -BeNullOrEmpty
            $decision.Skipped | Should -Be 'nobody'
            Get-Written $decision | Should -Be 'allow S-1-5-18 0x1f', "allow $joe 0xb"
        }

        It 'never skips one that could not be asked for' {
            (Get-Decision @{ add = 'allow down?' }).Problems | Should -Be "'down' could not be looked up"
        }

        It 'refuses the same rights added and taken away, or allowed and denied' {
            foreach ($wanted in @{ add = "allow $joe 0xa"; remove = "allow $joe 0x2" }, @{ add = "allow $joe 0xa", "deny $joe 0x8" }) {
                (Get-Decision $wanted).Problems[0] | Should -Be "the same rights of '$joe' are added and taken away"
            }
            (Get-Decision @{ add = "allow $joe 0xa", "deny $joe 0x14" }).Problems | Should -BeNullOrEmpty
        }
    }

    Context 'that is stored wrongly' {
        It 'is repaired by set, sddl and default, and refused by edits: <What>' -ForEach @(
            @{ What = 'a NULL DACL'; Value = { New-Stored $null } }
            @{ What = 'a mixed list'; Value = { New-Stored 'allow S-1-5-18 0x1f', 'allow S-1-5-4 0x1' } }
            @{ What = 'malformed'; Value = { $registry::new(3, [byte[]](1, 2, 3)) } }
            @{ What = 'empty bytes'; Value = { $registry::new(3, [byte[]]@()) } }
            @{ What = 'text'; Value = { $registry::new(1, [byte[]](65, 0, 0, 0)) } }
        ) {
            $stored.Value = & $Value
            foreach ($form in 'add', 'remove') {
                $decision = Get-Decision @{ $form = "allow $joe 0xa" }
                $decision.Problems | Should -BeLike "the stored list *; add and remove can't start from it, declare the whole list with set, sddl or default"
                $decision.Changes.Count | Should -Be 0
                $decision.Before.problem | Should -Not -BeNullOrEmpty
            }
            foreach ($wanted in @{ set = "allow $joe 0xa", 'allow S-1-5-18 0x1e' }, @{ sddl = 'O:BAG:BAD:(A;;0x1f;;;SY)' }, @{ default = $true }) {
                $decision = Get-Decision $wanted
                $decision.Problems | Should -BeNullOrEmpty
                $decision.Changes.Count | Should -Be 1
                $decision.Changes[0].Old | Should -Be $stored.Value
            }
        }

        It 'names the type <Type> as regedit does' -ForEach @(
            @{ Type = 0; Name = 'type REG_NONE' }, @{ Type = 5; Name = 'type REG_DWORD_BIG_ENDIAN' }, @{ Type = 11; Name = 'type REG_QWORD' }
            @{ Type = 12; Name = 'a type that the registry does not name (0xc)' }, @{ Type = 0x1234; Name = 'a type that the registry does not name (0x1234)' }
        ) {
            $stored.Value = $registry::new($Type, [byte[]](1, 2))
            (Get-Decision @{ add = "allow $joe" }).Problems | Should -BeLike "the stored list is of $Name instead of REG_BINARY*"
        }

        It 'is never made so by a text: <_>' -ForEach 'O:BAG:BA', 'O:BAG:BAD:(A;;0x1f;;;SY)(A;;0x1;;;BA)', 'O:BAG:BAD:(A;;0xa;;;SY)', 'nonsense' {
            $decision = Get-Decision @{ sddl = $_ }
            $decision.Problems | Should -BeLike 'the declared list *'
            $decision.Changes.Count | Should -Be 0
        }

        It 'is not replaced by the default for an empty text' {
            (Get-Decision @{ sddl = '' }).Problems | Should -Not -BeNullOrEmpty
        }
    }

    Context 'and its guards' {
        It 'refuse <What>' -ForEach @(
            @{ What = 'an empty list'; Kind = 'launch'; Before = , 'allow S-1-5-18 0x1f'; Wanted = @{ set = @() } }
            @{ What = 'an empty list by removal'; Kind = 'launch'; Before = , 'allow S-1-5-4 0x1f'; Wanted = @{ remove = 'allow S-1-5-4' } }
            @{ What = 'access without SYSTEM'; Kind = 'access'; Before = 'allow S-1-5-18 0x3', 'allow S-1-5-4 0x7'; Wanted = @{ remove = 'allow S-1-5-18' } }
            @{ What = 'access without old SYSTEM'; Kind = 'access'; Before = 'allow S-1-5-18 0x1', 'allow S-1-5-4 0x1'; Wanted = @{ set = 'allow S-1-5-4 0x2' } }
            @{ What = 'SYSTEM with remote access only'; Kind = 'access'; Before = , 'allow S-1-5-18 0x7'; Wanted = @{ set = 'allow S-1-5-18 0x4' } }
            @{ What = 'the end of Everyone, who was SYSTEM too'; Kind = 'access'; Before = , 'allow S-1-1-0 0x7'; Wanted = @{ set = 'allow S-1-5-4 0x2' } }
            @{ What = 'a deny of SYSTEM'; Kind = 'launch'; Before = , 'allow S-1-5-18 0x1f'; Wanted = @{ add = 'deny S-1-5-18 0x2' } }
            @{ What = 'a deny of Administrators'; Kind = 'launch'; Before = , 'allow S-1-5-18 0x1f'; Wanted = @{ add = 'deny S-1-5-32-544 0x8' } }
            @{ What = 'a deny of Everyone'; Kind = 'access'; Before = , 'allow S-1-5-18 0x7'; Wanted = @{ add = 'deny S-1-1-0' } }
            @{ What = 'a wider deny of Users'; Kind = 'launch'; Before = 'deny S-1-5-32-545 0x3', 'allow S-1-5-18 0x1f'; Wanted = @{ add = 'deny S-1-5-32-545 0x8' } }
            @{ What = 'set after a NULL DACL without SYSTEM'; Kind = 'access'; Before = $null; Wanted = @{ set = 'allow S-1-5-4 0x2' } }
        ) {
            $stored.Value = New-Stored $Before
            $decision = Get-Decision $Wanted $Kind
            $decision.Problems.Count | Should -BeGreaterThan 0
            $decision.Problems | Should -BeLike '*; allow_lockout: true does it nevertheless'
            (Get-Decision $Wanted $Kind -AllowLockout).Problems | Should -BeNullOrEmpty
            (Get-Decision $Wanted $Kind -AllowLockout).Changes.Count | Should -Be 1
        }

        It 'let pass <What>' -ForEach @(
            @{ What = 'a list that was empty'; Kind = 'launch'; Before = @(); Wanted = @{ set = @() } }
            @{ What = 'a list that lacked SYSTEM'; Kind = 'access'; Before = , 'allow S-1-5-4 0x7'; Wanted = @{ add = 'allow S-1-5-21-1-2-3-1001 0x2' } }
            @{ What = 'SYSTEM replaced by Everyone'; Kind = 'access'; Before = , 'allow S-1-5-18 0x3'; Wanted = @{ set = 'allow S-1-1-0 0x2' } }
            @{ What = 'launch without SYSTEM'; Kind = 'launch'; Before = , 'allow S-1-5-18 0x1f'; Wanted = @{ set = 'allow S-1-5-4 0xa' } }
            @{ What = 'a remote deny of Everyone'; Kind = 'launch'; Before = , 'allow S-1-5-18 0x1f'; Wanted = @{ add = 'deny S-1-1-0 0x14' } }
            @{ What = 'a deny that was there'; Kind = 'launch'; Before = 'deny S-1-1-0 0x1f', 'allow S-1-5-18 0x1f'; Wanted = @{ add = 'allow S-1-5-4 0xa' } }
            @{ What = 'a deny of a user'; Kind = 'launch'; Before = , 'allow S-1-5-18 0x1f'; Wanted = @{ add = 'deny S-1-5-21-1-2-3-1001' } }
        ) {
            $stored.Value = New-Stored $Before
            (Get-Decision $Wanted $Kind).Problems | Should -BeNullOrEmpty
        }
    }

    Context 'is written' {
        It 'early where it takes a right, late where it only adds: <What>' -ForEach @(
            @{ What = 'a new allow'; Order = 5; Wanted = @{ add = 'allow S-1-5-4 0xa' } }
            @{ What = 'a wider allow'; Order = 5; Wanted = @{ add = 'allow S-1-5-21-1-2-3-1001 0x14' } }
            @{ What = 'a narrower deny'; Order = 5; Wanted = @{ remove = 'deny S-1-5-7 0x2' } }
            @{ What = 'a narrower allow'; Order = 1; Wanted = @{ remove = 'allow S-1-5-21-1-2-3-1001 0x2' } }
            @{ What = 'a new deny'; Order = 1; Wanted = @{ add = 'deny S-1-5-4 0x14' } }
            @{ What = 'both'; Order = 1; Wanted = @{ add = 'allow S-1-5-4 0xa'; remove = 'allow S-1-5-21-1-2-3-1001' } }
        ) {
            $stored.Value = New-Stored 'deny S-1-5-7 0x1f', 'allow S-1-5-18 0x1f', 'allow S-1-5-21-1-2-3-1001 0xb'
            (Get-Decision $Wanted).Changes[0].Order | Should -Be $Order
        }

        It 'early where it drops a conditional allow' {
            $stored.Value = New-Stored 'if S-1-5-4 0xb', 'allow S-1-5-18 0x1f'
            (Get-Decision @{ sddl = 'O:BAG:BAD:(A;;0x1f;;;SY)' }).Changes[0].Order | Should -Be 1
        }

        It 'once: the second run has nothing to do' {
            foreach ($wanted in @{ add = "allow $joe" }, @{ set = "allow $joe", 'allow S-1-5-18 0x1e' }, @{ sddl = 'O:BAG:BAD:(A;;0x1f;;;SY)' }, @{ binary = [Convert]::ToBase64String((New-DescriptorByte 'allow S-1-5-18 0x1f').Bytes) }) {
                $stored.Remove('Value')
                $first = Get-Decision $wanted
                $first.Problems | Should -BeNullOrEmpty
                $stored.Value = $first.Changes[0].New
                $second = Get-Decision $wanted
                $second.Changes.Count | Should -Be 0
                $second.Before.Keys | ForEach-Object { ConvertTo-Json $second.Before[$_] | Should -BeExactly (ConvertTo-Json $first.After[$_]) }
            }
        }

        It 'with the owner and group that it tells' {
            $first = Get-Decision @{ sddl = 'D:(A;;0x1f;;;SY)' }
            $first.After.owner | Should -Be 'S-1-5-32-544'
        }

        It 'from the default, for a server that is not registered yet' {
            $stored.Value = New-Stored 'allow S-1-5-4 0x1f'
            $decision = Get-Decision @{ add = "allow $joe" } -Unregistered
            $decision.Before.default | Should -BeTrue
            Get-Written $decision | Should -Be (@($default) + "allow $joe 0xb")
        }

        It 'away by default, and put back byte for byte' {
            $stored.Value = New-Stored 'allow S-1-5-18 0x1f'
            $decision = Get-Decision @{ default = $true }
            $decision.Changes[0].New | Should -BeNullOrEmpty
            $decision.Changes[0].Old | Should -Be $stored.Value
            $decision.Before.binary | Should -BeExactly ([Convert]::ToBase64String($stored.Value.Data))
        }
    }
}
