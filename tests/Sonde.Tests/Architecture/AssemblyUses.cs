using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Sonde.Tests.Architecture;

/// <summary>
/// Which types each namespace of a compiled assembly uses: in base types, interfaces, fields, signatures, local
/// variables and instructions.
/// </summary>
internal sealed class AssemblyUses
{
    private readonly MetadataReader _reader;
    private readonly TypeNames _names;
    private readonly Dictionary<string, HashSet<string>> _uses = [];

    private AssemblyUses(PEReader image)
    {
        _reader = image.GetMetadataReader();
        _names = new TypeNames(_reader);
        References = [.. _reader.AssemblyReferences.Select(handle => _reader.GetString(_reader.GetAssemblyReference(handle).Name))];
        foreach (TypeDefinitionHandle handle in _reader.TypeDefinitions)
        {
            AddType(image, handle);
        }
    }

    /// <summary>Names of the referenced assemblies.</summary>
    public IReadOnlyList<string> References { get; }

    public static AssemblyUses Of(Assembly assembly)
    {
        using FileStream file = File.OpenRead(assembly.Location);
        using PEReader image = new(file);
        return new AssemblyUses(image);
    }

    /// <summary>The uses of types of <paramref name="to"/> by types of <paramref name="from"/>, namespaces below them included.</summary>
    public IEnumerable<string> Between(string from, string to) => _uses
        .Where(entry => IsIn(entry.Key, from))
        .SelectMany(entry => entry.Value.Where(type => IsIn(type, to)).Select(type => $"{entry.Key} uses {type}"))
        .Order(StringComparer.Ordinal);

    private static bool IsIn(string name, string space) =>
        name == space || name.StartsWith(space + ".", StringComparison.Ordinal);

    private void AddType(PEReader image, TypeDefinitionHandle handle)
    {
        TypeDefinition type = _reader.GetTypeDefinition(handle);
        string space = _names.NamespaceOf(handle);
        if (!_uses.TryGetValue(space, out HashSet<string>? uses))
        {
            _uses[space] = uses = [];
        }

        Add(uses, type.BaseType);
        foreach (InterfaceImplementationHandle implemented in type.GetInterfaceImplementations())
        {
            Add(uses, _reader.GetInterfaceImplementation(implemented).Interface);
        }

        foreach (FieldDefinitionHandle field in type.GetFields())
        {
            uses.UnionWith(_reader.GetFieldDefinition(field).DecodeSignature(_names, null));
        }

        foreach (MethodDefinitionHandle method in type.GetMethods())
        {
            AddMethod(image, uses, _reader.GetMethodDefinition(method));
        }
    }

    private void AddMethod(PEReader image, HashSet<string> uses, MethodDefinition method)
    {
        AddSignature(uses, method.DecodeSignature(_names, null));
        if (method.RelativeVirtualAddress == 0)
        {
            return;
        }

        MethodBodyBlock body = image.GetMethodBody(method.RelativeVirtualAddress);
        if (!body.LocalSignature.IsNil)
        {
            uses.UnionWith(_reader.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(_names, null).SelectMany(names => names));
        }

        foreach (EntityHandle token in InstructionTokens.Of(body.GetILReader()))
        {
            Add(uses, token);
        }
    }

    private void AddSignature(HashSet<string> uses, MethodSignature<IReadOnlyList<string>> signature)
    {
        uses.UnionWith(signature.ReturnType);
        uses.UnionWith(signature.ParameterTypes.SelectMany(names => names));
    }

    private void Add(HashSet<string> uses, EntityHandle handle)
    {
        if (handle.IsNil)
        {
            return;
        }

        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition or HandleKind.TypeReference or HandleKind.TypeSpecification:
                uses.UnionWith(_names.Of(handle));
                break;
            case HandleKind.MethodDefinition:
                Add(uses, _reader.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.FieldDefinition:
                Add(uses, _reader.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.MethodSpecification:
                MethodSpecification specification = _reader.GetMethodSpecification((MethodSpecificationHandle)handle);
                uses.UnionWith(specification.DecodeSignature(_names, null).SelectMany(names => names));
                Add(uses, specification.Method);
                break;
            case HandleKind.MemberReference:
                MemberReference member = _reader.GetMemberReference((MemberReferenceHandle)handle);
                Add(uses, member.Parent);
                if (member.GetKind() == MemberReferenceKind.Field)
                {
                    uses.UnionWith(member.DecodeFieldSignature(_names, null));
                }
                else
                {
                    AddSignature(uses, member.DecodeMethodSignature(_names, null));
                }

                break;
        }
    }
}
