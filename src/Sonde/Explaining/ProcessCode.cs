using System.Globalization;
using Sonde.Kernel.Syscalls;
using Sonde.Symbols;

namespace Sonde.Explaining;

/// <summary>The code of a running process as it is in its memory: with the breakpoints that are in place just now.</summary>
/// <remarks>Nothing is stopped and nothing is written. A process that ends meanwhile is an answer, not a failure.</remarks>
internal sealed class ProcessCode
{
    private readonly int _process;
    private readonly List<Mapping> _mappings = [];
    private readonly string? _refusal;
    private readonly IKernel _kernel;

    private ProcessCode(int process, string? refusal, IKernel kernel)
    {
        _kernel = kernel;
        _process = process;
        _refusal = refusal;
    }

    /// <summary>Finds what code a process has, of its program and its libraries.</summary>
    public static ProcessCode Of(int process, IKernel kernel)
    {
        try
        {
            var code = new ProcessCode(process, null, kernel);
            code._mappings.AddRange(Mapping.Of(process).Where(m => m.IsExecutable));
            return code;
        }
        catch (UnauthorizedAccessException)
        {
            return new ProcessCode(process, "its memory may not be looked at; run as root", kernel);
        }
        catch (IOException)
        {
            return new ProcessCode(process, "the process has ended, or may not be looked at", kernel);
        }
    }

    /// <summary>Reads the bytes that are mapped from an offset of a file.</summary>
    /// <param name="image">The file.</param>
    /// <param name="offset">Where in the file.</param>
    /// <param name="bytes">Filled with what is in memory.</param>
    /// <param name="refusal">Why there is nothing, as a clause.</param>
    public bool TryRead(Image image, long offset, Span<byte> bytes, out string? refusal)
    {
        if ((refusal = _refusal) is not null)
            return false;
        if (AddressOf(image, offset) is not { } address)
        {
            refusal = "it is not mapped there";
            return false;
        }

        try
        {
            using var memory = new FileByteSource($"/proc/{_process}/mem");
            if (memory.Read((long)address, bytes) == bytes.Length)
                return true;
            refusal = "the process has ended";
        }
        catch (UnauthorizedAccessException)
        {
            refusal = "its memory may not be read; run as root";
        }
        catch (IOException)
        {
            refusal = "the process has ended, or its memory may not be read";
        }

        return false;
    }

    /// <summary>Where an offset of the file is mapped for execution; null when it is not.</summary>
    private ulong? AddressOf(Image image, long offset)
    {
        ImageIdentity? identity = _kernel.Stat(image.OpenPath, out ulong device, out ulong inode) >= 0 ? new ImageIdentity(Device(device), inode) : null;
        foreach (Mapping mapping in _mappings)
        {
            if (IsOf(mapping, identity, image.Path) && offset >= mapping.Offset && (ulong)(offset - mapping.Offset) < mapping.End - mapping.Start)
                return mapping.Start + (ulong)(offset - mapping.Offset);
        }

        return null;
    }

    // As fs/proc/task_mmu.c (show_vma_header_prefix) writes it, from stat(2)'s encoding (gnu_dev_makedev).
    private static string Device(ulong device)
    {
        ulong major = ((device >> 8) & 0xfff) | ((device >> 32) & 0xfffff000);
        ulong minor = (device & 0xff) | ((device >> 12) & 0xffffff00);
        return string.Create(CultureInfo.InvariantCulture, $"{major:x2}:{minor:x2}");
    }

    // By device and inode, or by its path in the process: some file systems (overlayfs, btrfs) show other numbers in maps than stat(2) tells.
    private static bool IsOf(in Mapping mapping, ImageIdentity? identity, string path) => mapping.Identity == identity || mapping.Path == path;
}
