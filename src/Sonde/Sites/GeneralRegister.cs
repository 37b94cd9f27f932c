namespace Sonde.Sites;

/// <summary>
/// The general registers of x86-64, numbered as DWARF does (System V ABI AMD64, version 1.0, figure 3.36). A uprobe program
/// sees these and no others.
/// </summary>
internal enum GeneralRegister
{
    Rax = 0,
    Rdx = 1,
    Rcx = 2,
    Rbx = 3,
    Rsi = 4,
    Rdi = 5,
    Rbp = 6,
    Rsp = 7,
    R8 = 8,
    R9 = 9,
    R10 = 10,
    R11 = 11,
    R12 = 12,
    R13 = 13,
    R14 = 14,
    R15 = 15,

    /// <summary>The address of the probed instruction as the process has it; DWARF's "return address" column.</summary>
    Rip = 16,
}
