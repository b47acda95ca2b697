# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: permissions

<#
.SYNOPSIS
The rules of lists, one by one: what is malformed, what is flagged, what an edit does and what it leaves alone.
#>

BeforeAll {
    . $PSScriptRoot\Import-Collection.ps1
    $joe, $jane = 'S-1-5-21-1-2-3-1001', 'S-1-5-21-1-2-3-1002'

    # The lines of a list after an edit.
    Function Get-Added {
        param ([string]$Kind, [string[]]$Before, [string[]]$Wanted)
        Get-Line (Add-PermissionEntry (New-TestPermission $Kind $Before) @(ConvertTo-Entry $Wanted))
    }
    Function Get-Removed {
        param ([string]$Kind, [string[]]$Before, [string[]]$Unwanted)
        Get-Line (Remove-PermissionEntry (New-TestPermission $Kind $Before) @(ConvertTo-Entry $Unwanted))
    }
    Function Get-Replaced {
        param ([string]$Kind, [string[]]$Before, [string[]]$Wanted)
        Get-Line (Set-PermissionEntry (New-TestPermission $Kind $Before) @(ConvertTo-Entry $Wanted))
    }
    Function Get-Identity {
        param ([string[]]$Ace, [string]$Kind = 'launch', [switch]$Label)
        Get-PermissionIdentity (New-TestPermission $Kind $Ace -Label:$Label)
    }
}

Describe 'Flags of entries that set would not write' {
    It 'are told of <Kind> with <Flags> of an entry: <Told>' -ForEach @(
        @{ Kind = 'launch'; Flags = 'None'; Told = $false }, @{ Kind = 'launch'; Flags = 'Inherited'; Told = $true }
        @{ Kind = 'access'; Flags = 'ContainerInherit, ObjectInherit'; Told = $true }, @{ Kind = 'configuration'; Flags = 'None'; Told = $true }
        @{ Kind = 'configuration'; Flags = 'ContainerInherit'; Told = $false }, @{ Kind = 'configuration'; Flags = 'ContainerInherit, Inherited'; Told = $false }
    ) {
        $permission = New-TestPermission $Kind 'allow S-1-5-18 0x3', 'if S-1-5-11 0x3'
        $permission.Descriptor.DiscretionaryAcl[0].AceFlags = $Flags
        Test-FurtherFlag $permission | Should -Be $Told
    }

    It 'are none of a list that is not there' {
        Test-FurtherFlag (New-Permission launch -Problem 'is malformed') | Should -BeFalse
        Test-FurtherFlag (ConvertFrom-PermissionByte launch (New-DescriptorByte $null).Bytes) | Should -BeFalse
    }
}

