using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;
using static Sonde.ObjectFile.Dwarf.DW_TAG;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>One inlined copy of a function: its entry, the function it copies, where it was called.</summary>
internal readonly record struct InlinedCall(Die Entry, Die Origin, int CallFile, int CallLine, int CallColumn)
{
    /// <summary>Reads the entry. Throws when it has no origin.</summary>
    public static InlinedCall Read(Die entry)
    {
        if (!entry.TryGetReference(DW_AT.DW_AT_abstract_origin, out var origin)) Malformed.Invalid(entry.Unit.Section.Name, entry.Offset.Value, "inlined copy of nothing");
        return new InlinedCall(entry, origin, Number(entry, DW_AT.DW_AT_call_file), Number(entry, DW_AT.DW_AT_call_line), Number(entry, DW_AT.DW_AT_call_column));
    }

    private static int Number(Die entry, DW_AT name) =>
        entry.TryGetAttribute(name, out var value) && value.Raw <= int.MaxValue ? (int)value.Raw : 0;
}

/// <summary>The lexical structure of a function: blocks, inlined copies, variables.</summary>
internal static class Scopes
{
    private const int MaxDepth = 1000;

    /// <summary>
    /// The scopes around an address, outermost first: the subprogram, then lexical blocks and inlined copies whose code contains it.
    /// </summary>
    public static List<Die> At(Die function, FileAddress pc)
    {
        var scopes = new List<Die> { function };
        while (scopes.Count < MaxDepth && TryFindInner(scopes[^1], pc, out var inner)) scopes.Add(inner);
        return scopes;
    }

    /// <summary>Every inlined copy below a function, in the order of the section; those within copies too.</summary>
    public static List<InlinedCall> InlinedCalls(Die function)
    {
        var found = new List<InlinedCall>();
        var cursor = new DieCursor(function);
        for (var more = cursor.Next(); more;)
        {
            if (cursor.Tag == DW_TAG_inlined_subroutine) found.Add(InlinedCall.Read(cursor.Current));
            more = cursor.Tag == DW_TAG_subprogram ? cursor.NextOutside() : cursor.Next();
        }

        return found;
    }

    /// <summary>Formal parameters of a subprogram or inlined copy, in order. DW_TAG_unspecified_parameters is left out.</summary>
    public static List<Die> Parameters(Die scope)
    {
        var found = new List<Die>();
        foreach (var child in scope.Children)
        {
            if (child.Tag == DW_TAG_formal_parameter) found.Add(child);
            else if (child.Tag == DW_TAG.DW_TAG_GNU_formal_parameter_pack) found.AddRange(Parameters(child));
        }

        return found;
    }

    /// <summary>Variables declared directly in a scope.</summary>
    public static List<Die> Variables(Die scope)
    {
        var found = new List<Die>();
        foreach (var child in scope.Children)
        {
            if (child.Tag == DW_TAG_variable) found.Add(child);
        }

        return found;
    }

    private static bool TryFindInner(Die scope, FileAddress pc, out Die inner)
    {
        foreach (var child in scope.Children)
        {
            if (child.Tag is not (DW_TAG_lexical_block or DW_TAG_inlined_subroutine or DW_TAG_try_block or DW_TAG_catch_block or DW_TAG_with_stmt)) continue;
            var ranges = RangeList.Of(child);
            // A block without addresses holds variables of its parent's whole code.
            if (ranges.Count == 0 ? child.Tag == DW_TAG_lexical_block && TryFindInner(child, pc, out inner) : Contains(ranges, pc))
            {
                inner = child;
                return true;
            }
        }

        inner = default;
        return false;
    }

    private static bool Contains(List<AddressRange> ranges, FileAddress pc)
    {
        foreach (var range in ranges)
        {
            if (range.Contains(pc)) return true;
        }

        return false;
    }
}
