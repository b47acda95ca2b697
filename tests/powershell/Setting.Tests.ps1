# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: failures and turns

<#
.SYNOPSIS
The engine, on a table of settings and a registry of its own: decides all, writes in order, undoes on failure.
#>

BeforeAll {
    . $PSScriptRoot\Import-Collection.ps1
    $windows = 'ansible_collections.wincom.dcom.plugins.module_utils._Windows'
    $registry, $fake = ("$windows.RegistryValue" -as [type]), ("$windows.FakeKey" -as [type])
    $lsa = "$windows.Lsa" -as [type]
    Mock -ModuleName _Setting Open-MachineKey { $fake::Open($Path) }

    $decided = [System.Collections.Generic.List[string]]::new() # the rows that were asked, and for what

    Function Get-Value { param ([byte]$Byte) $registry::new(3, [byte[]]@($Byte)) }

    # A row whose decision is given, and is counted.
    Function Get-Row {
        param ([string]$Name, [object[]]$Change, [string[]]$Problem)
        $decision = New-Decision
        $decision.Changes, $decision.Problems = @($Change | Where-Object { $_ }), @($Problem | Where-Object { $_ })
        $log = $decided # a closure takes the variables of this scope only
        @{ Name = $Name; Decide = { param ($Wanted, $Target, $Params) $log.Add("$Name=$Wanted"); $decision }.GetNewClosure() }
    }
    Function Get-Plan {
        param ([object[]]$Row)
        $params = @{}
        foreach ($one in $Row) { $params[$one.Name] = 'wanted' }
        Get-SettingPlan $Row $params @{}
    }
    Function Invoke-Plan {
        param ($Plan)
        try { Open-SettingPlan $Plan; Invoke-SettingPlan $Plan }
        finally { Close-SettingPlan $Plan }
    }
}

