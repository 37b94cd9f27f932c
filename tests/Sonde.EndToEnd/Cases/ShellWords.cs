using System.Text;

namespace Sonde.EndToEnd.Cases;

/// <summary>Splits a command line as a shell does: blanks, '…', "…" with backslash inside; no expansions.</summary>
internal static class ShellWords
{
    public static List<string> Split(string line)
    {
        List<string> words = [];
        StringBuilder? word = null;
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (c is ' ' or '\t')
            {
                if (word is not null)
                {
                    words.Add(word.ToString());
                    word = null;
                }
            }
            else if (c is '\'' or '"')
            {
                word ??= new StringBuilder();
                i = Quoted(line, i, word);
            }
            else
            {
                (word ??= new StringBuilder()).Append(c);
            }
        }

        if (word is not null)
        {
            words.Add(word.ToString());
        }

        return words;
    }

    /// <summary>Takes the quoted part that begins at <paramref name="start"/>; returns the place of its closing quote.</summary>
    private static int Quoted(string line, int start, StringBuilder word)
    {
        char quote = line[start];
        int i = start + 1;
        for (; i < line.Length && line[i] != quote; i++)
        {
            if (quote == '"' && line[i] == '\\' && i + 1 < line.Length && line[i + 1] is '"' or '\\')
            {
                i++;
            }

            word.Append(line[i]);
        }

        return i < line.Length ? i : throw new FormatException($"no closing {quote} in: {line}");
    }
}
