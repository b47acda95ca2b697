# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# SIDs as text and back, as Windows prints them ([MS-DTYP] 2.4.2.1). .NET prints an authority of 2^32 or more in decimal, which
# Windows reads as another one, and takes no SID without numbers after its authority, which is valid as bytes.

using namespace System.Security.Principal

# The SID that a text is, $null where it is none: S-1-, the authority (0x and 12 digits from 2^32 on), up to 15 numbers below 2^32.
Function ConvertTo-Sid {
    param ([string]$Text)

    if ($Text -notmatch '^S-1-(?:(\d{1,15})|0x([0-9a-f]{1,12}))((?:-\d{1,10}){0,15})\z') { return }
    $authority = if ($Matches[2]) { [Convert]::ToUInt64($Matches[2], 16) } else { [uint64]$Matches[1] }
    $numbers = @($Matches[3].Split([char[]]'-', [StringSplitOptions]::RemoveEmptyEntries) | ForEach-Object { [uint64]$_ })
    if ($authority -ge 0x1000000000000 -or @($numbers | Where-Object { $_ -gt [uint32]::MaxValue })) { return }
    $bytes = [byte[]]::new(8 + 4 * $numbers.Count)
    $bytes[0], $bytes[1] = 1, $numbers.Count
    for ($i = 7; $i -ge 2; $i--) {
        $bytes[$i] = $authority -band 0xff
        $authority = $authority -shr 8
    }
    for ($i = 0; $i -lt $numbers.Count; $i++) { [BitConverter]::GetBytes([uint32]$numbers[$i]).CopyTo($bytes, 8 + 4 * $i) }
    [SecurityIdentifier]::new($bytes, 0)
}

# The text of a SID, '' for $null.
Function ConvertFrom-Sid {
    param ([SecurityIdentifier]$Sid)

    if (-not $Sid) { return '' }
    $parts = $Sid.Value.Split([char]'-')
    if ($parts[2].Length -gt 9 -and [uint64]$parts[2] -gt [uint32]::MaxValue) { $parts[2] = '0x{0:X12}' -f [uint64]$parts[2] }
    $parts -join '-'
}

Export-ModuleMember -Function ConvertTo-Sid, ConvertFrom-Sid
