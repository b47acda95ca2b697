# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# Features: other AppID values, identity and password, executables and classes, life of an AppID

<#
.SYNOPSIS
The rows of an AppID: identity, executables, and what is said of an access permission that Windows would ignore.
#>

BeforeAll {
    . $PSScriptRoot\Import-Collection.ps1
    $windows = 'ansible_collections.wincom.dcom.plugins.module_utils._Windows'
    $registry, $lsa = ("$windows.RegistryValue" -as [type]), ("$windows.Lsa" -as [type])
    $appId, $other = '{00000000-0000-0000-0000-000000000001}', '{00000000-0000-0000-0000-000000000002}'
    $joe = 'S-1-5-21-1-2-3-1001'

    Mock -ModuleName _AppIdSetting Read-MachineValue { $stored["$Path|$Name"] }
    Mock -ModuleName _AppId Read-MachineValue { $stored["$Path|$Name"] }
    Mock -ModuleName _AppIdSetting Get-PermissionDecision { New-Decision }
    $answers = ("$windows.Account" -as [type])::Answers
    $answers.Clear()
    foreach ($one in @(
            @{ Domain = 'CONTOSO'; Name = 'joe'; Sid = $joe; Use = 1 }
            @{ Domain = 'CONTOSO'; Name = 'jane'; Sid = 'S-1-5-21-1-2-3-1002'; Use = 1 }
            @{ Domain = 'CONTOSO'; Name = 'Farm'; Sid = 'S-1-5-21-1-2-3-513'; Use = 2 }
            @{ Domain = 'NT AUTHORITY'; Name = 'LOCAL SERVICE'; Sid = 'S-1-5-19'; Use = 5 }
            @{ Domain = 'NT-AUTORIT'; Name = 'NETZWERKDIENST'; Sid = 'S-1-5-20'; Use = 5 }
        )) { $answers["$($one.Domain)\$($one.Name)"] = $answers[$one.Sid] = $one }
    $answers.SYSTEM = @{ Domain = 'NT AUTHORITY'; Name = 'SYSTEM'; Sid = 'S-1-5-18'; Use = 5 }

    Function ConvertTo-Stored { param ([string]$Text) $registry::new(1, [System.Text.Encoding]::Unicode.GetBytes("$Text`0")) }
    Function Get-Decision {
        param ([string]$Name, $Wanted, [hashtable]$Target = @{}, [hashtable]$Params = @{})
        $whole = @{ AppId = $appId; Path = "SOFTWARE\Classes\AppID\$appId"; Registered = $true; Executables = @(); Images = @(); Service = $null; IsSurrogate = $false }
        foreach ($key in $Target.Keys) { $whole[$key] = $Target[$key] }
        if ($Wanted -is [hashtable]) { foreach ($form in 'add', 'remove', 'set', 'default') { if (-not $Wanted.ContainsKey($form)) { $Wanted[$form] = $null } } }
        $given = @{ $Name = $Wanted; run_as_for_service = 'write'; remap_executables = $false; grant_logon_as_batch = $true }
        foreach ($key in $Params.Keys) { $given[$key] = $Params[$key] }
        & (Get-AppIdSetting | Where-Object Name -EQ $Name).Decide $Wanted $whole $given
    }
}

Describe 'The table' {
    It 'has each option once, with its specification' {
        $rows = @(Get-AppIdSetting)
        $rows.Name | Select-Object -Unique | Should -Be $rows.Name
        foreach ($name in 'launch_permission', 'access_permission', 'run_as', 'executables') { $rows.Name | Should -Contain $name }
        foreach ($row in $rows) {
            $row.Option.type | Should -BeIn 'dict', 'str', 'list', 'bool', 'int', 'raw'
            $row.Decide | Should -BeOfType scriptblock
        }
    }
}

