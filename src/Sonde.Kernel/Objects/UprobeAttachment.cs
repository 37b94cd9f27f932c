using Sonde.Kernel.Assembly;
using Sonde.Kernel.Syscalls;

namespace Sonde.Kernel.Objects;

/// <summary>Attaches a program by the means it was loaded for.</summary>
internal static class UprobeAttachment
{
    /// <summary>Attaches to sites of one file.</summary>
    /// <param name="kernel">Where.</param>
    /// <param name="program">Loaded with <see cref="AttachType.None"/> for perf events, else for a multi or session link.</param>
    /// <param name="path">The file, for a running target <c>/proc/PID/exe</c> or a path under <c>/proc/PID/root</c> or <c>map_files</c>.</param>
    /// <param name="sites">The sites; at least one.</param>
    /// <param name="pid">Only in this process, or 0 for every process. A multi link before 6.10 compared the thread: filter in the program as well.</param>
    /// <param name="isReturn">Fire when the function that starts at the site returns.</param>
    /// <exception cref="KernelException">Nothing can be attached: privilege, file, process, or every site is refused.</exception>
    public static IUprobeAttachment Attach(IKernel kernel, BpfProgram program, string path, ReadOnlySpan<UprobeSite> sites, int pid = 0, bool isReturn = false) =>
        program.Blueprint.AttachType == AttachType.None
            ? PerfUprobeAttachment.Attach(kernel, program, path, sites, pid, isReturn)
            : UprobeMultiAttachment.Attach(kernel, program, path, sites, pid, isReturn);
}
