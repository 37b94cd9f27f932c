using Iced.Intel;
using Sonde.Sites;

namespace Sonde.Tests.Sites;

/// <summary>Functions written in the test.</summary>
internal static class Code
{
    public const ulong Address = 0x401000;

    public static DecodedFunction Of(string hex) =>
        FunctionDecoder.Decode(new FunctionCode(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), Address));

    public static DecodedFunction Of(Action<Assembler> write) => FunctionDecoder.Decode(new FunctionCode(Bytes(write), Address));

    public static byte[] Bytes(Action<Assembler> write)
    {
        var assembler = new Assembler(64);
        write(assembler);
        using var stream = new MemoryStream();
        assembler.Assemble(new StreamCodeWriter(stream), Address);
        return stream.ToArray();
    }

    public static EntryRequest Request(RegisterSet wanted = RegisterSet.None, bool returns = false, int? stack = null) => new()
    {
        Convention = CallConvention.SystemV,
        Wanted = wanted,
        NeedsReturnProbe = returns,
        StackArgumentBytes = stack,
        AllCandidates = true,
        Kernel = KernelTraits.Recent,
    };

    /// <summary>Offset of the chosen site.</summary>
    public static int Site(DecodedFunction function, EntryRequest request) =>
        (int)(SiteSelector.SelectEntry(function, request).Choice!.Address - function.Code.Address);

    public static SiteChoice Choice(DecodedFunction function, EntryRequest request) => SiteSelector.SelectEntry(function, request).Choice!;

    public static SiteVerdict Verdict(DecodedFunction function, EntryRequest request, int offset) =>
        SiteSelector.SelectEntry(function, request).Candidates.Single(c => c.Address == Address + (ulong)offset).Verdict;
}
