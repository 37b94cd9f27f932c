using System.Collections.Immutable;
using Sonde.Types;

namespace Sonde.Values;

/// <summary>Writes a number as its constants' names joined by <c>|</c>.</summary>
internal sealed class FlagNames
{
    private readonly ImmutableArray<(UInt128 Bits, string Name)> _largestFirst;

    public FlagNames(EnumPresentation presentation) =>
        _largestFirst = [.. presentation.Names
            .Where(n => n.Key != 0)
            .Select(n => ((UInt128)n.Key, n.Value))
            .OrderByDescending(n => n.Item1)
            .ThenBy(n => n.Value, StringComparer.Ordinal)];

    /// <summary>The names in ascending order of their bits; null when they do not make up the whole number.</summary>
    public string? Find(UInt128 number)
    {
        UInt128 rest = number;
        var names = new List<string>();
        foreach ((UInt128 bits, string name) in _largestFirst)
        {
            if ((rest & bits) != bits)
                continue;
            names.Add(name);
            rest &= ~bits;
            if (rest == 0)
                break;
        }

        if (rest != 0 || names.Count == 0)
            return null;
        names.Reverse();
        return string.Join('|', names);
    }
}
