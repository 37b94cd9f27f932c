using System.Buffers.Binary;
using Sonde.ObjectFile.Elf;

namespace Sonde.Symbols;

/// <summary>
/// Constructors and destructors of C++ have up to three functions each (Itanium C++ ABI 5.1.4.3: C1 complete, C2 base, D0 deleting, D1, D2).
/// One that only calls another would count each object twice.
/// </summary>
internal static class Structors
{
    private const int LongestCode = 64 << 10;

    // What a variant may be a wrapper of.
    private static readonly (string Wrapper, string Wrapped)[] Pairs = [("D0Ev", "D1Ev"), ("D0Ev", "D2Ev"), ("D1Ev", "D2Ev"), ("C1E", "C2E")];

    /// <summary>Leaves out the variants that call another one of the list.</summary>
    public static IReadOnlyList<Function> WithoutWrappers(IReadOnlyList<Function> functions)
    {
        if (functions.Count < 2 || !functions.Any(f => f.Symbol.StartsWith("_Z", StringComparison.Ordinal)))
            return functions;
        var bySymbol = new Dictionary<string, Function>();
        foreach (Function function in functions)
        {
            foreach (string symbol in (IEnumerable<string>)[function.Symbol, .. function.OtherNames])
                bySymbol.TryAdd(symbol, function);
        }

        List<Function> kept = [.. functions.Where(f => !Variants(f, bySymbol).Any(other => Calls(f, other.Address)))];
        return kept.Count == functions.Count ? functions : kept;
    }

    // The other variants of the same constructor or destructor that a function may wrap.
    private static IEnumerable<Function> Variants(Function function, Dictionary<string, Function> bySymbol)
    {
        foreach ((string wrapper, string wrapped) in Pairs)
        {
            for (int at = function.Symbol.IndexOf(wrapper, StringComparison.Ordinal); at >= 0; at = function.Symbol.IndexOf(wrapper, at + 1, StringComparison.Ordinal))
            {
                string symbol = string.Concat(function.Symbol.AsSpan(0, at), wrapped, function.Symbol.AsSpan(at + wrapper.Length));
                if (bySymbol.TryGetValue(symbol, out Function? other) && other.Address != function.Address)
                    yield return other;
            }
        }
    }

    // Whether the code has a call or jump to the address: `e8 rel32`, `e9 rel32`. Bytes that only look like one would have to lead to the very place.
    private static bool Calls(Function function, FileAddress target)
    {
        byte[] code = new byte[Math.Min(function.Size, LongestCode)];
        int length = function.Image.Elf.ReadAt(function.Address, code);
        for (int i = 0; i + 5 <= length; i++)
        {
            if (code[i] is not (0xe8 or 0xe9))
                continue;
            long distance = BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(i + 1));
            if (function.Address.Value + (ulong)(i + 5 + distance) == target.Value)
                return true;
        }

        return false;
    }
}
