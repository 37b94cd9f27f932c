using System.Text;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.Specs.Names;
using Sonde.Symbols;
using Sonde.Types;

namespace Sonde.Listings;

/// <summary>
/// Finds the layouts of the types of a name. The name is whole or its last parts (<c>shop::Cart</c>, <c>Cart</c>, <c>http.Request</c>); without template
/// or type arguments it means every instance.
/// </summary>
internal sealed class LayoutFinder(Image image, string name)
{
    private const int MaximumTypes = 50;
    private const int MaximumMembers = 10_000;
    private const int MaximumDepth = 4;
    private const int MaximumSuggestions = 3;
    private static readonly string[] s_tags = ["struct ", "class ", "union ", "enum "];

    private readonly string _name = Plain(name);
    private readonly Signatures _signatures = new();
    private readonly List<(TypeLayout Layout, bool IsWhole)> _found = [];

    /// <summary>The types; equal ones of several units once. Those of just this name shut out those that only end so.</summary>
    public IReadOnlyList<TypeLayout> Find()
    {
        Specs.Names.QualifiedName cpp = Specs.Names.QualifiedName.FromCpp(_name), rust = Specs.Names.QualifiedName.FromRust(_name);
        byte[] prefix = Encoding.UTF8.GetBytes(cpp.Components.Count > 0 ? cpp.Components[^1].Base : _name);
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

        bool isWhole = _found.Exists(f => f.IsWhole);
        return [.. _found.Where(f => f.IsWhole || !isWhole).Select(f => f.Layout).OrderBy(l => l.Name, StringComparer.Ordinal).ThenBy(l => l.File, StringComparer.Ordinal).ThenBy(l => l.Line)];

        void Collect(Unit unit)
        {
            SourceLanguage language = Languages.Language.Of(unit.Language);
            var cursor = new DieCursor(unit.Root);
            do
            {
                if (!IsType(cursor.Tag) || !cursor.Current.TryGetInherited(DW_AT.DW_AT_name, out AttributeValue value))
                    continue;
                ReadOnlySpan<byte> own = value.AsUtf8();
                if (language == SourceLanguage.Go ? own.IndexOf(prefix) < 0 : !own.StartsWith(prefix))
                    continue;
                Die type = cursor.Current;
                if (type.OwnFlag(DW_AT.DW_AT_declaration) || Fits(type, language, language == SourceLanguage.Rust ? rust : cpp, out string full) is not { } isWhole
                    || Read(type, full, language) is not { } layout)
                    continue;
                lock (_found)
                {
                    if (_found.Count < MaximumTypes && !_found.Exists(f => f.Layout.Name == layout.Name && f.Layout.Size == layout.Size && f.Layout.Members.SequenceEqual(layout.Members)))
                        _found.Add((layout, isWhole));
                }
            }
            while (cursor.Next());
        }
    }

    /// <summary>Names of types that may have been meant.</summary>
    public IReadOnlyList<string> Suggest()
    {
        var names = new HashSet<string>();
        UnitScan.ForEach(image.Debug, (unit, _) =>
        {
            var own = new HashSet<string>();
            var cursor = new DieCursor(unit.Root);
            do
            {
                if (IsType(cursor.Tag) && cursor.Current.Name is { Length: > 0 } known)
                    own.Add(known);
            }
            while (cursor.Next());
            lock (names)
                names.UnionWith(own);
        });
        return Suggestions.Find(_name, names, MaximumSuggestions);
    }

    private static bool IsType(DW_TAG tag) =>
        tag is DW_TAG.DW_TAG_structure_type or DW_TAG.DW_TAG_class_type or DW_TAG.DW_TAG_union_type or DW_TAG.DW_TAG_typedef;

    private static string Plain(string name)
    {
        string trimmed = name.Trim();
        return s_tags.FirstOrDefault(t => trimmed.StartsWith(t, StringComparison.Ordinal)) is { } tag ? trimmed[tag.Length..].TrimStart() : trimmed;
    }

    /// <summary>Whether a type has the name, wholly or at its end; null when it has not.</summary>
    private bool? Fits(Die type, SourceLanguage language, Specs.Names.QualifiedName wanted, out string full)
    {
        full = (language is SourceLanguage.Cpp or SourceLanguage.Rust ? ObjectFile.Dwarf.QualifiedName.Of(type) : type.Name) ?? _name;
        if (full == _name)
            return true;
        if (language is SourceLanguage.Cpp or SourceLanguage.Rust)
        {
            Specs.Names.QualifiedName own = language == SourceLanguage.Rust ? Specs.Names.QualifiedName.FromRust(full) : Specs.Names.QualifiedName.FromCpp(full);
            int more = own.Components.Count - wanted.Components.Count;
            return more >= 0 && Specs.Names.QualifiedName.Fits(wanted.Components, [.. own.Components.Skip(more)]) ? more == 0 : null;
        }

        if (language != SourceLanguage.Go)
            return null;
        string bare = _name.Contains('[') ? full : GoName.ReplaceTypeArguments(full, "");
        return bare == _name ? true : bare.EndsWith("." + _name, StringComparison.Ordinal) || bare.EndsWith("/" + _name, StringComparison.Ordinal) ? false : null;
    }

