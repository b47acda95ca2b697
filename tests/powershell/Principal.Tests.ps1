# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: principals

<#
.SYNOPSIS
Names to SIDs and back, with the answers of Windows made up: what is missing, what could not be asked, what is ambiguous.
#>

BeforeAll {
    . $PSScriptRoot\Import-Collection.ps1
    $lsa = 'ansible_collections.wincom.dcom.plugins.module_utils._Windows.Lsa' -as [type]
    $local, $remote = 'S-1-5-21-1-2-3-1001', 'S-1-5-21-9-9-9-1001'

    # What Windows says of a name or SID: an error code, or the account; 1332 (no such account) where nothing is said.
    $answers = ('ansible_collections.wincom.dcom.plugins.module_utils._Windows.Account' -as [type])::Answers
}

Describe 'Resolve-Principal' {
    BeforeEach {
        $lsa::Domain = 'CONTOSO'
        $answers.Clear()
        $answers["$env:COMPUTERNAME\joe"] = @{ Sid = $local; Use = 1; Domain = $env:COMPUTERNAME; Name = 'joe' }
    }

    It 'takes a SID as it is, in any case, orphans too: <_>' -ForEach 'S-1-5-18', 's-1-5-18', 'S-1-5-21-7-7-7-7', 'S-1-5-82-1-2-3-4-5', 'S-1-15-3-4096', 'S-1-5' {
        $found = Resolve-Principal $_
        $found.Sid | Should -BeExactly $_.ToUpperInvariant()
        $found.Problem | Should -BeNullOrEmpty
    }

    It 'takes an authority of 2^32 and more as Windows prints it' {
        (Resolve-Principal 'S-1-0x1000000000F-1').Sid | Should -BeExactly 'S-1-0x01000000000F-1'
        (Resolve-Principal 'S-1-0xFFFFFFFFFFFF').Sid | Should -BeExactly 'S-1-0xFFFFFFFFFFFF'
        (Resolve-Principal 'S-1-4294967295-1').Sid | Should -BeExactly 'S-1-4294967295-1'
    }

    It 'refuses <_>, which is no SID' -ForEach 'S-1-5-x', 'S-1-5-', 'S-1-', 'S-1-5-21-4294967296' {
        $found = Resolve-Principal $_
        $found.Problem | Should -Be "'$_' is not a valid SID"
        $found.Missing | Should -BeFalse
    }

    It 'knows a missing BUILTIN group' {
        (Resolve-Principal 'S-1-5-32-568').Missing | Should -BeTrue
    }

    It 'finds .\name and %COMPUTERNAME%\name on this host' {
        (Resolve-Principal '.\joe').Sid | Should -Be $local
        (Resolve-Principal '%COMPUTERNAME%\joe').Sid | Should -Be $local
    }

    It 'calls an account missing only where Windows says so' {
        $found = Resolve-Principal 'nobody'
        $found.Missing | Should -BeTrue
        $found.Problem | Should -Be "'nobody' does not exist on this host, nor in a domain it trusts"
    }

    It 'never calls it missing for error <Code>' -ForEach @(
        @{ Code = 1789; Why = 'the trust between this host and the domain is broken' }
        @{ Code = 1722; Why = 'the domain controller does not answer' }
        @{ Code = 1355; Why = 'no domain controller could be reached' }
        @{ Code = 5; Why = '*' }
    ) {
        $answers['CONTOSO\svc'] = $Code
        $found = Resolve-Principal 'CONTOSO\svc'
        $found.Missing | Should -BeFalse
        $found.Problem | Should -BeLike "'CONTOSO\svc' could not be looked up: $Why (error $Code). It may exist*"
    }

    It 'refuses a bare name that is both of the host and of the domain, and names both' {
        $answers['joe'] = $answers["$env:COMPUTERNAME\joe"]
        (Resolve-Principal 'joe').Problem | Should -BeNullOrEmpty
        $answers['CONTOSO\joe'] = @{ Sid = $remote; Use = 1; Domain = 'CONTOSO'; Name = 'joe' }
        (Resolve-Principal 'joe').Problem | Should -BeLike "'joe' is both $env:COMPUTERNAME\joe and CONTOSO\joe*"
        (Resolve-Principal '.\joe').Problem | Should -BeNullOrEmpty
    }

    It 'refuses a bare name whose other account could not be looked up' {
        $answers['joe'] = $answers["$env:COMPUTERNAME\joe"]
        $answers['CONTOSO\joe'] = 1355
        (Resolve-Principal 'joe').Problem | Should -BeLike "'joe' may be CONTOSO\joe too, which could not be looked up: no domain controller could be reached (error 1355)*.\joe*"
        (Resolve-Principal '.\joe').Problem | Should -BeNullOrEmpty
    }

    It 'refuses another variable' {
        (Resolve-Principal '%USERNAME%').Problem | Should -BeLike "'%USERNAME%' uses %USERNAME%*"
    }

    It 'refuses a domain, which is nobody' {
        $answers['CONTOSO'] = @{ Sid = 'S-1-5-21-9-9-9'; Use = 3; Domain = 'CONTOSO'; Name = '' }
        (Resolve-Principal 'CONTOSO').Problem | Should -Not -BeNullOrEmpty
    }
}

Describe 'Get-PrincipalName' {
    BeforeEach { $answers.Clear() }

    It 'prints what is accepted back, else the SID' {
        $joe = @{ Sid = $local; Use = 1; Domain = $env:COMPUTERNAME; Name = 'joe' }
        $svc = @{ Sid = $remote; Use = 1; Domain = 'CONTOSO'; Name = 'svc' }
        $answers[$local], $answers["$env:COMPUTERNAME\joe"] = $joe, $joe
        $answers[$remote] = $svc
        Get-PrincipalName $local | Should -BeExactly '.\joe'
        Get-PrincipalName $remote | Should -BeExactly $remote
        $answers['CONTOSO\svc'] = $svc
        Get-PrincipalName $remote | Should -BeExactly 'CONTOSO\svc'
        Get-PrincipalName 'S-1-5-21-7-7-7-7' | Should -BeExactly 'S-1-5-21-7-7-7-7'
    }
}
