# Copyright (c) 2026 wincom.dcom contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

<#
.SYNOPSIS
Prints what Windows PowerShell 5.1 lacks in the given sources, as a JSON list of {file, line, text}.

.DESCRIPTION
The manifest comes as JSON on standard input: {files: [], assemblies: []}. The assemblies are the reference assemblies
of .NET Framework in which types are looked up.
#>

$ErrorActionPreference = 'Stop'

# Parameters that came after 5.1, by command; '*' is a command that did.
$newer = @{
    'ConvertFrom-Json' = 'AsHashtable', 'Depth', 'NoEnumerate', 'DateKind'
    'ConvertTo-Json' = 'AsArray', 'EnumsAsStrings', 'EscapeHandling'
    'ForEach-Object' = 'Parallel', 'ThrottleLimit', 'AsJob', 'TimeoutSeconds'
    'Get-Content' = 'AsByteStream'
    'Set-Content' = 'AsByteStream'
    'Add-Content' = 'AsByteStream'
    'Get-Date' = 'AsUTC', 'UnixTimeSeconds'
    'Get-Error' = '*'
    'Get-ChildItem' = 'FollowSymlink'
    'Group-Object' = 'CaseInsensitive'
    'Import-PowerShellDataFile' = 'SkipLimitCheck'
    'Invoke-RestMethod' = 'SkipCertificateCheck', 'StatusCodeVariable', 'Form', 'Authentication'
    'Invoke-WebRequest' = 'SkipCertificateCheck', 'SkipHttpErrorCheck', 'Form', 'Authentication'
    'Join-Path' = 'Extension'
    'Join-String' = '*'
    'Measure-Object' = 'StandardDeviation', 'AllStats'
    'New-Service' = 'SecurityDescriptorSddl'
    'Remove-Service' = '*'
    'Select-Object' = 'SkipIndex', 'CaseInsensitive'
    'Select-String' = 'Raw', 'NoEmphasis', 'Culture'
    'Set-Service' = 'SecurityDescriptorSddl', 'Credential'
    'Sort-Object' = 'Top', 'Bottom', 'Stable'
    'Split-Path' = 'LeafBase', 'Extension'
    'Start-Process' = 'Environment'
    'Start-ThreadJob' = '*'
    'Test-Json' = '*'
    'Write-Information' = 'None'
}
# Instance members that .NET Framework lacks; static ones are looked up.
$newerMembers = 'ArgumentList', 'EnumerateArray', 'GetValueOrDefault', 'TryAdd', 'ReplaceLineEndings', 'WaitForExitAsync'
# Type accelerators that came after 5.1.
$newerAccelerators = 'semver', 'NoRunspaceAffinity', 'ExperimentAction', 'psuri', 'ValidateNotNullOrWhiteSpace', 'ordered_dictionary'

Add-Type -TypeDefinition ([System.IO.File]::ReadAllText((Join-Path $PSScriptRoot 'ReferenceTypes.cs')))
$manifest = [Console]::In.ReadToEnd() | ConvertFrom-Json -AsHashtable
$types = [ReferenceTypes]::new([string[]]@($manifest.assemblies))
$accelerators = [PSObject].Assembly.GetType('System.Management.Automation.TypeAccelerators')::Get
$findings = [System.Collections.Generic.List[object]]::new()

function Add-Finding {
    param ($Extent, [string]$Text)
    $findings.Add([ordered]@{ file = $Extent.File; line = $Extent.StartLineNumber; text = $Text })
}

function Find-Ast {
    param ($Root, [type]$Type)
    return $Root.FindAll({ param ($node) $node -is $Type }.GetNewClosure(), $true)
}

