using Sonde.Types;
using Sonde.Values;

namespace Sonde.Languages.Go;

/// <summary><c>sync.Once</c> (sync/once.go): whether it is done.</summary>
internal sealed record GoOnce : RefinedPresentation, IValueRefinement
{
    /// <inheritdoc/>
    public Value? Refine(Value value)
    {
        // A number, from go1.25 on a truth value (both atomic).
        bool? done = (value as RecordValue)?.Field("done") switch
        {
            IntegerValue number => number.Number != 0,
            BooleanValue truth => truth.Truth,
            _ => null,
        };
        return done is { } known ? new RecordValue(value.TypeName, [new("done", new BooleanValue("bool", known))]) : null;
    }
}

/// <summary>
/// <c>sync.WaitGroup</c> (sync/waitgroup.go): what is waited for in the upper half of a word, waiters in the lower, whose top
/// bit is a mark of testing/synctest from go1.25 on. Before go1.18 where the word is depended on the address: shown as it is.
/// </summary>
internal sealed record GoWaitGroup : RefinedPresentation, IValueRefinement
{
    /// <inheritdoc/>
    public Value? Refine(Value value)
    {
        if (value is not RecordValue record || (record.Number("state") ?? record.Number("state1")) is not { } state)
            return null;
        ulong word = (ulong)state;
        return new RecordValue(value.TypeName,
        [
            new("counter", new IntegerValue("int32", (int)(word >> 32), 32, true)),
            new("waiters", new IntegerValue("uint32", (uint)word & 0x7fff_ffff, 32, false)),
        ]);
    }
}

/// <summary>
/// <c>sync.RWMutex</c> (sync/rwmutex.go): a writer that holds it or waits for the last readers takes 1 &lt;&lt; 30 off the number of
/// readers.
/// </summary>
internal sealed record GoRwMutex : RefinedPresentation, IValueRefinement
{
    /// <inheritdoc/>
    public Value? Refine(Value value)
    {
        if (value is not RecordValue record || record.Number("readerCount") is not { } readers || record.Number("readerWait") is not { } awaited)
            return null;
        bool writes = readers < 0;
        return new RecordValue(value.TypeName,
        [
            new("locked", new BooleanValue("bool", writes && awaited == 0)),
            new("readers", new IntegerValue("int32", writes ? awaited : readers, 32, true)),
        ]);
    }
}
