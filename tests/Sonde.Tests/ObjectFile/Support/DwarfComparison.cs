using System.Globalization;
using System.Text.RegularExpressions;
using Sonde.ObjectFile.Dwarf;

namespace Sonde.Tests.ObjectFile.Support;

/// <summary>Compares every entry and attribute of a file with what <c>llvm-dwarfdump</c> says.</summary>
internal sealed partial class DwarfComparison
{
    private readonly List<string> _differences = [];

    public int Entries { get; private set; }

    public int Compared { get; private set; }

    /// <summary>The first differences, empty when all is equal.</summary>
    public IReadOnlyList<string> Differences => _differences;

    public static DwarfComparison Run(string path, DebugInfo info, bool types = false)
    {
        var comparison = new DwarfComparison();
        try
        {
            return Run(comparison, path, info, types);
        }
        catch (ToolCrashedException) when (comparison.Entries > 10_000)
        {
            return comparison;
        }
    }

    private static DwarfComparison Run(DwarfComparison comparison, string path, DebugInfo info, bool types)
    {
        using var dumped = DwarfDump.Entries(path, types ? "types" : "info").GetEnumerator();
        foreach (var header in types ? info.TypeUnits : info.Units)
        {
            var cursor = new DieCursor(info.Unit(header).Root);
            do
            {
                if (!dumped.MoveNext())
                {
                    comparison.Report($"llvm-dwarfdump ends before {cursor.Current}");
                    return comparison;
                }

                comparison.Compare(dumped.Current, cursor.Current, cursor.Depth);
                if (comparison._differences.Count >= 10) return comparison;
            }
            while (cursor.Next());
        }

        if (dumped.MoveNext()) comparison.Report($"llvm-dwarfdump goes on at 0x{dumped.Current.Offset:x}");
        return comparison;
    }

    private void Report(string text) => _differences.Add(text);

    private void Compare(DumpedDie expected, Die die, int depth)
    {
        Entries++;
        if (expected.Offset != die.Offset.Value || expected.Tag != TagName(die.Tag) || expected.Depth != depth)
        {
            Report($"0x{expected.Offset:x} {expected.Tag} depth {expected.Depth}, but {die.Offset} {TagName(die.Tag)} depth {depth}");
            return;
        }

        var i = 0;
        foreach (var attribute in die.Attributes)
        {
            if (i >= expected.Attributes.Count)
            {
                Report($"{die}: {attribute.Name} too many");
                return;
            }

            var (name, value) = expected.Attributes[i++];
            if (name != AttributeName(attribute.Name) && Enum.IsDefined(attribute.Name)) Report($"{die}: attribute {name}, but {AttributeName(attribute.Name)}");
            var actual = Render(attribute, die, value);
            if (actual is null) continue;
            Compared++;
            if (actual != value) Report($"{die}: {name} is {value}, but {actual} ({attribute.Form})");
        }

        if (i != expected.Attributes.Count) Report($"{die}: {expected.Attributes.Count} attributes, but {i}");
    }

    private static string TagName(DW_TAG tag) => Enum.IsDefined(tag) ? tag.ToString() : $"DW_TAG_unknown_{(int)tag:x}";

    private static string AttributeName(DW_AT name) => (int)name is >= 0x2905 and <= 0x2907 || !Enum.IsDefined(name) ? $"DW_AT_unknown_{(int)name:x}" : name.ToString().Replace("DW_AT_go_", "DW_AT_GO_", StringComparison.Ordinal);