function Resolve-TypeName {
    <# .SYNOPSIS Returns the full name of a type that 5.1 knows, '' where only its name can be checked, $null otherwise. #>
    param ([string]$Name)

    if ($Name -in $own -or $Name -match '^(Ansible|Microsoft\.PowerShell|Microsoft\.Management)\.') { return '' }
    if ($Name -in $newerAccelerators) { return $null }
    if ($accelerators.ContainsKey($Name)) { $Name = $accelerators[$Name].FullName }
    foreach ($candidate in @($Name, "System.$Name") + @($namespaces | ForEach-Object { "$_.$Name" })) {
        $found = $types.Find($candidate)
        if ($found) { return $found }
        if ([PSObject].Assembly.GetType($candidate, $false, $true)) { return '' }
    }
    return $null
}

function Get-SimpleTypeName {
    <# .SYNOPSIS Lists the plain names in a type name: List[string][] gives List`1 and string. #>
    param ($TypeName)

    if ($TypeName -is [System.Management.Automation.Language.ArrayTypeName]) {
        Get-SimpleTypeName -TypeName $TypeName.ElementType
    }
    elseif ($TypeName -is [System.Management.Automation.Language.GenericTypeName]) {
        '{0}`{1}' -f ($TypeName.TypeName.FullName -replace '`\d+$'), $TypeName.GenericArguments.Count
        $TypeName.GenericArguments | ForEach-Object { Get-SimpleTypeName -TypeName $_ }
    }
    else {
        $TypeName.FullName
    }
}

function Test-Syntax {
    param ($Ast, $Tokens)

    $newSyntax = @{
        QuestionQuestion = "the operator ??"
        QuestionQuestionEquals = "the operator ??="
        QuestionDot = "the operator ?."
        QuestionLBracket = "the operator ?[]"
        AndAnd = "the operator &&"
        OrOr = "the operator ||"
    }
    foreach ($token in $Tokens) {
        if ($newSyntax.ContainsKey("$($token.Kind)")) {
            Add-Finding $token.Extent "$($newSyntax["$($token.Kind)"]) is not in 5.1"
        }
        if ($token.Kind -eq 'Number' -and $token.Text -match '^0b|(?<!^0x[0-9a-f]*)(u|y|s|n)[a-z]*$' -and $token.Text -notmatch '^0x[0-9a-f]+$') {
            Add-Finding $token.Extent "the number $($token.Text) is written in a way that is not in 5.1"
        }
    }
    foreach ($node in Find-Ast $Ast ([System.Management.Automation.Language.TernaryExpressionAst])) {
        Add-Finding $node.Extent 'the ternary operator is not in 5.1'
    }
    foreach ($node in Find-Ast $Ast ([System.Management.Automation.Language.ScriptBlockAst])) {
        if ($node.CleanBlock) { Add-Finding $node.CleanBlock.Extent 'the clean block is not in 5.1' }
    }
    foreach ($node in Find-Ast $Ast ([System.Management.Automation.Language.PipelineAst])) {
        if ($node.Background) { Add-Finding $node.Extent 'the background operator & is not in 5.1' }
    }
}

function Test-Command {
    param ($Ast)

    foreach ($node in Find-Ast $Ast ([System.Management.Automation.Language.CommandAst])) {
        $name = $node.GetCommandName()
        if (-not $name -or -not $newer.ContainsKey($name)) { continue }
        if ($newer[$name] -eq '*') { Add-Finding $node.Extent "the command $name is not in 5.1" }
        foreach ($element in $node.CommandElements) {
            if ($element -is [System.Management.Automation.Language.CommandParameterAst] -and $element.ParameterName -in $newer[$name]) {
                Add-Finding $element.Extent "$name has no parameter -$($element.ParameterName) in 5.1"
            }
        }
    }
}

