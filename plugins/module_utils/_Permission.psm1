# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# Decides a permission: what holds, what is declared, whether the change is safe.

using namespace System.Security.AccessControl
using namespace ansible_collections.wincom.dcom.plugins.module_utils._Windows

#AnsibleRequires -PowerShell ..module_utils._AppId
#AnsibleRequires -PowerShell ..module_utils._Host
#AnsibleRequires -PowerShell ..module_utils._Principal
#AnsibleRequires -PowerShell ..module_utils._SecurityDescriptor
#AnsibleRequires -PowerShell ..module_utils._Setting
#AnsibleRequires -PowerShell ..module_utils._Sid

# What an absent list means, and who must not be locked out; the machine's own lists have scopes of their own.
# Ole: the machine's value that stands in; Com: what to ask COM for, else (COMSD; 2 and 3 are the limits, which must never become an
# application's list); Sddl: what Windows documents, else, where that differs from $documented; Guards: further than $guards;
# NoDefault: there is no declaring that the list is absent; Stored: what holds in place of the registry's value.
$scopes = @{
    launch = @{ Ole = 'DefaultLaunchPermission'; Com = 0 }
    access = @{ Ole = 'DefaultAccessPermission'; Com = 1 }
    configuration = @{}
}
$documented = @{
    launch = 'O:BAG:BAD:(A;;0x1f;;;BA)(A;;0x1f;;;IU)(A;;0x1f;;;SY)'
    access = 'O:BAG:BAD:(A;;0x7;;;PS)(A;;0x3;;;SY)(A;;0x7;;;BA)'
}
$everyone = 'S-1-1-0'
$system = 'S-1-5-18'
# Whose rights (Local: those of local callers) a change must not newly take; Text: the sentence that says so.
$guards = @{
    launch = @()
    access = @(, @{ Sid = $system; Local = $true; Text = 'SYSTEM would lose local access, without which COM itself can not call the server' })
    configuration = @($system, 'S-1-5-32-544' | ForEach-Object { @{ Sid = $_; Text = "'$_' would lose rights on the key of the AppID" } })
}
# So many callers that an entry must name its rights: Everyone, Authenticated Users, Users, Guests, NETWORK, ANONYMOUS, all packages.
$broad = $everyone, 'S-1-5-11', 'S-1-5-32-545', 'S-1-5-32-546', 'S-1-5-2', 'S-1-5-7', 'S-1-15-2-1'
$example = @{ launch = '[local_launch, local_activation]'; access = 'local_access'; configuration = 'read' }
# A deny for one of these reaches SYSTEM or administrators: they or, at the host itself, groups that have them as members.
$reaching = $everyone, $system, 'S-1-5-32-544', 'S-1-5-11', 'S-1-5-4', 'S-1-5-32-545', 'S-1-2-0', 'S-1-5-15', 'S-1-5-6', 'S-1-5-80-0', 'S-1-5-113', 'S-1-5-114'

# Entries are raw because a bare name is one; the action plugin makes each @{ principal; type; mask ($null: default); optional }.
Function Get-PermissionOption {
    param ([switch]$NoDefault)

    $entries = @{ type = 'list'; elements = 'raw' }
    $text = @{ type = 'str' }
    $options = @{ add = $entries; remove = $entries; set = $entries; sddl = $text; binary = $text }
    $whole = 'set', 'sddl', 'binary'
    if (-not $NoDefault) {
        $options.default = @{ type = 'bool' }
        $whole += 'default'
    }
    @{
        type = 'dict'
        options = $options
        mutually_exclusive = @(
            , $whole
            foreach ($form in $whole) { , @($form, 'add'); , @($form, 'remove') }
        )
        required_one_of = @(, (@('add', 'remove') + $whole))
    }
}

