# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

<#
.SYNOPSIS
Prints the argument specs of modules as JSON.

.DESCRIPTION
Each module runs up to the point where it declares its spec: Ansible.Basic, told so by _DebugArgSpec, then publishes
the spec and ends the module. It is the way of ansible-test's own ps_argspec.ps1. The manifest comes as JSON on
standard input: {add_type, basic, modules: {name: {path, utilities: []}}}.
#>

$ErrorActionPreference = 'Stop'
$WarningPreference = 'SilentlyContinue'

function ConvertTo-PlainSpec {
    <# .SYNOPSIS Copies a spec without what JSON can't hold: a type given as a function counts as raw. #>
    param ($Value)

    if ($Value -is [System.Collections.IDictionary]) {
        $plain = @{}
        foreach ($key in $Value.Keys) {
            $plain["$key"] = if ($Value[$key] -is [Delegate]) { 'raw' } else { ConvertTo-PlainSpec -Value $Value[$key] }
        }
        return $plain
    }
    if ($Value -is [System.Collections.IList]) {
        return , @(foreach ($item in $Value) { ConvertTo-PlainSpec -Value $item })
    }
    return $Value
}

function Get-ModuleSpec {
    <# .SYNOPSIS Runs one module in a runspace of its own and returns the spec that it declares. #>
    param ($Module)

    $shell = [PowerShell]::Create()
    try {
        $shell.Runspace.SessionStateProxy.SetVariable('ErrorActionPreference', 'Stop')
        foreach ($path in $Module.utilities) {
            $source = [ScriptBlock]::Create([System.IO.File]::ReadAllText($path))
            $null = $shell.AddCommand('New-Module').AddParameters(@{
                    Name = [System.IO.Path]::GetFileNameWithoutExtension($path)
                    ScriptBlock = $source
                }).AddCommand('Import-Module').AddParameter('WarningAction', 'SilentlyContinue').AddStatement()
        }
        $null = $shell.AddScript([System.IO.File]::ReadAllText($Module.path))
        $problem = 'the module ended without declaring a spec'
        try {
            $null = $shell.Invoke()
        }
        catch {
            $problem = "$_"
        }
        $spec = $shell.Runspace.SessionStateProxy.GetVariable('ansibleTestArgSpec')
        if ($spec) {
            return ConvertTo-PlainSpec -Value $spec
        }
        return @{ error = (@($problem) + @($shell.Streams.Error | ForEach-Object { "$_" })) -join ' ' }
    }
    finally {
        $shell.Dispose()
    }
}

$manifest = [Console]::In.ReadToEnd() | ConvertFrom-Json -AsHashtable
$null = New-Module -Name AddType -ScriptBlock ([ScriptBlock]::Create([System.IO.File]::ReadAllText($manifest.add_type))) | Import-Module
Add-CSharpType -References @([System.IO.File]::ReadAllText($manifest.basic))
[Ansible.Basic.AnsibleModule]::_DebugArgSpec = $true

$specs = @{}
foreach ($name in $manifest.modules.Keys) {
    $specs[$name] = Get-ModuleSpec -Module $manifest.modules[$name]
}
ConvertTo-Json -InputObject $specs -Depth 32 -Compress
