using Sonde.Kernel.Syscalls;

namespace Sonde.KernelTests.Measurements;

/// <summary>A nameless file of nops, mapped executable into this process: as many places for probes as wanted, 64 bytes apart. Nothing runs in it.</summary>
internal sealed unsafe class NopFile : IDisposable
{
    private const int Distance = 64;
    private readonly LinuxKernel _kernel;
    private readonly KernelHandle _file;
    private readonly nint _address;
    private readonly int _length;

    private NopFile(LinuxKernel kernel, KernelHandle file, nint address, int length) => (_kernel, _file, _address, _length) = (kernel, file, address, length);

    public string Path => $"/proc/{Environment.ProcessId}/fd/{_file.Descriptor}";

    public static NopFile Create(LinuxKernel kernel, int sites, params int[] refused)
    {
        byte[] code = new byte[((sites * Distance) + 4095) & ~4095];
        Array.Fill(code, (byte)0x90);
        foreach (int site in refused)
            code[site * Distance] = 0xf0; // lock
        KernelHandle file = new(kernel, kernel.CreateMemoryFile("nops"), "memfd_create");
        fixed (byte* bytes = code)
            KernelException.Check(kernel.Write(file.Descriptor, bytes, (nuint)code.Length), "write");
        long address = kernel.MapMemory((nuint)code.Length, MemoryProtection.Read | MemoryProtection.Execute, MemoryMapping.Private, file.Descriptor, 0);
        return new NopFile(kernel, file, (nint)KernelException.Check(address, "mmap"), code.Length);
    }

    public ulong OffsetOf(int site) => (ulong)(site * Distance);

    public void Dispose()
    {
        _kernel.UnmapMemory(_address, (nuint)_length);
        _file.Dispose();
    }
}