# $Kind: launch, access or configuration (the access list of the key itself). $ValueName: the value that holds it, '' for the key.
# $Wanted is $null where the permission is only read. $Params: all options of the task, of which allow_lockout lets the guards step
# aside. $Scope: see $scopes.
Function Get-PermissionDecision {
    param ([string]$Kind, [string]$ValueName, $Wanted, $Target, $Params, [hashtable]$Scope = $scopes[$Kind])

    $decision = New-Decision
    $stored = if ($Scope.Stored) { $Scope.Stored } elseif ($ValueName) { Read-TargetValue $Target $ValueName } elseif ($Target.Registered) { Read-KeySecurity $Target.Path }
    $default = { if ($ValueName) { Get-DefaultPermission $Kind $Scope ($null -ne $stored) $Params.Together.MachineValues } else { Get-InheritedPermission } }
    if ($null -eq $Wanted) {
        $decision.Before = Get-PermissionReading $Kind $stored $default
        return $decision
    }
    $now = if ($null -eq $stored) { & $default } else { ConvertFrom-StoredPermission $Kind $stored }
    $decision.Before = Get-PermissionData $now $stored ($null -eq $stored)

    $request = Resolve-Request $Kind $Wanted @(Get-PermissionEntry $now | ForEach-Object Sid)
    $decision.Skipped = $request.Skipped
    $decision.Problems = $request.Problems
    $edits = $null -ne $Wanted.add -or $null -ne $Wanted.remove
    if ($edits -and $now.Problem) { $decision.Problems += Get-SeedProblem $now.Problem $Kind $Scope ($null -eq $stored) }
    if ($decision.Problems) { return $decision }

    $new = if ($Wanted.default) { & $default } else { Get-WantedPermission $Kind $Wanted $request $now ($null -ne $stored) }
    if ($new.Problem -and -not $Wanted.default) {
        $decision.Problems = @("the declared list $($new.Problem)")
        return $decision
    }
    # That a declared list happens to equal the default does not make it one, where that can be declared; edits that the default
    # satisfies leave it alone.
    $change = if ($Wanted.default) { $null -ne $stored }
    elseif ($null -eq $stored -and -not $edits -and -not $Scope.NoDefault) { $true }
    else { -not (Test-SameText (Get-PermissionIdentity $now) (Get-PermissionIdentity $new)) }
    $value = if (-not $Wanted.default) { [RegistryValue]::new(3, (ConvertTo-PermissionByte $new).Bytes) }
    if (-not $change) {
        $decision.After = $decision.Before
        return $decision
    }
    # Told as it will be read back, with the owner and group that were filled in.
    $decision.After = Get-PermissionData $(if ($value) { ConvertFrom-PermissionByte $Kind $value.Data } else { $new }) $value ([bool]$Wanted.default)

    if (-not $Params.allow_lockout) { $decision.Problems = @(Get-Lockout $now $new $Scope.Guards | ForEach-Object { "$_; allow_lockout: true does it nevertheless" }) }
    $order = if (Test-RightTaken $now $new) { 1 } else { 5 }
    $decision.Changes = @(if ($ValueName) { New-Change $order $ValueName $Target.Path $ValueName $stored $value }
        else { New-SecurityChange $(if ($Target.Registered) { $order } else { 6 }) $Target.Path $stored (Set-Protected $value) })
    $decision
}

# Why add and remove can't start from what holds, and what to do instead.
Function Get-SeedProblem {
    param ([string]$Problem, [string]$Kind, [hashtable]$Scope, [bool]$IsDefault)

    $what, $first = 'stored list', ''
    if ($IsDefault -and $Scope.Ole) { $what, $first = "machine default ($($Scope.Ole))", "mend it first with wincom.dcom.machine (default_${Kind}_permission), or " }
    "the $what $Problem; add and remove can't start from it, ${first}declare the whole list with set$(if ($first -or $Scope.NoDefault) { ' or sddl' } else { ', sddl or default' })"
}

# A permission as data that is only read, with its text.
Function Get-PermissionReading {
    param ([string]$Kind, $Stored, [scriptblock]$Default)

    $permission = if ($Stored) { ConvertFrom-StoredPermission $Kind $Stored } else { & $Default }
    $data = Get-PermissionData $permission $Stored ($null -eq $Stored)
    $data.sddl = if ($permission.Descriptor) { try { $permission.Descriptor.GetSddlForm('All') } catch { $null } } # not every entry has a text
    $data
}

# The access list of a key as [RegistryValue]; $null where the key has nothing but what it inherits.
Function Read-KeySecurity {
    param ([string]$Path)

    $descriptor = Get-KeyDescriptor $Path
    $own = $descriptor.DiscretionaryAcl | Where-Object { -not ($_.AceFlags -band 'Inherited') }
    if ($own -or $descriptor.ControlFlags -band 'DiscretionaryAclProtected') { ConvertTo-BinaryValue $descriptor }
}

# What the keys of AppIDs inherit from the key above them.
Function Get-InheritedPermission {
    New-Permission configuration (Clear-Inheritance (Get-KeyDescriptor 'SOFTWARE\Classes\AppID'))
}

# A list of a key's own: no entry counts as inherited, and nothing more is inherited.
Function Set-Protected {
    param ($Value)

    if (-not $Value) { return }
    $descriptor = Clear-Inheritance ([RawSecurityDescriptor]::new($Value.Data, 0))
    $descriptor.SetFlags($descriptor.ControlFlags -bor [ControlFlags]::DiscretionaryAclProtected)
    ConvertTo-BinaryValue $descriptor
}

Function Get-KeyDescriptor {
    param ([string]$Path)
    $key = Open-MachineKey $Path
    try { [RawSecurityDescriptor]::new($key.GetAccessControl('Access, Owner, Group').GetSecurityDescriptorBinaryForm(), 0) }
    finally { $key.Dispose() }
}

