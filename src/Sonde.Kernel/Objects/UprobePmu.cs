using System.Globalization;

using Sonde.Kernel.Syscalls;

namespace Sonde.Kernel.Objects;

/// <summary>The dynamic perf event source for uprobes (kernel 4.17): its number and the place of its "return probe" bit.</summary>
internal readonly record struct UprobePmu(uint Type, ulong ReturnBit)
{
    private const string Root = "/sys/bus/event_source/devices/uprobe/";

    /// <summary>Reads both from /sys.</summary>
    /// <exception cref="FeatureMissingException">The kernel has no uprobe events, or /sys is not mounted.</exception>
    public static UprobePmu Read(IKernel kernel)
    {
        if (kernel.ReadText(Root + "type") is not { } type || kernel.ReadText(Root + "format/retprobe") is not { } format)
            throw new FeatureMissingException("uprobe perf events (" + Root + ")", "4.17");
        return Parse(type, format);
    }

    /// <summary>Parses <c>8</c> and <c>config:0</c>.</summary>
    internal static UprobePmu Parse(string type, string format)
    {
        const string Prefix = "config:";
        format = format.Trim();
        if (!uint.TryParse(type.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out uint number)
            || !format.StartsWith(Prefix, StringComparison.Ordinal)
            || !int.TryParse(format.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int bit)
            || bit > 63)
        {
            throw new KernelException($"{Root}: '{type.Trim()}', '{format}'", Errno.EINVAL);
        }
        return new UprobePmu(number, 1UL << bit);
    }
}
