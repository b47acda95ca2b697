# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# What this host is, and how its errors read.

using namespace System.Security.Principal
using namespace ansible_collections.wincom.dcom.plugins.module_utils._Windows

$registryTypes = 'REG_NONE', 'REG_SZ', 'REG_EXPAND_SZ', 'REG_BINARY', 'REG_DWORD', 'REG_DWORD_BIG_ENDIAN', 'REG_LINK', 'REG_MULTI_SZ',
'REG_RESOURCE_LIST', 'REG_FULL_RESOURCE_DESCRIPTOR', 'REG_RESOURCE_REQUIREMENTS_LIST', 'REG_QWORD'
$hostVariables = 'COMPUTERNAME', 'SystemRoot', 'windir', 'SystemDrive', 'ProgramFiles', 'ProgramFiles(x86)', 'ProgramW6432',
'CommonProgramFiles', 'CommonProgramFiles(x86)', 'CommonProgramW6432'

Function Assert-Administrator {
    $identity = [WindowsIdentity]::GetCurrent()
    if (-not ([WindowsPrincipal]$identity).IsInRole([WindowsBuiltInRole]::Administrator)) {
        throw "the connection runs as $($identity.Name) without administrator rights, which DCOM settings need; connect as a member of " +
        'Administrators whose token UAC does not filter (a domain account, or become)'
    }
}

# %NAME% becomes this host's value, for variables that are the same for every user of the host.
Function Expand-HostVariable {
    param ([string]$Text)

    $parts = $Text.Split([char]'%')
    if ($parts.Length % 2 -eq 0) { throw "'$Text' has a single %" }
    for ($i = 1; $i -lt $parts.Length; $i += 2) {
        if ($parts[$i] -notin $hostVariables) { throw "'$Text' uses %$($parts[$i])%; only these are known: $($hostVariables -join ', ')" }
        $parts[$i] = [string][Environment]::GetEnvironmentVariable($parts[$i])
    }
    $parts -join ''
}

# The exception that Windows raised, without the wrapping that PowerShell adds to method calls.
Function Get-RootException {
    param ($ErrorRecord)
    $ErrorRecord.Exception.GetBaseException()
}

Function Get-Reason {
    param ($ErrorRecord)
    (Get-RootException $ErrorRecord).Message.Trim().TrimEnd('.')
}

# The operators of PowerShell compare as a language does: composed and decomposed letters are equal there, and some characters nothing.
Function Test-SameText {
    param ([string]$Left, [string]$Right)
    [string]::Equals($Left, $Right, [System.StringComparison]::Ordinal)
}

# Ends a module: with its result and warnings, and as failed where there is a problem (an error record).
Function Complete-Module {
    param ($Module, $Result, [string[]]$Warning, $Problem)

    foreach ($key in @($Result.Keys)) { $Module.Result[$key] = [Portable]::Copy($Result[$key]) }
    foreach ($text in $Warning) { $Module.Warn([Portable]::Copy($text)) }
    if ($Problem) { $Module.FailJson([Portable]::Copy("$(Get-Reason $Problem)."), $Problem) }
    $Module.ExitJson()
}

# The type of a registry value, as regedit says.
Function Get-TypeName {
    param ([long]$Type)
    if ($Type -ge 0 -and $Type -lt $registryTypes.Count) { "type $($registryTypes[$Type])" }
    else { 'a type that the registry does not name (0x{0:x})' -f ($Type -band [uint32]::MaxValue) }
}

Export-ModuleMember -Function Complete-Module, Assert-Administrator, Expand-HostVariable, Get-Reason, Get-RootException, Get-TypeName, Test-SameText
