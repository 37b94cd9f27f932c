using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Sonde.Types;

/// <summary>How a value is written where its shape alone does not say it.</summary>
internal abstract record Presentation
{
    /// <summary>The shape says it all.</summary>
    public static readonly Presentation None = new PlainPresentation();
}

/// <summary>Nothing special.</summary>
internal sealed record PlainPresentation : Presentation;

/// <summary>An integer with names. With <paramref name="Flags"/>, a value without a name of its own is written as names joined by <c>|</c>.</summary>
internal sealed record EnumPresentation(FrozenDictionary<Int128, string> Names, bool Flags) : Presentation
{
    /// <summary>
    /// Whether constants are flags: three single bits or more, and else only what they combine to, are meant to be combined;
    /// numbers in a row are not.
    /// </summary>
    public static bool AreFlags(ICollection<Int128> numbers)
    {
        Int128[] positive = [.. numbers.Where(n => n > 0)];
        Int128[] singles = [.. positive.Where(n => (n & (n - 1)) == 0)];
        Int128 all = singles.Aggregate((Int128)0, (a, b) => a | b);
        return singles.Length > 2 && numbers.All(n => n >= 0 && (n & ~all) == 0) && positive.Max() != positive.Length;
    }
}

/// <summary>An integer that is a length of time; <paramref name="NanosecondsPerUnit"/> 1 for Go <c>time.Duration</c>.</summary>
internal sealed record DurationPresentation(long NanosecondsPerUnit) : Presentation;

/// <summary>A record shown as what its only field holds (Box, unique_ptr, Cell, atomic).</summary>
internal sealed record TransparentPresentation : Presentation;

/// <summary>A sequence of bytes, shown as text or hex.</summary>
internal sealed record BytesPresentation : Presentation;

/// <summary>A ring that is a channel of <paramref name="Element"/>s; closed when the 32-bit word at <paramref name="ClosedOffset"/> is not 0.</summary>
internal sealed record ChannelPresentation(string Element, uint? ClosedOffset) : Presentation;

/// <summary>A language's own way to show a type of its library; see <c>Values.IValueRefinement</c>.</summary>
internal abstract record RefinedPresentation : Presentation;

/// <summary>
/// A record that is shown as a part of its first field: what an expression chose of a container. A second field is the key of
/// the first step, when that is a variable.
/// </summary>
internal sealed record ChosenPresentation(ImmutableArray<ValueStep> Steps) : Presentation;

/// <summary>A step from a decoded value to a part of it.</summary>
internal abstract record ValueStep;

/// <summary>The value of a text key.</summary>
internal sealed record TextKeyStep(ImmutableArray<byte> Key) : ValueStep;

/// <summary>The value of a number key of a map, the element of a sequence.</summary>
internal sealed record NumberStep(Int128 Number) : ValueStep;

/// <summary>The value of the key that the second field holds.</summary>
internal sealed record VariableKeyStep : ValueStep;

/// <summary>A field, through pointers.</summary>
internal sealed record FieldStep(string Name) : ValueStep;
