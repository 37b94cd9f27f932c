namespace Sonde.ObjectFile.Dwarf;

/// <summary>Where one part of a value is.</summary>
internal enum PieceKind
{
    /// <summary>Nowhere: optimized out.</summary>
    Empty,
    /// <summary>In register <see cref="Piece.Register"/>.</summary>
    Register,
    /// <summary>In memory at <see cref="Piece.Term"/>.</summary>
    Memory,
    /// <summary>The bytes are in the debug information: <see cref="Piece.Bytes"/>.</summary>
    ImplicitValue,
    /// <summary>The value itself is <see cref="Piece.Term"/> (DW_OP_stack_value): nothing in memory to take an address of.</summary>
    Computed,
    /// <summary>A pointer that was optimized away to the value of another entry (<see cref="Piece.Target"/>), at offset <see cref="Piece.TargetOffset"/>.</summary>
    ImplicitPointer,
    /// <summary>The expression cannot be put into terms (a branch on run-time data, an unknown operation): <see cref="Piece.Reason"/>.</summary>
    Unsupported,
}

/// <summary>
/// One piece of a location. A location without DW_OP_piece has one, of <see cref="BitSize"/> 0, which stands for the whole value.
/// </summary>
/// <param name="Kind">Which of the fields below count.</param>
internal sealed record Piece(PieceKind Kind)
{
    /// <summary>Bits of the value that this piece is; 0 when it is all of it.</summary>
    public long BitSize { get; init; }

    /// <summary>First bit within the register or memory (DW_OP_bit_piece).</summary>
    public long BitOffset { get; init; }

    public int Register { get; init; }

    public Term? Term { get; init; }

    public ReadOnlyMemory<byte> Bytes { get; init; }

    public InfoOffset Target { get; init; }

    public long TargetOffset { get; init; }

    public string? Reason { get; init; }

    /// <summary>DW_OP_GNU_uninit: this is where the variable will be, but nothing was stored there yet.</summary>
    public bool IsUninitialized { get; init; }

    public override string ToString()
    {
        var text = Kind switch
        {
            PieceKind.Empty => "optimized out",
            PieceKind.Register => Registers.Name(Register),
            PieceKind.Memory => $"[{Term}]",
            PieceKind.ImplicitValue => $"bytes {Convert.ToHexStringLower(Bytes.Span)}",
            PieceKind.Computed => $"= {Term}",
            PieceKind.ImplicitPointer => $"-> {Target}+{TargetOffset}",
            PieceKind.Unsupported => $"unsupported: {Reason}",
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return BitSize == 0 ? text : BitOffset == 0 ? $"{text} ({BitSize} bits)" : $"{text} ({BitSize} bits from {BitOffset})";
    }
}
