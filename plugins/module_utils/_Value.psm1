# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# Decides settings that are one registry value: a text, a word for a number, a list, flags. 'default' deletes the value.

using namespace ansible_collections.wincom.dcom.plugins.module_utils._Windows

#AnsibleRequires -PowerShell ..module_utils._AppId
#AnsibleRequires -PowerShell ..module_utils._Host
#AnsibleRequires -PowerShell ..module_utils._Setting

$unicode = [System.Text.Encoding]::Unicode
$authenticationLevels = @{ none = 1; connect = 2; call = 3; packet = 4; packet_integrity = 5; packet_privacy = 6 }

# $Wanted: $null asks for Before alone, here and below. $Read: { param($RegistryValue) -> what the option would say, $null where it
# can't say it }; $Make: the way back; $Type, $Declare: of which type Windows takes it, and what to declare in place of what it does not take.
Function Get-ValueDecision {
    param ($Target, [string]$ValueName, $Wanted, [scriptblock]$Read, [scriptblock]$Make, [string]$Type, [string]$Declare)

    $decision = New-Decision
    $stored = Read-TargetValue $Target $ValueName
    $decision.Before = 'default'
    if ($null -ne $stored) {
        $meaning = & $Read $stored
        $decision.Before = if ($null -ne $meaning) { $meaning } else { @{ problem = Get-ValueProblem $stored $Type $Declare } }
    }
    if ($null -eq $Wanted) { return $decision }
    $decision.After = $Wanted
    if (Test-SameText (ConvertTo-Json @($decision.Before) -Compress) (ConvertTo-Json @($Wanted) -Compress)) { return $decision }
    $value = if (-not ($Wanted -is [string] -and (Test-SameText $Wanted 'default'))) { & $Make $Wanted }
    $decision.Changes = @(New-Change 5 $(if ($ValueName) { $ValueName } else { 'the display name' }) $Target.Path $ValueName $stored $value)
    $decision
}

Function Get-ValueProblem {
    param ($Stored, [string]$Type, [string]$Declare)

    $held = Get-TypeName $Stored.Type
    $number = Read-Number $Stored
    $is = if ($held -ne "type $Type") { "is of $held instead of $Type" }
    elseif ($null -ne $number) { "is the number $number, which Windows does not know" }
    elseif ($Stored.Type -in 1, 7 -and -not $Stored.IsText) { 'holds what is no character' }
    else { "holds nothing that Windows can read ($Type, $($Stored.Data.Length) bytes)" }
    "$is; declare $Declare"
}

# A REG_SZ value. $Words: what stands for a text, both ways.
Function Get-TextDecision {
    param ($Target, [string]$ValueName, $Wanted, [hashtable]$Words = @{})

    $read = {
        param ($value)
        if ($value.Type -ne 1 -or -not $value.IsText) { return }
        $text = $value.Text
        foreach ($word in $Words.Keys) { if (Test-SameText $Words[$word] $text) { return $word } }
        $text
    }
    $decision = Get-ValueDecision $Target $ValueName $Wanted $read {
        param ($text) ConvertTo-TextValue $(if ($Words.ContainsKey($text)) { $Words[$text] } else { $text })
    } REG_SZ 'a text or default'
    # An AppID that is to be made has an id, but no key yet; one that a program will register has neither.
    if (-not $ValueName -and $Wanted -eq 'default' -and $Target.AppId -and -not $Target.Registered) {
        $decision.Problems += 'a new AppID needs a name of its own, not default'
    }
    $decision
}

Function Read-Number {
    param ($Value)
    if ($Value.Type -eq 4 -and $Value.Data.Length -eq 4) { [BitConverter]::ToUInt32($Value.Data, 0) }
}

Function ConvertTo-NumberValue {
    param ([uint32]$Number)
    [RegistryValue]::new(4, [BitConverter]::GetBytes($Number))
}

