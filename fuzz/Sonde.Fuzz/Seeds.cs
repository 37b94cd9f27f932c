namespace Sonde.Fuzz;

/// <summary>
/// The files that changes are made to. Go programs have a whole runtime in them: they are kept without their code (its bytes are zero; nothing here
/// reads them) and compressed.
/// </summary>
internal static class Seeds
{
    private const string Compressed = ".zst";

    /// <summary>All seeds of a folder by their names, in the same order each time.</summary>
    public static SortedDictionary<string, byte[]> Read(string folder)
    {
        var seeds = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var file in Directory.GetFiles(folder)) seeds.Add(Path.GetFileName(file).Replace(Compressed, "", StringComparison.Ordinal), Bytes(file));
        return seeds;
    }

    private static byte[] Bytes(string file)
    {
        var bytes = File.ReadAllBytes(file);
        if (!file.EndsWith(Compressed, StringComparison.Ordinal)) return bytes;
        using var decompressor = new ZstdSharp.Decompressor();
        return decompressor.Unwrap(bytes).ToArray();
    }
}
