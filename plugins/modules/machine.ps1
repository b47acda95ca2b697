#!powershell

# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -CSharpUtil ..module_utils._Windows
#AnsibleRequires -PowerShell ..module_utils._Host
#AnsibleRequires -PowerShell ..module_utils._MachineTask
#AnsibleRequires -PowerShell ..module_utils._Turn

$module = [Ansible.Basic.AnsibleModule]::Create($args, @{ options = (Get-MachineOption) + (Get-TurnOption); supports_check_mode = $true })
$task = New-MachineTask $module.Params $module.CheckMode
try {
    Assert-Administrator
    Open-MachineTask $task
    if (Test-MachineTaskWrite $task) {
        $turn = Enter-Turn $module
        $task = New-MachineTask $module.Params $module.CheckMode
        Open-MachineTask $task
    }
    Complete-MachineTask $task
}
catch { $problem = $_ }
finally { if ($turn) { $turn.Dispose() } }
Complete-Module $module $task.Result $task.Warnings $problem
