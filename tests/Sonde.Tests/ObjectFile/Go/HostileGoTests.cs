using System.Diagnostics;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;
using Sonde.ObjectFile.Go;
using Sonde.Tests.ObjectFile.Support;
using Xunit;

namespace Sonde.Tests.ObjectFile.Go;

public sealed class HostileGoTests
{
    public static TheoryData<string> Versions => GoPrograms.EachVersion;

    /// <summary>Damage in the tables ends in <see cref="BinaryFormatException"/> or in another value, soon.</summary>
    [Theory]
    [MemberData(nameof(Versions))]
    public void Damaged_tables_throw_only_what_they_should(string version)
    {
        var original = File.ReadAllBytes(TestPrograms.Go(version, "-ldflags=-s"));
        var go = GoPrograms.Open(new MemoryByteSource(original));
        Assert.True(go.Image.TryGetFileOffset(go.Functions.Address, out var table));
        Assert.True(go.Image.TryGetFileOffset(go.Module!.Address, out var module));
        var random = new Random(3);
        var watch = Stopwatch.StartNew();
        for (var round = 0; round < 60; round++)
        {
            var bytes = original.ToArray();
            for (var change = random.Next(1, 20); change > 0; change--)
            {
                var at = random.Next(4) switch
                {
                    0 => table + random.Next(72),
                    1 => module + random.Next(400),
                    2 => table + random.Next(1 << 14),
                    _ => table + random.Next(400_000),
                };
                if (at >= bytes.Length) continue;
                bytes[at] = random.Next(3) switch { 0 => 0xff, 1 => 0, _ => (byte)random.Next(256) };
            }

            try
            {
                Walk(new MemoryByteSource(bytes), random);
            }
            catch (BinaryFormatException)
            {
            }
        }

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), watch.Elapsed.ToString());
    }

    private static void Walk(MemoryByteSource source, Random random)
    {
        if (GoImage.TryOpen(ElfImage.Open(source)) is not { } go) return;
        for (var i = 0; i < 100; i++)
        {
            try
            {
                var row = go.Functions.Row(random.Next(go.Functions.Count));
                go.Functions.Name(row);
                var address = row.Entry + (row.Size == 0 ? 0 : (ulong)random.NextInt64((long)Math.Min(row.Size, long.MaxValue)));
                go.Functions.File(row, address);
                go.Functions.StackDelta(row, address);
                go.Inlines.At(row, address);
                go.Inlines.Ranges(row);
                go.Functions.TryFind(address, out _);
            }
            catch (BinaryFormatException)
            {
            }
        }
    }
}
