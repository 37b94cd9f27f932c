using System.Buffers.Binary;
using System.Text;
using Sonde.Sites;

namespace Sonde.Tests.Sites;

/// <summary>The functions of a 64-bit ELF file by its symbol table: enough to feed the corpus tests.</summary>
internal static class ElfFunctions
{
    public static List<(string Name, FunctionCode Code)> Read(string path) =>
        [.. ReadWithOffsets(path).Select(function => (function.Name, function.Code))];

    /// <summary>The same with the offset of each in the file, where a uprobe goes.</summary>
    public static List<(string Name, FunctionCode Code, long Offset)> ReadWithOffsets(string path)
    {
        var file = File.ReadAllBytes(path);
        var sections = BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(40));
        var count = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(60));
        var functions = new Dictionary<ulong, (string, FunctionCode, long)>();
        foreach (var wanted in new uint[] { 2, 11 }) // SHT_SYMTAB, SHT_DYNSYM
        {
            for (var i = 0; i < count; i++)
            {
                var header = file.AsSpan((int)sections + i * 64, 64);
                if (BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) != wanted) continue;
                var strings = (int)BinaryPrimitives.ReadInt64LittleEndian(
                    file.AsSpan((int)sections + BinaryPrimitives.ReadInt32LittleEndian(header[40..]) * 64 + 24));
                var at = (int)BinaryPrimitives.ReadInt64LittleEndian(header[24..]);
                var size = (int)BinaryPrimitives.ReadInt64LittleEndian(header[32..]);
                for (var symbol = at; symbol < at + size; symbol += 24) Add(file, sections, count, symbol, strings, functions);
            }
        }
        return [.. functions.Values.OrderBy(f => f.Item2.Address)];
    }

    private static void Add(byte[] file, long sections, int count, int symbol, int strings, Dictionary<ulong, (string, FunctionCode, long)> functions)
    {
        var index = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(symbol + 6));
        var address = BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(symbol + 8));
        var length = BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(symbol + 16));
        if ((file[symbol + 4] & 15) is not (2 or 10) || length <= 0 || index == 0 || index >= count || functions.ContainsKey(address)) return;
        var header = file.AsSpan((int)sections + index * 64, 64);
        var offset = (long)(address - BinaryPrimitives.ReadUInt64LittleEndian(header[16..])) + BinaryPrimitives.ReadInt64LittleEndian(header[24..]);
        if (offset < 0 || offset + length > file.Length) return;
        var name = strings + BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(symbol));
        var end = Array.IndexOf(file, (byte)0, name);
        functions.Add(address, (Encoding.UTF8.GetString(file, name, end - name), new FunctionCode(file.AsMemory((int)offset, (int)length), address), offset));
    }
}
