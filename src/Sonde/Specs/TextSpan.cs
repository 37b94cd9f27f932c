namespace Sonde.Specs;

/// <summary>A stretch of a probe's text: first character, from 0, and length.</summary>
internal readonly record struct TextSpan(int Start, int Length)
{
    public int End => Start + Length;

    public static TextSpan Between(int start, int end) => new(start, Math.Max(0, end - start));

    public static TextSpan Cover(TextSpan first, TextSpan last) => Between(first.Start, last.End);
}
