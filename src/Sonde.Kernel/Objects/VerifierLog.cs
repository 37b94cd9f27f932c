using System.Globalization;
using System.Text;

using Sonde.Kernel.Assembly;
using Sonde.Kernel.Syscalls;

namespace Sonde.Kernel.Objects;

/// <summary>Gets the verifier's log, whole, and makes one line of it.</summary>
internal static class VerifierLog
{
    private const int FirstSize = 64 << 10;
    private const int LargestSize = 64 << 20;

    /// <summary>One attempt to load with a log buffer; says how large a buffer would have been enough, or 0.</summary>
    internal delegate long Attempt(byte[] buffer, out int needed);

    /// <summary>Loads again with larger and larger buffers until the log fits, or the largest is full.</summary>
    public static string Read(Attempt load, out long result)
    {
        for (int size = FirstSize; ; size *= 4)
        {
            byte[] buffer = new byte[size];
            result = load(buffer, out _);
            bool isFull = result == -(long)Errno.ENOSPC;
            if (!isFull || size >= LargestSize)
                return Text(buffer);
        }
    }

    /// <summary>The reason and the instruction it is about, or null if the log says nothing.</summary>
    /// <remarks>
    /// The log ends in <c>N: (79) r0 = *(u64 *)(r2 +0)</c>, the reason on one or two lines, and a line
    /// <c>processed … insns</c>. State lines start with a number or "from" too, but carry no opcode in parentheses.
    /// </remarks>
    public static string? Summarize(string log, Code code)
    {
        string[] lines = log.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        int last = lines.Length - 1;
        while (last >= 0 && IsNoise(lines[last]))
            last--;
        if (last < 0)
            return null;
        string reason = lines[last];
        for (int i = last - 1; i >= 0; i--)
        {
            if (TryInstruction(lines[i], out int slot, out string text))
                return $"{reason}, at {slot}: {text}{Origin(code, slot)}";
        }
        return reason;
    }

    private static string Origin(Code code, int slot) => code.Comments.TryGetValue(slot, out string? comment) ? $" ; {comment}" : "";

    private static bool IsNoise(string line) =>
        line.StartsWith("processed ", StringComparison.Ordinal)
        || line.StartsWith("verification time", StringComparison.Ordinal)
        || line.StartsWith("stack depth", StringComparison.Ordinal)
        || line.StartsWith("max_states", StringComparison.Ordinal);

    private static bool TryInstruction(string line, out int slot, out string text)
    {
        slot = 0;
        text = "";
        int colon = line.IndexOf(": (", StringComparison.Ordinal);
        if (colon < 0 || !int.TryParse(line.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out slot))
            return false;
        int end = line.IndexOf(';', colon);
        text = (end < 0 ? line[(colon + 2)..] : line[(colon + 2)..end]).TrimEnd();
        return true;
    }

    private static string Text(byte[] buffer)
    {
        int end = Array.IndexOf(buffer, (byte)0);
        return Encoding.UTF8.GetString(buffer, 0, end < 0 ? buffer.Length : end);
    }
}
