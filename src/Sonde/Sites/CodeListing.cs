using System.Globalization;
using System.Text;
using Iced.Intel;

namespace Sonde.Sites;

/// <summary>Text of instructions and site choices, as <c>sonde explain</c> prints them: GNU syntax, like <c>objdump -d</c>.</summary>
internal static class CodeListing
{
    private const int MaxLines = 4096;
    private const int MaxAlike = 4;

    /// <summary>One line per instruction: a mark, address, bytes, text.</summary>
    /// <param name="function">The code.</param>
    /// <param name="marks">Addresses to mark with an arrow.</param>
    /// <param name="around">How many instructions to show on each side of a mark; null for the whole function.</param>
    /// <param name="symbol">Names the target of a branch, or null.</param>
    public static string Format(
        DecodedFunction function, IReadOnlyCollection<ulong> marks, int? around = null, Func<ulong, string?>? symbol = null)
    {
        var text = new StringBuilder();
        var instructions = function.Instructions;
        int lines = 0, printed = -1;
        for (var i = 0; i < instructions.Length && lines < MaxLines; i++)
        {
            if (around is { } near && !NearMark(function, i, near, marks)) continue;
            if (printed >= 0 && printed != i - 1) text.Append("    …\n");
            var mark = marks.Contains(instructions[i].IP) ? "=>" : "  ";
            text.Append(CultureInfo.InvariantCulture, $"{mark} {instructions[i].IP,8:x}  {Bytes(function.BytesOf(instructions[i])),-30}  {Text(instructions[i], symbol)}\n");
            printed = i;
            lines++;
        }
        return text.ToString();
    }

    /// <summary>One instruction in GNU syntax.</summary>
    public static string Text(in Instruction instruction, Func<ulong, string?>? symbol = null)
    {
        var formatter = new GasFormatter();
        var output = new StringOutput();
        formatter.Options.FirstOperandCharIndex = 7;
        formatter.Options.UppercaseHex = false;
        formatter.Options.BranchLeadingZeros = false;
        formatter.Format(instruction, output);
        var text = output.ToStringAndReset();
        if (symbol is not null && FunctionDecoder.TryTarget(instruction, out var target) && symbol(target) is { } name)
            text += $" <{name}>";
        return text;
    }

    /// <summary>The choice in a few lines: where, at what cost, why, and what was considered besides.</summary>
    public static IEnumerable<string> Describe(SiteSelection selection, DecodedFunction function)
    {
        if (selection.Choice is { } choice)
        {
            yield return $"site 0x{choice.Address:x} (+{choice.Address - function.Code.Address}): {Text(function.Instructions[function.IndexOf(choice.Address)])}";
            yield return $"why: {choice.ReasonText}";
            yield return $"cost: {Cost(choice.Cost)}";
            if (choice.Ignore is { } ignore) yield return $"ignored: hits with {ignore}";
            yield return choice.CfaOffset is { } offset ? $"frame: CFA = rsp + {offset}" : "frame: not known here";
        }
        else if (selection.Refusal is { } refusal)
        {
            yield return $"no site: {refusal.Describe()}";
        }
        for (var i = 0; i < selection.Candidates.Length; i++)
        {
            var candidate = selection.Candidates[i];
            var text = candidate.Describe();
            var alike = 1;
            while (i + alike < selection.Candidates.Length && selection.Candidates[i + alike].Describe() == text) alike++;
            var shown = alike > MaxAlike + 1 ? MaxAlike : alike;
            for (var j = i; j < i + shown; j++)
            {
                var index = function.IndexOf(selection.Candidates[j].Address);
                yield return $"  {(candidate.Verdict == SiteVerdict.Chosen ? "=>" : "  ")} +{selection.Candidates[j].Address - function.Code.Address,-4} "
                    + $"{selection.Candidates[j].Handling.ToString().ToLowerInvariant(),-8} {Text(function.Instructions[index]),-40} {text}";
            }
            if (alike > shown) yield return $"     … {$"{alike - shown} more",-54} {text}";
            i += alike - 1;
        }
    }

    private static string Cost(UprobeHandling handling) => handling == UprobeHandling.Emulated
        ? "one trap (the kernel emulates the instruction)"
        : "two traps (the kernel single-steps the instruction)";

    private static string Bytes(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length * 3);
        foreach (var b in bytes) text.Append(CultureInfo.InvariantCulture, $"{b:x2} ");
        return text.ToString().TrimEnd();
    }

    private static bool NearMark(DecodedFunction function, int index, int near, IReadOnlyCollection<ulong> marks)
    {
        foreach (var mark in marks)
            if (function.IndexOf(mark) is var at and >= 0 && Math.Abs(at - index) <= near) return true;
        return false;
    }
}