Function Clear-Inheritance {
    param ([RawSecurityDescriptor]$Descriptor)
    foreach ($ace in $Descriptor.DiscretionaryAcl) { $ace.AceFlags = $ace.AceFlags -band -bnot [AceFlags]::Inherited }
    $Descriptor
}

Function ConvertTo-BinaryValue {
    param ([RawSecurityDescriptor]$Descriptor)
    $bytes = [byte[]]::new($Descriptor.BinaryLength)
    $Descriptor.GetBinaryForm($bytes, 0)
    [RegistryValue]::new(3, $bytes)
}

# A list that is the machine's own holds, broken or not, so COM is asked only where there is none. $Declared: values of the machine that this very task will write.
Function Get-DefaultPermission {
    param ([string]$Kind, [hashtable]$Scope, [bool]$IsStored, [hashtable]$Declared)

    $changes = $Scope.Ole -and $Declared -and $Declared.ContainsKey($Scope.Ole)
    $stored = if ($changes) { $Declared[$Scope.Ole] } elseif ($Scope.Ole) { Read-MachineValue 'SOFTWARE\Microsoft\Ole' $Scope.Ole }
    if ($stored) { return ConvertFrom-StoredPermission $Kind $stored }
    $bytes = if (-not $changes -and ($Scope.Ole -or -not $IsStored)) { try { [Com]::DefaultPermission($Scope.Com) } catch [EntryPointNotFoundException] { $null } }
    if ($bytes) {
        $permission = ConvertFrom-PermissionByte $Kind $bytes
        if (-not $permission.Problem) { return $permission }
    }
    New-Permission $Kind ([RawSecurityDescriptor]::new($(if ($Scope.Sddl) { $Scope.Sddl } else { $documented[$Kind] })))
}

Function ConvertFrom-StoredPermission {
    param ([string]$Kind, $Value)
    if ($Value.Type -eq 3) { return ConvertFrom-PermissionByte $Kind $Value.Data }
    $text = $Value.Text
    New-Permission $Kind -Problem "is of $(Get-TypeName $Value.Type) instead of REG_BINARY$(if ($text) { ": '$text'" })"
}

# Names become SIDs, missing rights their default. @{ add; remove; set; Problems; Skipped }
# $Held: SIDs of the list as it is; what is in it is accepted back, whether Windows knows it or not.
Function Resolve-Request {
    param ([string]$Kind, $Wanted, [string[]]$Held)

    $request = @{ add = @(); remove = @(); set = @(); Problems = @(); Skipped = @() }
    foreach ($form in 'add', 'remove', 'set') {
        foreach ($entry in $Wanted[$form] | Where-Object { $_ }) {
            $account = Resolve-Principal $entry.principal
            $allows = $form -ne 'remove' -and $entry.type -eq 'allow'
            if ($account.Missing -and $entry.optional) { $request.Skipped += $entry.principal }
            elseif ($account.Problem -and -not ($account.Missing -and $account.Sid -and $Held -contains $account.Sid)) { $request.Problems += $account.Problem }
            elseif ($allows -and $null -eq $entry.mask -and $account.Sid -in $broad) {
                $request.Problems += "'$($entry.principal)' stands for so many callers that the entry must name its rights, such as rights: $($example[$Kind])"
            }
            else {
                $mask = if ($null -eq $entry.mask) { Get-RightsMask $Kind -Local:$allows } else { $entry.mask }
                $request[$form] += @{ Type = $entry.type; Sid = $account.Sid; Mask = $mask }
            }
        }
    }
    foreach ($entry in $request.add) {
        $clash = @($request.remove | Where-Object { $_.Type -eq $entry.Type }) + @($request.add | Where-Object { $_.Type -ne $entry.Type })
        if ($clash | Where-Object { $_.Sid -eq $entry.Sid -and ($_.Mask -band $entry.Mask) }) {
            $request.Problems += "the same rights of '$($entry.Sid)' are added and taken away"
        }
    }
    $request
}

Function Get-WantedPermission {
    param ([string]$Kind, $Wanted, $Request, $Now, [bool]$IsStored)

    if ($null -ne $Wanted.set) {
        return Set-PermissionEntry $(if ($IsStored -and $Now.Descriptor) { $Now } else { New-EmptyPermission $Kind }) $Request.set
    }
    if ($null -ne $Wanted.sddl -or $Wanted.binary) {
        try {
            $new = if ($null -ne $Wanted.sddl) { New-Permission $Kind ([RawSecurityDescriptor]::new($Wanted.sddl)) }
            else { ConvertFrom-PermissionByte $Kind ([Convert]::FromBase64String($Wanted.binary)) }
        }
        catch { return New-Permission $Kind -Problem "can't be read: $(Get-Reason $_)" }
        if ($new.Problem) { return $new }
        return Join-Permission $new $(if ($IsStored) { $Now })
    }
    $new = $Now
    if ($Request.remove) { $new = Remove-PermissionEntry $new $Request.remove }
    if ($Request.add) { $new = Add-PermissionEntry $new $Request.add }
    $new
}

