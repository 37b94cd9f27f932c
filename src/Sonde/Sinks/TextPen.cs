using System.Buffers;
using System.Text;

namespace Sonde.Sinks;

/// <summary>A colour of the text output.</summary>
internal enum Ink
{
    /// <summary>What matters less: times, durations.</summary>
    Faint,

    /// <summary>Functions.</summary>
    Function,

    /// <summary>Names of values.</summary>
    Name,

    /// <summary>What is missing.</summary>
    Missing,
}

/// <summary>Writes text that came from a target so that it cannot take over the terminal; its own colours only.</summary>
internal sealed class TextPen(Utf8Output output, bool colour)
{
    private static readonly SearchValues<char> Plain = SearchValues.Create([.. Enumerable.Range(0x20, 0x5F).Select(i => (char)i)]);

    /// <summary>Sonde's own text, as it is.</summary>
    public void Own(ReadOnlySpan<char> text) => output.Text(text);

    /// <summary>A name or message of the target; what cannot be shown is escaped.</summary>
    public void Foreign(string text)
    {
        if (text.AsSpan().IndexOfAnyExcept(Plain) < 0)
        {
            output.Text(text);
            return;
        }

        foreach (Rune rune in text.EnumerateRunes())
        {
            if (UnsafeCharacters.Contains(rune))
            {
                output.Text(rune.Value < 0x10000 ? $"\\u{rune.Value:x4}" : $"\\U{rune.Value:x8}");
                continue;
            }

            output.Advance(rune.EncodeToUtf8(output.Reserve(4)));
        }
    }

    /// <summary>Starts a colour, until <see cref="End"/>.</summary>
    public void Begin(Ink ink)
    {
        if (colour)
        {
            output.Text(ink switch
            {
                Ink.Faint => "\e[2m",
                Ink.Function => "\e[1;36m",
                Ink.Name => "\e[34m",
                Ink.Missing => "\e[33m",
                _ => throw new System.Diagnostics.UnreachableException(),
            });
        }
    }

    /// <summary>Back to the terminal's own.</summary>
    public void End()
    {
        if (colour)
            output.Raw("\e[0m"u8);
    }
}
