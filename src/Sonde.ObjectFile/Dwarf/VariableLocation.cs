using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>Where a variable, parameter or constant is at an address.</summary>
internal static class VariableLocation
{
    /// <summary>
    /// The pieces at <paramref name="pc"/>. One <see cref="PieceKind.Empty"/> piece when the entry has a location, but none that holds there, or none at all:
    /// optimized out. <paramref name="function"/> is the out-of-line subprogram that has the code, also for variables of inlined copies.
    /// </summary>
    public static IReadOnlyList<Piece> At(Die variable, Die function, FileAddress pc)
    {
        if (variable.TryGetAttribute(DW_AT.DW_AT_location, out var location))
        {
            return LocationList.TryFind(location, pc, out var expression) && !expression.IsEmpty
                ? ExpressionEvaluator.Evaluate(expression, function, pc)
                : [new Piece(PieceKind.Empty)];
        }

        // A constant may stand on the abstract entry, a static member's location on the definition.
        if (variable.TryGetInherited(DW_AT.DW_AT_const_value, out var constant)) return [Constant(constant)];
        if (variable.TryGetInherited(DW_AT.DW_AT_location, out location) && LocationList.TryFind(location, pc, out var inherited) && !inherited.IsEmpty)
            return ExpressionEvaluator.Evaluate(inherited, function, pc);
        return [new Piece(PieceKind.Empty)];
    }

    /// <summary>
    /// A constant as bytes, low byte first; numbers as 8, sign-extended: the reader takes as many as the type has. Strings get their zero.
    /// </summary>
    private static Piece Constant(in AttributeValue value)
    {
        byte[] bytes = value.Class switch
        {
            AttributeClass.Block or AttributeClass.Expression => value.AsBlock().ToArray(),
            AttributeClass.String => [.. value.AsUtf8(), 0],
            _ => value.AsConstantBytes(value.Form == DW_FORM.DW_FORM_data16 ? 16 : 8),
        };
        return value.Class == AttributeClass.Address && value.TryGetAddress(out var address)
            ? new Piece(PieceKind.Computed) { Term = Term.Address(address.Value) }
            : new Piece(PieceKind.ImplicitValue) { Bytes = bytes };
    }
}
