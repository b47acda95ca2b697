# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# COM permissions as bytes and as objects: read, check, edit, compare, write. Pure: no registry, no names.
#
# A permission is @{ Kind ('launch', 'access', 'configuration'); Descriptor ([RawSecurityDescriptor], $null where malformed); Problem (why COM
# refuses it or it must not be edited, $null where sound); Legacy (every mask is 1, which means all rights) }.
# An entry is @{ Type ('allow', 'deny'); Sid; Mask }, Mask without the marker bit.
# The raw classes of .NET keep entries that they do not know; the common ones merge and drop.

using namespace System.Collections.Generic
using namespace System.Security.AccessControl
using namespace System.Security.Principal

#AnsibleRequires -PowerShell ..module_utils._Sid

# Marker: COM_RIGHTS_EXECUTE, in every entry; alone it is the format from before Windows XP SP2. All, Local: the rights, and those
# of local callers (to read, for a key). Idle: bits that mean nothing here (activation in an access permission, where shipped ones
# carry it). Kept: while one of these is left, an entry stays (0x60 are the container rights). Flags: of a new entry.
$kinds = @{
    launch = @{ Marker = 0x1; All = 0x1e; Local = 0xa; Idle = 0; Kept = 0x7e; Flags = 'None' }
    access = @{ Marker = 0x1; All = 0x6; Local = 0x2; Idle = 0x18; Kept = 0x7e; Flags = 'None' }
    configuration = @{ Marker = 0; All = 0xf003f; Local = 0x20019; Idle = 0; Kept = 0xf003f; Flags = 'ContainerInherit' }
}
$generic = 0x30000000 # GENERIC_ALL, GENERIC_EXECUTE
$administrators = 'S-1-5-32-544'

# The rights of a kind: all of them, or those of local callers.
Function Get-RightsMask {
    param ([string]$Kind, [switch]$Local)
    if ($Local) { $kinds[$Kind].Local } else { $kinds[$Kind].All }
}

Function New-Permission {
    param ([string]$Kind, [RawSecurityDescriptor]$Descriptor, [string]$Problem)

    $permission = @{ Kind = $Kind; Descriptor = $Descriptor; Problem = $Problem; Legacy = $false }
    if (-not $Descriptor) { return $permission }
    if ($null -eq $Descriptor.DiscretionaryAcl) {
        $permission.Problem = 'has a NULL DACL, which lets everybody in'
        return $permission
    }
    $marker = $kinds[$Kind].Marker
    if (-not $marker) { return $permission }
    $counted = @($Descriptor.DiscretionaryAcl | Where-Object { Test-CountedAce $_ })
    $old = @($counted | Where-Object AccessMask -EQ $marker)
    if (@($counted | Where-Object { -not ($_.AccessMask -band ($marker -bor $generic)) })) {
        $permission.Problem = 'has an entry without COM_RIGHTS_EXECUTE (0x1), so COM refuses it'
    }
    elseif ($old -and $old.Count -ne $counted.Count) {
        $permission.Problem = 'mixes entries of the old format (mask 1) with new ones, so COM refuses it'
    }
    else { $permission.Legacy = $old.Count -gt 0 }
    $permission
}

# A permission without entries, which lets nobody in: what set starts from where nothing readable is stored.
Function New-EmptyPermission {
    param ([string]$Kind)
    New-Permission $Kind ([RawSecurityDescriptor]::new('DiscretionaryAclPresent, SelfRelative', $administrators, $administrators, $null, [RawAcl]::new(2, 0)))
}

Function ConvertFrom-PermissionByte {
    param ([string]$Kind, [byte[]]$Bytes)

    # The class takes the absolute form, whose fields are addresses, for an empty descriptor.
    if ($Bytes.Length -ge 20 -and -not ($Bytes[3] -band 0x80)) { return New-Permission $Kind -Problem 'is malformed' }
    try { $descriptor = [RawSecurityDescriptor]::new($Bytes, 0) }
    catch { return New-Permission $Kind -Problem 'is malformed' } # which byte is wrong is found on the controller
    New-Permission $Kind $descriptor
}

# What the text or the bytes do not name (owner, group, label) is taken from the permission they replace.
Function Join-Permission {
    param ($Permission, $Replaces)

    $new, $old = $Permission.Descriptor, $Replaces.Descriptor
    if ($old) {
        if (-not $new.Owner) { $new.Owner = $old.Owner }
        if (-not $new.Group) { $new.Group = $old.Group }
        if (-not $new.SystemAcl -and $old.SystemAcl) {
            $new.SystemAcl = $old.SystemAcl
            $new.SetFlags($new.ControlFlags -bor [ControlFlags]::SystemAclPresent)
        }
    }
    $Permission
}

