namespace Sonde.Specs.Files;

/// <summary>A probe file that cannot be used. The message is one clause; line and column count from 1.</summary>
public sealed class ProbeFileException : FormatException
{
    internal ProbeFileException(int line, int column, string message, string? hint = null, Exception? inner = null)
        : base(message, inner)
    {
        Line = Math.Max(1, line);
        Column = Math.Max(1, column);
        Hint = hint;
    }

    /// <summary>The code under which <c>docs/diagnostics.md</c> explains this error.</summary>
    public static string Code => "SND1004";

    /// <summary>The line the error is in.</summary>
    public int Line { get; }

    /// <summary>The column of the first character the error is about.</summary>
    public int Column { get; }

    /// <summary>What to do, or null.</summary>
    public string? Hint { get; }

    /// <summary>The message behind its place, the probe with carets where the error is in one, and the hint.</summary>
    /// <param name="path">The file's name.</param>
    public string Render(string path)
    {
        string head = $"{path}:{Line}:{Column}: {Message}";
        if (InnerException is ProbeSyntaxException probe)
            return head + "\n" + probe.Render();
        return Hint is null ? head : head + "\nhint: " + Hint;
    }
}
