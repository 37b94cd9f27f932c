using System.Collections.Immutable;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Types;

namespace Sonde.Sites;

/// <summary>
/// Where a probe stands: DWARF's locations are turned into reads that hold at this place and no other.
/// </summary>
/// <param name="Function">The entry of the out-of-line function around it.</param>
/// <param name="Address">The probed instruction.</param>
/// <param name="Cfa">The canonical frame address there.</param>
/// <param name="AtEntry">Nothing of the function has run, or all registers that count still hold their entry values.</param>
internal readonly record struct Standpoint(Die Function, FileAddress Address, Operand Cfa, bool AtEntry);

/// <summary>Reads DW_AT_location of variables at a place into pieces of reads.</summary>
internal static class LocationReader
{
    /// <summary>
    /// The pieces of a variable of <paramref name="type"/>; a single absent piece when it is nowhere.
    /// </summary>
    public static ImmutableArray<Sonde.Sites.Piece> Read(Die variable, TypeNode type, Standpoint at)
    {
        uint size = (uint)Math.Min(type.Size, uint.MaxValue);

        // A variable that is static, or always the same, has its place or value on the entry that this one is a copy of.
        bool isPlaced = variable.TryGetAttribute(DW_AT.DW_AT_location, out AttributeValue location);
        if (!isPlaced && variable.TryGetInherited(DW_AT.DW_AT_const_value, out AttributeValue constant))
            return [new Piece(0, size, new ConstantPlace([.. constant.AsConstantBytes((int)Math.Min(size, 4096))]))];
        if ((!isPlaced && !variable.TryGetInherited(DW_AT.DW_AT_location, out location)) || !LocationList.TryFind(location, at.Address, out Expression expression))
            return [new Piece(0, size, new AbsentPlace(MissingReason.OptimizedOut))];
        IReadOnlyList<ObjectFile.Dwarf.Piece> pieces = ExpressionEvaluator.Evaluate(expression, at.Function, at.Address);
        return pieces is [{ BitSize: 0 } whole]
            ? [new Piece(0, size, PlaceOf(whole, at))]
            : Lay(pieces, type, at);
    }

    // Pieces come in the order of the scalars of the type. Go states the padding between them or does not (TRAPS.md, K3), so
    // there each piece is laid on the next scalar, by its size; all others lay them end to end, as DWARF says.
    private static ImmutableArray<Piece> Lay(IReadOnlyList<ObjectFile.Dwarf.Piece> pieces, TypeNode type, Standpoint at)
    {
        var scalars = new List<(uint Offset, uint Size)>();
        Flatten(type.Layout, 0, scalars);
        var laid = ImmutableArray.CreateBuilder<Piece>();
        uint declared = 0;
        bool padded = at.Function.Unit.Language != DW_LANG.DW_LANG_Go || pieces.Sum(p => p.BitSize) == (long)type.Size * 8;
        int next = 0;

        // Go 1.19 states a register of a slice in shared code twice, which moves all that follow (seen).
        if (at.Function.Unit.Language == DW_LANG.DW_LANG_Go && pieces.Sum(p => p.Kind == PieceKind.Empty ? 0 : p.BitSize) > (long)type.Size * 8)
            return [new Piece(0, (uint)type.Size, new AbsentPlace(MissingReason.OptimizedOut))];
        foreach (ObjectFile.Dwarf.Piece piece in pieces)
        {
            if (piece.BitSize == 0)
                continue;
            if (piece.BitSize % 8 != 0 || piece.BitOffset != 0)
                return [new Piece(0, (uint)type.Size, new AbsentPlace(MissingReason.Unsupported))];
            uint bytes = (uint)(piece.BitSize / 8);
            if (padded)
            {
                laid.Add(new Piece(declared, bytes, PlaceOf(piece, at)));
                declared += bytes;
                continue;
            }

            // A piece may span several scalars (a string passed in memory), never a part of one.
            while (next < scalars.Count && scalars[next].Size == 0)
                next++;
            if (next >= scalars.Count)
                break;

            // Padding, which is smaller than the scalar that it aligns.
            if (piece.Kind == PieceKind.Empty && bytes < scalars[next].Size)
                continue;
            uint start = scalars[next].Offset;
            uint end = start;
            while (next < scalars.Count && scalars[next].Offset + scalars[next].Size <= start + bytes)
            {
                end = scalars[next].Offset + scalars[next].Size;
                next++;
            }

            if (end == start)
                return [new Piece(0, (uint)type.Size, new AbsentPlace(MissingReason.Unsupported))];
            laid.Add(new Piece(start, end - start, PlaceOf(piece, at)));
        }

        return laid.DrainToImmutable();
    }

    private static void Flatten(Layout layout, ulong at, List<(uint, uint)> scalars)
    {
        if (scalars.Count > 4096)
            return;
        switch (layout)
        {
            case RecordLayout record:
                foreach ((ulong offset, Layout member) in record.Members)
                    Flatten(member, at + offset, scalars);
                break;
            case ArrayLayout array:
                for (ulong i = 0; i < Math.Min(array.Count, 4096); i++)
                    Flatten(array.Element, at + i * array.Element.Size, scalars);
                break;
            default:
                scalars.Add(((uint)at, (uint)layout.Size));
                break;
        }
    }

