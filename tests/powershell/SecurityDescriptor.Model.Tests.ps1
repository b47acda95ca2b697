# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: permissions

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
    }

    It '<Form> of <Kind> lists' -ForEach $groups {
        $chosen = @($cases | Where-Object { $_.kind -eq $Kind -and (Test-Form $_.request $Form) })
        $wrong = & $PSScriptRoot\Model.ps1 $chosen
        $chosen.Count | Should -BeGreaterThan 10
        @($wrong) -join "`n" | Should -BeNullOrEmpty
    }
}
