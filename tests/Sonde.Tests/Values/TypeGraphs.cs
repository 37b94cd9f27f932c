using System.Runtime.CompilerServices;
using Sonde.Types;

namespace Sonde.Tests.Values;

/// <summary>Lets a test name a type before it says what the type is made of, for types that contain themselves.</summary>
internal static class TypeGraphs
{
    private static readonly ConditionalWeakTable<TypeGraph, Dictionary<TypeId, TypeContents>> Later = [];

    public static TypeId Reserve(this TypeGraph graph, string name, ulong size)
    {
        TypeId id = default;
        return id = graph.Defer(name, size, () => Later.GetOrCreateValue(graph)[id]);
    }

    public static void Complete(this TypeGraph graph, TypeId id, Shape shape, Presentation? presentation = null) =>
        Later.GetOrCreateValue(graph)[id] = new TypeContents(shape, presentation ?? Presentation.None, new UnknownLayout(graph[id].Size));
}
