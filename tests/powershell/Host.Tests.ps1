# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: failures and turns, connections

<#
.SYNOPSIS
Variables of the host in paths and names, and errors without their wrapping.
#>

BeforeAll { . $PSScriptRoot\Import-Collection.ps1 }

Describe 'Expand-HostVariable' {
    It 'expands <_> in any case' -ForEach 'COMPUTERNAME', 'SystemRoot', 'windir', 'ProgramFiles', 'CommonProgramFiles' {
        $value = [Environment]::GetEnvironmentVariable($_)
        $value | Should -Not -BeNullOrEmpty
        Expand-HostVariable "a%$_%b" | Should -BeExactly "a${value}b"
        Expand-HostVariable "%$($_.ToLowerInvariant())%" | Should -BeExactly $value
    }

    It 'expands several, and leaves text without any' {
        Expand-HostVariable '%COMPUTERNAME%%COMPUTERNAME%' | Should -BeExactly "$env:COMPUTERNAME$env:COMPUTERNAME"
        Expand-HostVariable 'C:\a b\mdm.exe' | Should -BeExactly 'C:\a b\mdm.exe'
        Expand-HostVariable '' | Should -BeExactly ''
    }

    It 'refuses <_>, which differs from user to user or is none' -ForEach '%USERNAME%', '%TEMP%', '%APPDATA%\x', '%NoSuchThing%', '%%', '%PATH%' {
        { Expand-HostVariable $_ } | Should -Throw "'$_' uses %*only these are known: COMPUTERNAME, SystemRoot, *"
    }

    It 'refuses a single percent sign: <_>' -ForEach '100%', '%', '%COMPUTERNAME%%', 'a%b' {
        { Expand-HostVariable $_ } | Should -Throw "'$_' has a single %"
    }
}

Describe 'Get-Reason' {
    It 'is the message of the exception that Windows raised' {
        try { [System.IO.File]::ReadAllText('C:\no such folder\x') } catch { $record = $_ }
        $record.Exception.Message | Should -BeLike 'Exception calling*'
        Get-Reason $record | Should -BeLike "Could not find*path 'C:\no such folder\x'"
    }

    It 'has no full stop, for it stands inside a sentence' {
        try { throw 'no. ' } catch { Get-Reason $_ | Should -BeExactly 'no' }
    }
}
