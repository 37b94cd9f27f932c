using System.Globalization;

namespace Sonde.ObjectFile.Go;

/// <summary>A Go release, by major and minor number; patch releases do not change layouts.</summary>
internal readonly record struct GoVersion(int Major, int Minor) : IComparable<GoVersion>
{
    public static readonly GoVersion Unknown;

    public bool IsKnown => Major != 0;

    /// <summary>Reads <c>go1.22.3</c>, <c>go1.27rc1</c>, <c>devel go1.28-abc…</c>; <see cref="Unknown"/> for anything else.</summary>
    public static GoVersion Parse(ReadOnlySpan<char> text)
    {
        var at = text.IndexOf("go1.");
        if (at < 0) return Unknown;
        text = text[(at + 4)..];
        var digits = 0;
        while (digits < text.Length && digits < 4 && char.IsAsciiDigit(text[digits])) digits++;
        return int.TryParse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var minor) ? new(1, minor) : Unknown;
    }

    public bool IsAtLeast(int minor) => Minor >= minor;

    public int CompareTo(GoVersion other) => (Major, Minor).CompareTo((other.Major, other.Minor));

    public override string ToString() => IsKnown ? $"go{Major}.{Minor}" : "unknown";
}
