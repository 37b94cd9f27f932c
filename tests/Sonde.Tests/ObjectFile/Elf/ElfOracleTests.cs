using System.Globalization;
using Sonde.ObjectFile.Elf;
using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests.ObjectFile.Elf;

/// <summary>Symbols, sections and segments equal what readelf prints.</summary>
public sealed class ElfOracleTests
{
    public static TheoryData<string> Paths() => ["/bin/bash", "/lib/x86_64-linux-gnu/libc.so.6", TestPrograms.C(), TestPrograms.Cpp(), TestPrograms.C("-g -O2 -static"), TestPrograms.Go(TestPrograms.GoVersions[0]), TestPrograms.Go(TestPrograms.GoVersions[^1])];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Symbols(string path)
    {
        using var source = new FileByteSource(path);
        var image = ElfImage.Open(source);
        SymbolTable? table = null;
        var compared = 0;
        foreach (var line in ExternalTool.Lines("readelf", "-sW", path))
        {
            if (line.StartsWith("Symbol table '", StringComparison.Ordinal))
            {
                table = line.Contains(".dynsym", StringComparison.Ordinal) ? image.DynamicSymbols : image.Symbols;
                Assert.Contains($"contains {table.Count} entr", line);
                continue;
            }

            var words = line.Split(' ', 8, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 7 || !words[0].EndsWith(':') || !int.TryParse(words[0][..^1], CultureInfo.InvariantCulture, out var index) || index == 0) continue;
            var symbol = table![index];
            Assert.Equal((ulong)DwarfDump.Hex(words[1]), symbol.Address.Value);
            Assert.Equal(words[2].StartsWith("0x", StringComparison.Ordinal) ? (ulong)DwarfDump.Hex(words[2]) : ulong.Parse(words[2], CultureInfo.InvariantCulture), symbol.Size);
            Assert.Equal(words[3] == "IFUNC" ? "GNU_IFUNC" : words[3], symbol.Type.ToString()["STT_".Length..]);
            Assert.Equal(words[4] == "UNIQUE" ? "GNU_UNIQUE" : words[4], symbol.Binding.ToString()["STB_".Length..]);
            Assert.Equal(words[5], symbol.Visibility.ToString()["STV_".Length..]);
            if (symbol.Type == SymbolType.STT_SECTION) continue;
            var name = table.Name(symbol);
            var version = table == image.DynamicSymbols ? table.Version(symbol, out var isDefault) is { } v && v != name ? (isDefault ? "@@" : "@") + v : "" : "";
            // "[<other>: 88]" may stand before the section index; control characters are escaped.
            if (words[6].StartsWith('[') || name.Length == 0 || name.Any(char.IsControl)) continue;
            var expected = words.Length > 7 ? words[7] : "";
            // References end in the index of their version: "memcpy@GLIBC_2.14 (3)".
            if (table == image.DynamicSymbols && expected.LastIndexOf(" (", StringComparison.Ordinal) is > 0 and var suffix) expected = expected[..suffix];
            Assert.Equal(expected, name + version);
            compared++;
        }

        Assert.NotEqual(0, compared);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Every_symbol_is_found_by_name_and_by_address(string path)
    {
        using var source = new FileByteSource(path);
        var image = ElfImage.Open(source);
        foreach (var table in (SymbolTable[])[image.Symbols, image.DynamicSymbols])
        {
            var step = Math.Max(1, table.Count / 100);
            for (var i = 1; i < table.Count; i += step)
            {
                var symbol = table[i];
                if (table.NameBytes(symbol).IsEmpty) continue;
                Assert.Contains(symbol, table.Find(table.Name(symbol)));
                if (!symbol.HasAddress) continue;
                Assert.Contains(symbol, table.FindAt(symbol.Address));
                // A nested symbol may hide it, but never one that begins before it.
                if (symbol.Size > 0) Assert.All(table.FindContaining(symbol.Address + (symbol.Size - 1)), s => Assert.True(s.Address >= symbol.Address));
            }
        }

        Assert.Empty(image.Symbols.Find("no such symbol"));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Sections_and_offsets(string path)
    {
        using var source = new FileByteSource(path);
        var image = ElfImage.Open(source);
        var lines = ExternalTool.Lines("readelf", "-SW", path).Where(l => l.Contains("] .", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(lines);
        foreach (var line in lines)
        {
            var words = line[(line.IndexOf(']') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.True(image.TryGetSection(words[0], out var section));
            Assert.Equal((ulong)DwarfDump.Hex(words[3]), section.Offset);
            Assert.Equal((ulong)DwarfDump.Hex(words[4]), section.Size);
            if ((section.Flags & SectionFlags.SHF_ALLOC) == 0 || !section.HasBytes || section.Size == 0) continue;
            Assert.True(image.TryGetFileOffset(section.Address, out var offset));
            Assert.Equal((long)section.Offset, offset);
            Assert.True(image.TryGetAddress(offset, out var address));
            Assert.Equal(section.Address, address);
        }
    }

    [Fact]
    public void Build_ids()
    {
        var path = TestPrograms.C("-g -O2 -Wl,--build-id=0x0123456789abcdef");
        using var source = new FileByteSource(path);
        Assert.Equal("0123456789abcdef", Convert.ToHexStringLower(Notes.GnuBuildId(ElfImage.Open(source))!));
        using var go = new FileByteSource(TestPrograms.Go(TestPrograms.GoVersions[0]));
        Assert.NotEmpty(Notes.GoBuildId(ElfImage.Open(go))!);
    }

    [Fact]
    public void A_separate_debug_file_is_found_by_name_and_checksum()
    {
        var path = TestPrograms.Build("int main(void) { return 0; }", ".c", "gcc -g -o {dir}/p {in} && objcopy --only-keep-debug {dir}/p {dir}/p.debug && objcopy --strip-debug --add-gnu-debuglink={dir}/p.debug {dir}/p {out}");
        var debug = TestPrograms.Build("int main(void) { return 0; }", ".c", "gcc -g -o {dir}/p {in} && objcopy --only-keep-debug {dir}/p {out}");
        using var source = new FileByteSource(path);
        var link = DebugLink.Read(ElfImage.Open(source));
        Assert.Equal("p.debug", link!.Value.FileName);
        var bytes = File.ReadAllBytes(debug);
        uint crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var i = 0; i < 8; i++) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
        }

        using var debugSource = new FileByteSource(debug);
        Assert.Equal(~crc, Crc32.Compute(debugSource));
        var debugImage = ElfImage.Open(debugSource);
        Assert.Null(debugImage.TryGetContents(".text"));
        Assert.NotNull(debugImage.TryGetContents(".debug_info"));
    }

    [Fact]
    public void Dynamic_symbols_are_found_without_section_headers()
    {
        var bytes = File.ReadAllBytes("/lib/x86_64-linux-gnu/libc.so.6");
        var whole = ElfImage.Open(new Sonde.ObjectFile.Bytes.MemoryByteSource(bytes));
        var stripped = (byte[])bytes.Clone();
        Array.Clear(stripped, 40, 8); // e_shoff
        Array.Clear(stripped, 58, 6); // e_shentsize, e_shnum, e_shstrndx
        var image = ElfImage.Open(new Sonde.ObjectFile.Bytes.MemoryByteSource(stripped));
        Assert.Empty(image.Sections);
        Assert.Equal(whole.DynamicSymbols.Count, image.DynamicSymbols.Count);
        Assert.Equal(whole.DynamicSymbols.Find("malloc"), image.DynamicSymbols.Find("malloc"));
        Assert.Equal("libc.so.6", image.Dynamic.SoName);
        Assert.Equal(Notes.GnuBuildId(whole), Notes.GnuBuildId(image));
        Assert.Equal("GLIBC_2.2.5", image.DynamicSymbols.Version(image.DynamicSymbols.Find("malloc")[0], out _));
    }
}
