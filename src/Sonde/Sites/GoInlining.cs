using Iced.Intel;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;
using Sonde.ObjectFile.Go;
using Sonde.Symbols;

namespace Sonde.Sites;

/// <summary>What a Go function's code tells of whether it can have been inlined: spares a search of all debug information.</summary>
internal static class GoInlining
{
    // Go's inliner takes functions whose cost is at most 80, in experiments twice that, and counts 57 for each call that stays
    // a call (cmd/compile/internal/inline/inl.go, 1.15 to 1.27): no function with so many calls is small enough. Calls into
    // the runtime may be the compiler's own, which cost nothing.
    private const int CallsOfLargeFunction = 4;
    private const ulong MaximumSize = 1 << 20;

    /// <summary>Whether the compiler certainly took it for too large. A profile makes it take larger ones.</summary>
    public static bool IsTooLarge(Function function)
    {
        if (function.Image.Go is not { } go || go.Build is not { } build || build.Settings.Any(s => s.Key == "-pgo") || function.Size is 0 or > MaximumSize)
            return false;
        var bytes = new byte[function.Size];
        if (function.Image.Elf.ReadAt(function.Address, bytes) != bytes.Length)
            return false;
        int calls = 0;
        foreach (ref readonly Instruction instruction in FunctionDecoder.Decode(new FunctionCode(bytes, function.Address.Value)).Instructions)
        {
            if (instruction.FlowControl == FlowControl.IndirectCall
                || (instruction.FlowControl == FlowControl.Call && FunctionDecoder.TryTarget(instruction, out ulong target) && !IsOfRuntime(go, new FileAddress(target))))
                calls++;
        }

        return calls >= CallsOfLargeFunction;
    }

    private static bool IsOfRuntime(GoImage go, FileAddress address)
    {
        try
        {
            return !go.Functions.TryFind(address, out FunctionRow row) || go.Functions.Name(row).StartsWith("runtime."u8);
        }
        catch (BinaryFormatException)
        {
            return true;
        }
    }
}
