using System.Globalization;
using System.Text;

namespace Sonde.Kernel.Assembly;

/// <summary>
/// Prints code as <c>bpftool prog dump xlated</c> does, with labels and comments:
/// <c>   3: (15) if r0 == 0x0 goto pc+2 &lt;miss&gt;   ; no entry for this thread</c>.
/// </summary>
internal static class Listing
{
    private const int CommentColumn = 56;

    /// <summary>The whole program, one instruction per line, each line ended by a newline.</summary>
    public static string Print(Code code)
    {
        Dictionary<int, MapBlueprint> maps = code.MapReferences.ToDictionary(reference => reference.Slot, reference => reference.Map);
        StringBuilder text = new();
        for (int slot = 0; slot < code.Slots.Length;)
        {
            if (code.Labels.TryGetValue(slot, out string? label))
                text.Append(label).Append(":\n");
            string line = Line(code.Slots, slot, maps.GetValueOrDefault(slot)?.Name, code.Labels, out int size);
            text.Append(CultureInfo.InvariantCulture, $"{slot,4}: {line}");
            if (code.Comments.TryGetValue(slot, out string? comment))
                text.Append(' ', Math.Max(1, CommentColumn - line.Length)).Append("; ").Append(comment);
            text.Append('\n');
            slot += size;
        }
        return text.ToString();
    }

    /// <summary>The instruction at <paramref name="slot"/>, without its number.</summary>
    public static string Line(ReadOnlySpan<ulong> slots, int slot, string? map, IReadOnlyDictionary<int, string>? labels, out int size)
    {
        ulong word = slots[slot];
        Disassembly.Fields fields = Disassembly.Decode(word);
        size = fields.Opcode == Opcodes.LdImm64 && slot + 1 < slots.Length ? 2 : 1;
        string body = size == 2
            ? Disassembly.WideLoad(fields, (uint)(slots[slot + 1] >> 32), map)
            : Disassembly.Print(fields);
        if (labels is not null && Disassembly.JumpDistance(fields) is { } distance && labels.TryGetValue(slot + 1 + distance, out string? target))
            body += $" <{target}>";
        return $"({fields.Opcode:x2}) {body}";
    }
}
