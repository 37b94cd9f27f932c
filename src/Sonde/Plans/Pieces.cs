using System.Collections.Immutable;
using Sonde.Sites;
using Sonde.Specs;

namespace Sonde.Plans;

/// <summary>Parts of values by where their bytes are.</summary>
internal static class Pieces
{
    /// <summary>The error of a value that has no place that can be read.</summary>
    public static ExpressionException Unreadable(ImmutableArray<Piece> pieces, TextSpan span)
    {
        AbsentPlace? absent = pieces.Select(p => p.Place).OfType<AbsentPlace>().FirstOrDefault();
        string why = absent?.Reason switch
        {
            MissingReason.FpRegister => "it is in a floating-point register, which the kernel cannot read",
            MissingReason.OptimizedOut or null => "the compiler kept no place for it here",
            _ => "it cannot be read here",
        };
        return new ExpressionException($"this has no value here: {why}", span);
    }

    /// <summary>The pieces of a part of a value.</summary>
    public static ImmutableArray<Piece> Slice(ImmutableArray<Piece> pieces, uint offset, uint size)
    {
        var slice = ImmutableArray.CreateBuilder<Piece>();
        foreach (Piece piece in pieces)
        {
            uint start = Math.Max(piece.Offset, offset), end = Math.Min(piece.Offset + piece.Size, offset + size);
            if (start >= end)
                continue;
            uint skipped = start - piece.Offset;
            Place place = (piece.Place, skipped) switch
            {
                (MemoryPlace memory, _) => memory with { Displacement = memory.Displacement + skipped },
                (ConstantPlace constant, _) => new ConstantPlace(constant.Bytes.Length > skipped ? constant.Bytes[(int)skipped..] : []),
                (var whole, 0) => whole,
                (RegisterPlace register, _) => new ComputedPlace(Shifted(new RegisterOperand(register.Register), skipped)),
                (ComputedPlace computed, _) => new ComputedPlace(Shifted(computed.Value, skipped)),
                (var absent, _) => absent,
            };
            slice.Add(new Piece(start - offset, end - start, place));
        }

        return slice.DrainToImmutable();
    }

    private static BitFieldOperand Shifted(Operand operand, uint bytes) => new(operand, 8 * bytes, 64 - (8 * bytes), false);

    /// <summary>A scalar's value; null when its bytes are not in one readable place.</summary>
    public static Operand? OperandOf(ImmutableArray<Piece> pieces, uint size, bool signed = false)
    {
        if (pieces is not [{ Offset: 0 } piece] || piece.Size < size)
            return null;
        return piece.Place switch
        {
            MemoryPlace memory => new LoadOperand(memory.Base, memory.Displacement, size, signed),
            RegisterPlace register => Narrowed(new RegisterOperand(register.Register), size, signed),
            ComputedPlace computed => Narrowed(computed.Value, size, signed),
            ConstantPlace constant => Narrowed(new ConstantOperand(Word(constant.Bytes)), size, signed),
            _ => null,
        };
    }

    private static Operand Narrowed(Operand operand, uint size, bool signed) =>
        size == 8 ? operand : new BitFieldOperand(operand, 0, 8 * size, signed);

    private static long Word(ImmutableArray<byte> bytes)
    {
        long word = 0;
        for (int i = Math.Min(8, bytes.Length) - 1; i >= 0; i--)
            word = (word << 8) | bytes[i];
        return word;
    }

    /// <summary>The pieces of a value that is there only when <paramref name="index"/> is less than <paramref name="count"/>.</summary>
    public static ImmutableArray<Piece> Guarded(ImmutableArray<Piece> pieces, Operand index, Operand count) =>
        [.. pieces.Select(p => p with
        {
            Place = p.Place switch
            {
                MemoryPlace memory => new MemoryPlace(new CheckedOperand(memory.Base, index, count), memory.Displacement),
                RegisterPlace register => new ComputedPlace(new CheckedOperand(new RegisterOperand(register.Register), index, count)),
                ComputedPlace computed => new ComputedPlace(new CheckedOperand(computed.Value, index, count)),
                var other => other,
            },
        })];
}
