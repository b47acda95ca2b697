# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# COM permissions as bytes and as objects: read, check, edit, compare, write. Pure: no registry, no names.
#
# A permission is @{ Kind ('launch', 'access'); Descriptor ([RawSecurityDescriptor], $null where malformed); Problem (why COM
# refuses it or it must not be edited, $null where sound); Legacy (every mask is 1, which means all rights) }.
# An entry is @{ Type ('allow', 'deny'); Sid; Mask }, Mask without the marker bit.
# The raw classes of .NET keep entries that they do not know; the common ones merge and drop.

using namespace System.Collections.Generic
using namespace System.Security.AccessControl
using namespace System.Security.Principal

$marker = 0x1 # COM_RIGHTS_EXECUTE, in every entry; alone it is the format from before Windows XP SP2
$container = 0x60
$generic = 0x30000000 # GENERIC_ALL, GENERIC_EXECUTE
$allRights = @{ launch = 0x1e; access = 0x6 }
$localRights = @{ launch = 0xa; access = 0x2 }
$idle = @{ launch = 0; access = 0x18 } # activation means nothing in an access permission, yet shipped ones carry it
$administrators = 'S-1-5-32-544'

# The rights of a kind: all of them, or those of local callers.
Function Get-RightsMask {
    param ([string]$Kind, [switch]$Local)
    if ($Local) { $localRights[$Kind] } else { $allRights[$Kind] }
}

Function New-Permission {
    param ([string]$Kind, [RawSecurityDescriptor]$Descriptor, [string]$Problem)

    $permission = @{ Kind = $Kind; Descriptor = $Descriptor; Problem = $Problem; Legacy = $false }
    if (-not $Descriptor) { return $permission }
    if ($null -eq $Descriptor.DiscretionaryAcl) {
        $permission.Problem = 'has a NULL DACL, which lets everybody in'
        return $permission
    }
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
    '{0}|{1}' -f $(if ($Ace.AceQualifier -eq 'AccessDenied') { 'deny' } else { 'allow' }), $Ace.SecurityIdentifier.Value
}

Function Get-FullMask {
    param ($Permission, [int]$Mask)
    if ($Permission.Legacy -and $Mask -eq $marker) { $marker -bor $allRights[$Permission.Kind] }
    else { $Mask -band -bnot $idle[$Permission.Kind] }
}

# The entries of an access control list; none for a list that is not there.
Function Get-Ace {
    param ($Acl)
    if ($null -ne $Acl) { foreach ($ace in $Acl) { $ace } }
}

# 'type|SID' -> full mask of the plain entries: duplicates merged, old ones read as what they mean.
Function Get-PermissionMask {
    param ($Permission)

    $masks = [SortedDictionary[string, int]]::new([StringComparer]::Ordinal)
    foreach ($ace in Get-Ace $Permission.Descriptor.DiscretionaryAcl | Where-Object { Test-PlainAce $_ }) {
        $key, $mask = (Get-AceKey $ace), 0
        $null = $masks.TryGetValue($key, [ref]$mask)
        $masks[$key] = $mask -bor (Get-FullMask $Permission $ace.AccessMask)
    }
    , $masks
}

# The plain entries, deny first, one for each type and SID.
Function Get-PermissionEntry {
    param ($Permission)

    $masks = Get-PermissionMask $Permission
    foreach ($key in @($masks.Keys -like 'deny*') + @($masks.Keys -like 'allow*')) {
        $type, $sid = $key.Split([char]'|')
        @{ Type = $type; Sid = $sid; Mask = $masks[$key] -band $allRights[$Permission.Kind] }
    }
}