Describe 'What is flagged' {
    It 'a descriptor that <What>' -ForEach @(
        @{ What = 'is empty'; Change = { , [byte[]]@() } }
        @{ What = 'is in absolute form'; Change = { $args[0][3] = 0; , $args[0] } }
        @{ What = 'has another revision'; Change = { $args[0][0] = 2; , $args[0] } }
        @{ What = 'has its owner past its end'; Change = { $args[0][7] = 0x7f; , $args[0] } }
        @{ What = 'has its list past its end'; Change = { $args[0][18] = 1; , $args[0] } }
        @{ What = 'counts more entries than it has'; Change = { $args[0][[BitConverter]::ToInt32($args[0], 16) + 4] = 9; , $args[0] } }
        @{ What = 'has an entry of no length'; Change = { $args[0][[BitConverter]::ToInt32($args[0], 16) + 10] = 0; , $args[0] } }
    ) {
        $bytes = & $Change (New-DescriptorByte 'allow S-1-5-18 0x1f').Bytes
        $permission = ConvertFrom-PermissionByte launch $bytes
        $permission.Problem | Should -Be 'is malformed'
        $permission.Descriptor | Should -BeNullOrEmpty
        @(Get-PermissionEntry $permission).Count | Should -Be 0
    }

    It 'a NULL DACL' {
        $permission = ConvertFrom-PermissionByte launch (New-DescriptorByte $null).Bytes
        $permission.Problem | Should -Be 'has a NULL DACL, which lets everybody in'
    }

    It 'no list that is empty' {
        $permission = New-TestPermission launch @()
        $permission.Problem | Should -BeNullOrEmpty
        @(Get-PermissionEntry $permission).Count | Should -Be 0
    }

    It 'an entry without the marker: <_>' -ForEach 'allow S-1-5-18 0xa', 'deny S-1-5-18 0x4', 'if S-1-5-18 0xa' {
        (New-TestPermission launch 'allow S-1-5-4 0x1f', $_).Problem | Should -BeLike '*without COM_RIGHTS_EXECUTE*'
    }

    It 'a mix of old and new entries: <_>' -ForEach 'allow S-1-5-18 0x1', 'deny S-1-5-18 0x1', 'unless S-1-5-18 0x1' {
        (New-TestPermission launch 'allow S-1-5-4 0x1f', $_).Problem | Should -BeLike 'mixes entries of the old format*'
    }

    It 'no old entry that the access check skips' {
        (New-TestPermission launch 'allow S-1-5-4 0x1f', 'inherit S-1-5-18 0x1').Problem | Should -BeNullOrEmpty
    }

    It 'no container bits without a right, which Windows ships' {
        $permission = New-TestPermission launch 'allow S-1-5-18 0x61', 'allow S-1-5-4 0x7f'
        $permission.Problem | Should -BeNullOrEmpty
        $permission.Legacy | Should -BeFalse
    }

    It 'a conditional deny behind an allow, and a deny behind a conditional or object one' {
        Test-DenyAfterAllow (New-TestPermission launch "allow $joe 0xb", "unless $joe 0xb") | Should -BeTrue
        Test-DenyAfterAllow (New-TestPermission launch "if $joe 0xb", "deny $joe 0xb") | Should -BeTrue
        Test-DenyAfterAllow (New-TestPermission launch "object $joe 0xb", "deny $joe 0xb") | Should -BeTrue
        Test-DenyAfterAllow (New-TestPermission launch "unless $joe 0xb", "if $joe 0xb") | Should -BeFalse
        Test-DenyAfterAllow (New-TestPermission launch "inherit $joe 0xb", "deny $joe 0xb") | Should -BeFalse
    }

    It 'a deny behind an allow' {
        Test-DenyAfterAllow (New-TestPermission launch "allow $joe 0xb", "deny $jane 0xb") | Should -BeTrue
        Test-DenyAfterAllow (New-TestPermission launch "deny $jane 0xb", "allow $joe 0xb") | Should -BeFalse
    }
}

Describe 'Meaning' {
    It 'is equal for <What>' -ForEach @(
        @{ What = 'another order'; Left = 'allow S-1-5-4 0xb', 'allow S-1-5-18 0x1f'; Right = 'allow S-1-5-18 0x1f', 'allow S-1-5-4 0xb' }
        @{ What = 'duplicates'; Left = 'allow S-1-5-4 0x3', 'allow S-1-5-4 0x9', 'allow S-1-5-4 0x3'; Right = , 'allow S-1-5-4 0xb' }
        @{ What = 'the old format'; Left = 'deny S-1-5-4 0x1', 'allow S-1-5-18 0x1'; Right = 'deny S-1-5-4 0x1f', 'allow S-1-5-18 0x1f' }
    ) {
        Get-Identity $Left | Should -BeExactly (Get-Identity $Right)
    }

    It 'of an old access list is 0x7, and activation bits mean nothing there' {
        Get-Identity 'allow S-1-5-18 0x1' access | Should -BeExactly (Get-Identity 'allow S-1-5-18 0x7' access)
        Get-Identity 'allow S-1-5-18 0x1b' access | Should -BeExactly (Get-Identity 'allow S-1-5-18 0x3' access)
    }

    It 'differs by <What>' -ForEach @(
        @{ What = 'a right'; Left = , 'allow S-1-5-4 0xb'; Right = , 'allow S-1-5-4 0x1b' }
        @{ What = 'allow and deny'; Left = , 'allow S-1-5-4 0xb'; Right = , 'deny S-1-5-4 0xb' }
        @{ What = 'a container bit'; Left = , 'allow S-1-5-4 0xb'; Right = , 'allow S-1-5-4 0x2b' }
        @{ What = 'a condition'; Left = , 'allow S-1-5-4 0xb'; Right = , 'if S-1-5-4 0xb' }
        @{ What = 'a deny behind an allow'; Left = 'deny S-1-5-4 0xb', 'allow S-1-5-18 0xb'; Right = 'allow S-1-5-18 0xb', 'deny S-1-5-4 0xb' }
        @{ What = 'a conditional deny behind an allow'; Left = 'unless S-1-1-0 0xb', 'allow S-1-1-0 0xb'; Right = 'allow S-1-1-0 0xb', 'unless S-1-1-0 0xb' }
        @{ What = 'no list and an empty one'; Left = @(); Right = $null }
    ) {
        $left = Get-PermissionIdentity (ConvertFrom-PermissionByte launch (New-DescriptorByte $Left).Bytes)
        $left | Should -Not -BeExactly (Get-PermissionIdentity (ConvertFrom-PermissionByte launch (New-DescriptorByte $Right).Bytes))
    }

    It 'differs by the label' {
        Get-Identity 'allow S-1-5-18 0xb' | Should -Not -BeExactly (Get-Identity 'allow S-1-5-18 0xb' -Label)
    }
}

