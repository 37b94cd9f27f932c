using Iced.Intel;

namespace Sonde.Sites;

/// <summary>A set of general-purpose registers; bit n is the register that x86-64 encodes as n.</summary>
[Flags]
internal enum RegisterSet : ushort
{
    None = 0,
    Rax = 1 << 0,
    Rcx = 1 << 1,
    Rdx = 1 << 2,
    Rbx = 1 << 3,
    Rsp = 1 << 4,
    Rbp = 1 << 5,
    Rsi = 1 << 6,
    Rdi = 1 << 7,
    R8 = 1 << 8,
    R9 = 1 << 9,
    R10 = 1 << 10,
    R11 = 1 << 11,
    R12 = 1 << 12,
    R13 = 1 << 13,
    R14 = 1 << 14,
    R15 = 1 << 15,
    All = 0xffff,
}

/// <summary>Other numberings of the same registers.</summary>
internal static class RegisterNumbers
{
    // System V psABI AMD64, figure 3.36: DWARF numbers 0-15 in the order of the encoding numbers below.
    private static ReadOnlySpan<byte> FromDwarfTable => [0, 2, 1, 3, 6, 7, 5, 4, 8, 9, 10, 11, 12, 13, 14, 15];

    /// <summary>The register with this DWARF number, or <see cref="RegisterSet.None"/> when it is not a general-purpose one.</summary>
    public static RegisterSet FromDwarf(int number) =>
        (uint)number < (uint)FromDwarfTable.Length ? (RegisterSet)(1 << FromDwarfTable[number]) : RegisterSet.None;

    /// <summary>The general-purpose register that <paramref name="register"/> is or is a part of.</summary>
    public static RegisterSet FromIced(Register register)
    {
        var full = register.GetFullRegister();
        return full is >= Register.RAX and <= Register.R15 ? (RegisterSet)(1 << (full - Register.RAX)) : RegisterSet.None;
    }

    /// <summary>Names in the order of the encoding, for people: <c>rax rdi</c>.</summary>
    public static string Describe(this RegisterSet set)
    {
        if (set == RegisterSet.None) return "none";
        var names = new List<string>();
        for (var n = 0; n < 16; n++)
            if (((int)set & (1 << n)) != 0)
                names.Add(((RegisterSet)(1 << n)).ToString().ToLowerInvariant());
        return string.Join(' ', names);
    }
}