Describe 'run_as' {
    BeforeEach {
        $stored = @{}
        $lsa::Secrets.Clear()
        $lsa::Held.Clear()
        $secretName, $password = "SCM:$appId", @{ run_as_password = 'abc'; update_password = 'when_changed' }
        $runAs = "SOFTWARE\Classes\AppID\$appId|RunAs"
        $service = [pscustomobject]@{ ServiceName = 'MDM' }
    }

    It 'writes <Keyword> as documented' -ForEach @(
        @{ Keyword = 'interactive_user'; Text = 'Interactive User' }
        @{ Keyword = 'local_service'; Text = 'nt authority\localservice' }
        @{ Keyword = 'network_service'; Text = 'nt authority\networkservice' }
        @{ Keyword = 'system'; Text = 'nt authority\system' }
    ) {
        $decision = Get-Decision run_as $Keyword
        $decision.Changes.Count | Should -Be 1
        $decision.Changes[0].Order, $decision.Changes[0].New.Type | Should -Be 4, 1
        [System.Text.Encoding]::Unicode.GetString($decision.Changes[0].New.Data) | Should -BeExactly "$Text`0"

        $stored[$runAs] = ConvertTo-Stored $Text.ToUpperInvariant()
        (Get-Decision run_as $Keyword).Changes.Count | Should -Be 0
    }

    It 'removes the value for the launching user' {
        (Get-Decision run_as launching_user).Changes.Count | Should -Be 0
        $stored[$runAs] = ConvertTo-Stored 'Interactive User'
        $decision = Get-Decision run_as launching_user
        $decision.Changes[0].New | Should -BeNullOrEmpty
        $decision.Changes[0].Old | Should -Be $stored[$runAs]
    }

    It 'takes <Name> for <Keyword>, whose account it is' -ForEach @(
        @{ Keyword = 'local_service'; Name = 'NT AUTHORITY\LOCAL SERVICE' }, @{ Keyword = 'network_service'; Name = 'NT-AUTORIT\NETZWERKDIENST' }
        @{ Keyword = 'system'; Name = 'SYSTEM' }
    ) {
        $stored[$runAs] = ConvertTo-Stored $Name
        $decision = Get-Decision run_as $Keyword
        $decision.Changes.Count, $decision.Warnings.Count | Should -Be 0, 0
        $decision.After.identity, $decision.After.password | Should -Be $decision.Before.identity, $decision.Before.password
        $lsa::Secrets[$secretName] = [byte[]](120, 0) # nobody uses it, so it goes nevertheless, and alone
        (Get-Decision run_as $Keyword).Changes.Name | Should -Be $secretName
        (Get-Decision run_as interactive_user).Changes.Name | Should -Contain 'RunAs'
    }

    It 'finds the AppIDs of <Keyword> by every name of the account' -ForEach @(
        @{ Keyword = 'local_service'; Found = '{1}', '{2}' }, @{ Keyword = 'system'; Found = , '{3}' }, @{ Keyword = 'interactive_user'; Found = , '{4}' }
        @{ Keyword = 'launching_user'; Found = , '{5}' }
    ) {
        $keys = @{}
        $names = @{ '{1}' = 'nt authority\LocalService'; '{2}' = 'NT AUTHORITY\LOCAL SERVICE'; '{3}' = 'SYSTEM'; '{4}' = 'Interactive User'; '{5}' = $null }
        foreach ($id in $names.Keys) { $keys[$id] = [pscustomobject]@{ Key = $id; RunAs = $names[$id] } }
        Get-AppIdOfIdentity $Keyword $keys | Sort-Object | Should -Be $Found
    }

    It 'takes a name that is gone, and a wrong type, for drift' {
        foreach ($value in (ConvertTo-Stored 'CONTOSO\gone'), $registry::new(3, [byte[]](1, 2))) {
            $stored[$runAs] = $value
            $decision = Get-Decision run_as interactive_user
            $decision.Before.problem | Should -Not -BeNullOrEmpty
            $decision.Changes.Count | Should -Be 1
        }
    }

    It 'wants a password for a user, unless it runs so already and the secret exists' {
        (Get-Decision run_as 'CONTOSO\joe').Problems | Should -BeLike "'CONTOSO\joe' needs its password*"
        $stored[$runAs] = ConvertTo-Stored 'CONTOSO\joe'
        (Get-Decision run_as 'CONTOSO\joe').Problems | Should -BeLike "'CONTOSO\joe' needs its password*"
        $lsa::Secrets["SCM:$appId"] = [byte[]](120, 0)
        $null = $lsa::Held.Add("$joe SeBatchLogonRight")
        $decision = Get-Decision run_as 'CONTOSO\joe'
        @($decision.Problems) + @($decision.Changes) | Should -BeNullOrEmpty
        (Get-Decision run_as 'CONTOSO\jane').Problems | Should -BeLike "'CONTOSO\jane' needs its password*"
    }

    It 'writes right, secret and name of a new user, in this order' {
        $decision = Get-Decision run_as 'CONTOSO\joe' -Params $password
        $decision.Problems | Should -BeNullOrEmpty
        $changes = @($decision.Changes | Sort-Object { $_.Order })
        $changes.Order | Should -Be 2, 3, 4
        $changes[0].Sid, $changes[0].Name, $changes[0].New | Should -Be $joe, 'SeBatchLogonRight', $true
        $changes[1].Name | Should -BeExactly $secretName
        [BitConverter]::ToString($changes[1].New[0]) | Should -BeExactly '61-00-62-00-63-00'
        [System.Text.Encoding]::Unicode.GetString($changes[2].New.Data) | Should -BeExactly "CONTOSO\joe`0"
        ConvertTo-Json $decision.Before, $decision.After, $changes.What, $changes.Where -Depth 9 | Should -Not -BeLike '*abc*'
    }

    It 'writes a password only where it differs: <What>' -ForEach @(
        @{ What = 'the same'; Secret = 0x61, 0, 0x62, 0, 0x63, 0; Update = 'when_changed'; Orders = @() }
        @{ What = 'the same with a terminating NUL'; Secret = 0x61, 0, 0x62, 0, 0x63, 0, 0, 0; Update = 'when_changed'; Orders = @() }
        @{ What = 'another case'; Secret = 0x41, 0, 0x62, 0, 0x63, 0; Update = 'when_changed'; Orders = , 3 }
        @{ What = 'another with a character that languages ignore'; Secret = 0x61, 0, 0xad, 0, 0x62, 0, 0x63, 0; Update = 'when_changed'; Orders = , 3 }
        @{ What = 'another'; Secret = 0x78, 0; Update = 'when_changed'; Orders = , 3 }
        @{ What = 'another, on creation only'; Secret = 0x78, 0; Update = 'on_create'; Orders = @() }
        @{ What = 'none, on creation only'; Secret = $null; Update = 'on_create'; Orders = , 3 }
    ) {
        $stored[$runAs] = ConvertTo-Stored 'CONTOSO\joe'
        if ($Secret) { $lsa::Secrets[$secretName] = [byte[]]$Secret }
        $null = $lsa::Held.Add("$joe SeBatchLogonRight")
        $password.update_password = $Update
        $decision = Get-Decision run_as 'CONTOSO\joe' -Params $password
        @($decision.Changes | ForEach-Object { $_.Order }) | Should -Be $Orders
    }

    It 'takes a letter in one piece and in two for different passwords' {
        $stored[$runAs] = ConvertTo-Stored 'CONTOSO\joe'
        $lsa::Secrets[$secretName] = [System.Text.Encoding]::Unicode.GetBytes("K$([char]0xe4)se")
        $null = $lsa::Held.Add("$joe SeBatchLogonRight")
        $password.run_as_password = "Ka$([char]0x308)se"
        @((Get-Decision run_as 'CONTOSO\joe' -Params $password).Changes | ForEach-Object { $_.Order }) | Should -Be 3
    }

    It 'takes the secret of a former user away, last' {
        $stored[$runAs] = ConvertTo-Stored 'CONTOSO\joe'
        $lsa::Secrets[$secretName] = [byte[]](120, 0)
        $changes = @((Get-Decision run_as interactive_user).Changes | Sort-Object { $_.Order })
        $changes.Order | Should -Be 4, 6
        $changes[1].Name, $changes[1].New.Count | Should -Be $secretName, 0
    }

    It 'refuses what is no user' {
        (Get-Decision run_as 'CONTOSO\Farm').Problems | Should -BeLike "'CONTOSO\Farm' is not the account of a user*"
        (Get-Decision run_as 'nobody').Problems | Should -BeLike "'nobody' does not exist*"
    }

    It 'of a service is written with a warning, left alone, or refused for a user' {
        $decision = Get-Decision run_as interactive_user -Target @{ Service = $service }
        $decision.Changes.Count | Should -Be 1
        $decision.Warnings | Should -BeLike "the server is the service 'MDM'*ignores RunAs"
        $decision = Get-Decision run_as interactive_user -Target @{ Service = $service } -Params @{ run_as_for_service = 'skip' }
        @($decision.Changes) + @($decision.Warnings) | Should -BeNullOrEmpty
        (Get-Decision run_as 'CONTOSO\joe' -Target @{ Service = $service }).Problems | Should -BeLike "*'MDM'; ansible.windows.win_service sets its account"
    }

    It 'of a service may stay the user that it is, and nothing is stored or granted for it' {
        $stored[$runAs] = ConvertTo-Stored 'CONTOSO\joe'
        $decision = Get-Decision run_as 'CONTOSO\joe' -Target @{ Service = $service }
        @($decision.Problems) + @($decision.Changes) | Should -BeNullOrEmpty
        (Get-Decision run_as 'CONTOSO\joe' -Target @{ Service = $service } -Params $password).Problems | Should -BeLike '*win_service*'
    }

    It 'takes the right only from an account that no other entry declares: <Declared>' -ForEach @(
        @{ Declared = @('CONTOSO\jane', 'local_service'); Orders = 4, 1 }
        @{ Declared = @('local_service', 'contoso\JOE'); Orders = , 4 }
    ) {
        $stored[$runAs] = ConvertTo-Stored 'CONTOSO\joe'
        $null = $lsa::Held.Add("$joe SeBatchLogonRight")
        $decision = Get-Decision run_as interactive_user -Params @{ revoke_logon_as_batch = $true; Together = @{ RunAs = $Declared } }
        @($decision.Changes | ForEach-Object { $_.Order }) | Should -Be $Orders
    }

    It 'takes the right unless another AppID runs as the account when it is written: <Users>' -ForEach @(
        @{ Users = @('{11111111-1111-1111-1111-111111111111}'); Kept = $false }
        @{ Users = @('{11111111-1111-1111-1111-111111111111}', '{22222222-2222-2222-2222-222222222222}'); Kept = $true }
    ) {
        $stored[$runAs] = ConvertTo-Stored 'CONTOSO\joe'
        $null = $lsa::Held.Add("$joe SeBatchLogonRight")
        $decision = Get-Decision run_as interactive_user -Target @{ AppId = $Users[0] } -Params @{ revoke_logon_as_batch = $true }
        Mock -ModuleName _AppIdSetting Get-AppIdRunningAs { $Users }
        $change = $decision.Changes | Where-Object { $_.Order -eq 1 }
        [bool](& $change.Unless $change) | Should -Be $Kept
    }

    It 'is read with whether the account holds the right itself' {
        $stored[$runAs] = ConvertTo-Stored 'CONTOSO\joe'
        (Get-Decision run_as $null).Before.own_right | Should -BeFalse
        $null = $lsa::Held.Add("$joe SeBatchLogonRight")
        (Get-Decision run_as $null).Before.own_right | Should -BeTrue
    }

    It 'warns of system, which COM does not launch' {
        (Get-Decision run_as system).Warnings | Should -Not -BeNullOrEmpty
    }
}

