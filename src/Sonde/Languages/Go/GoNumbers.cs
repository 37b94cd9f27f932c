using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using Sonde.Types;
using Sonde.Values;

namespace Sonde.Languages.Go;

/// <summary><c>big.Int</c> (math/big/int.go): a sign and the magnitude in words, the least significant first.</summary>
internal sealed record GoBigInt : RefinedPresentation, IValueRefinement
{
    /// <inheritdoc/>
    public Value? Refine(Value value)
    {
        if (value is not RecordValue record || record.Field("neg") is not BooleanValue negative)
            return null;
        ImmutableArray<Value> words;
        if (record.Field("abs") is NilValue)
            words = [];
        else if (record.Field("abs") is SequenceValue { IsCut: false } magnitude)
            words = magnitude.Items;
        else
            return null;
        BigInteger number = BigInteger.Zero;
        for (int i = words.Length - 1; i >= 0; i--)
        {
            if (words[i] is not IntegerValue word)
                return null;
            number = (number << 64) + (BigInteger)word.Unsigned;
        }

        if (negative.Truth)
            number = -number;
        return number >= long.MinValue && number <= long.MaxValue
            ? new IntegerValue(value.TypeName, (Int128)number, 64, true)
            : new TextValue(value.TypeName, System.Text.Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)), null, false);
    }
}

/// <summary><c>sync.Mutex</c> (sync/mutex.go): the lowest bit of its state says whether it is locked.</summary>
internal sealed record GoMutex : RefinedPresentation, IValueRefinement
{
    /// <inheritdoc/>
    public Value? Refine(Value value)
    {
        if (value is not RecordValue record)
            return null;

        // From go1.24 on it holds one of internal/sync, which has been refined already.
        if (record.Field("mu") is RecordValue { Fields: [{ Name: "locked" }] } inner)
            return inner with { TypeName = value.TypeName };
        return record.Number("state") is { } state
            ? new RecordValue(value.TypeName, [new("locked", new BooleanValue("bool", (state & 1) != 0))])
            : null;
    }
}
