using System.Runtime.InteropServices;

using Sonde.Kernel.Syscalls;

namespace Sonde.Kernel.Features;

/// <summary>
/// A page of x86-64 code that this process runs itself, in a nameless file, so that uprobes can be tried and measured
/// without any other program: a loop around one site for each <see cref="SiteKind"/>.
/// </summary>
internal sealed unsafe class CodePage : IDisposable
{
    private const int Stride = 64;
    private const int PageSize = 4096;

    // mov rcx, rdi; SITE; dec rcx; jnz SITE; ret
    private static ReadOnlySpan<byte> EmulatedLoop => [0x48, 0x89, 0xf9, 0x90, 0x48, 0xff, 0xc9, 0x75, 0xfa, 0xc3];

    private static ReadOnlySpan<byte> SteppedLoop => [0x48, 0x89, 0xf9, 0x48, 0x89, 0xc0, 0x48, 0xff, 0xc9, 0x75, 0xf8, 0xc3];

    // mov rcx, rdi; call F; dec rcx; jnz -10; ret; int3; F: nop; ret
    private static ReadOnlySpan<byte> CallLoop => [0x48, 0x89, 0xf9, 0xe8, 0x07, 0, 0, 0, 0x48, 0xff, 0xc9, 0x75, 0xf6, 0xc3, 0xcc, 0x90, 0xc3];

    private readonly IKernel _kernel;
    private readonly KernelHandle _file;
    private nint _address;

    private CodePage(IKernel kernel, KernelHandle file, nint address)
    {
        _kernel = kernel;
        _file = file;
        _address = address;
    }

    /// <summary>The file, for attaching.</summary>
    public string Path => $"/proc/{Environment.ProcessId}/fd/{_file.Descriptor}";

    /// <summary>Makes the page.</summary>
    /// <exception cref="KernelException">The kernel refused, for example executable memory.</exception>
    public static CodePage Create(IKernel kernel)
    {
        KernelHandle file = new(kernel, kernel.CreateMemoryFile("sonde-code"), "memfd_create");
        try
        {
            Span<byte> code = stackalloc byte[PageSize];
            code.Fill(0xcc);
            EmulatedLoop.CopyTo(code[((int)SiteKind.Emulated * Stride)..]);
            SteppedLoop.CopyTo(code[((int)SiteKind.Stepped * Stride)..]);
            CallLoop.CopyTo(code[((int)SiteKind.Function * Stride)..]);
            fixed (byte* bytes = code)
                KernelException.Check(kernel.Write(file.Descriptor, bytes, PageSize), "write to memfd");
            long address = kernel.MapMemory(PageSize, MemoryProtection.Read | MemoryProtection.Execute, MemoryMapping.Private, file.Descriptor, 0);
            return new CodePage(kernel, file, (nint)KernelException.Check(address, "mmap of executable memory"));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The file offset of a kind's site.</summary>
    public static ulong SiteOffset(SiteKind kind) => (ulong)((int)kind * Stride) + (kind == SiteKind.Function ? 15UL : 3UL);

    /// <summary>Passes a kind's site <paramref name="count"/> times on the calling thread.</summary>
    public void Run(SiteKind kind, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ObjectDisposedException.ThrowIf(_address == 0, this);
        ((delegate* unmanaged<long, void>)(_address + ((int)kind * Stride)))(count);
    }

    /// <summary>The first byte of a kind's site as this process sees it now: 0xcc while a probe is there.</summary>
    public byte PeekSite(SiteKind kind)
    {
        ObjectDisposedException.ThrowIf(_address == 0, this);
        return Marshal.ReadByte(_address + (nint)SiteOffset(kind));
    }

    /// <summary>Unmaps the page. No thread may be running in it.</summary>
    public void Dispose()
    {
        nint address = Interlocked.Exchange(ref _address, 0);
        if (address != 0)
            _kernel.UnmapMemory(address, PageSize);
        _file.Dispose();
    }
}
