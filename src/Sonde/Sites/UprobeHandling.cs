namespace Sonde.Sites;

/// <summary>What the kernel does with an instruction that a uprobe displaced.</summary>
internal enum UprobeHandling
{
    /// <summary>Computed by the kernel in the trap itself: the cheap case.</summary>
    Emulated,

    /// <summary>Executed from a copy with the trap flag set: a second trap, ten times the price and more.</summary>
    Stepped,

    /// <summary>A probe here is refused, never fires, fires wrongly, or breaks the target.</summary>
    Refused,
}

/// <summary>Why an instruction cannot carry a probe.</summary>
internal enum UprobeRefusal
{
    /// <summary>It can.</summary>
    None,

    /// <summary>The bytes are not an instruction.</summary>
    Undecodable,

    /// <summary>LOCK prefix: errno 524.</summary>
    LockPrefix,

    /// <summary>CS, DS, ES or SS prefix (also as a branch hint, as <c>notrack</c>, in long nops): errno 524, or silence when the page was not mapped.</summary>
    SegmentPrefix,

    /// <summary>16-bit operand size on a branch: errno 524.</summary>
    WordBranch,

    /// <summary>EVEX, XOP or 3DNow! encoding: unknown to the kernel's tables.</summary>
    UnknownEncoding,

    /// <summary>A VEX opcode that the kernel refuses or, worse, takes for the legacy instruction of the same number.</summary>
    VexOpcode,

    /// <summary>Privileged, a breakpoint, an interrupt, port I/O or an undefined instruction.</summary>
    System,

    /// <summary>A system call or a transaction: single-stepping it changes what it does.</summary>
    NotSteppable,

    /// <summary><c>pushf</c> would store the single-step flag.</summary>
    PushesTrapFlag,

    /// <summary>Writing SS suppresses the single-step trap.</summary>
    MasksTrap,

    /// <summary>A repeated string instruction returns to itself after each element, so the probe would fire for each.</summary>
    RepeatedString,

    /// <summary><c>xchg r8, rax</c>: the kernel takes it for a nop.</summary>
    FalseNop,

    /// <summary>Addresses memory relative to EIP, which the kernel's rewriting does not expect.</summary>
    AddressSize,
}

/// <summary>Texts of the refusals.</summary>
internal static class UprobeRefusals
{
    /// <summary>One clause for people.</summary>
    public static string Describe(this UprobeRefusal refusal) => refusal switch
    {
        UprobeRefusal.None => "can carry a probe",
        UprobeRefusal.Undecodable => "not an instruction",
        UprobeRefusal.LockPrefix => "the kernel refuses a LOCK prefix",
        UprobeRefusal.SegmentPrefix => "the kernel refuses a segment prefix",
        UprobeRefusal.WordBranch => "the kernel refuses a 16-bit branch",
        UprobeRefusal.UnknownEncoding => "the kernel does not know this encoding (EVEX, XOP)",
        UprobeRefusal.VexOpcode => "the kernel mistakes or refuses this AVX instruction",
        UprobeRefusal.System => "a system instruction or a trap",
        UprobeRefusal.NotSteppable => "cannot be single-stepped",
        UprobeRefusal.PushesTrapFlag => "would store the single-step flag",
        UprobeRefusal.MasksTrap => "suppresses the single-step trap",
        UprobeRefusal.RepeatedString => "a repeated string instruction fires once per element",
        UprobeRefusal.FalseNop => "the kernel takes it for a nop",
        UprobeRefusal.AddressSize => "EIP-relative operand",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
