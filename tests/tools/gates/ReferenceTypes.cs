// Copyright (c) 2026 wincom.dcom contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

/// <summary>The public types of some assemblies, read from their metadata without loading them.</summary>
public sealed class ReferenceTypes
{
    // Names compare as PowerShell compares them: without regard to case.
    private readonly Dictionary<string, (string Name, HashSet<string> Statics, string Base)> types =
        new(StringComparer.OrdinalIgnoreCase);

    public ReferenceTypes(string[] assemblies)
    {
        foreach (string path in assemblies)
        {
            using FileStream stream = File.OpenRead(path);
            using PEReader file = new(stream);
            Read(file.GetMetadataReader());
        }
    }

    /// <summary>The type's full name as it is written, null for a type that isn't there.</summary>
    public string Find(string name) => types.TryGetValue(name, out var type) ? type.Name : null;

    /// <summary>Whether a type, or one that it inherits from, has such a public static member.</summary>
    public bool HasStatic(string name, string member)
    {
        while (name != null && types.TryGetValue(name, out var type))
        {
            if (type.Statics.Contains(member)) return true;
            name = type.Base;
        }
        return false;
    }

    private void Read(MetadataReader reader)
    {
        foreach (TypeDefinitionHandle handle in reader.TypeDefinitions)
        {
            TypeDefinition type = reader.GetTypeDefinition(handle);
            TypeAttributes visibility = type.Attributes & TypeAttributes.VisibilityMask;
            if (visibility != TypeAttributes.Public && visibility != TypeAttributes.NestedPublic) continue;
            string name = FullName(reader, handle);
            types.TryAdd(name, (name, Statics(reader, type), BaseName(reader, type)));
        }
    }

    private static string FullName(MetadataReader reader, TypeDefinitionHandle handle)
    {
        TypeDefinition type = reader.GetTypeDefinition(handle);
        string name = reader.GetString(type.Name);
        TypeDefinitionHandle outer = type.GetDeclaringType();
        if (!outer.IsNil) return FullName(reader, outer) + "+" + name;
        string space = reader.GetString(type.Namespace);
        return space.Length == 0 ? name : space + "." + name;
    }

    private static string BaseName(MetadataReader reader, TypeDefinition type)
    {
        if (type.BaseType.IsNil) return null;
        if (type.BaseType.Kind == HandleKind.TypeDefinition) return FullName(reader, (TypeDefinitionHandle)type.BaseType);
        if (type.BaseType.Kind != HandleKind.TypeReference) return null;
        TypeReference reference = reader.GetTypeReference((TypeReferenceHandle)type.BaseType);
        return reader.GetString(reference.Namespace) + "." + reader.GetString(reference.Name);
    }

    private static HashSet<string> Statics(MetadataReader reader, TypeDefinition type)
    {
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (MethodDefinitionHandle handle in type.GetMethods())
        {
            MethodDefinition method = reader.GetMethodDefinition(handle);
            if ((method.Attributes & MethodAttributes.MemberAccessMask) != MethodAttributes.Public) continue;
            if ((method.Attributes & MethodAttributes.Static) == 0) continue;
            string name = reader.GetString(method.Name);
            names.Add(name);
            if (name.StartsWith("get_", StringComparison.Ordinal)) names.Add(name[4..]);
        }
        foreach (FieldDefinitionHandle handle in type.GetFields())
        {
            FieldDefinition field = reader.GetFieldDefinition(handle);
            if ((field.Attributes & FieldAttributes.FieldAccessMask) != FieldAttributes.Public) continue;
            if ((field.Attributes & FieldAttributes.Static) != 0) names.Add(reader.GetString(field.Name));
        }
        return names;
    }
}