function Test-Type {
    param ($Ast)

    $named = @(
        foreach ($kind in 'TypeExpressionAst', 'TypeConstraintAst', 'AttributeAst') {
            Find-Ast $Ast ("System.Management.Automation.Language.$kind" -as [type]) | ForEach-Object {
                [PSCustomObject]@{ Extent = $_.Extent; Names = @(Get-SimpleTypeName -TypeName $_.TypeName); Attribute = $kind -eq 'AttributeAst' }
            }
        }
        Find-Ast $Ast ([System.Management.Automation.Language.CommandAst]) | Where-Object { $_.GetCommandName() -eq 'New-Object' } | ForEach-Object {
            $bound = [System.Management.Automation.Language.StaticParameterBinder]::BindCommand($_).BoundParameters
            if ($bound.ContainsKey('TypeName') -and $bound['TypeName'].ConstantValue) {
                $name = "$($bound['TypeName'].ConstantValue)" -replace '\s', ''
                [PSCustomObject]@{ Extent = $_.Extent; Names = @(Get-SimpleTypeName -TypeName ([System.Management.Automation.Language.Parser]::ParseInput("[$name]", [ref]$null, [ref]$null).Find(
                                { param ($node) $node -is [System.Management.Automation.Language.TypeExpressionAst] }, $true).TypeName)); Attribute = $false }
            }
        }
    )
    foreach ($entry in $named) {
        foreach ($name in $entry.Names) {
            $known = Resolve-TypeName -Name $name
            if ($null -eq $known -and $entry.Attribute) { $known = Resolve-TypeName -Name "${name}Attribute" }
            if ($null -eq $known) { Add-Finding $entry.Extent "the type [$name] is not among what 5.1 has loaded of .NET Framework 4.7.2" }
        }
    }
}

function Test-Member {
    param ($Ast)

    foreach ($node in Find-Ast $Ast ([System.Management.Automation.Language.MemberExpressionAst])) {
        if ($node.Member -isnot [System.Management.Automation.Language.StringConstantExpressionAst]) { continue }
        $member = $node.Member.Value
        $arguments = if ($node -is [System.Management.Automation.Language.InvokeMemberExpressionAst]) { @($node.Arguments) }
        if ($node.Static -and $node.Expression -is [System.Management.Automation.Language.TypeExpressionAst]) {
            $name = @(Get-SimpleTypeName -TypeName $node.Expression.TypeName)[0]
            $known = Resolve-TypeName -Name $name
            if ($known -and $member -ne 'new' -and -not $types.HasStatic($known, $member)) {
                Add-Finding $node.Extent "[$name]::$member is not in .NET Framework 4.7.2"
            }
        }
        elseif (-not $node.Static) {
            if ($member -in $newerMembers) { Add-Finding $node.Extent ".$member is not in .NET Framework 4.7.2" }
            $first = if ($arguments) { $arguments[0] }
            if ($member -eq 'Split' -and $first -is [System.Management.Automation.Language.StringConstantExpressionAst] -and $first.Value.Length -gt 1) {
                Add-Finding $node.Extent ".Split('$($first.Value)') splits at each character in 5.1 and at the string in 7"
            }
            if ($member -in 'Contains', 'StartsWith', 'EndsWith' -and $first -is [System.Management.Automation.Language.ConvertExpressionAst] -and
                $first.Type.TypeName.Name -eq 'char') {
                Add-Finding $node.Extent ".$member([char]) is not in .NET Framework 4.7.2"
            }
            if ($member -eq 'Contains' -and $arguments -and $arguments.Count -gt 1) {
                Add-Finding $node.Extent '.Contains(value, comparison) of a string is not in .NET Framework 4.7.2'
            }
        }
    }
}

foreach ($file in $manifest.files) {
    $tokens = $errors = $null
    $ast = [System.Management.Automation.Language.Parser]::ParseFile($file, [ref]$tokens, [ref]$errors)
    foreach ($problem in $errors) { Add-Finding $problem.Extent "can't be parsed: $($problem.Message)" }
    # What Resolve-TypeName needs to know of this file: the types that it defines, the namespaces that it uses.
    $own = @(Find-Ast $ast ([System.Management.Automation.Language.TypeDefinitionAst]) | ForEach-Object Name)
    $namespaces = @($ast.UsingStatements | Where-Object UsingStatementKind -EQ 'Namespace' | ForEach-Object { $_.Name.Value })
    Test-Syntax -Ast $ast -Tokens $tokens
    Test-Command -Ast $ast
    Test-Type -Ast $ast
    Test-Member -Ast $ast
}
ConvertTo-Json -InputObject @($findings) -Depth 4 -Compress
