#!powershell
# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
#AnsibleRequires -CSharpUtil Ansible.Basic
$module = [Ansible.Basic.AnsibleModule]::Create($args, @{ options = @{ text = @{ type = 'str'; required = $true } } })
$module.Result.text = $module.Params.text
$module.Result.length = $module.Params.text.Length
$module.Result.computer = $env:COMPUTERNAME
$module.ExitJson()
