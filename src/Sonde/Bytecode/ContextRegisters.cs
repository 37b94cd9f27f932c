using Sonde.Sites;

namespace Sonde.Bytecode;

/// <summary>Where the saved registers are in the program's context, <c>struct pt_regs</c> (arch/x86/include/uapi/asm/ptrace.h).</summary>
internal static class ContextRegisters
{
    /// <summary>Offset of the saved flags.</summary>
    public const short Flags = 144;

    /// <summary>Offset of a general register.</summary>
    public static short OffsetOf(GeneralRegister register) => register switch
    {
        GeneralRegister.R15 => 0,
        GeneralRegister.R14 => 8,
        GeneralRegister.R13 => 16,
        GeneralRegister.R12 => 24,
        GeneralRegister.Rbp => 32,
        GeneralRegister.Rbx => 40,
        GeneralRegister.R11 => 48,
        GeneralRegister.R10 => 56,
        GeneralRegister.R9 => 64,
        GeneralRegister.R8 => 72,
        GeneralRegister.Rax => 80,
        GeneralRegister.Rcx => 88,
        GeneralRegister.Rdx => 96,
        GeneralRegister.Rsi => 104,
        GeneralRegister.Rdi => 112,
        GeneralRegister.Rip => 128,
        GeneralRegister.Rsp => 152,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
