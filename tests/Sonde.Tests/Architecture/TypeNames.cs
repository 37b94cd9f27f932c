using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace Sonde.Tests.Architecture;

/// <summary>Decodes signatures into the full names of the types they mention; a nested type counts as its outermost.</summary>
internal sealed class TypeNames(MetadataReader reader) : ISignatureTypeProvider<IReadOnlyList<string>, object?>
{
    public string NamespaceOf(TypeDefinitionHandle handle) =>
        reader.GetString(reader.GetTypeDefinition(Outermost(handle)).Namespace);

    public IReadOnlyList<string> Of(EntityHandle handle) => handle.Kind switch
    {
        HandleKind.TypeDefinition => GetTypeFromDefinition(reader, (TypeDefinitionHandle)handle, 0),
        HandleKind.TypeReference => GetTypeFromReference(reader, (TypeReferenceHandle)handle, 0),
        HandleKind.TypeSpecification => reader.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null),
        _ => [],
    };

    public IReadOnlyList<string> GetTypeFromDefinition(MetadataReader from, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        TypeDefinition type = from.GetTypeDefinition(Outermost(handle));
        return [$"{from.GetString(type.Namespace)}.{from.GetString(type.Name)}"];
    }

    public IReadOnlyList<string> GetTypeFromReference(MetadataReader from, TypeReferenceHandle handle, byte rawTypeKind)
    {
        TypeReference type = from.GetTypeReference(handle);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? GetTypeFromReference(from, (TypeReferenceHandle)type.ResolutionScope, rawTypeKind)
            : [$"{from.GetString(type.Namespace)}.{from.GetString(type.Name)}"];
    }

    public IReadOnlyList<string> GetTypeFromSpecification(MetadataReader from, object? context, TypeSpecificationHandle handle, byte rawTypeKind) =>
        from.GetTypeSpecification(handle).DecodeSignature(this, context);

    public IReadOnlyList<string> GetGenericInstantiation(IReadOnlyList<string> genericType, ImmutableArray<IReadOnlyList<string>> typeArguments) =>
        [.. genericType, .. typeArguments.SelectMany(names => names)];

    public IReadOnlyList<string> GetFunctionPointerType(MethodSignature<IReadOnlyList<string>> signature) =>
        [.. signature.ReturnType, .. signature.ParameterTypes.SelectMany(names => names)];

    public IReadOnlyList<string> GetModifiedType(IReadOnlyList<string> modifier, IReadOnlyList<string> unmodifiedType, bool isRequired) =>
        [.. modifier, .. unmodifiedType];

    public IReadOnlyList<string> GetPrimitiveType(PrimitiveTypeCode typeCode) => [];

    public IReadOnlyList<string> GetArrayType(IReadOnlyList<string> elementType, ArrayShape shape) => elementType;

    public IReadOnlyList<string> GetByReferenceType(IReadOnlyList<string> elementType) => elementType;

    public IReadOnlyList<string> GetPinnedType(IReadOnlyList<string> elementType) => elementType;

    public IReadOnlyList<string> GetPointerType(IReadOnlyList<string> elementType) => elementType;

    public IReadOnlyList<string> GetSZArrayType(IReadOnlyList<string> elementType) => elementType;

    public IReadOnlyList<string> GetGenericMethodParameter(object? genericContext, int index) => [];

    public IReadOnlyList<string> GetGenericTypeParameter(object? genericContext, int index) => [];

    private TypeDefinitionHandle Outermost(TypeDefinitionHandle handle)
    {
        while (reader.GetTypeDefinition(handle).GetDeclaringType() is { IsNil: false } outer)
        {
            handle = outer;
        }

        return handle;
    }
}
