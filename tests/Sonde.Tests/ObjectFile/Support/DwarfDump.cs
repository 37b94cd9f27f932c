using System.Globalization;
using System.Text;

namespace Sonde.Tests.ObjectFile.Support;

/// <summary>One entry as <c>llvm-dwarfdump</c> prints it.</summary>
internal sealed record DumpedDie(long Offset, int Depth, string Tag, List<(string Name, string Value)> Attributes);

/// <summary>Reads the output of <c>llvm-dwarfdump --debug-info --debug-types</c> entry by entry.</summary>
internal static class DwarfDump
{
    public static IEnumerable<DumpedDie> Entries(string path, string section = "info")
    {
        DumpedDie? current = null;
        foreach (var line in ExternalTool.Lines("llvm-dwarfdump", $"--debug-{section}", path))
        {
            if (line.StartsWith("0x", StringComparison.Ordinal) && line.IndexOf(':') is > 0 and var colon)
            {
                if (current is not null) yield return current;
                current = null;
                var text = line[(colon + 2)..];
                var tag = text.TrimStart();
                if (!tag.StartsWith("DW_TAG_", StringComparison.Ordinal)) continue;
                current = new DumpedDie(Hex(line[2..colon]), (text.Length - tag.Length) / 2, tag, []);
            }
            else if (current is not null && line.TrimStart() is var trimmed && trimmed.StartsWith("DW_AT_", StringComparison.Ordinal))
            {
                var tab = trimmed.IndexOf('\t');
                current.Attributes.Add((trimmed[..tab], trimmed[(tab + 1)..]));
            }
            else if (current is { Attributes.Count: > 0 } && line.Length > 0)
            {
                var (name, value) = current.Attributes[^1];
                current.Attributes[^1] = (name, $"{value}\n{line.Trim()}");
            }
        }

        if (current is not null) yield return current;
    }

    /// <summary>A string as it was before the tool wrote it: bytes that are not ASCII stand as three octal digits.</summary>
    public static string Unescape(string text)
    {
        if (!text.Contains('\\')) return text;
        var bytes = new List<byte>();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(text[i..(i + 1)]));
            }
            else if (char.IsAsciiDigit(text[++i]))
            {
                bytes.Add(Convert.ToByte(text[i..(i + 3)], 8));
                i += 2;
            }
            else
            {
                bytes.Add(text[i] switch { 'n' => (byte)'\n', 't' => (byte)'\t', var c => (byte)c });
            }
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    public static long Hex(string text) => (long)ulong.Parse(text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