Describe 'Add' {
    It 'a new allow goes last, a new deny first' {
        Get-Added launch 'deny S-1-5-7 0x5', 'allow S-1-5-18 0x1f' "allow $joe 0xa", "deny $jane 0x14" |
            Should -Be "deny $jane 0x15", 'deny S-1-5-7 0x5', 'allow S-1-5-18 0x1f', "allow $joe 0xb"
    }

    It 'gives the missing rights to the entry that is there' {
        Get-Added launch "allow $joe 0x23", 'allow S-1-5-18 0x1f' "allow $joe 0x8" | Should -Be "allow $joe 0x2b", 'allow S-1-5-18 0x1f'
    }

    It 'leaves alone what suffices, duplicates included' {
        $lines = "allow $joe 0x3", 'allow S-1-5-18 0x1f', "allow $joe 0x9"
        Get-Added launch $lines "allow $joe 0xa" | Should -Be $lines
    }

    It 'takes what it allows out of a deny of the same principal, out of all duplicates' {
        Get-Added launch "deny $joe 0x1f", "deny $joe 0xb", "deny $jane 0x1f" "allow $joe 0xa" |
            Should -Be "deny $joe 0x15", "deny $jane 0x1f", "allow $joe 0xb"
    }

    It 'does not take what it denies out of an allow: deny comes first anyway' {
        Get-Added launch "allow $joe 0x1f" "deny $joe 0xa" | Should -Be "deny $joe 0xb", "allow $joe 0x1f"
    }

    It 'expands an old <Kind> list when a new entry joins, to <Mask>' -ForEach @{ Kind = 'launch'; Mask = '0x1f' }, @{ Kind = 'access'; Mask = '0x7' } {
        Get-Added $Kind 'deny S-1-5-7 0x1', 'if S-1-5-4 0x1', 'allow S-1-5-18 0x1' "allow $joe 0x2" |
            Should -Be "deny S-1-5-7 $Mask", "if S-1-5-4 $Mask", "allow S-1-5-18 $Mask", "allow $joe 0x3"
    }

    It 'leaves an old list old where it suffices' {
        Get-Added launch 'allow S-1-5-18 0x1', "allow $joe 0x1" "allow $joe 0xa" | Should -Be 'allow S-1-5-18 0x1', "allow $joe 0x1"
    }

    It 'writes the marker into an entry that has only generic rights' {
        Get-Added access "allow $joe 0x10000000" "allow $joe 0x2" | Should -Be "allow $joe 0x10000003"
    }
}

Describe 'Remove' {
    It 'takes rights out of all entries of that principal and type' {
        Get-Removed launch "deny $joe 0xb", "allow $joe 0xb", "allow $jane 0xb", "allow $joe 0x1f" "allow $joe 0xa" |
            Should -Be "deny $joe 0xb", "allow $jane 0xb", "allow $joe 0x15"
    }

    It 'never leaves a bare marker, which would mean all rights' {
        Get-Removed launch 'allow S-1-5-18 0x1f', "allow $joe 0x3" "allow $joe 0x2" | Should -Be 'allow S-1-5-18 0x1f'
    }

    It 'keeps an entry while container bits remain' {
        Get-Removed launch "allow $joe 0x63" "allow $joe 0x2" | Should -Be "allow $joe 0x61"
    }

    It 'with all rights takes the entries away, and leaves an old list old' {
        Get-Removed launch 'allow S-1-5-18 0x1', "allow $joe 0x1", "deny $joe 0x1" "allow $joe 0x1e" | Should -Be 'allow S-1-5-18 0x1', "deny $joe 0x1"
    }

    It 'with some rights expands an old list' {
        Get-Removed access 'allow S-1-5-18 0x1', "allow $joe 0x1" "allow $joe 0x4" | Should -Be 'allow S-1-5-18 0x7', "allow $joe 0x3"
    }

    It 'of somebody who is not there changes nothing' {
        Get-Removed launch 'allow S-1-5-18 0x1', 'if S-1-5-4 0x1' "allow $joe 0x2" | Should -Be 'allow S-1-5-18 0x1', 'if S-1-5-4 0x1'
    }

    It 'does not touch conditional and inherit-only entries' {
        Get-Removed launch "if $joe 0xb", "inherit $joe 0xb", "allow $joe 0xb" "allow $joe 0x1e" | Should -Be "if $joe 0xb", "inherit $joe 0xb"
    }

    It 'of the same principal twice is their union' {
        Get-Removed launch 'allow S-1-5-18 0x1', "allow $joe 0x1" "allow $joe 0xa", "allow $joe 0x14" | Should -Be 'allow S-1-5-18 0x1'
    }

    It 'leaves alone an entry that has none of these rights' {
        Get-Removed launch "allow $joe 0x10000001" "allow $joe 0x2" | Should -Be "allow $joe 0x10000001"
    }
}

