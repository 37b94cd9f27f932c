using System.Text;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.Symbols;
using Sonde.Types;

namespace Sonde.Listings;

/// <summary>A member of a type.</summary>
/// <param name="Name">Its name; a base class's is its type's.</param>
/// <param name="Type">The name of its type.</param>
/// <param name="Offset">Bytes from the start of the type; null when only the running program knows (virtual base classes).</param>
/// <param name="Size">Bytes.</param>
/// <param name="BitOffset">Of a bit-field the first bit from the start of the type, little-endian.</param>
/// <param name="BitSize">Of a bit-field its bits.</param>
/// <param name="Depth">0 for the type's own members; members of variants stand below them.</param>
internal readonly record struct LayoutMember(string Name, string Type, ulong? Offset, ulong Size, ulong? BitOffset, ulong BitSize, int Depth);

/// <summary>A type with the places of its members.</summary>
internal sealed record TypeLayout(string Name, string Kind, ulong Size, string? File, int Line, SourceLanguage Language, IReadOnlyList<LayoutMember> Members)
{
    private const int MaximumTypes = 50;
    private const int MaximumMembers = 10_000;

    /// <summary>The types of a name, qualified or not; equal ones of several units once.</summary>
    public static IReadOnlyList<TypeLayout> Find(Image image, string name)
    {
        byte[] whole = Encoding.UTF8.GetBytes(name);
        byte[] component = Encoding.UTF8.GetBytes(Signatures.LastComponent(name));
        var signatures = new Signatures();
        var found = new List<TypeLayout>();
        UnitScan.ForEach(image.Debug, (unit, _) => Collect(unit));
        foreach (UnitHeader header in image.Debug.TypeUnits)
        {
            try
            {
                Collect(new Unit(image.Debug, header));
            }
            catch (BinaryFormatException)
            {
                // One damaged unit must not hide the others.
            }
        }

        found.Sort((a, b) => (a.Name, a.File, a.Line).CompareTo((b.Name, b.File, b.Line)));
        return found;

        void Collect(Unit unit)
        {
            var cursor = new DieCursor(unit.Root);
            do
            {
                if (cursor.Tag is not (DW_TAG.DW_TAG_structure_type or DW_TAG.DW_TAG_class_type or DW_TAG.DW_TAG_union_type or DW_TAG.DW_TAG_typedef))
                    continue;
                Die type = cursor.Current;
                if (!type.TryGetInherited(DW_AT.DW_AT_name, out AttributeValue value) || !(value.AsUtf8().SequenceEqual(component) || value.AsUtf8().SequenceEqual(whole))
                    || type.OwnFlag(DW_AT.DW_AT_declaration) || Read(type, name, signatures) is not { } layout)
                    continue;
                lock (found)
                {
                    if (found.Count < MaximumTypes && !found.Exists(f => f.Name == layout.Name && f.Size == layout.Size && f.Members.SequenceEqual(layout.Members)))
                        found.Add(layout);
                }
            }
            while (cursor.Next());
        }
    }

    private static TypeLayout? Read(Die type, string name, Signatures signatures)
    {
        SourceLanguage language = Languages.Language.Of(type.Unit.Language);
        string qualified = (language is SourceLanguage.Cpp or SourceLanguage.Rust ? ObjectFile.Dwarf.QualifiedName.Of(type) : type.Name) ?? name;
        if (qualified != name && !qualified.EndsWith("::" + name, StringComparison.Ordinal))
            return null;
        if (!TypeReader.TryStrip(type, out Die record)
            || record.Tag is not (DW_TAG.DW_TAG_structure_type or DW_TAG.DW_TAG_class_type or DW_TAG.DW_TAG_union_type) || record.OwnFlag(DW_AT.DW_AT_declaration))
            return null;

        // In Go every named type is a typedef; elsewhere a typedef of a type that has a name is found as that.
        if (type != record && record.Name is not null && language != SourceLanguage.Go)
            return null;
        (string? file, int line) = FunctionMaker.Declaration(type);
        var members = new List<LayoutMember>();
        AddMembers(record, members, signatures, language, 0);
        string kind = record.Tag switch { DW_TAG.DW_TAG_union_type => "union", DW_TAG.DW_TAG_class_type => "class", _ => "struct" };
        return new TypeLayout(qualified, kind, TypeReader.SizeOf(record), file, line, language, members);
    }