Describe 'The engine' {
    BeforeEach {
        $decided.Clear()
        $registry::Log.Clear()
        $registry::FaultAt.Clear()
        $registry::FaultOf = $null
        $fake::All.Clear()
        foreach ($path in 'S\AppID', 'S\AppID\{1}', 'S\AppID\old.exe') { $fake::All[$path] = [System.Collections.Generic.Dictionary[string, ansible_collections.wincom.dcom.plugins.module_utils._Windows.RegistryValue]]::new() }
        foreach ($name in 'A', 'B', 'C') { $fake::All['S\AppID\{1}'][$name] = Get-Value 1 }
        $fake::All['S\AppID\old.exe']['AppID'] = Get-Value 1
        $before = $fake::Dump()

        # One change of each order, given in reverse; a value that appears, one that goes, a key that comes, a key that goes.
        $changes = @(
            New-Change 6 'six' 'S\AppID\{1}' 'C' $fake::All['S\AppID\{1}']['C'] $null
            New-Change 5 'five' 'S\AppID\new.exe' 'AppID' $null (Get-Value 5)
            New-Change 4 'four' 'S\AppID\{1}' 'D' $null (Get-Value 4)
            New-Change 3 'three' 'S\AppID\old.exe' 'AppID' $fake::All['S\AppID\old.exe']['AppID'] $null -RemovesKey
            New-Change 2 'two' 'S\AppID\{1}' 'B' $fake::All['S\AppID\{1}']['B'] (Get-Value 2)
            New-Change 1 'one' 'S\AppID\{1}' 'A' $fake::All['S\AppID\{1}']['A'] (Get-Value 9)
        )
    }

    It 'asks only the rows of options that were given, in the order of the table' {
        $rows = (Get-Row b), (Get-Row a), (Get-Row c)
        $plan = Get-SettingPlan $rows @{ a = 0; b = 'x'; c = $null } @{}
        $decided | Should -Be 'b=x', 'a=0'
        @($plan.Keys) | Should -Be 'b', 'a'
    }

    Context 'that only reads' {
        BeforeAll {
            $asked = [System.Collections.Generic.List[string]]::new()
            $row = @{
                Name = 'list'; Value = 'List'
                Decide = { param ($Wanted, $Target) $asked.Add($Target.Id); @{ Before = $Target.Stored['List'].Data[0] } }.GetNewClosure()
            }
            Function Get-Target {
                param ([string]$Id, [byte[]]$Data)
                $stored = @{}
                if ($Data) { $stored['List'] = $registry::new(3, $Data) }
                @{ Id = $Id; Stored = $stored }
            }
        }
        BeforeEach { $asked.Clear() }

        It 'asks a row once for the same bytes, and takes none that look alike for the same' {
            # AAAA and aAAA in base64
            $found = foreach ($data in (0, 0, 0), (0x68, 0, 0), (0, 0, 0)) { (Get-SettingReading $row (Get-Target "$data" $data)).before }
            $found | Should -Be 0, 0x68, 0
            $asked | Should -Be '0 0 0', '104 0 0'
        }

        It 'asks no row whose value or property is not there' {
            Get-SettingReading $row (Get-Target none) | Should -BeNullOrEmpty
            Get-SettingReading @{ Name = 'names'; Property = 'Names'; Decide = $row.Decide } @{ Names = @() } | Should -BeNullOrEmpty
            $asked.Count | Should -Be 0
        }

        It 'asks a row with a secret for every target' {
            $secret = $row + @{ Secret = $true }
            foreach ($id in 'a', 'b') { $null = Get-SettingReading $secret (Get-Target $id 7) }
            $asked | Should -Be 'a', 'b'
        }
    }

    It 'decides everything before it writes anything' {
        $plan = Get-Plan (Get-Row a $changes[0]), (Get-Row b $changes[1])
        $decided.Count | Should -Be 2
        $registry::Log.Count | Should -Be 0
        $fake::Dump() | Should -BeExactly $before
        @(Get-PlanChange $plan).Count | Should -Be 2
    }

    It 'collects the problems of all rows' {
        $plan = Get-Plan (Get-Row a -Problem 'one', 'two'), (Get-Row b), (Get-Row c -Problem 'three')
        Get-PlanProblem $plan | Should -Be 'a: one', 'a: two', 'c: three'
        Get-PlanProblem (Get-Plan (Get-Row b)) | Should -BeNullOrEmpty
    }

    It 'writes in the order 1 to 6, whatever the order of rows' {
        Invoke-Plan (Get-Plan (Get-Row a $changes[0..2]), (Get-Row b $changes[3..5]))
        $registry::Log | Should -Be @(
            'S\AppID\{1}|A = 09', 'S\AppID\{1}|B = 02', 'S\AppID\old.exe = gone', 'S\AppID\{1}|D = 04', 'S\AppID\new.exe|AppID = 05', 'S\AppID\{1}|C = none'
        )
        $fake::Dump().Split([char]10) | Should -Be @(
            'S\AppID', 'S\AppID\new.exe', 'S\AppID\new.exe|AppID = 3:05', 'S\AppID\{1}', 'S\AppID\{1}|A = 3:09', 'S\AppID\{1}|B = 3:02', 'S\AppID\{1}|D = 3:04'
        )
    }

    It 'keeps the order of the table among equals' {
        $same = foreach ($name in 'x', 'y', 'z') { New-Change 5 $name 'S\AppID\{1}' $name $null (Get-Value 1) }
        @(Get-PlanChange (Get-Plan (Get-Row a $same[1]), (Get-Row b $same[0], $same[2]))).What | Should -Be 'y', 'x', 'z'
    }

    It 'leaves a key that has more than the value that goes' {
        $fake::All['S\AppID\old.exe']['other'] = Get-Value 7
        Invoke-Plan (Get-Plan (Get-Row a $changes[3]))
        $fake::All['S\AppID\old.exe'].Keys | Should -Be 'other'
    }

    It 'puts everything back when write <_> of 6 fails, and says what and why' -ForEach 1, 2, 3, 4, 5, 6 {
        $null = $registry::FaultAt.Add($_)
        $plan = Get-Plan (Get-Row a $changes)
        $what = @('one', 'two', 'three', 'four', 'five', 'six')[$_ - 1]
        $path = @(Get-PlanChange $plan)[$_ - 1].Path
        { Invoke-Plan $plan } | Should -Throw "$what could not be written to HKLM\$($path.Replace('{', '`{')): *; everything is back as it was before"
        $fake::Dump() | Should -BeExactly $before
    }

    It 'puts secrets and rights back too when write <_> of 4 fails' -ForEach 2, 3, 4 {
        $lsa::Secrets.Clear()
        $lsa::Held.Clear()
        $lsa::Secrets['SCM:old'] = [byte[]](7, 0)
        $all = @(
            New-SecretChange 6 'SCM:old' @(, $lsa::Secrets['SCM:old']) @()
            New-SecretChange 3 'SCM:new' @() @(, [byte[]](8, 0))
            New-RightChange 2 'S-1-5-9' 'SeBatchLogonRight' $true
            $changes[2]
        )
        $null = $registry::FaultAt.Add($_)
        { Invoke-Plan (Get-Plan (Get-Row a $all)) } | Should -Throw '*; everything is back as it was before'
        @($lsa::Secrets.Keys) | Should -Be 'SCM:old'
        $lsa::Secrets['SCM:old'] | Should -Be 7, 0
        $lsa::Held.Count | Should -Be 0
        $fake::Dump() | Should -BeExactly $before
        $registry::Log[0..1] | Should -Be 'right S-1-5-9 SeBatchLogonRight = True', 'secret SCM:new = 08-00'
    }

    It 'leaves a right that another plan has granted meanwhile' {
        $lsa::Held.Clear()
        $plan = Get-Plan (Get-Row a (New-RightChange 2 'S-1-5-9' 'SeBatchLogonRight' $true), $changes[2])
        $null = $lsa::Held.Add('S-1-5-9 SeBatchLogonRight')
        $null = $registry::FaultAt.Add(2)
        { Invoke-Plan $plan } | Should -Throw '*; everything is back as it was before'
        @($lsa::Held) | Should -Be 'S-1-5-9 SeBatchLogonRight'
    }

    It 'undoes the last first' {
        $null = $registry::FaultAt.Add(4)
        { Invoke-Plan (Get-Plan (Get-Row a $changes)) } | Should -Throw
        $undone = $registry::Log.GetRange(4, $registry::Log.Count - 4)
        $undone | Should -Be 'S\AppID\{1}|D = none', 'S\AppID\old.exe|AppID = 01', 'S\AppID\{1}|B = 01', 'S\AppID\{1}|A = 01'
    }

    It 'says so when undoing fails too, and puts the others back' {
        foreach ($number in 3, 5) { $null = $registry::FaultAt.Add($number) } # the third write, then the second to be undone
        { Invoke-Plan (Get-Plan (Get-Row a $changes)) } | Should -Throw 'three could not be written to *; these could NOT be put back, look at them: two (*)'
        $fake::All['S\AppID\{1}']['B'].Data | Should -Be 2
        $fake::All['S\AppID\{1}']['A'].Data | Should -Be 1
    }

    It 'does not call a value lost that no write could change' {
        $registry::FaultOf = 'B'
        { Invoke-Plan (Get-Plan (Get-Row a $changes)) } | Should -Throw '*; everything is back as it was before'
        $fake::Dump() | Should -BeExactly $before
    }

    It 'finds a key that it may not open before the first write, and names it' {
        Mock -ModuleName _Setting Open-MachineKey { throw [System.Security.SecurityException]::new('no') } -ParameterFilter { $Path -like '*old.exe' }
        { Open-SettingPlan (Get-Plan (Get-Row a $changes)) } | Should -Throw '*HKLM\S\AppID\old.exe can''t be opened for writing: access denied*TrustedInstaller*access list'
        $registry::Log.Count | Should -Be 0
    }

    It 'tries a password once: <What>' -ForEach @(
        @{ What = 'right'; Code = 0; Granting = $false; Good = $true }
        @{ What = 'wrong'; Code = 1326; Granting = $true; Good = $false }
        @{ What = 'without the right, which this run grants'; Code = 1385; Granting = $true; Good = $true }
        @{ What = 'without the right'; Code = 1385; Granting = $false; Good = $false }
    ) {
        $lsa::LogonCode, $lsa::Logons = $Code, 0
        & (Get-Module _Setting) { $tried.Clear() }
        $plan = Get-Plan (Get-Row a), (Get-Row b)
        foreach ($name in 'a', 'b') { $plan[$name].Logon = @{ Domain = 'CONTOSO'; User = 'joe'; Password = 'secret-1'; Granting = $Granting } }
        $message = try { Test-PlanLogon $plan } catch { "$_" }
        $lsa::Logons | Should -Be 1
        if ($Good) { $message | Should -BeNullOrEmpty }
        else {
            $message | Should -BeLike "run_as: CONTOSO\joe can't log on with this password: *(error $Code). It was tried once only*"
            $message | Should -Not -BeLike '*secret-1*'
        }
    }

    It 'tries another password: <What>' -ForEach @(
        @{ What = 'of another case'; Other = 'SECRET-1' }
        @{ What = 'with a character that languages ignore'; Other = "secret$([char]0xad)-1" }
    ) {
        $lsa::LogonCode, $lsa::Logons = 0, 0
        & (Get-Module _Setting) { $tried.Clear() }
        $plan = Get-Plan (Get-Row a)
        foreach ($password in 'secret-1', $Other, 'secret-1') {
            $plan['a'].Logon = @{ Domain = 'CONTOSO'; User = 'joe'; Password = $password; Granting = $false }
            Test-PlanLogon $plan
        }
        $lsa::Logons | Should -Be 2
    }

    It 'does not create a key only by opening' {
        $plan = Get-Plan (Get-Row a $changes)
        Open-SettingPlan $plan
        Close-SettingPlan $plan
        $fake::Dump() | Should -BeExactly $before
    }
}