Describe 'Set' {
    It 'makes the plain entries exactly these, deny first, the same principal twice as one' {
        Get-Replaced launch "allow $jane 0x1f", 'deny S-1-5-7 0x1f' "allow $joe 0x2", 'allow S-1-5-18 0x1e', "deny $jane 0x4", "allow $joe 0x8" |
            Should -Be "deny $jane 0x5", "allow $joe 0xb", 'allow S-1-5-18 0x1f'
    }

    It 'keeps conditional, inherit-only, object and unknown entries' {
        Get-Replaced launch "if $jane 0xb", "allow $jane 0xb", "inherit $jane 0xb", "object $jane 0xb", 'unknown S-1-5-18 0' "allow $joe 0xa", 'deny S-1-5-7 0x4' |
            Should -Be 'deny S-1-5-7 0x5', "if $jane 0xb", "inherit $jane 0xb", "object $jane 0xb", 'unknown 1234', "allow $joe 0xb"
    }

    It 'keeps the container bits of a listed principal' {
        Get-Replaced launch "allow $joe 0x6b", "allow $jane 0x6b" "allow $joe 0x1e" | Should -Be "allow $joe 0x7f"
    }

    It 'of what an old list means is the same' {
        $old = New-TestPermission launch 'allow S-1-5-18 0x1', "deny $joe 0x1"
        $new = Set-PermissionEntry $old @(ConvertTo-Entry 'allow S-1-5-18 0x1e', "deny $joe 0x1e")
        Test-DenyAfterAllow $new | Should -BeFalse
        $ordered = New-TestPermission launch "deny $joe 0x1", 'allow S-1-5-18 0x1'
        Get-PermissionIdentity $new | Should -BeExactly (Get-PermissionIdentity $ordered)
    }

    It 'repairs <What>' -ForEach @(
        @{ What = 'a mixed list'; Before = 'allow S-1-5-4 0x1f', 'allow S-1-5-18 0x1' }
        @{ What = 'a list without markers'; Before = 'allow S-1-5-4 0x2', 'allow S-1-5-18 0xa' }
        @{ What = 'a deny behind an allow'; Before = 'allow S-1-5-4 0x1f', 'deny S-1-5-18 0x1f' }
        @{ What = 'a NULL DACL'; Before = $null }
    ) {
        $before = ConvertFrom-PermissionByte launch (New-DescriptorByte $Before).Bytes
        $after = Set-PermissionEntry $before @(ConvertTo-Entry 'allow S-1-5-18 0x1e')
        $after.Problem | Should -BeNullOrEmpty
        Get-Line $after | Should -Be 'allow S-1-5-18 0x1f'
    }

    It 'to nobody is an empty list, not a NULL DACL' {
        $after = Set-PermissionEntry (New-TestPermission launch 'allow S-1-5-18 0x1f') @()
        $after.Problem | Should -BeNullOrEmpty
        @(Get-Line $after).Count | Should -Be 0
    }
}

