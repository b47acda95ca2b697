# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: hostile hosts

<#
.SYNOPSIS
A few hostile descriptors; make fuzz N=100000 tries many.
#>

Describe 'Hostile descriptors' {
    It 'are read without a fault, and never rewritten unseen' {
        $result = & $PSScriptRoot\Fuzz.ps1 -Count 300
        $result.Tried | Should -Be 600
        $result.Readable | Should -BeGreaterThan 100
        $result.Faults | Select-Object -First 5 | Should -BeNullOrEmpty
    }
}
