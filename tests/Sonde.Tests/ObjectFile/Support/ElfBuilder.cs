namespace Sonde.Tests.ObjectFile.Support;

/// <summary>The smallest ELF file that holds the sections given; one executable segment covers the addresses 0x1000 to 0x100000.</summary>
internal static class ElfBuilder
{
    public static byte[] Build(IReadOnlyDictionary<string, byte[]> sections, ulong flags = 0)
    {
        var names = new SectionBuilder().U8(0);
        var file = new SectionBuilder();
        var contents = new SectionBuilder();
        const int start = 64 + 56;
        var headers = new SectionBuilder().Bytes(new byte[64]);
        foreach (var (name, bytes) in sections.Append(new(".shstrtab", [])))
        {
            var nameOffset = names.Length;
            names.Text(name);
            var data = name == ".shstrtab" ? names.ToArray() : bytes;
            headers.U32((uint)nameOffset).U32(name == ".shstrtab" ? 3u : 1u).U64(name == ".shstrtab" ? 0 : flags).U64(0).U64((ulong)(start + contents.Length)).U64((ulong)data.Length).U32(0).U32(0).U64(1).U64(0);
            contents.Bytes(data);
        }

        var count = sections.Count + 2;
        file.U8(0x7f, 'E', 'L', 'F', 2, 1, 1, 0).U64(0).U16(3).U16(62).U32(1).U64(0x1000).U64(64).U64((ulong)(start + contents.Length)).U32(0).U16(64).U16(56).U16(1).U16(64).U16(count).U16(count - 1);
        file.U32(1).U32(5).U64(0).U64(0x1000).U64(0x1000).U64(0x100000).U64(0xff000).U64(0x1000);
        return file.Bytes(contents.ToArray()).Bytes(headers.ToArray()).ToArray();
    }
}
