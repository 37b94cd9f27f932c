using Sonde.Kernel.Processes;
using Sonde.Kernel.Syscalls;

namespace Sonde;

/// <summary>The process's own output. Closing a stream leaves the descriptor open.</summary>
internal static class StandardStreams
{
    /// <summary>Standard output.</summary>
    public static Stream Output() => new DescriptorStream(LinuxKernel.Instance, 1);

    /// <summary>Standard error.</summary>
    public static Stream Error() => new DescriptorStream(LinuxKernel.Instance, 2);
}
