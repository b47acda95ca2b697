# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

<#
.SYNOPSIS
Replays cases of the independent model (tests/unit/model/permission_model.py) on the code under test; texts of those that differ.
.DESCRIPTION
Same result, changed as the model says, a second application changes nothing, no entry lost that is not plain.
.PARAMETER Case
Cases, or the path of a JSON file with them.
#>
param ($Case)

. $PSScriptRoot\Import-Collection.ps1

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
        $types += @{ 'allow' = 'a'; 'if' = 'a'; 'deny' = 'd'; 'unless' = 'd' }[$word]
        if ($word -notin 'allow', 'deny') { $other += $line; continue }
        $merged["$word $sid"] = $merged["$word $sid"] -bor ([int]$mask -band -bnot $idle)
    }
    $plain = foreach ($key in $merged.Keys) { '{0} 0x{1:x}' -f $key, $merged[$key] }
    "plain: $(@($plain | Sort-Object) -join ', '); other: $(@($other | Sort-Object) -join ', '); in order: $($types -notmatch 'ad')"
}

$cases = if ($Case -is [string]) { [System.IO.File]::ReadAllText($Case) | ConvertFrom-Json } else { $Case }
foreach ($one in $cases) {
    $before = ConvertFrom-PermissionByte $one.kind (New-DescriptorByte @($one.before)).Bytes
    $after = Edit-Case $before $one.request
    $found = Get-Outcome $after $one.kind
    $expected = "plain: $(@($one.plain | Sort-Object) -join ', '); other: $(@($one.other | Sort-Object) -join ', '); in order: $($one.inOrder)"
    $changed = (Get-PermissionIdentity $after) -cne (Get-PermissionIdentity $before)
    $again = (Get-PermissionIdentity (Edit-Case $after $one.request)) -cne (Get-PermissionIdentity $after)
    if ($found -cne $expected -or $changed -ne $one.changed -or $again -or $after.Problem) {
        "$($one | ConvertTo-Json -Compress)`n  found:    $found`n  expected: $expected`n  changed: $changed, again: $again, problem: $($after.Problem)"
    }
}
