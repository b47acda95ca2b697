# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: permissions

<#
.SYNOPSIS
Every descriptor of tests/data: read, told apart from equal and different ones, declared back without a change.
#>

BeforeDiscovery {
    Import-Module $PSScriptRoot\Descriptor.psm1
    $stored = foreach ($one in Get-TestData descriptors.json) {
        foreach ($kind in @(if ($one.kind -eq 'both') { 'launch', 'access' } else { $one.kind })) { @{ Id = $one.id; Kind = $kind; Hex = $one.hex; Sddl = $one.sddl; Valid = $one.valid } }
    }
    $sound = @($stored | Where-Object { $_.Valid })
}

Describe 'The descriptors of descriptors.json' {
    BeforeAll { . $PSScriptRoot\Import-Collection.ps1 }

    Context '<Id> as <Kind>' -ForEach $sound {
        BeforeAll {
            $bytes = (ConvertFrom-Hex $Hex).Bytes
            $permission = ConvertFrom-PermissionByte $Kind $bytes
        }

        It 'is sound' {
            $permission.Problem | Should -BeNullOrEmpty
            $permission.Legacy | Should -BeFalse
            Get-UnmanagedPart $permission | Should -BeNullOrEmpty
        }

        It 'has the entries that its text says' {
            $alias = @{ SY = 'S-1-5-18'; BA = 'S-1-5-32-544'; IU = 'S-1-5-4'; LS = 'S-1-5-19'; NS = 'S-1-5-20'; PS = 'S-1-5-10'; AU = 'S-1-5-11'; WD = 'S-1-1-0'; AN = 'S-1-5-7'; LU = 'S-1-5-32-559' }
            $rights = @{ launch = 0x1e; access = 6 }[$Kind]
            $expected = foreach ($match in [regex]::Matches($Sddl, '\((A|D);;(0x[0-9a-f]+);;;([^)]+)\)')) {
                $trustee = $match.Groups[3].Value
                $sid = if ($alias.ContainsKey($trustee)) { $alias[$trustee] } else { $trustee }
                '{0} {1} {2}' -f @{ A = 'allow'; D = 'deny' }[$match.Groups[1].Value], $sid, ([int]$match.Groups[2].Value -band $rights)
            }
            $found = Get-PermissionEntry $permission | ForEach-Object { '{0} {1} {2}' -f $_.Type, $_.Sid, $_.Mask }
            @($found | Sort-Object) -join "`n" | Should -Be (@($expected | Sort-Object) -join "`n")
        }

        It 'declared back by set changes nothing' {
            $again = Set-PermissionEntry $permission @(Get-PermissionEntry $permission)
            Get-PermissionIdentity $again | Should -BeExactly (Get-PermissionIdentity $permission)
        }

        It 'written and read has the same meaning' {
            $again = ConvertFrom-PermissionByte $Kind (ConvertTo-PermissionByte $permission).Bytes
            Get-PermissionIdentity $again | Should -BeExactly (Get-PermissionIdentity $permission)
        }
    }

    It 'makes <_>, cut anywhere, malformed' -ForEach 'H01', 'H08' {
        $id = $_
        $bytes = (ConvertFrom-Hex @(Get-TestData descriptors.json | Where-Object id -EQ $id)[0].hex).Bytes
        $taken = foreach ($length in 0..($bytes.Length - 1)) {
            $part = [byte[]]::new($length)
            [Array]::Copy($bytes, $part, $length)
            $cut = ConvertFrom-PermissionByte launch $part
            if ($cut.Problem -ne 'is malformed' -or $cut.Descriptor) { $length }
        }
        $taken | Should -BeNullOrEmpty
    }

    It 'gives H08, which has slack in its list, the meaning of one without' {
        $slack = @(Get-TestData descriptors.json | Where-Object id -EQ 'H08')[0]
        $with = ConvertFrom-PermissionByte access (ConvertFrom-Hex $slack.hex).Bytes
        $without = New-TestPermission access 'allow S-1-5-4 0x3', 'allow S-1-5-10 0x7', 'allow S-1-5-18 0x3'
        Get-PermissionIdentity $with | Should -BeExactly (Get-PermissionIdentity $without)
    }
}

Describe 'The AppIDs of a Windows Server' {
    BeforeAll { . $PSScriptRoot\Import-Collection.ps1 }

    It 'are sound, and declared back by set change nothing' {
        $all = @((Get-TestData windows_server_defaults.json).descriptors)
        $wrong = foreach ($one in $all) {
            $permission = ConvertFrom-PermissionByte $one.kind (New-DescriptorByte @($one.aces) -Owner $one.owner).Bytes
            $again = Set-PermissionEntry $permission @(Get-PermissionEntry $permission)
            $same = (Get-PermissionIdentity $again) -ceq (Get-PermissionIdentity $permission)
            if ($permission.Problem -or -not $same) { "$($one.appid) $($one.kind): $($permission.Problem)" }
        }
        $all.Count | Should -Be 279
        @($wrong) -join "`n" | Should -BeNullOrEmpty
    }
}
