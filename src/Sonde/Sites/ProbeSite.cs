using System.Collections.Immutable;
using Sonde.ObjectFile.Elf;
using Sonde.Symbols;

namespace Sonde.Sites;

/// <summary>What a site is for.</summary>
internal enum SiteUse
{
    /// <summary>The function is entered.</summary>
    Entry,

    /// <summary>A function returns: an ordinary probe at one of its ways out.</summary>
    Exit,

    /// <summary>A function that calls nothing returns: a return probe of the kernel.</summary>
    ReturnProbe,

    /// <summary>A source line begins to execute.</summary>
    Line,
}

/// <summary>What events of a site say of where they come from, when that is not the function they are in.</summary>
/// <param name="Name">The function, of an inlined copy the inlined one.</param>
/// <param name="File">The source file.</param>
/// <param name="Line">The line: of the declaration, or the probed one.</param>
/// <param name="Inlined">Whether it is an inlined copy.</param>
internal sealed record Shown(string Name, string? File, int Line, bool Inlined);

/// <summary>An address where a probe fires, and what is where when it does.</summary>
internal sealed record ProbeSite
{
    /// <summary>The function it is in.</summary>
    public required Function Function { get; init; }

    /// <summary>What it is for.</summary>
    public required SiteUse Use { get; init; }

    /// <summary>The probed instruction.</summary>
    public required FileAddress Address { get; init; }

    /// <summary>The same as the kernel takes it: an offset in the file.</summary>
    public required long FileOffset { get; init; }

    /// <summary>The canonical frame address when it fires.</summary>
    public required Operand Cfa { get; init; }

    /// <summary>Hits to pass over.</summary>
    public FlagsTest? Flags { get; init; }

    /// <summary>What the choice was made from, for <c>sonde explain</c>; null for ways out.</summary>
    public SiteSelection? Selection { get; init; }

    /// <summary>The running goroutine's <c>g</c>, null when no register is known to hold it.</summary>
    public Operand? Goroutine { get; init; }

    /// <summary>What events say instead of <see cref="Function"/>: the line, the inlined function; null for the function itself.</summary>
    public Shown? Shown { get; init; }

    /// <summary>The values to be had there: arguments at an entry, results at a return, variables at a line.</summary>
    public ImmutableArray<Variable> Values { get; init; } = [];

    /// <summary>
    /// The word that tells which types shared code works on, as an address in the file; null when it is not known here.
    /// </summary>
    public Operand? TypeWord { get; init; }

    /// <summary>What a hit costs.</summary>
    public UprobeHandling Cost { get; init; }
}

/// <summary>Why a function cannot be probed as asked; the message is one clause for the user.</summary>
internal sealed class SiteUnavailableException(string message, string? hint = null) : Exception(message)
{
    /// <summary>What to do about it.</summary>
    public string? Hint { get; } = hint;

    /// <summary>What was considered, if it came to that.</summary>
    public SiteSelection? Selection { get; init; }
}
