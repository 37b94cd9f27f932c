using System.Collections.Immutable;
using Sonde.Sites;
using Sonde.Types;

namespace Sonde.Languages;

/// <summary>
/// The calling convention of C and C++ on Linux (System V ABI AMD64, version 1.0, section 3.2.3; Itanium C++ ABI, section
/// 3.1 for what goes by reference).
/// </summary>
/// <param name="splitsInt128">
/// LLVM before 18 puts an <c>__int128</c> without two free registers anywhere, also half in a register: what follows it on the
/// stack cannot be told.
/// </param>
internal sealed class SystemVConvention(bool splitsInt128 = false) : CallingConvention
{
    private enum Class
    {
        /// <summary>An eightbyte of nothing but padding (an empty class, too): it is not passed at all.</summary>
        None,
        Integer,
        Sse,

        /// <summary>The rest of a vector register whose first eightbyte came before.</summary>
        SseUp,
        Memory,
    }

    /// <summary>The integer registers in order.</summary>
    public static readonly ImmutableArray<GeneralRegister> IntegerRegisters =
    [
        GeneralRegister.Rdi, GeneralRegister.Rsi, GeneralRegister.Rdx, GeneralRegister.Rcx, GeneralRegister.R8, GeneralRegister.R9,
    ];

    private static readonly ImmutableArray<GeneralRegister> ResultRegisters = [GeneralRegister.Rax, GeneralRegister.Rdx];

    private const int FloatRegisterCount = 8;

    /// <inheritdoc/>
    public override Assignment Assign(Signature signature, Operand cfa)
    {
        int integers = 0, floats = 0;
        ulong stack = 0;

        // A result in memory: the caller passes its address as a hidden first argument and gets it back in rax.
        ImmutableArray<Piece> result = default;
        if (signature.Results is [var resultLayout])
        {
            result = PlaceResult(resultLayout, out bool hiddenPointer);
            if (hiddenPointer)
                integers++;
        }

        var parameters = ImmutableArray.CreateBuilder<ImmutableArray<Piece>>(signature.Parameters.Length);
        bool known = signature.Results is not [UnknownLayout];
        foreach (Layout layout in signature.Parameters)
        {
            known &= layout is not UnknownLayout
                && !(splitsInt128 && layout is ScalarLayout { Class: ScalarClass.Integer, Size: 16 } && integers + 2 > IntegerRegisters.Length);
            parameters.Add(known ? PlaceParameter(layout, cfa, ref integers, ref floats, ref stack) : default);
        }

        return new Assignment(parameters.DrainToImmutable(), signature.Results.Length == 1 ? [result] : []);
    }

    private static ImmutableArray<Piece> PlaceParameter(Layout layout, Operand cfa, ref int integers, ref int floats, ref ulong stack)
    {
        if (layout.Size == 0)
            return [];
        if (layout is RecordLayout { ByReference: true })
        {
            Operand address = integers < IntegerRegisters.Length
                ? new RegisterOperand(IntegerRegisters[integers++])
                : new LoadOperand(cfa, (long)Advance(ref stack, 8, 8), 8);
            return [new Piece(0, (uint)layout.Size, new MemoryPlace(address, 0))];
        }

        Class[] classes = Classify(layout);
        int wantIntegers = classes.Count(c => c == Class.Integer);
        int wantFloats = classes.Count(c => c == Class.Sse);
        bool memory = classes is [Class.Memory, ..]
            || integers + wantIntegers > IntegerRegisters.Length || floats + wantFloats > FloatRegisterCount;
        if (memory)
        {
            ulong alignment = Math.Clamp(AlignmentOf(layout), 8, 64);
            return [new Piece(0, (uint)layout.Size, new MemoryPlace(cfa, (long)Advance(ref stack, AlignUp(layout.Size, 8), alignment)))];
        }

        var pieces = ImmutableArray.CreateBuilder<Piece>(classes.Length);
        for (int i = 0; i < classes.Length; i++)
        {
            uint size = (uint)Math.Min(layout.Size - (ulong)(8 * i), 8);
            if (classes[i] == Class.Integer)
                pieces.Add(new Piece((uint)(8 * i), size, new RegisterPlace(IntegerRegisters[integers++])));
            else if (classes[i] is Class.Sse or Class.SseUp)
                pieces.Add(new Piece((uint)(8 * i), size, new AbsentPlace(MissingReason.FpRegister)));
        }

        floats += wantFloats;
        return pieces.DrainToImmutable();
    }

