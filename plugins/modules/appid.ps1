#!powershell

# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -CSharpUtil ..module_utils._Windows
#AnsibleRequires -PowerShell ..module_utils._AppIdTask
#AnsibleRequires -PowerShell ..module_utils._Host

$module = [Ansible.Basic.AnsibleModule]::Create($args, @{ options = Get-AppIdOption; supports_check_mode = $true })
$task = New-AppIdTask $module.Params $module.CheckMode
try {
    Assert-Administrator
    $found = Find-TaskTarget $task
    Open-AppIdTask $task $found.Targets $found
    Complete-AppIdTask $task
}
catch { $problem = $_ }
foreach ($key in $task.Result.Keys) { $module.Result[$key] = $task.Result[$key] }
foreach ($warning in $task.Warnings) { $module.Warn($warning) }
if ($problem) { $module.FailJson("$(Get-Reason $problem).", $problem) }
$module.ExitJson()
