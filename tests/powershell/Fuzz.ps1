# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

<#
.SYNOPSIS
Hostile descriptors in number: real ones with bytes changed, cut, repeated or spliced, by a seeded generator.
.DESCRIPTION
For each: reading never fails, it gives a permission or a reason. What is readable keeps its meaning when it is written and read
again, and when its own entries are declared with set; nothing that is not plain is lost.
.PARAMETER Count
How many descriptors.
.PARAMETER Seed
Of the generator; the same seed gives the same descriptors.
.OUTPUTS
@{ Tried; Readable; Faults (texts with the bytes in hexadecimal) }
#>
param ([int]$Count = 500, [int]$Seed = 20010613)

. $PSScriptRoot\Import-Collection.ps1

$random = [System.Random]::new($Seed)
$sources = @(Get-TestData descriptors.json | ForEach-Object {
        $hex = $_.hex
        , [byte[]]@(for ($i = 0; $i -lt $hex.Length; $i += 2) { [Convert]::ToByte($hex.Substring($i, 2), 16) })
    })

Function New-HostileByte {
    $bytes = [System.Collections.Generic.List[byte]]::new([byte[]]$sources[$random.Next($sources.Count)])
    foreach ($round in 0..$random.Next(4)) {
        if ($bytes.Count -eq 0) { break }
        $at = $random.Next($bytes.Count)
        switch ($random.Next(6)) {
            0 { $bytes[$at] = $random.Next(256) }
            1 { $bytes[$at] = $bytes[$at] -bxor (1 -shl $random.Next(8)) }
            2 { $bytes.RemoveRange($at, $random.Next($bytes.Count - $at + 1)) }
            3 { $bytes.InsertRange($at, [byte[]]$bytes.GetRange($at, $random.Next($bytes.Count - $at + 1)).ToArray()) }
            4 { $bytes[$random.Next([Math]::Min(32, $bytes.Count))] = $random.Next(256) } # header and first entry
            5 { $other = $sources[$random.Next($sources.Count)]; $bytes.AddRange([byte[]]$other[0..$random.Next($other.Length)]) }
        }
    }
    @{ Bytes = $bytes.ToArray() }
}

# Everything but plain entries, and the bits of those that are not rights.
Function Get-Kept {
    param ($Permission)
    @(Get-UnmanagedPart $Permission | ForEach-Object { "$($_.What) $($_.Sid)" } | Sort-Object) -join '; '
}

Function Test-Hostile {
    param ([string]$Kind, [byte[]]$Bytes)

    $permission = ConvertFrom-PermissionByte $Kind $Bytes
    if (-not $permission.Descriptor) { return $(if ($permission.Problem) { 'refused' } else { 'no descriptor, and no reason' }) }
    $identity = Get-PermissionIdentity $permission
    if ($permission.Problem) { return 'refused' }

    $again = ConvertFrom-PermissionByte $Kind (ConvertTo-PermissionByte $permission).Bytes
    # The owner and group that were missing are filled in.
    $filled = { param ($text) $text -replace '(?m)\A(.*)$', '' }
    if ((& $filled (Get-PermissionIdentity $again)) -cne (& $filled $identity)) { return 'means something else when written and read again' }

    $declared = Set-PermissionEntry $permission @(Get-PermissionEntry $permission | Where-Object { $_.Mask })
    $zero = @(Get-PermissionEntry $permission | Where-Object { -not $_.Mask })
    if (-not $zero -and -not (Test-DenyAfterAllow $permission) -and (Get-PermissionIdentity $declared) -cne $identity) { return 'changes when its own entries are declared' }
    if (-not $zero -and (Get-Kept $declared) -cne (Get-Kept $permission)) { return 'loses what set does not cover' }
    'kept'
}

$faults = [System.Collections.Generic.List[string]]::new()
$readable = 0
for ($i = 0; $i -lt $Count; $i++) {
    $bytes = (New-HostileByte).Bytes
    foreach ($kind in 'launch', 'access') {
        try { $verdict = Test-Hostile $kind $bytes }
        catch { $verdict = "fails: $_" }
        if ($verdict -eq 'kept') { $readable++ }
        elseif ($verdict -ne 'refused') { $faults.Add("$kind $([BitConverter]::ToString($bytes) -replace '-'): $verdict") }
    }
}
@{ Tried = 2 * $Count; Readable = $readable; Faults = @($faults) }