    private static ImmutableArray<Piece> PlaceResult(Layout layout, out bool hiddenPointer)
    {
        hiddenPointer = false;
        if (layout is UnknownLayout)
            return default;
        if (layout.Size == 0)
            return [];
        Class[] classes = layout is RecordLayout { ByReference: true } ? [Class.Memory] : Classify(layout);
        if (classes is [Class.Memory, ..])
        {
            if (IsExtended(layout))
                return [new Piece(0, (uint)layout.Size, new AbsentPlace(MissingReason.FpRegister))];
            hiddenPointer = true;
            return [new Piece(0, (uint)layout.Size, new MemoryPlace(new RegisterOperand(GeneralRegister.Rax), 0))];
        }

        var pieces = ImmutableArray.CreateBuilder<Piece>(classes.Length);
        int integers = 0;
        for (int i = 0; i < classes.Length; i++)
        {
            uint size = (uint)Math.Min(layout.Size - (ulong)(8 * i), 8);
            if (classes[i] == Class.None)
                continue;
            Place place = classes[i] == Class.Integer
                ? new RegisterPlace(ResultRegisters[integers++])
                : new AbsentPlace(MissingReason.FpRegister);
            pieces.Add(new Piece((uint)(8 * i), size, place));
        }

        return pieces.DrainToImmutable();
    }

    // x87 results: long double in st0, _Complex long double in st0 and st1; a struct or union of nothing else likewise.
    private static bool IsExtended(Layout layout) => layout switch
    {
        ScalarLayout { Class: ScalarClass.Extended } => true,
        RecordLayout record => record.Size <= 16 && record.Members.Any(m => m.Layout.Size > 0)
            && record.Members.All(m => m.Layout.Size == 0 || (m.Offset == 0 && IsExtended(m.Layout))),
        ArrayLayout { Count: 1 } array => IsExtended(array.Element),
        _ => false,
    };

    private static ulong Advance(ref ulong stack, ulong size, ulong alignment)
    {
        stack = AlignUp(stack, alignment);
        ulong at = stack;
        stack += size;
        return at;
    }

    private static Class[] Classify(Layout layout)
    {
        // Up to 64 bytes, because a vector, alone or in a record, has that many and still goes to one register.
        var classes = new Class[(int)Math.Min((layout.Size + 7) / 8, 8)];
        if (layout.Size > 64 || !TryMerge(layout, 0, classes))
            return [Class.Memory];
        bool vector = classes is [Class.Sse, _, ..] && classes.AsSpan(1).IndexOfAnyExcept(Class.SseUp) < 0;
        return classes.Length <= 2 || vector ? classes : [Class.Memory];
    }

    private static bool TryMerge(Layout layout, ulong at, Span<Class> classes)
    {
        switch (layout)
        {
            case { Size: 0 }:
                return true;

            // A field that is not aligned sends the whole to memory.
            case ScalarLayout { Class: ScalarClass.Extended }:
            case ScalarLayout when at % Math.Min(layout.Size, 16) != 0:
                return false;

            case ScalarLayout scalar:
                for (ulong i = at / 8; i < (at + scalar.Size + 7) / 8; i++)
                {
                    if (i >= (ulong)classes.Length)
                        return false;
                    Class kind = scalar.Class == ScalarClass.Integer ? Class.Integer : i == at / 8 ? Class.Sse : Class.SseUp;
                    classes[(int)i] = Merge(classes[(int)i], kind);
                }

                return true;

            case ArrayLayout array:
                for (ulong i = 0; i < Math.Min(array.Count, 64); i++)
                {
                    if (!TryMerge(array.Element, at + i * array.Element.Size, classes))
                        return false;
                }

                return true;

            case RecordLayout { ByReference: false } record:
                foreach ((ulong offset, Layout member) in record.Members)
                {
                    if (!TryMerge(member, at + offset, classes))
                        return false;
                }

                return true;

            default:
                return false;
        }
    }

    private static Class Merge(Class a, Class b) =>
        a == b || b == Class.None ? a
        : a == Class.None ? b
        : a == Class.Integer || b == Class.Integer ? Class.Integer
        : Class.Sse;
}