Describe 'What an edit leaves alone' {
    It 'the label, the owner and the group' {
        $bytes = (New-DescriptorByte 'allow S-1-5-18 0x1f' -Owner S-1-5-10 -Group S-1-5-32-545 -Label).Bytes
        $before = ConvertFrom-PermissionByte launch $bytes
        $label = (ConvertTo-Text $before).Label
        foreach ($after in (Add-PermissionEntry $before @(ConvertTo-Entry "allow $joe 0xa")), (Set-PermissionEntry $before @(ConvertTo-Entry "allow $joe 0xa"))) {
            $text = ConvertTo-Text $after
            $text.Owner, $text.Group | Should -Be 'S-1-5-10', 'S-1-5-32-545'
            $text.Label | Should -Be $label
            $label | Should -BeLike '11-00-*'
        }
    }

    It 'fills a missing owner and group with Administrators, on a write only' {
        $before = ConvertFrom-PermissionByte launch (New-DescriptorByte 'allow S-1-5-18 0x1f' -Owner $null -Group $null).Bytes
        $same = Set-PermissionEntry $before @(ConvertTo-Entry 'allow S-1-5-18 0x1e')
        Get-PermissionIdentity $same | Should -BeExactly (Get-PermissionIdentity $before)
        $text = ConvertTo-Text $same
        $text.Owner, $text.Group | Should -Be 'S-1-5-32-544', 'S-1-5-32-544'
    }

    It 'the permission that it starts from' {
        $before = New-TestPermission launch 'allow S-1-5-18 0x1', "allow $joe 0x1"
        $identity, $lines = (Get-PermissionIdentity $before), (Get-Line $before)
        $null = Remove-PermissionEntry $before @(ConvertTo-Entry "allow $joe 0x2")
        $null = Add-PermissionEntry $before @(ConvertTo-Entry "deny $joe 0x2")
        Get-PermissionIdentity $before | Should -BeExactly $identity
        Get-Line $before | Should -Be $lines
    }

    It 'is reported: <Line>' -ForEach @(
        @{ Line = 'if S-1-5-4 0xb'; What = 'conditional entry'; Sid = 'S-1-5-4' }
        @{ Line = 'unless S-1-5-4 0xb'; What = 'conditional entry'; Sid = 'S-1-5-4' }
        @{ Line = 'inherit S-1-5-4 0xb'; What = 'inherit-only entry'; Sid = 'S-1-5-4' }
        @{ Line = 'object S-1-5-4 0xb'; What = 'entry of type 5'; Sid = 'S-1-5-4' }
        @{ Line = 'unknown S-1-5-4 0'; What = 'entry of type 64'; Sid = '' }
        @{ Line = 'allow S-1-5-4 0x6b'; What = 'further bits 0x60 of an entry'; Sid = 'S-1-5-4' }
    ) {
        $part = @(Get-UnmanagedPart (New-TestPermission launch 'allow S-1-5-18 0x1f', $Line))
        $part.Count | Should -Be 1
        $part[0].What, $part[0].Sid | Should -Be $What, $Sid
    }

    It 'says what an entry that COM evaluates does: <Line>' -ForEach @(
        @{ Line = 'if S-1-5-4 0xb'; Does = 'allow 0xb' }
        @{ Line = 'unless S-1-5-4 0xb'; Does = 'deny 0xb' }
        @{ Line = 'object S-1-5-4 0xb'; Does = 'allow 0xb' }
        @{ Line = 'inherit S-1-5-4 0xb'; Does = ' 0x0' }
        @{ Line = 'unknown S-1-5-4 0'; Does = ' 0x0' }
        @{ Line = 'allow S-1-5-4 0x6b'; Does = ' 0x0' }
    ) {
        $part = Get-UnmanagedPart (New-TestPermission launch 'allow S-1-5-18 0x1f', $Line)
        '{0} 0x{1:x}' -f $part.Type, [int]$part.Mask | Should -Be $Does
    }

    It 'is reported: the label' {
        @(Get-UnmanagedPart (New-TestPermission launch 'allow S-1-5-18 0x1f' -Label)).What | Should -Be 'mandatory label'
    }
}

Describe 'Join' {
    BeforeAll {
        $old = ConvertFrom-PermissionByte launch (New-DescriptorByte 'allow S-1-5-18 0x1f' -Owner S-1-5-10 -Group S-1-5-32-545 -Label).Bytes
    }

    It 'takes owner, group and label from what is replaced' {
        $new = ConvertFrom-PermissionByte launch (New-DescriptorByte "allow $joe 0xb" -Owner $null -Group $null).Bytes
        $text = ConvertTo-Text (Join-Permission $new $old)
        $text.Owner, $text.Group | Should -Be 'S-1-5-10', 'S-1-5-32-545'
        $text.Label | Should -Be (ConvertTo-Text $old).Label
        $text.Ace | Should -Be "allow $joe 0xb"
    }

    It 'leaves what is named' {
        $new = ConvertFrom-PermissionByte launch (New-DescriptorByte "allow $joe 0xb" -Owner $joe -Group $joe).Bytes
        $text = ConvertTo-Text (Join-Permission $new $old)
        $text.Owner, $text.Group | Should -Be $joe, $joe
    }
}
