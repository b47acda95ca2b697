# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

<#
.SYNOPSIS
Imports the modules under test, with a stand-in for what only Windows has (_Windows.cs): no test here touches a registry.
#>
$ErrorActionPreference = 'Stop'
if (-not ('ansible_collections.wincom.dcom.plugins.module_utils._Windows.RegistryValue' -as [type])) {
    Add-Type -Path $PSScriptRoot\StandIn.cs
}
foreach ($name in '_Host', '_Sid', '_AppId', '_Principal', '_SecurityDescriptor', '_Setting', '_Permission', '_Value', '_AppIdSetting', '_MachineSetting') {
    Import-Module $PSScriptRoot\..\..\plugins\module_utils\$name.psm1
}
Import-Module $PSScriptRoot\Descriptor.psm1