    private static Place PlaceOf(ObjectFile.Dwarf.Piece piece, Standpoint at)
    {
        switch (piece.Kind)
        {
            case PieceKind.Empty:
                return new AbsentPlace(MissingReason.OptimizedOut);
            case PieceKind.Register when piece.Register is >= 0 and < 16:
                return new RegisterPlace((GeneralRegister)piece.Register);
            case PieceKind.Register when piece.Register is >= 17 and <= 40 or >= 67 and <= 82:
                return new AbsentPlace(MissingReason.FpRegister); // xmm, x87, mmx; the upper half of the vector registers
            case PieceKind.ImplicitValue:
                return new ConstantPlace([.. piece.Bytes.Span]);
            case PieceKind.Memory when OperandOf(piece.Term!, at) is { } address:
                (Operand @base, long displacement) = address.Split();
                return new MemoryPlace(@base, displacement);
            case PieceKind.Computed when OperandOf(piece.Term!, at) is { } value:
                return new ComputedPlace(value);

            // What the caller passed is kept nowhere, and a pointer that was optimized away is no address.
            case PieceKind.ImplicitPointer:
            case PieceKind.Memory or PieceKind.Computed when UsesEntryValue(piece.Term!):
                return new AbsentPlace(MissingReason.OptimizedOut);
            default:
                return new AbsentPlace(MissingReason.Unsupported);
        }
    }

    private static bool UsesEntryValue(Term term) =>
        term.Kind == TermKind.EntryValue || (term.Left is { } left && UsesEntryValue(left)) || (term.Right is { } right && UsesEntryValue(right));

    /// <summary>The term as a computation in the kernel; null when it cannot be one.</summary>
    private static Operand? OperandOf(Term term, Standpoint at)
    {
        Operand? value = term.Kind switch
        {
            TermKind.Constant => new ConstantOperand(0),

            // A file address: the probed instruction's own place in the process tells where the image was loaded.
            TermKind.Address => new RegisterOperand(GeneralRegister.Rip).Plus(unchecked(-(long)at.Address.Value)),
            TermKind.Register when term.Register is >= 0 and < 16 && !term.Type.Exists => new RegisterOperand((GeneralRegister)term.Register),
            TermKind.CallFrameCfa => at.Cfa,
            TermKind.EntryValue when at.AtEntry => OperandOf(term.Left!, at),
            TermKind.Dereference when !term.Type.Exists && term.Size is 1 or 2 or 4 or 8 && OperandOf(term.Left!, at) is { } address =>
                Load(address, (uint)term.Size),
            TermKind.Binary when !term.Type.Exists => Binary(term, at),
            TermKind.Unary when !term.Type.Exists && OperandOf(term.Left!, at) is { } inner && term.Operation is DW_OP.DW_OP_neg or DW_OP.DW_OP_not =>
                new UnaryOperand(term.Operation == DW_OP.DW_OP_neg ? UnaryOperator.Negate : UnaryOperator.Complement, OperandOf(term.Left!, at)!),
            TermKind.Convert or TermKind.Reinterpret => Converted(term, at),
            _ => null,
        };
        return value?.Plus(term.Offset);
    }

    private static LoadOperand Load(Operand address, uint size)
    {
        (Operand @base, long displacement) = address.Split();
        return new LoadOperand(@base, displacement, size);
    }

    private static BinaryOperand? Binary(Term term, Standpoint at)
    {
        if (OperandOf(term.Left!, at) is not { } left || OperandOf(term.Right!, at) is not { } right)
            return null;
        (BinaryOperator Operator, bool Signed)? operation = term.Operation switch
        {
            DW_OP.DW_OP_plus => (BinaryOperator.Add, false),
            DW_OP.DW_OP_minus => (BinaryOperator.Subtract, false),
            DW_OP.DW_OP_mul => (BinaryOperator.Multiply, false),
            DW_OP.DW_OP_div => (BinaryOperator.Divide, true),
            DW_OP.DW_OP_mod => (BinaryOperator.Remainder, false),
            DW_OP.DW_OP_and => (BinaryOperator.And, false),
            DW_OP.DW_OP_or => (BinaryOperator.Or, false),
            DW_OP.DW_OP_xor => (BinaryOperator.Xor, false),
            DW_OP.DW_OP_shl => (BinaryOperator.ShiftLeft, false),
            DW_OP.DW_OP_shr => (BinaryOperator.ShiftRight, false),
            DW_OP.DW_OP_shra => (BinaryOperator.ShiftRight, true),
            _ => null,
        };
        return operation is { } known ? new BinaryOperand(known.Operator, left, right, 8, known.Signed) : null;
    }

    // Between integer types a conversion cuts or extends; to or from floating point there is no way in the kernel.
    private static Operand? Converted(Term term, Standpoint at)
    {
        if (OperandOf(term.Left!, at) is not { } value)
            return null;
        if (!term.Type.Exists)
            return value;
        bool? signed = (DW_ATE?)term.Type.Unsigned(DW_AT.DW_AT_encoding) switch
        {
            DW_ATE.DW_ATE_signed or DW_ATE.DW_ATE_signed_char => true,
            DW_ATE.DW_ATE_unsigned or DW_ATE.DW_ATE_unsigned_char or DW_ATE.DW_ATE_boolean or DW_ATE.DW_ATE_UTF or DW_ATE.DW_ATE_address => false,
            _ => null,
        };
        ulong size = TypeReader.SizeOf(term.Type);
        return signed is { } sign && size is 1 or 2 or 4 or 8
            ? new BitFieldOperand(value, 0, (uint)(8 * size), sign)
            : null;
    }
}
