using System.Text;

namespace Sonde.Specs;

/// <summary>A probe, or an expression in one, that cannot be read. The message is one clause; <see cref="Render"/> shows the place.</summary>
public sealed class ProbeSyntaxException : FormatException
{
    internal ProbeSyntaxException(string text, TextSpan where, string message, string? hint = null)
        : base(message)
    {
        Text = text;
        Start = Math.Clamp(where.Start, 0, text.Length);
        Length = Math.Clamp(where.Length, 1, Math.Max(1, text.Length - Start));
        Hint = hint;
    }

    /// <summary>The code under which <c>docs/diagnostics.md</c> explains this error.</summary>
    public static string Code => "SND1001";

    /// <summary>The whole text that was being read.</summary>
    public string Text { get; }

    /// <summary>The column, from 1, of the first character the error is about; one past the end when something is missing there.</summary>
    public int Column => Start + 1;

    /// <summary>How many characters the error is about, at least 1.</summary>
    public int Length { get; }

    /// <summary>What to do, or null.</summary>
    public string? Hint { get; }

    internal int Start { get; }

    /// <summary>The text with carets below the place, then the message and the hint, each on a line of its own.</summary>
    /// <param name="width">The columns to use; a longer text is shown around the place.</param>
    public string Render(int width = 100)
    {
        width = Math.Max(width, 20);
        int from = Text.Length <= width ? 0 : Math.Clamp(Start - width / 2, 0, Text.Length - width);
        int to = Math.Min(Text.Length, from + width);
        var line = new StringBuilder();
        var carets = new StringBuilder();
        if (from > 0)
            Append("…", marked: false);
        for (int i = from; i < to; i++)
        {
            // A surrogate pair takes one cell; what a terminal would act on becomes a blank.
            if (char.IsLowSurrogate(Text[i]) && i > from)
                line.Append(Text[i]);
            else
                Append(char.IsControl(Text[i]) ? " " : Text[i].ToString(), i >= Start && i < Start + Length);
        }

        if (Start >= Text.Length)
            carets.Append('^');
        if (to < Text.Length)
            line.Append('…');
        var all = new StringBuilder().Append(line).Append('\n').Append(carets.ToString().TrimEnd()).Append('\n').Append(Message);
        return (Hint is null ? all : all.Append('\n').Append("hint: ").Append(Hint)).ToString();

        void Append(string shown, bool marked)
        {
            line.Append(shown);
            carets.Append(marked ? '^' : ' ');
        }
    }
}
