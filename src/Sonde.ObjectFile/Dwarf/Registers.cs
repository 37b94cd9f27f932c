namespace Sonde.ObjectFile.Dwarf;

/// <summary>DWARF register numbers of x86-64 (System V psABI, figure 3.36).</summary>
internal static class Registers
{
    public const int Rax = 0, Rdx = 1, Rcx = 2, Rbx = 3, Rsi = 4, Rdi = 5, Rbp = 6, Rsp = 7, R8 = 8, R15 = 15, ReturnAddress = 16, Xmm0 = 17, Xmm15 = 32;

    private static readonly string[] Names =
        ["rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rip"];

    public static bool IsGeneral(int register) => register is >= 0 and < 16;

    /// <summary>SSE registers, also 67-82 (the upper ones of AVX-512): never visible to a uprobe program.</summary>
    public static bool IsVector(int register) => register is >= 17 and <= 32 or >= 67 and <= 82;

    public static string Name(int register) => register switch
    {
        >= 0 and <= 16 => Names[register],
        >= 17 and <= 32 => $"xmm{register - 17}",
        >= 33 and <= 40 => $"st{register - 33}",
        >= 67 and <= 82 => $"xmm{register - 67 + 16}",
        _ => $"reg{register}",
    };
}
