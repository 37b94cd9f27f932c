using System.Buffers.Binary;
using System.Collections.Immutable;
using Sonde.Sites;
using Sonde.Types;

namespace Sonde.Tests.Bytecode;

/// <summary>A record in made-up memory with numbers of every width, texts, a slice and floating-point numbers, and its type.</summary>
internal sealed class RandomState
{
    private const ulong Address = 0x10_0000;
    private readonly byte[] _bytes = new byte[512];
    private readonly List<(ulong Address, byte[] Bytes)> _others = [];

    public RandomState(Random random)
    {
        uint at = 0;
        foreach (uint size in (ReadOnlySpan<uint>)[1, 2, 4, 8])
        {
            foreach (bool signed in (ReadOnlySpan<bool>)[true, false])
            {
                var bytes = new byte[16];
                random.NextBytes(bytes.AsSpan(0, (int)size));

                // Small numbers and the ends of the ranges, where things go wrong.
                if (random.Next(2) == 0)
                    BinaryPrimitives.WriteInt64LittleEndian(bytes, random.Next(6) switch { 0 => 0, 1 => 1, 2 => -1, 3 => 3, 4 => (long)(1UL << (8 * (int)size - 1)), _ => 100 });
                bytes.AsSpan((int)size).Clear();
                bytes.AsSpan(0, (int)size).CopyTo(_bytes.AsSpan((int)at));
                Int128 value = BinaryPrimitives.ReadInt128LittleEndian(bytes);
                if (signed)
                    value = value << (128 - 8 * (int)size) >> (128 - 8 * (int)size);
                Numbers.Add(new RandomField($"{(signed ? 'i' : 'u')}{8 * size}", size, signed, at, value));
                at += 8;
            }
        }

        Texts = [.. Enumerable.Range(0, 3).Select(i => (byte[])[.. Enumerable.Range(0, random.Next(i == 2 ? 200 : 6)).Select(_ => (byte)('a' + random.Next(2)))])];
        for (int i = 0; i < 3; i++)
            Counted(100 + 16u * (uint)i, 0x20_0000 + 0x1_0000 * (ulong)i, Texts[i], Texts[i].Length);
        Items = [.. Enumerable.Range(0, random.Next(6)).Select(_ => random.Next(-5, 100))];
        Counted(200, 0x60_0000, [.. Items.SelectMany(BitConverter.GetBytes)], Items.Length);
        Floats = [.. Enumerable.Range(0, 2).Select(_ => random.Next(7) switch { 0 => double.NaN, 1 => -0.0, 2 => 0, 3 => 1.5, 4 => double.PositiveInfinity, 5 => -1.5, _ => random.NextDouble() * 4 - 2 })];
        BinaryPrimitives.WriteDoubleLittleEndian(_bytes.AsSpan(240), Floats[0]);
        BinaryPrimitives.WriteDoubleLittleEndian(_bytes.AsSpan(248), Floats[1]);
    }

    public List<RandomField> Numbers { get; } = [];

    public byte[][] Texts { get; }

    public int[] Items { get; }

    public double[] Floats { get; }

    /// <summary>The variable <c>s</c>: a pointer in rdi.</summary>
    public static Variable Variable(TypeGraph types)
    {
        TypeId Scalar(ScalarKind kind, uint size) => types.Add($"{kind}{size}", size, new ScalarShape(kind));
        TypeId text = types.Add("string", 16, new TextShape(TextForm.Counted, 0, new CountField(8, 8)));
        TypeId items = types.Add("[]int32", 16, new SequenceShape(Scalar(ScalarKind.Signed, 4), 4, 0, new CountField(8, 8)));
        TypeId real = Scalar(ScalarKind.Float, 8);
        var fields = ImmutableArray.CreateBuilder<Field>();
        foreach (RandomField field in new RandomState(new Random(1)).Numbers)
            fields.Add(new Field(field.Name, field.Offset, Scalar(field.Signed ? ScalarKind.Signed : ScalarKind.Unsigned, field.Size)));
        for (uint i = 0; i < 3; i++)
            fields.Add(new Field($"t{i}", 100 + (16 * i), text));
        fields.Add(new Field("items", 200, items));
        fields.Add(new Field("f0", 240, real));
        fields.Add(new Field("f1", 248, real));
        TypeId record = types.Add("State", 512, new RecordShape(fields.DrainToImmutable()));
        return new Variable("s", types.Add("*State", 8, new PointerShape(record)), [new Piece(0, 8, new RegisterPlace(GeneralRegister.Rdi))]);
    }

    /// <summary>Puts it into a machine.</summary>
    public void MapInto(BpfMachine machine)
    {
        machine.SetContext(112, Address);
        machine.Map(Address, _bytes);
        foreach ((ulong address, byte[] bytes) in _others)
            machine.Map(address, bytes);
    }

    private void Counted(uint at, ulong address, byte[] bytes, int count)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.AsSpan((int)at), address);
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.AsSpan((int)at + 8), count);
        _others.Add((address, bytes));
    }
}