    private static void AddMembers(Die record, List<LayoutMember> members, Signatures signatures, SourceLanguage language, int depth)
    {
        if (!record.HasChildren || depth > 4)
            return;
        foreach (Die child in record.Children)
        {
            if (members.Count >= MaximumMembers)
                return;
            if (child.Tag is DW_TAG.DW_TAG_variant_part or DW_TAG.DW_TAG_variant)
            {
                AddMembers(child, members, signatures, language, child.Tag == DW_TAG.DW_TAG_variant ? depth + 1 : depth);
                continue;
            }

            bool isBase = child.Tag == DW_TAG.DW_TAG_inheritance;
            if (!isBase && (child.Tag != DW_TAG.DW_TAG_member || child.OwnFlag(DW_AT.DW_AT_external) || child.OwnFlag(DW_AT.DW_AT_declaration)))
                continue;
            string type = signatures.TypeName(child, language);
            ulong size = child.TryGetType(out Die of) ? TypeReader.SizeOf(of) : 0;
            bool isVirtual = isBase && child.TryGetAttribute(DW_AT.DW_AT_virtuality, out _);
            ulong? offset = isVirtual ? null : TypeReader.OffsetOf(child);
            ulong bits = child.Unsigned(DW_AT.DW_AT_bit_size) ?? 0;
            ulong? bitOffset = bits == 0 ? null : child.Unsigned(DW_AT.DW_AT_data_bit_offset)
                ?? (child.Unsigned(DW_AT.DW_AT_bit_offset) is { } fromTop
                    ? (offset ?? 0) * 8 + (child.Unsigned(DW_AT.DW_AT_byte_size) ?? size) * 8 - fromTop - bits
                    : (offset ?? 0) * 8);
            members.Add(new LayoutMember(child.Name ?? (isBase ? type : ""), type, bitOffset is { } bit ? bit / 8 : offset, size, bitOffset, bits, depth));
        }
    }

    /// <summary>Writes the type as <c>pahole</c> does: offset, size, member; padding is told of.</summary>
    public void Write(TextWriter output)
    {
        output.WriteLine($"{Kind} {Name}: {Size} bytes{(File is null ? "" : $", {File}:{Line}")}");
        ulong end = 0;
        bool ordered = Kind != "union" && Members.All(m => m.Depth == 0);
        foreach (LayoutMember member in Language == SourceLanguage.Rust && ordered ? Members.OrderBy(m => m.Offset).ToList() : Members)
        {
            if (ordered && member.Offset is { } start && start > end && member.BitSize == 0)
                output.WriteLine($"  {end,6} {start - end,6}  (padding)");
            string place = member.BitOffset is { } bit ? $"{bit / 8,6}:{bit % 8}" : $"{(member.Offset is { } at ? at : "?"),6}";
            string size = member.BitSize > 0 ? $"{member.BitSize} bits" : $"{member.Size,6}";
            output.WriteLine($"  {new string(' ', member.Depth * 2)}{place} {size}  {member.Name}{(member.Name == member.Type ? "" : $" {member.Type}")}");
            if (member.Offset is { } offset)
                end = Math.Max(end, member.BitOffset is { } first ? (first + member.BitSize + 7) / 8 : offset + member.Size);
        }

        if (ordered && Members.Count > 0 && end < Size)
            output.WriteLine($"  {end,6} {Size - end,6}  (padding)");
    }
}