# @{ Bytes = [byte[]] }, wrapped so that nothing unrolls. COM wants an owner and a group; the usual one is filled in.
Function ConvertTo-PermissionByte {
    param ($Permission)

    $old = $Permission.Descriptor
    $owner, $group = $old.Owner, $old.Group | ForEach-Object { if ($_) { $_ } else { $administrators } }
    $new = [RawSecurityDescriptor]::new($old.ControlFlags, $owner, $group, $old.SystemAcl, $old.DiscretionaryAcl)
    $bytes = [byte[]]::new($new.BinaryLength)
    $new.GetBinaryForm($bytes, 0)
    @{ Bytes = $bytes }
}

# Entries that COM evaluates, conditional ones too; the access check skips inherit-only ones.
Function Test-CountedAce {
    param ($Ace)
    $Ace -is [QualifiedAce] -and $Ace.AceQualifier -in 'AccessAllowed', 'AccessDenied' -and -not ($Ace.AceFlags -band 'InheritOnly')
}

# Entries that add, remove and set work on; all others stay as they are.
Function Test-PlainAce {
    param ($Ace)
    $Ace -is [CommonAce] -and -not $Ace.IsCallback -and (Test-CountedAce $Ace)
}

Function Get-AceKey {
    param ($Ace)
    '{0}|{1}' -f $(if ($Ace.AceQualifier -eq 'AccessDenied') { 'deny' } else { 'allow' }), (ConvertFrom-Sid $Ace.SecurityIdentifier)
}

Function Get-FullMask {
    param ($Permission, [int]$Mask)
    $bits = $kinds[$Permission.Kind]
    if ($Permission.Legacy -and $Mask -eq $bits.Marker) { $bits.Marker -bor $bits.All } else { $Mask -band -bnot $bits.Idle }
}

# The entries of an access control list; none for a list that is not there.
Function Get-Ace {
    param ($Acl)
    if ($null -ne $Acl) { foreach ($ace in $Acl) { $ace } }
}

# 'type|SID' -> full mask of the plain entries, $null for none: duplicates merged, old ones read as what they mean.
Function Get-PermissionMask {
    param ($Permission)

    $masks = [SortedDictionary[string, int]]::new([StringComparer]::Ordinal)
    foreach ($ace in Get-Ace $Permission.Descriptor.DiscretionaryAcl | Where-Object { Test-PlainAce $_ }) {
        $key = Get-AceKey $ace
        $masks[$key] = $masks[$key] -bor (Get-FullMask $Permission $ace.AccessMask)
    }
    , $masks
}

# The plain entries, deny first, one for each type and SID.
Function Get-PermissionEntry {
    param ($Permission)

    $masks = Get-PermissionMask $Permission
    foreach ($key in @($masks.Keys -like 'deny*') + @($masks.Keys -like 'allow*')) {
        $type, $sid = $key.Split([char]'|')
        @{ Type = $type; Sid = $sid; Mask = $masks[$key] -band $kinds[$Permission.Kind].All }
    }
}

# What add, remove and set leave alone: @{ What; Sid }, and Type and Mask of an entry that COM evaluates.
Function Get-UnmanagedPart {
    param ($Permission)

    $bits = $kinds[$Permission.Kind]
    foreach ($ace in Get-Ace $Permission.Descriptor.DiscretionaryAcl) {
        $extra = if (Test-PlainAce $ace) { $ace.AccessMask -band -bnot ($bits.Marker -bor $bits.All -bor $bits.Idle) }
        $what = if ($extra) { 'further bits 0x{0:x} of an entry' -f $extra }
        elseif ($null -ne $extra) { continue }
        elseif ($ace.AceFlags -band 'InheritOnly') { 'inherit-only entry' }
        elseif ($ace.IsCallback) { 'conditional entry' }
        else { "entry of type $([int]$ace.AceType)" }
        $part = @{ What = $what; Sid = ConvertFrom-Sid $ace.SecurityIdentifier }
        if (-not $extra -and (Test-CountedAce $ace)) { $part += @{ Type = (Get-AceKey $ace).Split([char]'|')[0]; Mask = Get-FullMask $Permission $ace.AccessMask } }
        $part
    }
    foreach ($ace in Get-Ace $Permission.Descriptor.SystemAcl) {
        @{ What = if ([int]$ace.AceType -eq 17) { 'mandatory label' } else { "system entry of type $([int]$ace.AceType)" }; Sid = '' }
    }
}

