using System.Runtime.InteropServices;

namespace Sonde.Kernel.Processes;

/// <summary>Waits on a pipe and then replaces this process by a command: the process id is known before the command's first instruction.</summary>
internal static partial class CommandStub
{
    private const int SignalCount = 64;

    /// <summary>
    /// Reads a byte from <paramref name="gate"/>; at its end the process that was to open it has died and nothing is run.
    /// The command's standard output becomes this process's standard error. Returns only if the command cannot be run.
    /// </summary>
    /// <param name="gate">A descriptor of the reading end.</param>
    /// <param name="path">The file to run.</param>
    /// <param name="arguments">Its arguments, its name first.</param>
    /// <returns>An exit status as shells give it: 126 when the file cannot be run, 125 when the gate stayed shut.</returns>
    public static unsafe int Run(int gate, string path, ReadOnlySpan<string> arguments)
    {
        byte opened;
        nint got;
        do
            got = Read(gate, &opened, 1);
        while (got < 0 && Marshal.GetLastPInvokeError() == (int)Syscalls.Errno.EINTR);
        if (got != 1)
            return 125;
        _ = Close(gate);
        _ = Duplicate(2, 1);

        // A managed runtime ignores some signals and blocks others; a command must start as from a shell.
        for (int signal = 1; signal <= SignalCount; signal++)
            _ = SetHandler(signal, 0);
        ulong* none = stackalloc ulong[16]; // sigset_t of the C library: 1024 bits
        new Span<ulong>(none, 16).Clear();
        _ = SetMask(2, none, null); // SIG_SETMASK

        nint* words = stackalloc nint[arguments.Length + 1];
        for (int i = 0; i < arguments.Length; i++)
            words[i] = Marshal.StringToCoTaskMemUTF8(arguments[i]);
        words[arguments.Length] = 0;
        _ = Execute(path, words);
        return 126;
    }

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static unsafe partial nint Read(int descriptor, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Duplicate(int from, int to);

    [LibraryImport("libc", EntryPoint = "signal", SetLastError = true)]
    private static partial nint SetHandler(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "pthread_sigmask", SetLastError = true)]
    private static unsafe partial int SetMask(int how, ulong* set, ulong* old);

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Execute(string path, nint* arguments);
}
