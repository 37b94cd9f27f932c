using System.Buffers.Binary;

namespace Sonde.Values;

/// <summary>
/// x87 double-extended precision: 64 bits of significand with an explicit integer bit, 15 of exponent, one of sign
/// (Intel SDM volume 1, section 4.2.2).
/// </summary>
internal static class ExtendedFloat
{
    /// <summary>The nearest double, ties to even.</summary>
    public static double ToDouble(ReadOnlySpan<byte> bytes)
    {
        ulong significand = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        int signAndExponent = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        bool negative = (signAndExponent & 0x8000) != 0;
        int exponent = signAndExponent & 0x7fff;
        double magnitude;
        if (exponent == 0x7fff)
            magnitude = significand << 1 == 0 ? double.PositiveInfinity : double.NaN;
        else if (significand == 0)
            magnitude = 0;
        else if (exponent != 0 && significand >> 63 == 0)
            magnitude = double.NaN; // "unnormal": an invalid operand since the 80387
        else
            magnitude = Scale(significand, Math.Max(exponent, 1) - 16383 - 63);
        return negative ? -magnitude : magnitude;
    }

    /// <summary>significand * 2^exponent with one rounding, subnormal results included.</summary>
    private static double Scale(ulong significand, int exponent)
    {
        int length = 64 - System.Numerics.BitOperations.LeadingZeroCount(significand);
        // The lowest bit a double can have here: 53 bits below the highest, but not below 2^-1074.
        int lowest = Math.Max(exponent + length - 53, -1074);
        int drop = lowest - exponent;
        if (drop <= 0)
            return Math.ScaleB((double)significand, exponent);
        if (drop > 64)
            return 0;
        ulong kept = drop == 64 ? 0 : significand >> drop;
        ulong half = 1UL << (drop - 1);
        ulong dropped = drop == 64 ? significand : significand & ((half << 1) - 1);
        if (dropped > half || (dropped == half && (kept & 1) != 0))
            kept++;
        return Math.ScaleB((double)kept, lowest);
    }
}
