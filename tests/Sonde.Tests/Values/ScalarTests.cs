using System.Collections.Frozen;
using Sonde.Plans;
using Sonde.Types;
using Xunit;

namespace Sonde.Tests.Values;

public sealed class ScalarTests
{
    [Theory]
    [InlineData("Signed", "80", "-128")]
    [InlineData("Signed", "ff7f", "32767")]
    [InlineData("Signed", "ffffff", "-1")]
    [InlineData("Signed", "00000080", "-2147483648")]
    [InlineData("Signed", "ffffffffffffff7f", "9223372036854775807")]
    [InlineData("Signed", "0000000000000080", "-9223372036854775808")]
    [InlineData("Signed", "ffffffffffffffffffffffffffffffff", "-1")]
    [InlineData("Signed", "00000000000000000000000000000080", "-170141183460469231731687303715884105728")]
    [InlineData("Unsigned", "ff", "255")]
    [InlineData("Unsigned", "ffffffffffffffff", "18446744073709551615")]
    [InlineData("Unsigned", "ffffffffffffffffffffffffffffffff", "340282366920938463463374607431768211455")]
    [InlineData("Boolean", "00", "false")]
    [InlineData("Boolean", "01", "true")]
    [InlineData("Boolean", "fe", "true")]
    [InlineData("Boolean", "00000001", "true")]
    [InlineData("Float", "003e", "1.5")]
    [InlineData("Float", "0000c03f", "1.5f")]
    [InlineData("Float", "cdcccc3d", "0.10000000149011612f")]
    [InlineData("Float", "000000000000f83f", "1.5")]
    [InlineData("Float", "000000000000f87f", "NaN")]
    [InlineData("Float", "000000000000f0ff", "-Infinity")]
    [InlineData("Float", "0000000000000080", "-0")]
    [InlineData("Float", "0000000000000080ff3f", "1")]
    [InlineData("Float", "0000000000000080ffbf000000000000", "-1")]
    [InlineData("Float", "35c26821a2da0fc90040000000000000", "3.141592653589793")]
    [InlineData("Float", "0000000000000080ff7f0000", "Infinity")]
    [InlineData("Float", "00000000000000c0ff7f", "NaN")]
    [InlineData("Float", "0000000000000040ff3f", "NaN")]
    [InlineData("Float", "00000000000000000000", "0")]
    [InlineData("Float", "00000000000000800100", "0")]
    [InlineData("Float", "ffffffffffffffff3e00", "0")]
    [InlineData("Float", "00000000000000800000", "0")]
    [InlineData("Float", "0000000000000080cd3b", "5E-324")]
    [InlineData("Float", "0000000000000080cc3b", "0")]
    [InlineData("Float", "0100000000000080cc3b", "5E-324")]
    [InlineData("Float", "00fcffffffffffff3e40", "1.8446744073709552E+19")]
    [InlineData("Float", "fffbffffffffffff3e40", "1.844674407370955E+19")]
    [InlineData("Float", "0000000000000080fe43", "8.98846567431158E+307")]
    [InlineData("Float", "0000000000000080ff43", "Infinity")]
    [InlineData("Float", "000000", "<Unsupported>")]
    [InlineData("Complex", "0000803f00000040", "(1, 2)")]
    [InlineData("Complex", "000000000000f03f000000000000f87f", "(1, NaN)")]
    [InlineData("Character", "41", "'41'")]
    [InlineData("Character", "e9", "'e9'")]
    [InlineData("Character", "ac20", "'20ac'")]
    [InlineData("Character", "00f60100", "'1f600'")]
    [InlineData("Address", "0000000000000000", "nil")]
    [InlineData("Address", "0010000000c00000", "0xc00000001000")]
    [InlineData("Unsigned", "0000000000000000000000000000000000", "<Unsupported>")]
    public void Shows_every_width(string kind, string hex, string expected)
    {
        var builder = new FrameBuilder();
        byte[] bytes = Convert.FromHexString(hex);
        builder.Root(builder.Types.Add("t", (ulong)bytes.Length, new ScalarShape(Enum.Parse<ScalarKind>(kind))), bytes);
        Assert.Equal(expected, Show.Of(builder.Decode()));
    }

    [Theory]
    [InlineData(0u, 3u, "Signed", "-3")]
    [InlineData(3u, 5u, "Unsigned", "22")]
    [InlineData(8u, 8u, "Signed", "-1")]
    [InlineData(15u, 1u, "Boolean", "true")]
    [InlineData(4u, 12u, "Unsigned", "4091")]
    [InlineData(17u, 2u, "Unsigned", "<Uninitialized>")]
    public void Shows_bit_fields(uint offset, uint size, string kind, string expected)
    {
        // 1111 1111 1011 0101, and a third byte that cannot be read.
        var builder = new FrameBuilder();
        TypeId storage = builder.Types.Add("uint32", 4, new ScalarShape(Enum.Parse<ScalarKind>(kind)));
        TypeId record = builder.Types.Add("r", 3, new RecordShape([new Field("f", 0, storage, FieldKind.Named, offset, size)]));
        builder.Root(record, [0xB5, 0xFF, 0], missing: [new MissingRange(2, 1, MissingReason.Uninitialized)]);
        Assert.Equal($"{{f={expected}}}", Show.Of(builder.Decode()));
    }

    [Theory]
    [InlineData(0, false, "enum 0")]
    [InlineData(1, false, "Read")]
    [InlineData(3, false, "enum 3")]
    [InlineData(3, true, "Read|Write")]
    [InlineData(7, true, "Read|Write|enum")]
    [InlineData(12, true, "Both")]
    [InlineData(13, true, "Read|Both")]
    [InlineData(-1, false, "All")]
    public void Names_enums_and_flags(int number, bool flags, string expected)
    {
        var names = new Dictionary<Int128, string> { [1] = "Read", [2] = "Write", [4] = "Four", [8] = "Eight", [12] = "Both", [-1] = "All" };
        if (expected.EndsWith("enum", StringComparison.Ordinal))
        {
            names.Remove(4);
            expected = "enum 7";
        }

        var builder = new FrameBuilder();
        TypeId type = builder.Types.Add("E", 4, new ScalarShape(ScalarKind.Signed), new EnumPresentation(names.ToFrozenDictionary(), flags));
        builder.Root(type, BitConverter.GetBytes(number));
        Assert.Equal(expected, Show.Of(builder.Decode()));
    }

    [Fact]
    public void Durations_are_nanoseconds_without_overflow()
    {
        var builder = new FrameBuilder();
        TypeId type = builder.Types.Add("ms", 8, new ScalarShape(ScalarKind.Signed), new DurationPresentation(1_000_000));
        builder.Root(type, BitConverter.GetBytes(long.MinValue));
        Assert.Equal("-9223372036854775808000000ns", Show.Of(builder.Decode()));
    }
}
