using System.Globalization;

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

    public static long Hex(string text) => (long)ulong.Parse(text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
