using System.Collections.Immutable;
using Sonde.Sites;
using Sonde.Types;

namespace Sonde.Languages.Go;

/// <summary>
/// ABIInternal on amd64, Go 1.17 and newer: a value goes to registers as a whole, field by field, or to the stack as a whole
/// (cmd/compile/abi-internal.md, go1.27: "Function call argument and result passing").
/// </summary>
internal sealed class GoRegisterConvention : CallingConvention
{
    /// <summary>The integer registers in order.</summary>
    public static readonly ImmutableArray<GeneralRegister> IntegerRegisters =
    [
        GeneralRegister.Rax, GeneralRegister.Rbx, GeneralRegister.Rcx, GeneralRegister.Rdi, GeneralRegister.Rsi,
        GeneralRegister.R8, GeneralRegister.R9, GeneralRegister.R10, GeneralRegister.R11,
    ];

    private const int FloatRegisterCount = 15;

    /// <inheritdoc/>
    public override Assignment Assign(Signature signature, Operand cfa)
    {
        ulong offset = 0;
        ImmutableArray<ImmutableArray<Piece>> parameters = Place(signature.Parameters, cfa, ref offset);
        offset = AlignUp(offset, 8);
        ImmutableArray<ImmutableArray<Piece>> results = Place(signature.Results, cfa, ref offset);

        // Behind them is room where the callee may keep what came in registers.
        ulong spill = 0;
        for (int i = 0; i < parameters.Length; i++)
        {
            if (!parameters[i].IsDefaultOrEmpty && !parameters[i].Any(p => p.Place is MemoryPlace))
                spill = AlignUp(spill, Math.Min(AlignmentOf(signature.Parameters[i]), 8)) + signature.Parameters[i].Size;
        }

        return new Assignment(parameters, results) { ArgumentBytes = AlignUp(offset, 8) + AlignUp(spill, 8) };
    }

    private static ImmutableArray<ImmutableArray<Piece>> Place(ImmutableArray<Layout> layouts, Operand cfa, ref ulong offset)
    {
        var places = ImmutableArray.CreateBuilder<ImmutableArray<Piece>>(layouts.Length);
        int integers = 0, floats = 0;
        bool known = true;
        foreach (Layout layout in layouts)
        {
            known &= layout is not UnknownLayout;
            if (!known)
            {
                places.Add(default);
                continue;
            }

            // What has no size lies on the stack, where its alignment counts (cmd/compile/internal/abi/abiutils.go, tryAllocRegs).
            if (layout.Size == 0)
            {
                offset = AlignUp(offset, Math.Min(AlignmentOf(layout), 8));
                places.Add([]);
                continue;
            }

            (int integersBefore, int floatsBefore) = (integers, floats);
            var pieces = ImmutableArray.CreateBuilder<Piece>();
            if (TryRegisters(layout, 0, pieces, ref integers, ref floats))
            {
                places.Add(pieces.DrainToImmutable());
                continue;
            }

            (integers, floats) = (integersBefore, floatsBefore);
            offset = AlignUp(offset, Math.Min(AlignmentOf(layout), 8));
            places.Add([new Piece(0, (uint)layout.Size, new MemoryPlace(cfa, (long)offset))]);
            offset += layout.Size;
        }

        return places.DrainToImmutable();
    }

    private static bool TryRegisters(
        Layout layout, ulong at, ImmutableArray<Piece>.Builder pieces, ref int integers, ref int floats)
    {
        switch (layout)
        {
            case ScalarLayout { Class: ScalarClass.Float } scalar:
                pieces.Add(new Piece((uint)at, (uint)scalar.Size, new AbsentPlace(MissingReason.FpRegister)));
                return ++floats <= FloatRegisterCount;

            case ScalarLayout scalar when scalar.Size <= 8:
                if (integers == IntegerRegisters.Length)
                    return false;
                pieces.Add(new Piece((uint)at, (uint)scalar.Size, new RegisterPlace(IntegerRegisters[integers++])));
                return true;

            case RecordLayout record:
                foreach ((ulong offset, Layout member) in record.Members)
                {
                    if (!TryRegisters(member, at + offset, pieces, ref integers, ref floats))
                        return false;
                }

                return true;

            case ArrayLayout { Count: 0 }:
                return true;

            case ArrayLayout { Count: 1 } array:
                return TryRegisters(array.Element, at, pieces, ref integers, ref floats);

            default:
                return false;
        }
    }
}