# A permission as data. Bytes are there for what only they can say: how to put it back, what is wrong with it.
Function Get-PermissionData {
    param ($Permission, $Value, [bool]$IsDefault)

    @{
        default = $IsDefault
        problem = $Permission.Problem
        disorder = Test-DenyAfterAllow $Permission
        legacy = $Permission.Legacy
        flagged = Test-FurtherFlag $Permission
        entries = @(Get-PermissionEntry $Permission | ForEach-Object { @{ type = $_.Type; sid = $_.Sid; mask = $_.Mask } })
        unmanaged = @(Get-UnmanagedPart $Permission | ForEach-Object { @{ what = $_.What; sid = $_.Sid; type = $_.Type; mask = $_.Mask } })
        owner = ConvertFrom-Sid $Permission.Descriptor.Owner
        group = ConvertFrom-Sid $Permission.Descriptor.Group
        binary = if ($Value.Type -eq 3) { [Convert]::ToBase64String($Value.Data) }
        elseif ($Permission.Descriptor) { [Convert]::ToBase64String((ConvertTo-PermissionByte $Permission).Bytes) }
        else { '' }
    }
}

# Whether anything is taken away: a right allowed before, or a right not denied before.
Function Test-RightTaken {
    param ($Now, $New)

    if ($Now.Descriptor -and $null -eq $Now.Descriptor.DiscretionaryAcl) { return $true }
    # Conditional entries and the like: which rights they gave is not known, so one that goes counts.
    $kept = @(Get-UnmanagedPart $New | ForEach-Object { "$($_.What) $($_.Sid)" })
    if (Get-UnmanagedPart $Now | Where-Object { $kept -notcontains "$($_.What) $($_.Sid)" }) { return $true }
    $before, $after = (Get-PermissionMask $Now), (Get-PermissionMask $New)
    foreach ($key in @($before.Keys) + @($after.Keys)) {
        $old, $left = $before[$key], $after[$key]
        if ($key -like 'deny*') { $old, $left = $left, $old }
        if ($old -band -bnot $left) { return $true }
    }
    $false
}

# Whether COM refuses everybody because of what a list is; a NULL DACL lets everybody in.
Function Test-Refused {
    param ($Permission)
    $Permission.Problem -and -not ($Permission.Descriptor -and $null -eq $Permission.Descriptor.DiscretionaryAcl)
}

# Why a change would lock the system out. The guards judge the change: what was so already is not refused.
Function Get-Lockout {
    param ($Now, $New, [object[]]$Further)

    $wasEmpty = $null -ne $Now.Descriptor.DiscretionaryAcl -and -not $Now.Descriptor.DiscretionaryAcl.Count
    if ((Test-Refused $New) -and -not (Test-Refused $Now)) { "the machine default $($New.Problem); mend it with wincom.dcom.machine (default_$($New.Kind)_permission)" }
    elseif (-not $New.Descriptor.DiscretionaryAcl.Count -and -not $wasEmpty -and -not $New.Problem) { 'an empty list lets nobody in' }
    else {
        foreach ($guard in $guards[$New.Kind] + $Further | Where-Object { $_ }) {
            $mask = Get-RightsMask $New.Kind -Local:$guard.Local
            if ((Get-HeldMask $Now $guard.Sid) -band -bnot (Get-HeldMask $New $guard.Sid) -band $mask) { $guard.Text }
        }
    }
    $before = Get-PermissionMask $Now
    foreach ($entry in Get-PermissionEntry $New | Where-Object { $_.Type -eq 'deny' -and $_.Sid -in $reaching }) {
        if ($entry.Mask -band -bnot $before["deny|$($entry.Sid)"] -band (Get-RightsMask $New.Kind -Local)) { "denying local rights to '$($entry.Sid)' reaches SYSTEM or Administrators" }
    }
}

# The rights that a principal has by its own entries or those of Everyone; none by a list that COM refuses.
Function Get-HeldMask {
    param ($Permission, [string]$Sid)

    if ($Permission.Descriptor -and $null -eq $Permission.Descriptor.DiscretionaryAcl) { return Get-RightsMask $Permission.Kind }
    if ($Permission.Problem) { return 0 }
    $held = @{ allow = 0; deny = 0 }
    foreach ($entry in Get-PermissionEntry $Permission | Where-Object { $_.Sid -in $Sid, $everyone }) {
        $held[$entry.Type] = $held[$entry.Type] -bor $entry.Mask
    }
    $held.allow -band -bnot $held.deny
}

Export-ModuleMember -Function Get-PermissionDecision, Get-PermissionOption
