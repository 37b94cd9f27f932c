using System.Globalization;
using Sonde.Types;

namespace Sonde.Listings;

/// <summary>A member of a type.</summary>
/// <param name="Name">Its name; a base class's is its type's, that of what the compiler put in stands in parentheses.</param>
/// <param name="Type">The name of its type.</param>
/// <param name="Offset">Bytes from the start of the outermost type; null when only the running program knows (virtual base classes).</param>
/// <param name="Size">Bytes.</param>
/// <param name="Depth">0 for the type's own members; members of variants and of types without a name stand below them.</param>
internal readonly record struct LayoutMember(string Name, string Type, ulong? Offset, ulong Size, int Depth)
{
    /// <summary>Of a bit-field the first bit from the start of the type, little-endian.</summary>
    public ulong? BitOffset { get; init; }

    /// <summary>Of a bit-field its bits.</summary>
    public ulong BitSize { get; init; }

    /// <summary>Of a variant the discriminants that select it; empty for the one that all others select.</summary>
    public string? Discriminant { get; init; }

    /// <summary>Whether it is a virtual base class: its place is in the object's vtable.</summary>
    public bool IsVirtual { get; init; }
}

/// <summary>A type with the places of its members.</summary>
/// <param name="Name">Its qualified name.</param>
/// <param name="Kind">struct, class, union or enum.</param>
/// <param name="Size">Bytes.</param>
/// <param name="File">Where it was declared.</param>
/// <param name="Line">Where it was declared, 0 when not known.</param>
/// <param name="Language">Its language.</param>
/// <param name="Members">In the order of the debug information.</param>
internal sealed record TypeLayout(string Name, string Kind, ulong Size, string? File, int Line, SourceLanguage Language, IReadOnlyList<LayoutMember> Members)
{
    /// <summary>Whether what no member covers is padding: in a type with virtual bases, its own or those of a base, it may be one of these.</summary>
    public bool HasVirtualBases { get; init; }

    /// <summary>Writes the type as <c>pahole</c> does: offset, size, member; padding is told of.</summary>
    public void Write(TextWriter output)
    {
        output.WriteLine($"{Kind} {Name}: {Size} bytes{(File is null ? "" : $", {File}:{Line}")}");
        ulong end = 0;
        bool isPadded = Kind is "struct" or "class" && !HasVirtualBases;
        foreach (LayoutMember member in Members)
        {
            if (isPadded && member is { Depth: 0, BitSize: 0, Offset: { } start } && start > end)
                output.WriteLine($"  {end,6} {start - end,6}  (padding)");
            WriteMember(output, member);
            if (member is { Depth: 0, Offset: { } offset })
                end = Math.Max(end, member.BitOffset is { } first ? (first + member.BitSize + 7) / 8 : offset + member.Size);
        }

        if (isPadded && Members.Count > 0 && end < Size)
            output.WriteLine($"  {end,6} {Size - end,6}  (padding)");
    }

    private static void WriteMember(TextWriter output, in LayoutMember member)
    {
        string place = member.BitOffset is { } bit
            ? string.Create(CultureInfo.InvariantCulture, $"{bit / 8,6}:{bit % 8}")
            : $"{(member.Offset is { } at ? at.ToString(CultureInfo.InvariantCulture) : "?"),6}";
        string size = member.BitSize > 0 ? $"{member.BitSize} bits" : $"{member.Size,6}";
        string name = member.Name.Length == 0 || member.Name == member.Type ? member.Type : $"{member.Name} {member.Type}";
        string remark = member.IsVirtual ? " (virtual base)" : member.Discriminant is not { } value ? "" : value.Length > 0 ? $" (discriminant {value})" : " (any other discriminant)";
        output.WriteLine($"  {new string(' ', member.Depth * 2)}{place} {size}  {name}{remark}");
    }
}
