# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

# Principals: names to SIDs and back. Well-known names come from the controller as SIDs and go back as SIDs,
# so that they are the same on a host of any language (plugin_utils/_principals.py has the table).

using namespace System.ComponentModel
using namespace System.Security.Principal
using namespace ansible_collections.wincom.dcom.plugins.module_utils._Windows

#AnsibleRequires -PowerShell ..module_utils._Host
#AnsibleRequires -PowerShell ..module_utils._Sid

$noSuchAccount = 1332 # ERROR_NONE_MAPPED: Windows asked everybody, and there is none
$couldNotAsk = @{
    1355 = 'no domain controller could be reached'
    1722 = 'the domain controller does not answer'
    1789 = 'the trust between this host and the domain is broken'
}

# @{ Account; Error }: what Windows says of a name or SID; Error is a Win32 code, 0 where it was found.
Function Get-Account {
    param ([string]$NameOrSid)
    $sid = ConvertTo-Sid $NameOrSid
    try { @{ Account = $(if ($sid) { [Account]::Find($sid) } else { [Account]::Find($NameOrSid) }); Error = 0 } }
    catch {
        $exception = Get-RootException $_
        if ($exception -isnot [Win32Exception]) { throw }
        @{ Account = $null; Error = $exception.NativeErrorCode }
    }
}

# @{ Sid; Use (SID_NAME_USE); Missing; Problem }. Missing only where Windows definitely has no such account, so that an optional
# entry may be skipped; Problem says why it can't be used. $Name: a SID, .\name for an account of this host, any name Windows knows.
Function Resolve-Principal {
    param ([string]$Name)

    $result = @{ Sid = $null; Use = 0; Missing = $false; Problem = $null }
    try { $text = (Expand-HostVariable $Name).Trim() }
    catch {
        $result.Problem = "$_"
        return $result
    }
    if ($text -match '^S-1-') {
        $result.Sid = ConvertFrom-Sid (ConvertTo-Sid $text)
        if (-not $result.Sid) {
            $result.Problem = "'$Name' is not a valid SID"
            return $result
        }
        # An orphaned SID is fine, but not every Windows has every BUILTIN group. Those with more numbers are capabilities.
        if ($text -notmatch '^S-1-5-32-\d+$') { return $result }
    }
    if ($text.StartsWith('.\')) { $text = "$env:COMPUTERNAME\$($text.Substring(2))" }
    $found = Get-Account $text
    if ($found.Error -eq $noSuchAccount) {
        $result.Missing = $true
        $result.Problem = "'$Name' does not exist on this host, nor in a domain it trusts"
    }
    elseif ($found.Error) { $result.Problem = "'$Name' could not be looked up: $(Get-LookupError $found.Error). It may exist, so nothing is decided without an answer" }
    elseif ($found.Account.Use -eq 3) { $result.Problem = "'$Name' is a domain or this computer, not an account; write NAME$ for the account of a computer" }
    else {
        $result.Sid = $found.Account.Sid
        $result.Use = $found.Account.Use
        if ($text.IndexOfAny([char[]]'\@') -lt 0) { $result.Problem = Get-Ambiguity $text $found.Account }
    }
    $result
}

Function Get-LookupError {
    param ([int]$Code)
    $why = if ($couldNotAsk.ContainsKey($Code)) { $couldNotAsk[$Code] } else { ([Win32Exception]$Code).Message.TrimEnd('.') }
    "$why (error $Code)"
}

# A bare name of this host may be meant as one of the domain, or the other way round.
Function Get-Ambiguity {
    param ([string]$Name, $Account)

    $domain = [Lsa]::PrimaryDomain()
    if (-not $domain -or $Account.Domain -notin $domain, $env:COMPUTERNAME) { return }
    $other = @($domain, $env:COMPUTERNAME) | Where-Object { $_ -ne $Account.Domain }
    $twin = Get-Account "$other\$Name"
    if ($twin.Error -notin 0, $noSuchAccount) {
        "'$Name' may be $other\$Name too, which could not be looked up: $(Get-LookupError $twin.Error); write the one that is meant, .\$Name for the account of this host"
    }
    elseif ($twin.Account) { "'$Name' is both $($Account.Domain)\$Name and $other\$Name; write the one that is meant, .\$Name for the account of this host" }
}

# The name that Windows has for a SID, .\name for an account of this host; the SID itself where it has none that it takes back.
Function Get-PrincipalName {
    param ([string]$Sid)

    $account = (Get-Account $Sid).Account
    if (-not $account) { return $Sid }
    $name = "$($account.Domain)\$($account.Name)".TrimStart('\')
    if ($account.Domain -eq $env:COMPUTERNAME) { $name = ".\$($account.Name)" }
    if ((Resolve-Principal $name).Sid -eq $Sid) { $name } else { $Sid }
}

# Adds the names of all SIDs in some data to a table, but for the well-known ones, which the controller can name itself.
Function Add-PrincipalName {
    param ([hashtable]$Names, $Data)

    foreach ($match in [regex]::Matches((ConvertTo-Json $Data -Depth 9 -Compress), '"(S-1-[0-9a-fA-FxX-]+)"')) {
        $sid = $match.Groups[1].Value
        if (-not (ConvertTo-Sid $sid)) { continue } # a text that only looks like one
        if ($sid -notmatch '^S-1-(1|2|5-\d+|5-32-\d+)(-0)?$' -and -not $Names.ContainsKey($sid)) { $Names[$sid] = Get-PrincipalName $sid }
    }
}

# Whether a SID is one of a domain or host that definitely has no such account any more. Others have no account to begin with: those of
# services, application pools and application packages, and capabilities.
Function Test-Orphan {
    param ([string]$Sid)
    $Sid -like 'S-1-5-21-*' -and (Get-Account $Sid).Error -eq $noSuchAccount
}

Export-ModuleMember -Function Add-PrincipalName, Get-Account, Get-PrincipalName, Resolve-Principal, Test-Orphan
