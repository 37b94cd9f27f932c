using System.Diagnostics.CodeAnalysis;

namespace Sonde.Kernel.Syscalls;

/// <summary>The kernel refused. Caught where a session starts and in the command line.</summary>
internal class KernelException : Exception
{
    /// <summary>What was asked, and the answer.</summary>
    public KernelException(string operation, Errno errno)
        : this(operation, errno, $"{operation}: {ErrnoText.Describe(errno)}")
    {
    }

    /// <summary>With a message of its own.</summary>
    protected KernelException(string operation, Errno errno, string message)
        : base(message)
    {
        Operation = operation;
        Errno = errno;
    }

    /// <summary>The system call and its subject, such as <c>bpf(BPF_MAP_CREATE) of map events</c>.</summary>
    public string Operation { get; }

    /// <summary>The kernel's answer.</summary>
    public Errno Errno { get; }

    /// <summary>Returns a good result, throws for a bad one.</summary>
    public static long Check(long result, string operation)
    {
        if (result < 0)
            Throw(result, operation);
        return result;
    }

    /// <summary>Throws for a negative result.</summary>
    [DoesNotReturn]
    public static void Throw(long result, string operation) => throw new KernelException(operation, (Errno)(-result));
}
