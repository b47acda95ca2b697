#!powershell

# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -CSharpUtil ..module_utils._Windows
#AnsibleRequires -PowerShell ..module_utils._AppId
#AnsibleRequires -PowerShell ..module_utils._Host

$spec = @{
    options = @{
        id = @{ type = 'str'; required = $true }
        state = @{ type = 'str'; choices = 'restarted', 'stopped'; default = 'restarted' }
    }
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)

$result = @{ changed = $false; appid = $null; display_name = $null; service = $null; ended = @() }

# COM itself lives in them; Windows cannot do without.
$never = 'RpcSs', 'DcomLaunch', 'RpcEptMapper'

Function Assert-ServiceCanStop {
    param ($Service)

    $name = $Service.ServiceName
    if ($name -in $never) { throw "the service '$name' is part of COM itself and is never restarted; restart the computer" }
    if ($Service.ServiceType -band 0x20) {
        throw "the service '$name' shares its process with other services. Restarting it alone leaves that process, and what COM read at " +
        'its start, as it is; restart the computer'
    }
    if (-not $Service.CanStop) { throw "the service '$name' does not accept to be stopped now (it is $($Service.Status))" }
    if ($module.Params.state -eq 'stopped') { return }
    $disabled = @(@($Service) + @(Get-RunningDependent $Service) | Where-Object { $_.StartType -eq 'Disabled' } | ForEach-Object ServiceName)
    if ($disabled) { throw "the service '$name' is left running, for once stopped this could not be started again: $($disabled -join ', ') (disabled)" }
}

Function Get-RunningDependent {
    param ($Service)
    $Service.DependentServices | Where-Object { $_.Status -eq 'Running' }
}

# Dependents that run are stopped with it, and started again after it.
Function Stop-Server {
    param ($Service)

    $dependents = @(Get-RunningDependent $Service)
    Stop-Service -InputObject $Service -Force
    if ($module.Params.state -eq 'stopped') { return }
    foreach ($one in @($Service) + $dependents) { Start-Service -InputObject $one }
}

Function Invoke-Server {
    Assert-Administrator
    $found = Find-AppId $module.Params.id
    if ($found.Problem) {
        # A check run comes here before the server was registered for real.
        if (-not $module.CheckMode) { throw $found.Problem }
        $result.msg = "nothing would be ended: $($found.Problem)"
        return
    }
    $target = Get-AppId $found
    $result.appid = $target.AppId
    $result.display_name = $target.Name
    Assert-Manageable $target
    $running = @(Get-ServerProcess $target)
    $result.ended = @($running | ForEach-Object { @{ pid = $_.Id; image = $_.Image } })
    $result.changed = $running.Count -gt 0
    if ($target.Service) {
        $result.service = $target.Service.ServiceName
        if ($running) { Assert-ServiceCanStop $target.Service }
    }
    if ($module.CheckMode -or -not $running) { return }

    if ($target.Service) { Stop-Server $target.Service }
    else {
        # COM starts the program again when a client asks for it.
        foreach ($server in $running) {
            $process = Get-Process -Id $server.Id -ErrorAction SilentlyContinue
            if (-not $process) { continue } # ended by itself meanwhile
            $process.Kill()
            if (-not $process.WaitForExit(30000)) { throw "process $($server.Id) ($($server.Image)) did not end within 30 seconds" }
        }
    }
}

try { Invoke-Server }
catch { $problem = $_ }
Complete-Module $module $result @() $problem
