namespace Sonde.Kernel.Assembly;

/// <summary>A program as plain data, the same on every machine: what to load. Turning it into an object is the only step that looks at the kernel.</summary>
internal sealed record ProgramBlueprint
{
    /// <summary>Shown by listings and, cut to 15 characters, by <c>bpftool prog</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The instructions.</summary>
    public required Code Code { get; init; }

    /// <summary>The kind of program; uprobes are of the kprobe type.</summary>
    public ProgramType Type { get; init; } = ProgramType.BPF_PROG_TYPE_KPROBE;

    /// <summary>How it will be attached; a multi link takes only programs loaded for it. 0 for perf events.</summary>
    public AttachType AttachType { get; init; }

    /// <summary>May fault pages in (kernel 6.0 for uprobes). Such a program must stay below 56 bytes of stack and make no tail call.</summary>
    public bool IsSleepable { get; init; }

    /// <summary>The licence told to the kernel; helpers that read user memory ask for one compatible with the GPL.</summary>
    public string License { get; init; } = "Dual BSD/GPL";
}