Describe 'executables' {
    BeforeEach {
        $stored = @{ 'SOFTWARE\Classes\AppID\a.exe|AppID' = ConvertTo-Stored $appId; 'SOFTWARE\Classes\AppID\b.exe|AppID' = ConvertTo-Stored $other }
        $target = @{ Executables = @('a.exe') }
    }

    It 'maps what is missing, and nothing else' {
        $decision = Get-Decision executables @{ add = 'A.EXE', 'new.exe' } $target
        $decision.Changes.Count | Should -Be 1
        $decision.Changes[0].Path | Should -Be 'SOFTWARE\Classes\AppID\new.exe'
        [System.Text.Encoding]::Unicode.GetString($decision.Changes[0].New.Data) | Should -BeExactly "$appId`0"
        $decision.After.names | Should -Be 'a.exe', 'new.exe'
    }

    It 'takes a mapping away with its key, and only one that is there' {
        $decision = Get-Decision executables @{ remove = 'A.exe', 'b.exe', 'c.exe' } $target
        $decision.Changes.Count | Should -Be 1
        $decision.Changes[0].Path, $decision.Changes[0].RemovesKey, $decision.Changes[0].New | Should -Be 'SOFTWARE\Classes\AppID\a.exe', $true, $null
        @($decision.After.names).Count | Should -Be 0
    }

    It 'sets the exact list, the empty one too' {
        (Get-Decision executables @{ set = , 'a.exe' } $target).Changes | Should -BeNullOrEmpty
        (Get-Decision executables @{ set = , 'c.exe' } $target).Changes.Path | Sort-Object | Should -Be 'SOFTWARE\Classes\AppID\a.exe', 'SOFTWARE\Classes\AppID\c.exe'
        (Get-Decision executables @{ set = @() } $target).Changes.Count | Should -Be 1
    }

    It 'refuses one of another AppID, unless told to take it' {
        $decision = Get-Decision executables @{ add = , 'b.exe' } $target
        $decision.Problems | Should -Be "b.exe is mapped to the AppID $other; remap_executables: true takes it from there"
        $decision.Before.elsewhere['b.exe'] | Should -Be $other
        (Get-Decision executables @{ add = , 'b.exe' } $target @{ remap_executables = $true }).Problems | Should -BeNullOrEmpty
    }

    It 'refuses the shared host <_>, unless told to take it' -ForEach 'svchost.exe', 'DLLHOST.EXE', 'rundll32.exe', 'mmc.exe', 'w3wp.exe', 'java.exe', 'python.exe', 'powershell.exe' {
        (Get-Decision executables @{ add = , $_ } $target).Problems | Should -BeLike "$_ hosts many servers*"
        (Get-Decision executables @{ add = , $_ } $target @{ remap_executables = $true }).Problems | Should -BeNullOrEmpty
    }
}

