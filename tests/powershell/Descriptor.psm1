# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# Access control lists as text and back, without the code under test. An entry is a line: 'allow S-1-5-18 0x1f'. The words:
# allow, deny; if, unless (conditional allow and deny); inherit (inherit-only allow); object (an object entry that allows).

using namespace System.Security.AccessControl
using namespace System.Security.Principal

$condition = [byte[]](0x61, 0x72, 0x74, 0x78, 0xf8, 0x02, 0, 0, 0, 0x31, 0, 0) # 'artx', as a condition begins

<# .SYNOPSIS
One entry from its line. #>
Function ConvertTo-Ace {
    param ([string]$Line)

    $word, $sid, $mask = $Line.Split([char]' ')
    $sid, $mask = [SecurityIdentifier]$sid, [int]$mask
    switch ($word) {
        'allow' { [CommonAce]::new('None', 'AccessAllowed', $mask, $sid, $false, $null) }
        'deny' { [CommonAce]::new('None', 'AccessDenied', $mask, $sid, $false, $null) }
        'if' { [CommonAce]::new('None', 'AccessAllowed', $mask, $sid, $true, $condition) }
        'unless' { [CommonAce]::new('None', 'AccessDenied', $mask, $sid, $true, $condition) }
        'inherit' { [CommonAce]::new('ObjectInherit, InheritOnly', 'AccessAllowed', $mask, $sid, $false, $null) }
        'object' { [ObjectAce]::new('None', 'AccessAllowed', $mask, $sid, 'None', [guid]::Empty, [guid]::Empty, $false, $null) }
        'unknown' { [CustomAce]::new([enum]::ToObject([AceType], 0x40), 'None', [byte[]](1, 2, 3, 4)) }
        default { throw "unknown word '$word'" }
    }
}

<# .SYNOPSIS
The bytes of a descriptor with these entries. $Ace is $null for a NULL DACL. Wrapped, so that nothing unrolls. #>
Function New-DescriptorByte {
    param ($Ace, $Owner = 'S-1-5-32-544', $Group = 'S-1-5-32-544', [switch]$Label)

    # Assigned one by one: an output would be unrolled into its entries.
    $acl = $sacl = $null
    $flags = [ControlFlags]'DiscretionaryAclPresent, SelfRelative'
    if ($null -ne $Ace) { $acl = [RawAcl]::new($(if ($Ace -match '^object ') { 4 } else { 2 }), 1) }
    foreach ($line in $Ace) { $acl.InsertAce($acl.Count, (ConvertTo-Ace $line)) }
    if ($Label) {
        $flags = $flags -bor [ControlFlags]::SystemAclPresent
        $low = [byte[]](4, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 16, 0, 16, 0, 0) # no execute up, S-1-16-4096
        $sacl = [RawAcl]::new(2, 1)
        $sacl.InsertAce(0, [CustomAce]::new([enum]::ToObject([AceType], 0x11), 'None', $low))
    }
    $owner, $group = $Owner, $Group | ForEach-Object { if ($_) { [SecurityIdentifier]$_ } else { $null } }
    $descriptor = [RawSecurityDescriptor]::new($flags, $owner, $group, $sacl, $acl)
    $bytes = [byte[]]::new($descriptor.BinaryLength)
    $descriptor.GetBinaryForm($bytes, 0)
    @{ Bytes = $bytes }
}

<# .SYNOPSIS
A permission of the code under test with these entries. #>
Function New-TestPermission {
    param ([string]$Kind, [string[]]$Ace, [switch]$Label)
    ConvertFrom-PermissionByte $Kind (New-DescriptorByte @($Ace) -Label:$Label).Bytes
}

<# .SYNOPSIS
Entries of a request, as the code under test takes them, from lines whose masks have no marker. #>
Function ConvertTo-Entry {
    param ([string[]]$Line)
    foreach ($one in $Line) {
        $type, $sid, $mask = $one.Split([char]' ')
        @{ Type = $type; Sid = $sid; Mask = [int]$mask }
    }
}

<# .SYNOPSIS
What a permission would be stored as, read back from its bytes: @{ Owner; Group; Ace (lines, in order); Label (bytes as text) }. #>
Function ConvertTo-Text {
    param ($Permission)

    $descriptor = [RawSecurityDescriptor]::new((ConvertTo-PermissionByte $Permission).Bytes, 0)
    $lines = foreach ($ace in $descriptor.DiscretionaryAcl) {
        $word = if ($ace -is [CustomAce]) { 'unknown' }
        elseif ($ace -is [ObjectAce]) { 'object' }
        elseif ($ace.AceFlags -band [AceFlags]::InheritOnly) { 'inherit' }
        else { @{ AccessAllowed = 'allow'; AccessDenied = 'deny'; AccessAllowedCallback = 'if'; AccessDeniedCallback = 'unless' }["$($ace.AceType)"] }
        if ($ace.IsCallback -and "$($ace.GetOpaque())" -ne "$condition") { throw 'the condition was changed' }
        if ($word -eq 'unknown') { "unknown $($ace.GetOpaque() -join '')" }
        else { '{0} {1} 0x{2:x}' -f $word, $ace.SecurityIdentifier.Value, $ace.AccessMask }
    }
    $label = foreach ($ace in $descriptor.SystemAcl) {
        $bytes = [byte[]]::new($ace.BinaryLength)
        $ace.GetBinaryForm($bytes, 0)
        [BitConverter]::ToString($bytes)
    }
    @{ Owner = "$($descriptor.Owner)"; Group = "$($descriptor.Group)"; Ace = @($lines); Label = @($label) }
}

<# .SYNOPSIS
The entries of a permission after an edit, as lines in order. #>
Function Get-Line {
    param ($Permission)
    (ConvertTo-Text $Permission).Ace
}

<# .SYNOPSIS
The content of a file of tests/data. #>
Function Get-TestData {
    param ([string]$Name)
    [System.IO.File]::ReadAllText("$PSScriptRoot\..\data\$Name") | ConvertFrom-Json
}

<# .SYNOPSIS
Bytes from their hexadecimal text, wrapped. #>
Function ConvertFrom-Hex {
    param ([string]$Hex)
    $bytes = [byte[]]::new($Hex.Length / 2)
    for ($i = 0; $i -lt $bytes.Length; $i++) { $bytes[$i] = [Convert]::ToByte($Hex.Substring(2 * $i, 2), 16) }
    @{ Bytes = $bytes }
}

Export-ModuleMember -Function *
