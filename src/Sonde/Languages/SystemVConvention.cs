using System.Collections.Immutable;
using Sonde.Sites;
using Sonde.Types;

namespace Sonde.Languages;

/// <summary>
/// The calling convention of C and C++ on Linux (System V ABI AMD64, version 1.0, section 3.2.3; Itanium C++ ABI, section
/// 3.1 for what goes by reference).
/// </summary>
internal sealed class SystemVConvention : CallingConvention
{
    private enum Class
    {
        /// <summary>An eightbyte of nothing but padding (an empty class, too): it is not passed at all.</summary>
        None,
        Integer,
        Sse,
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
            known &= layout is not UnknownLayout;
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
            ulong alignment = Math.Clamp(AlignmentOf(layout), 8, 16);
            return [new Piece(0, (uint)layout.Size, new MemoryPlace(cfa, (long)Advance(ref stack, AlignUp(layout.Size, 8), alignment)))];
        }

        var pieces = ImmutableArray.CreateBuilder<Piece>(classes.Length);
        for (int i = 0; i < classes.Length; i++)
        {
            uint size = (uint)Math.Min(layout.Size - (ulong)(8 * i), 8);
            if (classes[i] == Class.Integer)
                pieces.Add(new Piece((uint)(8 * i), size, new RegisterPlace(IntegerRegisters[integers++])));
            else if (classes[i] == Class.Sse)
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

    // x87 results: long double in st0, _Complex long double in st0 and st1; a struct of one long double likewise.
    private static bool IsExtended(Layout layout) => layout switch
    {
        ScalarLayout { Class: ScalarClass.Extended } => true,
        RecordLayout { Members: [(0, var only)] } => IsExtended(only),
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
        if (layout.Size > 16 || layout is RecordLayout { Packed: true } || !Flatten(layout, 0, out Class low, out Class high))
            return [Class.Memory];
        return layout.Size <= 8 ? [low] : [low, high];
    }

    private static bool Flatten(Layout layout, ulong at, out Class low, out Class high)
    {
        low = high = Class.None;
        switch (layout)
        {
            case ScalarLayout { Class: ScalarClass.Extended }:
                return false;

            case ScalarLayout scalar:
                Class kind = scalar.Class == ScalarClass.Float && scalar.Size <= 16 ? Class.Sse : Class.Integer;
                if (at < 8)
                    low = kind;
                if (at + scalar.Size > 8)
                    high = kind;
                return true;

            case ArrayLayout array:
                for (ulong i = 0; i < Math.Min(array.Count, 16); i++)
                {
                    if (!Merge(array.Element, at + i * array.Element.Size, ref low, ref high))
                        return false;
                }

                return true;

            case RecordLayout { ByReference: false } record:
                foreach ((ulong offset, Layout member) in record.Members)
                {
                    if (!Merge(member, at + offset, ref low, ref high))
                        return false;
                }

                return true;

            default:
                return false;
        }
    }

    private static bool Merge(Layout layout, ulong at, ref Class low, ref Class high)
    {
        if (layout.Size == 0)
            return true;
        if (!Flatten(layout, at, out Class otherLow, out Class otherHigh))
            return false;
        low = Merge(low, otherLow);
        high = Merge(high, otherHigh);
        return true;
    }

    private static Class Merge(Class a, Class b) =>
        a == Class.None ? b : b == Class.None ? a : a == Class.Integer || b == Class.Integer ? Class.Integer : Class.Sse;
}