# What add, remove and set leave alone: @{ What; Sid }.
Function Get-UnmanagedPart {
    param ($Permission)

    foreach ($ace in Get-Ace $Permission.Descriptor.DiscretionaryAcl) {
        $extra = if (Test-PlainAce $ace) { $ace.AccessMask -band -bnot ($marker -bor $allRights[$Permission.Kind] -bor $idle[$Permission.Kind]) }
        $what = if ($extra) { 'further bits 0x{0:x} of an entry' -f $extra }
        elseif ($null -ne $extra) { continue }
        elseif ($ace.AceFlags -band 'InheritOnly') { 'inherit-only entry' }
        elseif ($ace.IsCallback) { 'conditional entry' }
        else { "entry of type $([int]$ace.AceType)" }
        @{ What = $what; Sid = "$($ace.SecurityIdentifier)" }
    }
    foreach ($ace in Get-Ace $Permission.Descriptor.SystemAcl) {
        @{ What = if ([int]$ace.AceType -eq 17) { 'mandatory label' } else { "system entry of type $([int]$ace.AceType)" }; Sid = '' }
    }
}

# Whether a deny entry stands behind an allow entry, where the access check may never reach it.
Function Test-DenyAfterAllow {
    param ($Permission)
    (@(Get-Ace $Permission.Descriptor.DiscretionaryAcl | Where-Object { Test-PlainAce $_ } | ForEach-Object { (Get-AceKey $_)[0] }) -join '') -match 'ad'
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
    param ($Entry, [int]$Further)
    $qualifier = if ($Entry.Type -eq 'deny') { 'AccessDenied' } else { 'AccessAllowed' }
    [CommonAce]::new('None', $qualifier, $marker -bor $Entry.Mask -bor $Further, $Entry.Sid, $false, $null)
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
        if ($Permission.Legacy -and -not $state.Rewritten -and (Test-CountedAce $ace)) { $ace.AccessMask = $marker }
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
    param ($Aces, [string]$Type, [string]$Sid, [int]$Mask)

    foreach ($ace in @($Aces)) {
        if ((Test-AceOf $ace $Type $Sid) -and ($ace.AccessMask -band $Mask)) {
            $ace.AccessMask = $ace.AccessMask -band -bnot $Mask
            if (-not ($ace.AccessMask -band ($allRights.launch -bor $container))) { $null = $Aces.Remove($ace) }
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
            if ($opposed) { Remove-AceRight $Aces deny $wanted.Sid $wanted.Mask }
            if ($own) { $own[0].AccessMask = $own[0].AccessMask -bor $wanted.Mask -bor $marker }
            elseif ($wanted.Type -eq 'deny') { $Aces.Insert(0, (New-PlainAce $wanted)) }
            else { $Aces.Add((New-PlainAce $wanted)) }
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
            if ($unwanted.Mask -eq $allRights[$Permission.Kind]) { foreach ($ace in $own) { $null = $Aces.Remove($ace) } }
            elseif ($own) {
                $State.Rewritten = $true
                Remove-AceRight $Aces $unwanted.Type $unwanted.Sid $unwanted.Mask
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
        $known = @{} # not every SID survives its own text: one with a large authority does not
        foreach ($ace in $Aces | Where-Object { Test-PlainAce $_ }) {
            $key = Get-AceKey $ace
            $known[$ace.SecurityIdentifier.Value] = $ace.SecurityIdentifier
            $further[$key] = $further[$key] -bor ($ace.AccessMask -band -bnot ($marker -bor $allRights[$Permission.Kind]))
        }
        $new = foreach ($wanted in Join-Entry $Entry) {
            $key = "$($wanted.Type)|$($wanted.Sid)"
            if ($known.ContainsKey($wanted.Sid)) { $wanted.Sid = $known[$wanted.Sid] }
            New-PlainAce $wanted $further[$key]
        }
        $new | Where-Object AceQualifier -EQ 'AccessDenied'
        $Aces | Where-Object { -not (Test-PlainAce $_) }
        $new | Where-Object AceQualifier -NE 'AccessDenied'
    }
}

Export-ModuleMember -Function *-*Permission*, Get-RightsMask, Get-UnmanagedPart, Test-DenyAfterAllow
