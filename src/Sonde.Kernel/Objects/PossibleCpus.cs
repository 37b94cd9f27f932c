using System.Globalization;

using Sonde.Kernel.Syscalls;

namespace Sonde.Kernel.Objects;

/// <summary>The number of CPUs this kernel could ever have: the number of copies in a value of a per-CPU map.</summary>
internal static class PossibleCpus
{
    private static int count;

    /// <summary>The count, read once from /sys/devices/system/cpu/possible.</summary>
    public static int Count(IKernel kernel)
    {
        if (count == 0)
            count = Parse(kernel.ReadText("/sys/devices/system/cpu/possible") ?? throw new KernelException("read of /sys/devices/system/cpu/possible", Errno.ENOENT));
        return count;
    }

    /// <summary>The highest number of a list such as <c>0-3,8</c>, plus one: copies are indexed by CPU number.</summary>
    internal static int Parse(string list)
    {
        string last = list.Trim().Split(',', '-')[^1];
        return int.Parse(last, NumberStyles.None, CultureInfo.InvariantCulture) + 1;
    }
}
