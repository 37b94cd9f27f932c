using System.Runtime.InteropServices;

namespace Sonde.Kernel.Syscalls;

/// <summary>struct perf_event_attr (linux/perf_event.h) up to PERF_ATTR_SIZE_VER5, which every kernel since 4.1 takes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PerfEventAttributes
{
    /// <summary>PERF_ATTR_SIZE_VER5.</summary>
    public const int Version5 = 112;

    public uint Type;
    public uint Size;
    public ulong Config;
    public ulong SamplePeriod;
    public ulong SampleType;
    public ulong ReadFormat;
    public ulong Flags;
    public uint WakeupEvents;
    public uint BpType;

    /// <summary>config1: for a uprobe the address of the path.</summary>
    public ulong UprobePath;

    /// <summary>config2: for a uprobe the file offset.</summary>
    public ulong ProbeOffset;
    public ulong BranchSampleType;
    public ulong SampleRegsUser;
    public uint SampleStackUser;
    public int ClockId;
    public ulong SampleRegsIntr;
    public uint AuxWatermark;
    public ushort SampleMaxStack;
    private readonly ushort _reserved;
}
