namespace Sonde.ObjectFile.Go;

/// <summary>
/// Places of fields in runtime.moduledata (runtime/symtab.go), in words. Only what comes before the first field that no reader needs.
/// A layout is used only if the values found by it make sense (<see cref="ModuleData"/>).
/// </summary>
internal sealed record ModuleLayout(string Releases, PclntabFormat Format, int Text, int Types, int TypesEnd, int ReadOnlyData, int GoFunc, int TypeLinks, int ItabLinks, int TextSections)
{
    /// <summary>A field that the release does not have.</summary>
    public const int None = -1;

    /// <summary>Size of what is read.</summary>
    public int Words => Math.Max(TextSections, ItabLinks) + 3;

    /// <summary>Data segments' bounds lie in pairs behind text and etext: noptrdata, data, bss, noptrbss.</summary>
    public const int BoundPairs = 5;

    /// <summary>[types, types + descriptors) has type descriptors without gaps, from Go 1.27 on; the size is one word behind types.</summary>
    public bool HasContiguousTypes => TypeLinks == None;

    public static readonly ModuleLayout[] All =
    [
        // pclntable, ftab, filetab (slices), findfunctab, minpc, maxpc, then text
        new("1.15", PclntabFormat.Go12, 12, 25, 26, None, None, 30, 33, 27),
        // pcHeader, five slices, ftab, findfunctab, minpc, maxpc, then text
        new("1.16-1.17", PclntabFormat.Go116, 22, 35, 36, None, None, 40, 43, 37),
        // + rodata, gofunc
        new("1.18-1.19", PclntabFormat.Go118, 22, 35, 36, 37, 38, 42, 45, 39),
        // + covctrs, ecovctrs
        new("1.20-1.25", PclntabFormat.Go120, 22, 37, 38, 39, 40, 44, 47, 41),
        // + epclntab
        new("1.26", PclntabFormat.Go120, 22, 37, 38, 39, 40, 45, 48, 42),
        // + typedesclen, itaboffset, itabsize; no typelinks and itablinks
        new("1.27", PclntabFormat.Go120, 22, 37, 39, 42, 43, None, None, 45),
    ];
}
