using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Sonde.Tests.ObjectFile.Support;

namespace Sonde.Tests.ObjectFile.Go;

/// <summary>What DWARF says of a type that also has a descriptor, read by readelf.</summary>
internal sealed record DwarfType(string Tag, string Name, long? Size, ulong RuntimeType, List<(string Name, int Offset)> Members)
{
    private static readonly ConcurrentDictionary<string, Lazy<List<DwarfType>>> s_types = new();

    /// <summary>All types on the first level of a Go program; the descriptor's address is relative to runtime.types in newer releases.</summary>
    public static List<DwarfType> Of(string file) => s_types.GetOrAdd(file, name => new Lazy<List<DwarfType>>(() => Read(name))).Value;

    private static List<DwarfType> Read(string file)
    {
        var types = new List<DwarfType>();
        DwarfType? type = null;
        string tag = "", name = "";
        int level = 0, offset = 0;
        long? size = null;
        ulong descriptor = 0;
        foreach (var line in ExternalTool.Lines("readelf", "-wi", file))
        {
            // ` <1><7595b>: Abbrev Number: 39 (DW_TAG_structure_type)`
            if (line.StartsWith(" <", StringComparison.Ordinal) && line.IndexOf('>', StringComparison.Ordinal) is var end and > 2)
            {
                Flush();
                level = int.Parse(line[2..end], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                var open = line.IndexOf('(', StringComparison.Ordinal);
                tag = open < 0 ? "" : line[(open + 1)..].TrimEnd(')', ' ');
                (name, size, descriptor, offset) = ("", null, 0, 0);
                continue;
            }

            if (level > 2 || tag.Length == 0) continue;
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (colon < 0) continue;
            if (line.Contains("DW_AT_name", StringComparison.Ordinal)) name = Regex.Replace(line[(colon + 2)..].Trim(), @"^\(.*?\): ", "");
            else if (line.Contains("DW_AT_byte_size", StringComparison.Ordinal)) size = Number(line);
            else if (line.Contains("DW_AT_data_member_location", StringComparison.Ordinal)) offset = (int)(Number(line) ?? 0);
            else if (line.Contains("AT value: 2904: ", StringComparison.Ordinal)) descriptor = (ulong)(Number(line) ?? 0);
        }

        Flush();
        return types;

        void Flush()
        {
            if (level == 1)
            {
                type = null;
                if (name.Length > 0 && tag is "DW_TAG_structure_type" or "DW_TAG_base_type" or "DW_TAG_pointer_type" or "DW_TAG_array_type" or "DW_TAG_subroutine_type")
                    types.Add(type = new(tag, name, size, descriptor, []));
            }
            else if (level == 2 && tag == "DW_TAG_member")
            {
                type?.Members.Add((name, offset));
            }
        }
    }

    private static long? Number(string line)
    {
        var text = line[(line.LastIndexOf(':') + 1)..].Trim();
        if (text.StartsWith("0x", StringComparison.Ordinal)) return long.TryParse(text[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var hex) ? hex : null;
        return long.TryParse(text, out var value) ? value : null;
    }
}
