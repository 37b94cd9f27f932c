using System.Collections.Immutable;

namespace Sonde.Sites;

/// <summary>
/// What site selection knows of a language's calls. Everything it does differently for one language than for another is
/// decided by a field of this record.
/// </summary>
internal sealed record CallConvention
{
    /// <summary>For people: "Go register ABI".</summary>
    public required string Name { get; init; }

    /// <summary>General-purpose registers that arguments arrive in, in their order; empty when all are on the stack.</summary>
    public required ImmutableArray<RegisterSet> ArgumentRegisters { get; init; }

    /// <summary>General-purpose registers that results leave in.</summary>
    public required ImmutableArray<RegisterSet> ResultRegisters { get; init; }

    /// <summary>The register with the closure's context at entry.</summary>
    public RegisterSet ContextRegister { get; init; }

    /// <summary>The register with the running goroutine.</summary>
    public RegisterSet GoroutineRegister { get; init; }

    /// <summary>The number of vector registers used, for variadic functions.</summary>
    public RegisterSet VariadicRegister { get; init; }

    /// <summary>Functions may begin with a stack check that jumps back to the entry after the stack has grown.</summary>
    public bool GrowsStacks { get; init; }

    /// <summary>The kernel's return probes may be used. Never where stacks move (TRAPS T2).</summary>
    public bool AllowsReturnProbes { get; init; }

    /// <summary>Every argument register of the convention, with closure context and goroutine: what an entry probe may want to read.</summary>
    public RegisterSet EntryRegisters => All(ArgumentRegisters) | ContextRegister | GoroutineRegister;

    /// <summary>Every result register.</summary>
    public RegisterSet AllResults => All(ResultRegisters);

    /// <summary>Go up to 1.16 on amd64, and assembly functions (ABI0) of every version: all on the stack, the context in rdx.</summary>
    public static CallConvention GoStack { get; } = new()
    {
        Name = "Go stack ABI",
        ArgumentRegisters = [],
        ResultRegisters = [],
        ContextRegister = RegisterSet.Rdx,
        GrowsStacks = true,
    };

    /// <summary>Go from 1.17 on amd64 (src/cmd/compile/abi-internal.md, "amd64 architecture").</summary>
    public static CallConvention GoRegister { get; } = new()
    {
        Name = "Go register ABI",
        ArgumentRegisters = [RegisterSet.Rax, RegisterSet.Rbx, RegisterSet.Rcx, RegisterSet.Rdi, RegisterSet.Rsi, RegisterSet.R8, RegisterSet.R9, RegisterSet.R10, RegisterSet.R11],
        ResultRegisters = [RegisterSet.Rax, RegisterSet.Rbx, RegisterSet.Rcx, RegisterSet.Rdi, RegisterSet.Rsi, RegisterSet.R8, RegisterSet.R9, RegisterSet.R10, RegisterSet.R11],
        ContextRegister = RegisterSet.Rdx,
        GoroutineRegister = RegisterSet.R14,
        GrowsStacks = true,
    };

    /// <summary>C and C++ (System V psABI AMD64 3.2.3), and Rust, whose own convention is LLVM's use of the same registers.</summary>
    public static CallConvention SystemV { get; } = new()
    {
        Name = "System V",
        ArgumentRegisters = [RegisterSet.Rdi, RegisterSet.Rsi, RegisterSet.Rdx, RegisterSet.Rcx, RegisterSet.R8, RegisterSet.R9],
        ResultRegisters = [RegisterSet.Rax, RegisterSet.Rdx],
        VariadicRegister = RegisterSet.Rax,
        AllowsReturnProbes = true,
    };

    private static RegisterSet All(ImmutableArray<RegisterSet> registers)
    {
        var all = RegisterSet.None;
        foreach (var register in registers) all |= register;
        return all;
    }
}
