# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

<#
.SYNOPSIS
Edits of lists, compared with the answers of an independent model (tests/unit/model/permission_model.py).
#>

BeforeDiscovery {
    $groups = foreach ($kind in 'launch', 'access') {
        foreach ($form in 'add', 'remove', 'both', 'set') { @{ Kind = $kind; Form = $form } }
    }
}

Describe 'Edits as the model answers them' {
    BeforeAll {
        . $PSScriptRoot\Import-Collection.ps1
        $cases = @(Get-TestData permission_cases.json)

        Function Test-Form {
            param ($Request, [string]$Form)
            if ($Request.set) { return $Form -eq 'set' }
            $Form -eq $(if ($Request.add -and $Request.remove) { 'both' } elseif ($Request.add) { 'add' } else { 'remove' })
        }

        Function Edit-Case {
            param ($Permission, $Request)
            if ($Request.set) { return Set-PermissionEntry $Permission @(ConvertTo-Entry $Request.set) }
            if ($Request.remove) { $Permission = Remove-PermissionEntry $Permission @(ConvertTo-Entry $Request.remove) }
            if ($Request.add) { $Permission = Add-PermissionEntry $Permission @(ConvertTo-Entry $Request.add) }
            $Permission
        }

        # The plain lines with duplicates merged, the rest, and whether deny stands first; from bytes.
        Function Get-Outcome {
            param ($Permission, [string]$Kind)
            $idle = @{ launch = 0; access = 0x18 }[$Kind]
            $merged, $types, $other = @{}, '', @()
            foreach ($line in Get-Line $Permission) {
                $word, $sid, $mask = $line.Split([char]' ')
                if ($word -notin 'allow', 'deny') { $other += $line; continue }
                $types += $word[0]
                $merged["$word $sid"] = $merged["$word $sid"] -bor ([int]$mask -band -bnot $idle)
            }
            $plain = foreach ($key in $merged.Keys) { '{0} 0x{1:x}' -f $key, $merged[$key] }
            "plain: $(@($plain | Sort-Object) -join ', '); other: $(@($other | Sort-Object) -join ', '); in order: $($types -notmatch 'ad')"
        }
    }

    It '<Form> of <Kind> lists' -ForEach $groups {
        $chosen = @($cases | Where-Object { $_.kind -eq $Kind -and (Test-Form $_.request $Form) })
        $wrong = foreach ($case in $chosen) {
            $before = ConvertFrom-PermissionByte $Kind (New-DescriptorByte @($case.before)).Bytes
            $after = Edit-Case $before $case.request
            $found = Get-Outcome $after $Kind
            $expected = "plain: $(@($case.plain | Sort-Object) -join ', '); other: $(@($case.other | Sort-Object) -join ', '); in order: $($case.inOrder)"
            $changed = (Get-PermissionIdentity $after) -cne (Get-PermissionIdentity $before)
            $again = (Get-PermissionIdentity (Edit-Case $after $case.request)) -cne (Get-PermissionIdentity $after)
            if ($found -cne $expected -or $changed -ne $case.changed -or $again -or $after.Problem) {
                "$($case | ConvertTo-Json -Compress)`n  found:    $found`n  expected: $expected`n  changed: $changed, again: $again, problem: $($after.Problem)"
            }
        }
        $chosen.Count | Should -BeGreaterThan 10
        @($wrong) -join "`n" | Should -BeNullOrEmpty
    }
}
