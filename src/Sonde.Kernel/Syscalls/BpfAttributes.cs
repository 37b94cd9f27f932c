using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

using Sonde.Kernel.Assembly;

namespace Sonde.Kernel.Syscalls;

// The members of `union bpf_attr` (linux/bpf.h, 6.18), one struct per command, cut after the last field Sonde sets: the
// kernel takes a shorter one as if the rest were zero, and an older kernel refuses a longer one unless the rest is zero.
// Pointers are 64 bits wide in the kernel ABI whatever the process is. A test holds sizes and offsets.

/// <summary>An object name: 15 characters and a zero.</summary>
[InlineArray(16)]
internal struct ObjectName
{
    private byte _first;

    /// <summary>Cuts a text to what the kernel takes: letters, digits, '_' and '.'.</summary>
    public static ObjectName From(string text)
    {
        ObjectName name = default;
        for (int i = 0; i < Math.Min(15, text.Length); i++)
            name[i] = char.IsAsciiLetterOrDigit(text[i]) || text[i] == '.' ? (byte)text[i] : (byte)'_';
        return name;
    }
}

/// <summary>BPF_MAP_CREATE.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MapCreateAttributes
{
    public MapType MapType;
    public uint KeySize;
    public uint ValueSize;
    public uint MaxEntries;
    public MapFlags MapFlags;
    public int InnerMapFd;
    public uint NumaNode;
    public ObjectName MapName;
}

/// <summary>BPF_MAP_*_ELEM and BPF_MAP_GET_NEXT_KEY (<see cref="Value"/> is then the next key).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MapElementAttributes
{
    public int MapFd;
    private readonly uint _padding;
    public ulong Key;
    public ulong Value;
    public ulong Flags;
}

/// <summary>BPF_MAP_*_BATCH.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MapBatchAttributes
{
    public ulong InBatch;
    public ulong OutBatch;
    public ulong Keys;
    public ulong Values;
    public uint Count;
    public int MapFd;
    public ulong ElemFlags;
    public ulong Flags;
}

/// <summary>BPF_PROG_LOAD.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ProgramLoadAttributes
{
    public ProgramType ProgType;
    public uint InsnCnt;
    public ulong Insns;
    public ulong License;
    public uint LogLevel;
    public uint LogSize;
    public ulong LogBuf;
    public uint KernVersion;
    public uint ProgFlags;
    public ObjectName ProgName;
    public uint ProgIfindex;
    public AttachType ExpectedAttachType;
}

/// <summary>BPF_PROG_TEST_RUN.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TestRunAttributes
{
    public int ProgFd;
    public uint Retval;
    public uint DataSizeIn;
    public uint DataSizeOut;
    public ulong DataIn;
    public ulong DataOut;
    public uint Repeat;
    public uint Duration;
    public uint CtxSizeIn;
    public uint CtxSizeOut;
    public ulong CtxIn;
    public ulong CtxOut;
}

/// <summary>BPF_OBJ_GET_INFO_BY_FD.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ObjectInfoAttributes
{
    public int BpfFd;
    public uint InfoLen;
    public ulong Info;
}

/// <summary>BPF_*_GET_NEXT_ID and BPF_*_GET_FD_BY_ID.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ObjectIdAttributes
{
    public uint Id;
    public uint NextId;
    public uint OpenFlags;
}

/// <summary>BPF_LINK_CREATE on a perf event.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PerfLinkAttributes
{
    public int ProgFd;
    public int TargetFd;
    public AttachType AttachType;
    public uint Flags;
    public ulong BpfCookie;
}

/// <summary>BPF_LINK_CREATE of a uprobe_multi link.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct UprobeMultiAttributes
{
    public int ProgFd;
    public int TargetFd;
    public AttachType AttachType;
    public uint Flags;
    public ulong Path;
    public ulong Offsets;
    public ulong RefCtrOffsets;
    public ulong Cookies;
    public uint Count;
    public uint MultiFlags;
    public uint Pid;
    private readonly uint _padding;
}

/// <summary>BPF_ENABLE_STATS.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EnableStatsAttributes
{
    public uint Type;
}

/// <summary>struct bpf_prog_info up to <c>recursion_misses</c> (5.12); what an older kernel does not know stays 0.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ProgramInfoRecord
{
    public uint Type;
    public uint Id;
    public ulong Tag;
    public uint JitedProgLen;
    public uint XlatedProgLen;
    public ulong JitedProgInsns;
    public ulong XlatedProgInsns;
    public ulong LoadTime;
    public uint CreatedByUid;
    public uint NrMapIds;
    public ulong MapIds;
    public ObjectName Name;
    public uint Ifindex;
    public uint GplCompatible;
    public ulong NetnsDev;
    public ulong NetnsIno;
    public uint NrJitedKsyms;
    public uint NrJitedFuncLens;
    public ulong JitedKsyms;
    public ulong JitedFuncLens;
    public uint BtfId;
    public uint FuncInfoRecSize;
    public ulong FuncInfo;
    public uint NrFuncInfo;
    public uint NrLineInfo;
    public ulong LineInfo;
    public ulong JitedLineInfo;
    public uint NrJitedLineInfo;
    public uint LineInfoRecSize;
    public uint JitedLineInfoRecSize;
    public uint NrProgTags;
    public ulong ProgTags;
    public ulong RunTimeNs;
    public ulong RunCnt;
    public ulong RecursionMisses;
    public uint VerifiedInsns;
    public uint AttachBtfObjId;
}