# Whether a deny entry, a conditional one too, stands behind an allow entry, where the access check may never reach it.
Function Test-DenyAfterAllow {
    param ($Permission)
    (@(Get-Ace $Permission.Descriptor.DiscretionaryAcl | Where-Object { Test-CountedAce $_ } | ForEach-Object { (Get-AceKey $_)[0] }) -join '') -match 'ad'
}

# Whether an entry has flags that set would not write; of a key, Inherited is none.
Function Test-FurtherFlag {
    param ($Permission)

    $kind = $kinds[$Permission.Kind]
    $told = if ($kind.Marker) { 0xff } else { 0xef }
    @(Get-Ace $Permission.Descriptor.DiscretionaryAcl | Where-Object { (Test-PlainAce $_) -and ([int]$_.AceFlags -band $told) -ne [int][AceFlags]$kind.Flags }).Count -gt 0
}

# Equal texts for permissions of equal meaning: order within allow and deny, layout, duplicates and format make no difference;
# what this module does not interpret counts byte for byte.
Function Get-PermissionIdentity {
    param ($Permission)

    $descriptor = $Permission.Descriptor
    $masks = Get-PermissionMask $Permission
    @(
        "$($Permission.Problem) $(Test-DenyAfterAllow $Permission) $($descriptor.Owner) $($descriptor.Group)"
        foreach ($key in $masks.Keys) { "$key $($masks[$key])" }
        foreach ($ace in @(Get-Ace $descriptor.DiscretionaryAcl | Where-Object { -not (Test-PlainAce $_) }) + @(Get-Ace $descriptor.SystemAcl)) {
            $copy = $ace.Copy()
            if (Test-CountedAce $copy) { $copy.AccessMask = Get-FullMask $Permission $copy.AccessMask }
            $bytes = [byte[]]::new($copy.BinaryLength)
            $copy.GetBinaryForm($bytes, 0)
            [BitConverter]::ToString($bytes)
        }
    ) -join "`n"
}

Function New-PlainAce {
    param ([string]$Kind, $Entry, [int]$Further)
    $qualifier = if ($Entry.Type -eq 'deny') { 'AccessDenied' } else { 'AccessAllowed' }
    [CommonAce]::new($kinds[$Kind].Flags, $qualifier, $kinds[$Kind].Marker -bor $Entry.Mask -bor $Further, (ConvertTo-Sid $Entry.Sid), $false, $null)
}

# A copy of a permission with other entries. $Change gets the list of entries, expanded to the new format; it sets
# $state.Rewritten where an entry of the new format must join, else an old list is left old. The formats must not be mixed.
Function Edit-Permission {
    param ($Permission, [scriptblock]$Change)

    $aces = [List[object]]@(Get-Ace $Permission.Descriptor.DiscretionaryAcl | ForEach-Object { $_.Copy() })
    foreach ($ace in $aces) {
        if ($Permission.Legacy -and (Test-CountedAce $ace)) { $ace.AccessMask = Get-FullMask $Permission $ace.AccessMask }
    }
    $state = @{ Rewritten = $false }
    $aces = @(& $Change $aces $state)

    $old = $Permission.Descriptor
    $acl = [RawAcl]::new($(if ($old.DiscretionaryAcl) { $old.DiscretionaryAcl.Revision } else { 2 }), $aces.Count)
    foreach ($ace in $aces) {
        if ($Permission.Legacy -and -not $state.Rewritten -and (Test-CountedAce $ace)) { $ace.AccessMask = $kinds[$Permission.Kind].Marker }
        $acl.InsertAce($acl.Count, $ace)
    }
    $flags = $old.ControlFlags -bor [ControlFlags]::DiscretionaryAclPresent
    New-Permission $Permission.Kind ([RawSecurityDescriptor]::new($flags, $old.Owner, $old.Group, $old.SystemAcl, $acl))
}

Function Test-AceOf {
    param ($Ace, [string]$Type, [string]$Sid)
    (Test-PlainAce $Ace) -and (Get-AceKey $Ace) -eq "$Type|$Sid"
}