Describe 'access_permission' {
    BeforeEach { $target = @{ Images = @('C:\x\srv.exe'); Executables = @('a.exe') } }

    It 'warns where no mapping leads to it' {
        (Get-Decision access_permission @{ add = @() } $target).Warnings | Should -BeLike 'srv.exe is not mapped to this AppID*executables: {add: `[srv.exe`]} maps it'
    }

    It 'is silent where <What>' -ForEach @(
        @{ What = 'it is mapped'; More = @{ Executables = @('SRV.exe') } }
        @{ What = 'this run maps it'; Params = @{ executables = @{ add = @('srv.exe'); set = $null } } }
        @{ What = 'it is a surrogate'; More = @{ IsSurrogate = $true } }
        @{ What = 'it is a service'; More = @{ Images = @() } }
        @{ What = 'the list goes'; Wanted = @{ default = $true } }
    ) {
        foreach ($key in $More.Keys) { $target[$key] = $More[$key] }
        $decision = Get-Decision access_permission $(if ($Wanted) { $Wanted } else { @{ add = @() } }) $target $(if ($Params) { $Params } else { @{} })
        $decision.Warnings | Should -BeNullOrEmpty
    }
}

Describe 'A value that Windows does not take' {
    BeforeEach { $stored = @{} }

    It 'is told with its type and with what to declare: <Setting> of type <Type>' -ForEach @(
        @{ Setting = 'authentication_level'; Value = 'AuthenticationLevel'; Type = 4; Data = 9, 0, 0, 0
            Text = 'is the number 9, which Windows does not know; declare none, connect, call, packet, packet_integrity, packet_privacy or default' }
        @{ Setting = 'authentication_level'; Value = 'AuthenticationLevel'; Type = 1; Data = 54, 0
            Text = 'is of type REG_SZ instead of REG_DWORD; declare none, connect, call, packet, packet_integrity, packet_privacy or default' }
        @{ Setting = 'authentication_level'; Value = 'AuthenticationLevel'; Type = 4; Data = , 6
            Text = 'holds nothing that Windows can read (REG_DWORD, 1 bytes); declare none, connect, call, packet, packet_integrity, packet_privacy or default' }
        @{ Setting = 'endpoints'; Value = 'Endpoints'; Type = 1; Data = 120, 0; Text = 'is of type REG_SZ instead of REG_MULTI_SZ; declare a list or default' }
        @{ Setting = 'service'; Value = 'LocalService'; Type = 2; Data = 120, 0; Text = 'is of type REG_EXPAND_SZ instead of REG_SZ; declare a text or default' }
        @{ Setting = 'service'; Value = 'LocalService'; Type = 1; Data = 0, 0xd8, 0, 0; Text = 'holds what is no character; declare a text or default' }
        @{ Setting = 'endpoints'; Value = 'Endpoints'; Type = 7; Data = 0, 0; Text = 'holds nothing that Windows can read (REG_MULTI_SZ, 2 bytes); declare a list or default' }
        @{ Setting = 'activate_at_storage'; Value = 'ActivateAtStorage'; Type = 0; Data = 0, 0; Text = 'is of type REG_NONE instead of REG_SZ; declare true, false or default' }
        @{ Setting = 'flags'; Value = 'AppIDFlags'; Type = 77; Data = 0, 0; Text = 'is of a type that the registry does not name (0x4d) instead of REG_DWORD; declare set with flags, or default: true' }
        @{ Setting = 'run_as'; Value = 'RunAs'; Type = 4; Data = 0, 0; Text = 'is of type REG_DWORD instead of REG_SZ' }
    ) {
        $stored["SOFTWARE\Classes\AppID\$appId|$Value"] = $registry::new($Type, [byte[]]$Data)
        (Get-Decision $Setting $null).Before.problem | Should -BeExactly $Text
    }
}