    private TypeLayout? Read(Die type, string full, SourceLanguage language)
    {
        if (!TypeReader.TryStrip(type, out Die record)
            || record.Tag is not (DW_TAG.DW_TAG_structure_type or DW_TAG.DW_TAG_class_type or DW_TAG.DW_TAG_union_type) || record.OwnFlag(DW_AT.DW_AT_declaration))
            return null;

        // In Go every named type is a typedef; elsewhere a typedef of a type that has a name is found as that.
        if (type != record && record.Name is not null && language != SourceLanguage.Go)
            return null;
        (string? file, int line) = FunctionMaker.Declaration(type);
        var members = new List<LayoutMember>();
        Add(members, record, 0, 0, language);
        bool isEnum = members.Exists(m => m.Discriminant is not null);
        string kind = isEnum ? "enum" : record.Tag switch { DW_TAG.DW_TAG_union_type => "union", DW_TAG.DW_TAG_class_type => "class", _ => "struct" };

        // Rust's compiler orders members as it likes and lists them as they were declared.
        if (language == SourceLanguage.Rust && kind == "struct" && members.TrueForAll(m => m.Depth == 0))
            members = [.. members.OrderBy(m => m.Offset)];
        return new TypeLayout(full, kind, TypeReader.SizeOf(record), file, line, language, members) { HasVirtualBases = HasVirtualBases(record, 0) };
    }

    private void Add(List<LayoutMember> members, Die record, ulong start, int depth, SourceLanguage language)
    {
        if (!record.HasChildren || depth > MaximumDepth)
            return;
        foreach (Die child in record.Children)
        {
            if (members.Count >= MaximumMembers)
                return;
            switch (child.Tag)
            {
                case DW_TAG.DW_TAG_variant_part:
                    AddVariants(members, child, start, depth, language);
                    break;

                case DW_TAG.DW_TAG_inheritance:
                case DW_TAG.DW_TAG_member when !child.OwnFlag(DW_AT.DW_AT_external) && !child.OwnFlag(DW_AT.DW_AT_declaration):
                    Add(members, child, start, depth, language, null);
                    break;
            }
        }
    }

    // The one that says which it is, then each with what selects it.
    private void AddVariants(List<LayoutMember> members, Die part, ulong start, int depth, SourceLanguage language)
    {
        foreach (Die child in part.Children)
        {
            if (members.Count >= MaximumMembers)
                return;
            if (child.Tag == DW_TAG.DW_TAG_member)
            {
                Add(members, child, start, depth, language, null);
                continue;
            }

            if (child.Tag != DW_TAG.DW_TAG_variant)
                continue;
            string discriminant = child.TryGetAttribute(DW_AT.DW_AT_discr_value, out AttributeValue value) ? $"{value.AsUnsigned()}" : "";
            foreach (Die member in child.Children)
            {
                if (member.Tag == DW_TAG.DW_TAG_member)
                    Add(members, member, start, depth + 1, language, discriminant);
            }
        }
    }

    private void Add(List<LayoutMember> members, Die member, ulong start, int depth, SourceLanguage language, string? discriminant)
    {
        bool isBase = member.Tag == DW_TAG.DW_TAG_inheritance;
        string type = _signatures.TypeName(member, language);
        ulong size = member.TryGetType(out Die of) ? TypeReader.SizeOf(of) : 0;
        bool isVirtual = isBase && member.TryGetAttribute(DW_AT.DW_AT_virtuality, out AttributeValue virtuality) && virtuality.AsUnsigned() != 0;
        ulong? own = isVirtual ? null : TypeReader.OffsetOf(member);
        ulong? offset = own is { } at ? unchecked(start + at) : null;
        ulong bits = member.Unsigned(DW_AT.DW_AT_bit_size) ?? 0;
        ulong? bit = bits == 0 ? null : unchecked((start * 8) + (member.Unsigned(DW_AT.DW_AT_data_bit_offset)
            ?? (member.Signed(DW_AT.DW_AT_bit_offset) is { } fromTop
                ? ((own ?? 0) * 8) + ((member.Unsigned(DW_AT.DW_AT_byte_size) ?? size) * 8) - (ulong)fromTop - bits
                : (own ?? 0) * 8)));
        string name = member.Name ?? (isBase ? type : "");
        if (name.Length == 0 && member.OwnFlag(DW_AT.DW_AT_artificial))
            name = "(discriminant)";
        members.Add(new LayoutMember(name, type, bit is { } first ? first / 8 : offset, size, depth)
        {
            BitOffset = bit,
            BitSize = bits,
            Discriminant = discriminant,
            IsVirtual = isVirtual,
        });

        // What has no name of its own cannot be asked for, and the fields of a variant are what people look for.
        if (offset is { } inner && of.Exists && TypeReader.TryStrip(of, out Die record) && (record.Name is null || discriminant is not null)
            && record.Tag is DW_TAG.DW_TAG_structure_type or DW_TAG.DW_TAG_class_type or DW_TAG.DW_TAG_union_type)
            Add(members, record, inner, depth + 1, language);
    }

    private static bool HasVirtualBases(Die record, int depth)
    {
        if (!record.HasChildren || depth > MaximumDepth * 2)
            return false;
        foreach (Die child in record.Children)
        {
            if (child.Tag != DW_TAG.DW_TAG_inheritance)
                continue;
            if ((child.TryGetAttribute(DW_AT.DW_AT_virtuality, out AttributeValue virtuality) && virtuality.AsUnsigned() != 0)
                || (child.TryGetType(out Die of) && TypeReader.TryStrip(of, out Die parent) && HasVirtualBases(parent, depth + 1)))
                return true;
        }

        return false;
    }
}