# Entries of the same type and SID become one.
Function Join-Entry {
    param ([object[]]$Entry)

    $joined = [ordered]@{}
    foreach ($item in $Entry) {
        $key = "$($item.Type)|$($item.Sid)"
        if ($joined.Contains($key)) { $joined[$key].Mask = $joined[$key].Mask -bor $item.Mask } else { $joined[$key] = $item.Clone() }
    }
    $joined.Values
}

# Takes rights out of all entries of that type and SID. A bare marker would mean all rights again, so such an entry goes.
Function Remove-AceRight {
    param ([string]$Kind, $Aces, [string]$Type, [string]$Sid, [int]$Mask)

    foreach ($ace in @($Aces)) {
        if ((Test-AceOf $ace $Type $Sid) -and ($ace.AccessMask -band $Mask)) {
            $ace.AccessMask = $ace.AccessMask -band -bnot $Mask
            if (-not ($ace.AccessMask -band $kinds[$Kind].Kept)) { $null = $Aces.Remove($ace) }
        }
    }
}

# Each principal gets at least these rights, or is denied at least those. Allowing takes the same rights out of deny entries
# of the same principal, which would defeat it.
Function Add-PermissionEntry {
    param ($Permission, [object[]]$Entry)

    Edit-Permission $Permission {
        param ($Aces, $State)

        foreach ($wanted in Join-Entry $Entry) {
            $own = @($Aces | Where-Object { Test-AceOf $_ $wanted.Type $wanted.Sid })
            $opposed = @($Aces | Where-Object { $wanted.Type -eq 'allow' -and (Test-AceOf $_ deny $wanted.Sid) -and ($_.AccessMask -band $wanted.Mask) })
            $has = 0
            foreach ($ace in $own) { $has = $has -bor $ace.AccessMask }
            if (($has -band $wanted.Mask) -eq $wanted.Mask -and -not $opposed) { continue }

            $State.Rewritten = $true
            if ($opposed) { Remove-AceRight $Permission.Kind $Aces deny $wanted.Sid $wanted.Mask }
            if ($own) { $own[0].AccessMask = $own[0].AccessMask -bor $wanted.Mask -bor $kinds[$Permission.Kind].Marker }
            elseif ($wanted.Type -eq 'deny') { $Aces.Insert(0, (New-PlainAce $Permission.Kind $wanted)) }
            else { $Aces.Add((New-PlainAce $Permission.Kind $wanted)) }
        }
        $Aces
    }
}

# Takes rights from principals; all rights take their entries of that type away.
Function Remove-PermissionEntry {
    param ($Permission, [object[]]$Entry)

    Edit-Permission $Permission {
        param ($Aces, $State)

        foreach ($unwanted in Join-Entry $Entry) {
            $own = @($Aces | Where-Object { Test-AceOf $_ $unwanted.Type $unwanted.Sid })
            if ($unwanted.Mask -eq $kinds[$Permission.Kind].All) { foreach ($ace in $own) { $null = $Aces.Remove($ace) } }
            elseif ($own) {
                $State.Rewritten = $true
                Remove-AceRight $Permission.Kind $Aces $unwanted.Type $unwanted.Sid $unwanted.Mask
            }
        }
        $Aces
    }
}

# The plain entries are exactly these. Further bits of a listed principal stay, as do all other entries.
Function Set-PermissionEntry {
    param ($Permission, [AllowEmptyCollection()][object[]]$Entry)

    Edit-Permission $Permission {
        param ($Aces, $State)

        $State.Rewritten = $true
        $further = @{}
        foreach ($ace in $Aces | Where-Object { Test-PlainAce $_ }) {
            $key = Get-AceKey $ace
            $further[$key] = $further[$key] -bor ($ace.AccessMask -band -bnot ($kinds[$Permission.Kind].Marker -bor $kinds[$Permission.Kind].All))
        }
        $new = foreach ($wanted in Join-Entry $Entry) {
            $key = "$($wanted.Type)|$($wanted.Sid)"
            New-PlainAce $Permission.Kind $wanted $further[$key]
        }
        $new | Where-Object AceQualifier -EQ 'AccessDenied'
        $Aces | Where-Object { -not (Test-PlainAce $_) }
        $new | Where-Object AceQualifier -NE 'AccessDenied'
    }
}

Export-ModuleMember -Function *-*Permission*, Get-RightsMask, Get-UnmanagedPart, Test-DenyAfterAllow, Test-FurtherFlag