Describe 'A text' {
    BeforeAll { $value = "SOFTWARE\Classes\AppID\$appId|" }
    BeforeEach { $stored = @{} }

    It 'differs by <What>' -ForEach @(
        @{ What = 'case'; Stored = 'Shop'; Wanted = 'shop' }
        @{ What = 'a letter in one piece or in two'; Stored = "K$([char]0xe4)se"; Wanted = "Ka$([char]0x308)se" }
        @{ What = 'a character that languages ignore'; Stored = "Sh$([char]0xad)op"; Wanted = 'Shop' }
        @{ What = 'default and what only looks like it'; Stored = 'Shop'; Wanted = "default$([char]0xad)" }
    ) {
        $stored[$value] = ConvertTo-Stored $_.Stored
        $decision = Get-Decision display_name $Wanted
        $decision.Changes.Count | Should -Be 1
        [BitConverter]::ToString($decision.Changes[0].New.Data) | Should -BeExactly ([BitConverter]::ToString((ConvertTo-Stored $Wanted).Data))
        $stored[$value] = ConvertTo-Stored $Wanted
        (Get-Decision display_name $Wanted).Changes.Count | Should -Be 0
    }

    It 'is the surrogate of Windows only where it is empty' {
        $stored["${value}DllSurrogate"] = ConvertTo-Stored ''
        (Get-Decision dll_surrogate system).Before | Should -BeExactly 'system'
        $stored["${value}DllSurrogate"] = ConvertTo-Stored "$([char]0xad)"
        (Get-Decision dll_surrogate system).Changes.Count | Should -Be 1
    }

    It 'is the name of a new AppID, which default is not' {
        (Get-Decision display_name default @{ Registered = $false }).Problems | Should -Be 'a new AppID needs a name of its own, not default'
        (Get-Decision display_name Shop @{ Registered = $false }).Problems | Should -BeNullOrEmpty
        (Get-Decision display_name default).Problems | Should -BeNullOrEmpty
        (Get-Decision display_name default @{ Registered = $false; AppId = '' }).Problems | Should -BeNullOrEmpty # to be registered by its program
    }
}
