using Sonde.Listings;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;
using Sonde.Symbols;

namespace Sonde.Fuzz.Targets;

/// <summary>What <c>sonde ls</c> does with a file: every function with its signature and whether a probe can go there, lines, layouts, its debug file.</summary>
internal static class ListingTargets
{
    /// <summary>Everything that can be listed. Refusing the request is as good as refusing the file.</summary>
    public static void All(IByteSource source)
    {
        var path = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"sonde-fuzz-{Environment.ProcessId}-{Environment.CurrentManagedThreadId}");
        try
        {
            var bytes = new byte[source.Length];
            File.WriteAllBytes(path, bytes[..source.Read(0, bytes)]);
            foreach (var request in (ListRequest[])
                [new() { Json = true, Probeable = true }, new() { Pattern = "*a*" }, new() { Pattern = "main" }, new() { Lines = "c" }, new() { Layout = "Item", Json = true }, new() { Layout = "T" }])
            {
                List(path, request);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>The headers of compressed sections: what is said of their size decides how much memory is asked for.</summary>
    public static List<(int Start, int Length)> CompressedPlaces(byte[] seed)
    {
        var image = ElfImage.Open(new MemoryByteSource(seed));
        return image.Sections.Where(s => (s.Flags & SectionFlags.SHF_COMPRESSED) != 0 || s.Name.StartsWith(".zdebug", StringComparison.Ordinal))
            .Select(s => ((int)s.Offset, (int)Math.Min(s.Size, 48))).ToList();
    }

    private static void List(string path, ListRequest request)
    {
        try
        {
            using var target = Target.OfFile(path);
            Lister.List(target, request, Stream.Null);
        }
        catch (SondeException)
        {
            // one line for the user
        }
    }
}
