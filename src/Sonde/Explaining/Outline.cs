namespace Sonde.Explaining;

/// <summary>Text in levels: each line is indented by where it belongs.</summary>
internal sealed class Outline(TextWriter output)
{
    private const int LabelWidth = 12;

    private int _depth;

    /// <summary>Writes a line.</summary>
    public void Line(string text) => output.WriteLine(text.Length == 0 ? "" : new string(' ', 2 * _depth) + text);

    /// <summary>Writes a line of a label and what it stands for.</summary>
    public void Row(string label, string text) => Line($"{label.PadRight(LabelWidth)} {text}");

    /// <summary>Writes lines that bring their own columns.</summary>
    public void Lines(string text)
    {
        foreach (string line in text.TrimEnd('\n').Split('\n'))
            Line(line.TrimEnd());
    }

    /// <summary>Writes what belongs to the line before.</summary>
    public void Within(Action write)
    {
        _depth++;
        write();
        _depth--;
    }
}
