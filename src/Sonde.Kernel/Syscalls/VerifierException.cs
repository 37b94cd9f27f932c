namespace Sonde.Kernel.Syscalls;

/// <summary>The kernel's verifier refused a program: always a fault of Sonde. The message is one line, the log is kept whole.</summary>
internal sealed class VerifierException(string program, Errno errno, string summary, string log)
    : KernelException($"load of {program}", errno, $"the kernel's verifier refused {program}: {summary} [{ErrnoText.Describe(errno)}]")
{
    /// <summary>One line: why, and at which instruction.</summary>
    public string Summary { get; } = summary;

    /// <summary>The whole log.</summary>
    public string Log { get; } = log;
}
