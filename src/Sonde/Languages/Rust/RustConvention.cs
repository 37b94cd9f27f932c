using System.Collections.Immutable;
using Sonde.Sites;
using Sonde.Types;

namespace Sonde.Languages.Rust;

/// <summary>
/// What can be relied on of Rust's own, unspecified convention: results of one scalar, of two, and of more than two words
/// (compiler/rustc_ty_utils/src/abi.rs and the ScalarPair rule of rustc_codegen_llvm, 1.60 to 1.95). Parameters are left to
/// the debug information.
/// </summary>
internal sealed class RustConvention : CallingConvention
{
    /// <inheritdoc/>
    public override Assignment Assign(Signature signature, Operand cfa) =>
        new([.. signature.Parameters.Select(_ => default(ImmutableArray<Piece>))], [.. signature.Results.Select(Result)]);

    /// <summary>
    /// Whether a parameter may be passed by the address of a copy: all that is larger than a word and not one scalar or two.
    /// </summary>
    public static bool MayBeIndirect(Layout layout) => layout.Size > 8 && (layout.Size > 16 || Result(layout).IsDefault);

    private static ImmutableArray<Piece> Result(Layout layout)
    {
        if (layout.Size == 0)
            return [];

        // Through a pointer that the caller passes; the platform has it returned in rax (System V ABI, 3.2.3).
        if (layout.Size > 16)
            return [new Piece(0, (uint)layout.Size, new MemoryPlace(new RegisterOperand(GeneralRegister.Rax), 0))];
        var scalars = new List<(ulong Offset, ScalarLayout Scalar)>();
        if (!TryFlatten(layout, 0, scalars) || scalars.Count is 0 or > 2)
            return default;
        scalars.Sort((a, b) => a.Offset.CompareTo(b.Offset));

        // Two scalars are a pair only where the second begins as soon as its alignment lets it: a union's members overlap,
        // and what is packed or aligned by hand goes another way.
        if (scalars[0].Offset != 0
            || (scalars is [var first, var second] && second.Offset != AlignUp(first.Scalar.Size, Math.Min(second.Scalar.Size, 16)))
            || (scalars is [var only] && only.Scalar.Size != layout.Size))
            return default;
        var pieces = ImmutableArray.CreateBuilder<Piece>();
        GeneralRegister next = GeneralRegister.Rax;
        foreach ((ulong offset, ScalarLayout scalar) in scalars)
        {
            if (scalar.Class == ScalarClass.Integer && scalar.Size > 8)
            {
                pieces.Add(new Piece((uint)offset, 8, new RegisterPlace(GeneralRegister.Rax)));
                pieces.Add(new Piece((uint)offset + 8, (uint)scalar.Size - 8, new RegisterPlace(GeneralRegister.Rdx)));
            }
            else if (scalar.Class == ScalarClass.Integer)
            {
                pieces.Add(new Piece((uint)offset, (uint)scalar.Size, new RegisterPlace(next)));
                next = GeneralRegister.Rdx;
            }
            else
            {
                pieces.Add(new Piece((uint)offset, (uint)scalar.Size, new AbsentPlace(MissingReason.FpRegister)));
            }
        }

        return pieces.DrainToImmutable();
    }

    private static bool TryFlatten(Layout layout, ulong at, List<(ulong, ScalarLayout)> scalars)
    {
        switch (layout)
        {
            case ScalarLayout scalar:
                scalars.Add((at, scalar));
                return scalars.Count <= 2;
            case RecordLayout record:
                return record.Members.All(m => TryFlatten(m.Layout, at + m.Offset, scalars));
            case ArrayLayout { Count: 0 }:
                return true;

            // An array is passed by its bytes, whatever its elements are.
            default:
                return false;
        }
    }
}
