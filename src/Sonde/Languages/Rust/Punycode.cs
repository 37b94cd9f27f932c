using System.Text;

namespace Sonde.Languages.Rust;

/// <summary>Identifiers with letters outside ASCII: RFC 3492, with the delimiter `_` in place of `-`.</summary>
internal static class Punycode
{
    /// <summary>Longer ones are shown undecoded, as the Rust library does.</summary>
    private const int MaximumRunes = 128;

    public static bool TryAppend(ReadOnlySpan<byte> ascii, ReadOnlySpan<byte> encoded, DemangledText output)
    {
        Span<int> runes = stackalloc int[MaximumRunes];
        int count = 0;
        foreach (byte letter in ascii)
        {
            if (count == MaximumRunes)
                return false;
            runes[count++] = letter;
        }

        long code = 0x80, position = 0;
        int bias = 72, scale = 700, at = 0;
        while (at < encoded.Length)
        {
            long delta = 0, weight = 1;
            for (int k = 36; ; k += 36)
            {
                if (at == encoded.Length)
                    return false;
                byte letter = encoded[at++];
                int digit = letter is >= (byte)'a' and <= (byte)'z' ? letter - 'a' : letter is >= (byte)'0' and <= (byte)'9' ? letter - '0' + 26 : -1;
                if (digit < 0)
                    return false;
                delta += digit * weight;
                int threshold = Math.Clamp(k - bias, 1, 26);
                if (delta > int.MaxValue)
                    return false;
                if (digit < threshold)
                    break;
                weight *= 36 - threshold;
                if (weight > int.MaxValue)
                    return false;
            }

            position += delta;
            code += position / (count + 1);
            position %= count + 1;
            if (count == MaximumRunes || code > 0x10ffff)
                return false;
            runes[(int)position..count].CopyTo(runes[((int)position + 1)..]);
            runes[(int)position++] = (int)code;
            count++;

            delta /= scale;
            scale = 2;
            delta += delta / count;
            int steps = 0;
            for (; delta > 35 * 26 / 2; steps += 36)
                delta /= 35;
            bias = steps + (int)(36 * delta / (delta + 38));
        }

        foreach (int rune in runes[..count])
        {
            if (!Rune.IsValid(rune))
                return false;
        }

        foreach (int rune in runes[..count])
            output.AppendRune(new Rune(rune));
        return true;
    }
}
