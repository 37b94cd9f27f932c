using System.Collections.Immutable;
using Sonde.Sites;
using Sonde.Specs.Expressions;
using Sonde.Types;

namespace Sonde.Plans;

/// <summary>
/// Collects what a call has to keep from its entry for terms that also need its results. The kept values stand at the
/// beginning of the frame, before everything that is captured.
/// </summary>
internal sealed class Holder(TypeGraph types, ExpressionBinder entry, Func<Expr, bool> needsReturn)
{
    private const uint MaximumSize = 256;

    private readonly Dictionary<Expr, BoundPlace> _held = [];
    private readonly ImmutableArray<Step>.Builder _steps = ImmutableArray.CreateBuilder<Step>();

    /// <summary>What is read at the entry.</summary>
    public ImmutableArray<Step> Steps => _steps.ToImmutable();

    /// <summary>Where the frame goes on.</summary>
    public uint End { get; private set; } = FrameHeader.FollowedSize;

    /// <summary>How many status bits are taken.</summary>
    public int StatusBits { get; private set; }

    /// <summary>An expression as it was at the entry; null when it is better computed in parts, or now.</summary>
    public Bound? Hold(Expr expression)
    {
        if (needsReturn(expression) || Timing.IsConstant(expression))
            return null;
        if (_held.TryGetValue(expression, out BoundPlace? known))
            return known;
        Bound bound = entry.Bind(expression);
        BoundPlace? held = bound switch
        {
            BoundPlace place => HoldPlace(place),
            BoundNumber number => HoldNumber(number),
            BoundTruth truth => HoldNumber(new BoundNumber(new TruthOperand(truth.Predicate), 1, false, types.Add("bool", 1, new ScalarShape(ScalarKind.Boolean)))),
            _ => null,
        };
        if (held is not null)
            _held.Add(expression, held);
        return held ?? bound;
    }

    /// <summary>An address as it was at the entry.</summary>
    public Operand HoldAddress(Operand address) => Keep(address, 8, false);

    private BoundPlace? HoldPlace(BoundPlace place)
    {
        ulong size = types[place.Type].Size;
        if (size is 0 or > MaximumSize)
            return null;
        var pieces = ImmutableArray.CreateBuilder<Piece>();
        foreach (Piece piece in place.Pieces)
        {
            uint end = (uint)Math.Min(piece.Offset + (ulong)piece.Size, size);
            for (uint at = piece.Offset; at < end;)
            {
                // As large as its place allows, so that every scalar of the value is within one piece.
                uint length = Math.Min(8, at == 0 ? 8 : at & (~at + 1));
                while (length > end - at)
                    length /= 2;
                if (piece.Place is AbsentPlace)
                {
                    pieces.Add(new Piece(at, length, piece.Place));
                }
                else
                {
                    Operand value = Pieces.OperandOf(Pieces.Slice(place.Pieces, at, length), length) ?? throw new System.Diagnostics.UnreachableException();
                    pieces.Add(new Piece(at, length, new ComputedPlace(Keep(value, length, false))));
                }

                at += length;
            }
        }

        return new BoundPlace(place.Type, pieces.DrainToImmutable());
    }

    private BoundPlace HoldNumber(BoundNumber number)
    {
        TypeId type = number.Type ?? types.Number(number.Size, number.Signed);
        return new BoundPlace(type, [new Piece(0, number.Size, new ComputedPlace(Keep(number.Value, number.Size, number.Signed)))]);
    }

    private HeldOperand Keep(Operand value, uint size, bool signed)
    {
        StatusBit status = StatusBits < StatusBit.Count / 2 ? new StatusBit(StatusBits++) : throw new ExpressionException("the probe needs more of the entry than a call can keep", default);
        uint offset = (End + 7) & ~7u;
        End = offset + 8;
        _steps.Add(new ComputeStep(offset, value, 8, status));
        return new HeldOperand(offset, size is 1 or 2 or 4 ? size : 8, signed, status);
    }
}
