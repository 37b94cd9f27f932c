using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Go;

/// <summary>
/// What function entries are relative to (runtime.text). The table's header states it up to Go 1.25, module data always; else it is
/// derived from the ELF entry point, which is a function of known name in programs that the Go linker made.
/// </summary>
internal static class TextStart
{
    /// <summary>0 when nothing trustworthy tells.</summary>
    public static ulong Find(ElfImage image, FileMemory memory, FileAddress pclntab, SectionData data, PclntabHeader header, ModuleData? module)
    {
        if (header.Format < PclntabFormat.Go118) return 0;
        if (module is not null) return module.Text.Value;
        if (header.TextStart != 0) return header.TextStart;
        if (memory.Relocations.TryGet(pclntab + 24, out var relocated) && relocated != 0) return relocated;
        if (image.Symbols.Find("runtime.text"u8) is [var symbol, ..]) return symbol.Address.Value;
        return FromEntryPoint(image, data, header, pclntab, memory);
    }

    private static ulong FromEntryPoint(ElfImage image, SectionData data, PclntabHeader header, FileAddress pclntab, FileMemory memory)
    {
        var relative = new FunctionTable(pclntab, data, header, memory, 0);
        return relative.TryFind("_rt0_amd64_linux"u8, out var row) && row.Entry <= image.EntryPoint ? image.EntryPoint - row.Entry : 0;
    }
}
