#!powershell

# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -CSharpUtil ..module_utils._Windows
#AnsibleRequires -PowerShell ..module_utils._AppIdTask
#AnsibleRequires -PowerShell ..module_utils._Host
#AnsibleRequires -PowerShell ..module_utils._Turn

$spec = @{
    options = (Get-AppIdOption) + (Get-TurnOption) + @{ runs_as = @{ type = 'str' } }
    required_one_of = @(, @('id', 'runs_as'))
    mutually_exclusive = @(, @('id', 'runs_as'))
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)
$task = New-AppIdTask $module.Params $module.CheckMode
try {
    Assert-Administrator
    $found = Find-TaskTarget $task
    Open-AppIdTask $task $found.Targets $found
    if (Test-AppIdTaskWrite $task) {
        $turn = Enter-Turn $module
        $task = New-AppIdTask $module.Params $module.CheckMode
        $found = Find-TaskTarget $task
        Open-AppIdTask $task $found.Targets $found
    }
    Complete-AppIdTask $task
}
catch { $problem = $_ }
finally { if ($turn) { $turn.Dispose() } }
Complete-Module $module $task.Result $task.Warnings $problem
