#!powershell

# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

#AnsibleRequires -CSharpUtil Ansible.Basic
#AnsibleRequires -CSharpUtil ..module_utils._Windows
#AnsibleRequires -PowerShell ..module_utils._Host
#AnsibleRequires -PowerShell ..module_utils._MachineSetting
#AnsibleRequires -PowerShell ..module_utils._Principal
#AnsibleRequires -PowerShell ..module_utils._Setting

$module = [Ansible.Basic.AnsibleModule]::Create($args, @{ options = @{}; supports_check_mode = $true })

# The raw result; plugins/action/machine_info.py makes of it what people read.
$result = @{ names = @{} }

try {
    Assert-Administrator
    $setting = @(Get-MachineSetting)
    $result.settings = @(Get-SettingReading $setting (Get-Machine))
    $result.policy_managed = @(Get-PolicyManaged)
    $result.exempts_activation = Test-ActivationExemption
    $result.reboot_required = Test-RebootRequired $setting
    Add-PrincipalName $result.names $result.settings
}
catch { $problem = $_ }
Complete-Module $module $result @() $problem
