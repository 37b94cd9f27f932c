namespace Sonde.ObjectFile.Dwarf;

/// <summary>What a <see cref="Term"/> is made of.</summary>
internal enum TermKind
{
    /// <summary><see cref="Term.Offset"/> itself.</summary>
    Constant,
    /// <summary>A file address: <see cref="Term.Offset"/> plus the load bias of the image.</summary>
    Address,
    /// <summary>Contents of <see cref="Term.Register"/>, plus offset.</summary>
    Register,
    /// <summary>The canonical frame address at the probed place (see <see cref="FrameTable"/>), plus offset.</summary>
    CallFrameCfa,
    /// <summary><see cref="Term.Left"/> as it was when the function was entered, plus offset.</summary>
    EntryValue,
    /// <summary>Memory at <see cref="Term.Left"/>, <see cref="Term.Size"/> bytes, zero-extended, plus offset.</summary>
    Dereference,
    /// <summary>Address of the object whose part is described (member and array expressions), plus offset.</summary>
    ObjectAddress,
    /// <summary>Address in the thread's TLS block of this image, at offset <see cref="Term.Left"/>.</summary>
    TlsAddress,
    /// <summary><see cref="Term.Operation"/> (abs, neg, not) on <see cref="Term.Left"/>.</summary>
    Unary,
    /// <summary><see cref="Term.Operation"/> on <see cref="Term.Left"/> and <see cref="Term.Right"/>.</summary>
    Binary,
    /// <summary><see cref="Term.Left"/> converted (value kept) to <see cref="Term.Type"/>, the generic 64-bit type when that does not exist.</summary>
    Convert,
    /// <summary>The bits of <see cref="Term.Left"/> taken as <see cref="Term.Type"/>.</summary>
    Reinterpret,
    /// <summary>A constant of <see cref="Term.Type"/> that is no 64-bit integer: <see cref="Term.Bytes"/>.</summary>
    TypedConstant,
}

/// <summary>
/// A value that an expression computes, as far as it can be known without a process. Constant offsets are folded into their base, so that
/// what matters most, register + offset and chains of dereferences, is one term per step. Arithmetic wraps at 64 bits.
/// </summary>
internal sealed record Term(TermKind Kind)
{
    /// <summary>How deep terms may nest; consumers may recurse.</summary>
    public const int MaxDepth = 100;

    public long Offset { get; init; }

    /// <summary>DWARF register number (System V psABI x86-64, figure 3.36).</summary>
    public int Register { get; init; }

    /// <summary>Bytes that a dereference reads.</summary>
    public int Size { get; init; }

    public DW_OP Operation { get; init; }

    public Term? Left { get; init; }

    public Term? Right { get; init; }

    /// <summary>Base type of typed terms; does not exist for the generic type.</summary>
    public Die Type { get; init; }

    public ReadOnlyMemory<byte> Bytes { get; init; }

    public int Depth { get; init; }

    public static Term Constant(long value) => new(TermKind.Constant) { Offset = value };

    public static Term Address(ulong value) => new(TermKind.Address) { Offset = (long)value };

    public static Term OfRegister(int register, long offset = 0) => new(TermKind.Register) { Register = register, Offset = offset };

    public static Term Cfa { get; } = new(TermKind.CallFrameCfa);

    public static Term Object { get; } = new(TermKind.ObjectAddress);

    /// <summary>Whether a constant can be added by changing <see cref="Offset"/>.</summary>
    public bool TakesOffset => !Type.Exists && Kind is TermKind.Constant or TermKind.Address or TermKind.Register or TermKind.CallFrameCfa or TermKind.EntryValue
        or TermKind.Dereference or TermKind.ObjectAddress or TermKind.TlsAddress;

    public Term Plus(long offset) => offset == 0 ? this : TakesOffset
        ? this with { Offset = unchecked(Offset + offset) }
        : Of(TermKind.Binary, DW_OP.DW_OP_plus, this, Constant(offset));

    public static Term Of(TermKind kind, DW_OP operation, Term left, Term? right = null) =>
        new(kind) { Operation = operation, Left = left, Right = right, Depth = Math.Max(left.Depth, right?.Depth ?? 0) + 1 };

    /// <summary>A readable form: "[rbp-16]+8" and the like; <c>sonde explain</c> prints it.</summary>
    public override string ToString()
    {
        var text = Kind switch
        {
            TermKind.Constant => Offset.ToString(),
            TermKind.Address => $"0x{Offset:x}",
            TermKind.Register => Registers.Name(Register),
            TermKind.CallFrameCfa => "cfa",
            TermKind.EntryValue => $"entry({Left})",
            TermKind.Dereference => Size == 8 ? $"[{Left}]" : $"[{Left}]:{Size}",
            TermKind.ObjectAddress => "object",
            TermKind.TlsAddress => $"tls({Left})",
            TermKind.Unary => $"{OperationName}({Left})",
            TermKind.Binary => $"({Left} {OperationName} {Right})",
            TermKind.Convert => $"convert({Left})",
            TermKind.Reinterpret => $"reinterpret({Left})",
            TermKind.TypedConstant => $"0x{Convert.ToHexStringLower(Bytes.Span)}",
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        if (Kind is TermKind.Constant or TermKind.Address || Offset == 0) return text;
        return Offset < 0 ? $"{text}{Offset}" : $"{text}+{Offset}";
    }

    private string OperationName => Operation.ToString()["DW_OP_".Length..];
}
