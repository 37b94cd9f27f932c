using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;

namespace Sonde.Fuzz;

/// <summary>
/// A changed file as a small text: the seed it was made from, where it is cut off (-1: nowhere), and the bytes that were written over it.
/// This is what a finding is kept as.
/// </summary>
internal sealed record Mutation(string Target, string Seed, int Length, IReadOnlyList<(int Offset, byte[] Bytes)> Patches)
{
    private static readonly ulong[] s_interesting =
        [0, 1, 2, 7, 8, 16, 0x3f, 0x40, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xfffffff0, 0xfffffffe, 0xffffffff, 0x7fffffffffffffff, 0x8000000000000000, 0xfffffffffffffffe, ulong.MaxValue];

    /// <summary>Draws one to eight changes within the ranges given (the whole file and a cut when there is no list).</summary>
    public static Mutation Draw(Random random, string target, string seed, byte[] bytes, List<(int Start, int Length)>? ranges)
    {
        var patches = new List<(int, byte[])>();
        var length = -1;
        for (var n = 1 + random.Next(random.Next(1, 9)); n > 0; n--)
        {
            // Headers decide more than contents: half of the hits go to the beginning of a file or section.
            var (start, size) = ranges is not null ? ranges[random.Next(ranges.Count)] : (0, bytes.Length);
            var at = start + random.Next(random.Next(2) == 0 ? Math.Min(size, 80) : size);
            var room = start + size - at;
            byte[] patch;
            switch (random.Next(6))
            {
                case 0:
                    patch = [(byte)(bytes[at] ^ 1 << random.Next(8))];
                    break;
                case 1:
                    patch = [(byte)random.Next(256)];
                    break;
                case 2 or 3:
                    patch = new byte[8];
                    BinaryPrimitives.WriteUInt64LittleEndian(patch, s_interesting[random.Next(s_interesting.Length)]);
                    patch = patch[..Math.Min(room, 1 << random.Next(4))];
                    break;
                case 4:
                    var from = start + random.Next(size);
                    patch = bytes.AsSpan(from, Math.Min(Math.Min(room, start + size - from), 1 + random.Next(32))).ToArray();
                    break;
                default:
                    patch = Enumerable.Repeat((byte)(random.Next(2) == 0 ? 0x80 : 0xff), Math.Min(room, 1 + random.Next(16))).ToArray();
                    break;
            }

            patches.Add((at, patch));
        }

        if (ranges is null && random.Next(8) == 0) length = random.Next(bytes.Length);
        return new Mutation(target, seed, length, patches);
    }

    public byte[] Apply(byte[] seed)
    {
        var bytes = (byte[])seed.Clone();
        foreach (var (offset, patch) in Patches) patch.CopyTo(bytes, offset);
        return Length >= 0 ? bytes[..Length] : bytes;
    }

    public override string ToString()
    {
        var text = new StringBuilder($"{Target} {Seed} {Length}\n");
        foreach (var (offset, bytes) in Patches) text.Append(CultureInfo.InvariantCulture, $"{offset} {Convert.ToHexStringLower(bytes)}\n");
        return text.ToString();
    }

    public static Mutation Parse(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var head = lines[0].Split(' ');
        var patches = lines[1..].Select(l => l.Split(' ')).Select(w => (int.Parse(w[0], CultureInfo.InvariantCulture), Convert.FromHexString(w[1]))).ToList();
        return new Mutation(head[0], head[1], int.Parse(head[2], CultureInfo.InvariantCulture), patches);
    }

    /// <summary>Where in the seed the sections lie that a target attacks.</summary>
    public static List<(int Start, int Length)> Ranges(byte[] seed, string[] sections)
    {
        var image = ElfImage.Open(new MemoryByteSource(seed));
        return image.Sections.Where(s => sections.Contains(s.Name) && s.HasBytes && s.Size > 0).Select(s => ((int)s.Offset, (int)s.Size)).ToList();
    }
}
