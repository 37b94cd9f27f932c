using System.Collections.Immutable;
using Sonde.Sites;

namespace Sonde.Plans;

/// <summary>How the kernel goes through the storage of a container to find the element of a key. See <see cref="FoundOperand"/>.</summary>
internal abstract record Walk;

/// <summary>One after the other.</summary>
internal sealed record WalkParts(ImmutableArray<Walk> Parts) : Walk;

/// <summary>Only when a condition holds.</summary>
internal sealed record WalkWhen(Predicate Test, Walk Then) : Walk;

/// <summary>
/// The cursor goes to an address, unless that is zero or where the cursor was last, which has been walked; a
/// <see cref="WalkAgain"/> of the same cursor within goes on from the next place of a chain.
/// </summary>
internal sealed record WalkAt(CursorOperand Cursor, Operand Address, Walk Then) : Walk;

/// <summary>The cursor goes to the next place of its chain, unless that is zero. It is the last that is done of a place.</summary>
internal sealed record WalkAgain(CursorOperand Cursor, Operand Next) : Walk;

/// <summary>The cursor goes over <paramref name="Count"/> places that are <paramref name="Stride"/> bytes apart; <paramref name="Left"/> counts down.</summary>
internal sealed record WalkRun(CursorOperand Cursor, CursorOperand Left, Operand First, Operand Count, uint Stride, Walk Each) : Walk;

/// <summary>
/// Looks at the elements at a place: of slot i, which is in use when the byte <see cref="TestOffset"/> + i behind
/// <paramref name="Base"/>, with a mask applied, is from <see cref="Low"/> to <see cref="High"/>, the key is at
/// <see cref="KeyOffset"/> + i * <see cref="KeyStride"/>, the value likewise.
/// </summary>
internal sealed record WalkSlots(Operand Base, int Count, ImmutableArray<KeyPart> Parts) : Walk
{
    /// <summary>Whether slots can be empty.</summary>
    public bool IsTested { get; init; }

    /// <summary>Offset of the bytes that tell.</summary>
    public uint TestOffset { get; init; }

    /// <summary>What of them counts.</summary>
    public byte Mask { get; init; }

    /// <summary>The lowest byte of a slot in use.</summary>
    public byte Low { get; init; }

    /// <summary>The highest byte of a slot in use.</summary>
    public byte High { get; init; }

    /// <summary>How many bytes a key has.</summary>
    public uint KeySize { get; init; }

    /// <summary>Where the first key is.</summary>
    public uint KeyOffset { get; init; }

    /// <summary>From one key to the next.</summary>
    public uint KeyStride { get; init; }

    /// <summary>Where the first value is.</summary>
    public uint ValueOffset { get; init; }

    /// <summary>From one value to the next.</summary>
    public uint ValueStride { get; init; }
}

/// <summary>What a part of a key must be, <paramref name="Offset"/> bytes into it.</summary>
internal abstract record KeyPart(uint Offset);

/// <summary>A number of <paramref name="Size"/> bytes; <paramref name="Wanted"/> has zeros above them.</summary>
internal sealed record KeyWord(uint Offset, uint Size, Operand Wanted) : KeyPart(Offset);

/// <summary>A text: the address of its bytes, then its length, of eight bytes each. <paramref name="Wanted"/> is a literal or has both in cursors.</summary>
internal sealed record KeyText(uint Offset, TextSource Wanted) : KeyPart(Offset);

/// <summary>A word that a walk keeps while it goes. Numbers are not used twice within a probe.</summary>
internal sealed record CursorOperand(int Number) : Operand;

/// <summary>
/// The address of a container's value that has a key; out of range when there is none, or when there is more to look at than
/// <see cref="WalkLimits.Places"/>. What <paramref name="Before"/> names is computed once, before the walk.
/// </summary>
internal sealed record FoundOperand(Walk Walk, ImmutableArray<(CursorOperand Cursor, Operand Value)> Before, ImmutableArray<CursorOperand> Cursors) : Operand;

/// <summary>Whether a container has a key; a walk that does not come to its end has no answer.</summary>
internal sealed record FoundPredicate(FoundOperand Search) : Predicate;

/// <summary>How far a walk goes.</summary>
internal static class WalkLimits
{
    /// <summary>Groups, buckets and nodes that are looked at. Each takes code of its own: of long keys, and in a condition that looks for several, there may be fewer.</summary>
    public const int Places = 128;

    /// <summary>The longest key that is looked for, and the longest text in one.</summary>
    public const int Key = 64;
}
