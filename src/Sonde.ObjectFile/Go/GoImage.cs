using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Go;

/// <summary>
/// What the Go runtime's own tables tell about a program, with or without symbols, DWARF and section headers. Safe for concurrent readers.
/// </summary>
internal sealed class GoImage
{
    private GoImage(ElfImage image, FileMemory memory, FunctionTable functions, ModuleData? module, BuildInfo? build)
    {
        Image = image;
        Memory = memory;
        Functions = functions;
        Module = module;
        Build = build;
        Version = build is null ? GoVersion.Unknown : GoVersion.Parse(build.Version);
        if (!Version.IsKnown) Version = VersionMarks.Guess(functions, module);
        Inlines = new InlineTree(functions, memory.Read, module?.GoFunc.Value ?? 0);
    }

    public ElfImage Image { get; }

    /// <summary>Initial memory, relocated.</summary>
    public FileMemory Memory { get; }

    public FunctionTable Functions { get; }

    /// <summary>Null when the release is unknown: then there are no types, and from Go 1.18 on no inline trees.</summary>
    public ModuleData? Module { get; }

    /// <summary>Null when it was taken out.</summary>
    public BuildInfo? Build { get; }

    /// <summary>From the build information, else from what is in the program; the minor number is exact in the former and a lower bound in the latter.</summary>
    public GoVersion Version { get; }

    public InlineTree Inlines { get; }

    /// <summary>Opens the tables; null when this is not a Go program. Throws when its function table is damaged.</summary>
    public static GoImage? TryOpen(ElfImage image)
    {
        if (PclntabLocator.TryFind(image) is not { } table) return null;
        var memory = new FileMemory(image);
        var module = ModuleLocator.TryFind(image, memory, table.Header, table.Address);
        var text = TextStart.Find(image, memory, table.Address, table.Data, table.Header, module);
        if (table.Header.Format >= PclntabFormat.Go118 && text == 0)
            throw new BinaryFormatException(BinaryError.Unsupported, table.Data.Name, 0, "the start of Go's text is not known");
        var functions = new FunctionTable(table.Address, table.Data, table.Header, memory, text);
        return new GoImage(image, memory, functions, module, BuildInfo.TryRead(image, memory.Read));
    }

    /// <summary>Whether a function was made by the compiler (wrappers of methods and ABIs, hash and equality functions): internal/abi.FuncIDWrapper.</summary>
    public bool IsWrapper(in FunctionRow row) => row.FunctionId == WrapperId(Functions.Format, Version);

    private static byte WrapperId(PclntabFormat format, GoVersion version) => format switch
    {
        PclntabFormat.Go12 or PclntabFormat.Go116 => 22,
        PclntabFormat.Go118 => 21,
        _ => version.Minor switch { < 22 => 21, < 25 => 22, _ => 23 },
    };
}