# A REG_DWORD value, of which only these words are known.
Function Get-WordDecision {
    param ($Target, [string]$ValueName, $Wanted, [hashtable]$Words)
    $read = {
        param ($value)
        $number = Read-Number $value
        foreach ($word in $Words.Keys) { if ($Words[$word] -eq $number) { return $word } }
    }
    Get-ValueDecision $Target $ValueName $Wanted $read {
        param ($word) ConvertTo-NumberValue $Words[$word]
    } REG_DWORD "$(@($Words.Keys | Sort-Object { $Words[$_] }) -join ', ') or default"
}

# An authentication level. Without one, Windows ignores the access permission.
Function Get-LevelDecision {
    param ($Target, [string]$ValueName, $Wanted, $Params)

    $decision = Get-WordDecision $Target $ValueName $Wanted $authenticationLevels
    if ($Wanted -eq 'none' -and $decision.Changes -and -not $Params.allow_lockout) {
        $decision.Problems += 'none makes Windows ignore the access permission, so anybody may call the server; allow_lockout: true does it nevertheless'
    }
    $decision
}

# A REG_SZ value whose first letter says yes (Y) or not.
Function Get-SwitchDecision {
    param ($Target, [string]$ValueName, $Wanted)
    Get-ValueDecision $Target $ValueName $Wanted {
        param ($value) if ($value.Type -eq 1) { if ($value.Text -like 'y*') { 'true' } else { 'false' } }
    } { param ($word) ConvertTo-TextValue $(if ($word -eq 'true') { 'Y' } else { 'N' }) } REG_SZ 'true, false or default'
}

# The texts of a REG_MULTI_SZ value; none for another type.
Function ConvertFrom-ListValue {
    param ($Value)
    if ($Value.Type -eq 7 -and $Value.IsText) { $unicode.GetString($Value.Data).Split([char]0) | Where-Object { $_ } }
}

Function ConvertTo-ListValue {
    param ([string[]]$Text)
    [RegistryValue]::new(7, $unicode.GetBytes(($Text -join "`0") + "`0`0"))
}

# A REG_MULTI_SZ value.
Function Get-ListDecision {
    param ($Target, [string]$ValueName, $Wanted)

    $value = if ($Wanted.Count -eq 1 -and $Wanted[0] -eq 'default') { 'default' } else { $Wanted }
    $decision = Get-ValueDecision $Target $ValueName $value { param ($stored) ConvertFrom-ListValue $stored } { param ($list) ConvertTo-ListValue $list } REG_MULTI_SZ 'a list or default'
    if ($decision.Before -isnot [hashtable] -and "$($decision.Before)" -ne 'default') { $decision.Before = @($decision.Before) } # one unrolls
    $decision
}

# Bits of a REG_DWORD value. set covers the bits in $Known and those it names; unknown ones stay.
Function Get-FlagDecision {
    param ($Target, [string]$ValueName, $Wanted, [long]$Known)

    $stored = Read-TargetValue $Target $ValueName
    $now = [long](Read-Number $stored)
    $mask = { param ($bits) $sum = [long]0; foreach ($bit in $bits) { $sum = $sum -bor ($bit -band [uint32]::MaxValue) }; $sum }
    $new = if ($null -ne $Wanted.set) { ($now -band -bnot $Known) -bor (& $mask $Wanted.set) }
    else { ($now -bor (& $mask $Wanted.add)) -band -bnot (& $mask $Wanted.remove) }
    # No value and no bits are the same.
    $value = if ($null -eq $Wanted) { $null } elseif ($Wanted.default -or ($null -eq $stored -and -not $new)) { 'default' } else { $new }
    Get-ValueDecision $Target $ValueName $value { param ($v) $n = Read-Number $v; if ($null -ne $n) { [long]$n } } { param ($n) ConvertTo-NumberValue $n } REG_DWORD 'set with flags, or default: true'
}

Export-ModuleMember -Function *-ListValue, Get-*Decision