    /// <summary>The attribute as the tool would print it; null where its way of printing is not worth imitating.</summary>
    private static string? Render(AttributeValue value, Die die, string expected)
    {
        switch (value.Class)
        {
            case AttributeClass.String:
                return $"(\"{value.AsString()}\")" is var written && written == DwarfDump.Unescape(expected) ? expected : written;
            case AttributeClass.Flag:
                return expected.Contains("0x", StringComparison.Ordinal) ? $"(0x{value.AsUnsigned():x2})" : value.AsFlag() ? "(true)" : "(false)";
            case AttributeClass.Address when value.TryGetAddress(out var address):
                return value.Name == DW_AT.DW_AT_high_pc || expected.Contains("dead code") ? null : Regex.Replace(expected, "^\\(0x[0-9a-f]+", $"(0x{address.Value:x16}");
            case AttributeClass.Reference when value.Form != DW_FORM.DW_FORM_ref_sig8 && value.TryGetReference(out var target):
                return DwarfDump.Hex(LeadingHex().Match(expected).Value[1..]) == target.Offset.Value ? expected : target.ToString();
            case AttributeClass.Constant when value.Name == DW_AT.DW_AT_high_pc && die.TryGetAddress(DW_AT.DW_AT_low_pc, out var low):
                return $"(0x{low.Value + value.AsUnsigned():x16})";
            case AttributeClass.Constant when Number().Match(expected) is { Success: true } match:
                return value.Form == DW_FORM.DW_FORM_data16 ? null : match.Value.StartsWith("0x", StringComparison.Ordinal) || match.Value.StartsWith("(0x", StringComparison.Ordinal)
                    ? Same(match.Groups[1].Value, value) ? expected : $"0x{value.AsUnsigned():x}"
                    : Int128.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) is var number && (number == value.AsSigned() || number == value.AsUnsigned())
                        ? expected : value.AsSigned().ToString(CultureInfo.InvariantCulture);
            case AttributeClass.Expression:
                if (expected.Contains("<decoding error>", StringComparison.Ordinal)) return null;
                return Operations(new Expression(value.AsBlock().ToArray(), value.Unit)) is var text && text == Plain(expected[1..^1]) ? expected : text;
            case AttributeClass.SectionOffset when value.Name == DW_AT.DW_AT_ranges:
                return Ranges(expected, die);
            case AttributeClass.SectionOffset when value.Name is DW_AT.DW_AT_location or DW_AT.DW_AT_frame_base:
                return List(expected, value);
            default:
                return null;
        }
    }

    private static bool Same(string hex, AttributeValue value) => (ulong)DwarfDump.Hex(hex) is var number && (number == value.AsUnsigned() || number == (ulong)value.AsSigned());

    private static string Ranges(string expected, Die die)
    {
        var wanted = RangeText().Matches(expected).Select(m => (Start: (ulong)DwarfDump.Hex(m.Groups[1].Value), End: (ulong)DwarfDump.Hex(m.Groups[2].Value)))
            .Where(r => r.End > r.Start && r.Start != 0).ToList();
        var actual = RangeList.Of(die).Select(r => (Start: r.Start.Value, End: r.End.Value)).ToList();
        return wanted.SequenceEqual(actual) ? expected : string.Join(' ', actual.Select(r => $"[0x{r.Start:x}, 0x{r.End:x})"));
    }

    private static string? List(string expected, AttributeValue value)
    {
        var wanted = expected.Split('\n').Select(line => ListLine().Match(line)).Where(m => m.Success)
            .Select(m => $"{DwarfDump.Hex(m.Groups[1].Value):x}-{DwarfDump.Hex(m.Groups[2].Value):x} {Plain(m.Groups[3].Value)}").ToList();
        // What the tool does not decode: DW_OP_implicit_pointer, DW_OP_GNU_uninit.
        if (expected.Contains("<default>") || expected.Contains("<decoding error>")) return null;
        // Empty ranges, and the ones of Go 1.15 that end before they start.
        wanted.RemoveAll(line => line.Split(' ')[0].Split('-') is [var a, var b] && DwarfDump.Hex(a) >= DwarfDump.Hex(b));
        var actual = LocationList.Read(value).Select(e => $"{e.Range.Start.Value:x}-{e.Range.End.Value:x} {Operations(e.Expression)}").ToList();
        return wanted.SequenceEqual(actual) ? expected : string.Join('\n', actual);
    }

    /// <summary>Operations by name, operands left out: they are checked by what the evaluator makes of them.</summary>
    private static string Operations(Expression expression) => string.Join(", ", expression.Decode().Select(o => Enum.IsDefined(o.Code) ? o.Code.ToString() : o.Family switch
    {
        DW_OP.DW_OP_lit0 => $"DW_OP_lit{o.Operand}",
        DW_OP.DW_OP_reg0 => $"DW_OP_reg{o.Operand}",
        DW_OP.DW_OP_breg0 => $"DW_OP_breg{o.Operand}",
        _ => $"0x{(int)o.Code:x}",
    }));

    /// <summary>The operations that the tool names outside of any parentheses: "DW_OP_entry_value(DW_OP_reg5 RDI), DW_OP_stack_value" has two.</summary>
    private static string Plain(string text)
    {
        var names = new List<string>();
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '(') depth++;
            else if (text[i] == ')') depth--;
            else if (depth == 0 && text.AsSpan(i).StartsWith("DW_OP_"))
            {
                var end = i;
                while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_')) end++;
                names.Add(text[i..end]);
                i = end - 1;
            }
        }

        return string.Join(", ", names);
    }

    [GeneratedRegex(@"^\(0x[0-9a-f]+")]
    private static partial Regex LeadingHex();

    [GeneratedRegex(@"^\((-?(?:0x[0-9a-f]+|[0-9]+))\)$")]
    private static partial Regex Number();

    [GeneratedRegex(@"\[0x([0-9a-f]+), 0x([0-9a-f]+)\)")]
    private static partial Regex RangeText();

    [GeneratedRegex(@"^\[0x([0-9a-f]+), 0x([0-9a-f]+)\): ?(.*)$")]
    private static partial Regex ListLine();
}
