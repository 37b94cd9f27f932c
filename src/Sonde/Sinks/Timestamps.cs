namespace Sonde.Sinks;

/// <summary>Writes times of events. The part down to the second is kept: thousands of events share it.</summary>
internal sealed class Timestamps(bool timeOnly, TimeZoneInfo zone)
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    private readonly byte[] _text = new byte[20];
    private long _second = long.MinValue;
    private int _length;

    /// <summary><c>2026-11-22T14:02:11.482119873</c>, or with times only <c>14:02:11.482119</c>.</summary>
    public void Write(Utf8Output output, long unixNanoseconds)
    {
        long second = Math.DivRem(unixNanoseconds, NanosecondsPerSecond, out long nanoseconds);
        if (nanoseconds < 0)
        {
            second--;
            nanoseconds += NanosecondsPerSecond;
        }

        if (second != _second)
            Format(second);
        output.Raw(_text.AsSpan(0, _length));
        if (timeOnly)
            output.Digits((int)(nanoseconds / 1000), 6);
        else
            output.Digits((int)nanoseconds, 9);
    }

    private void Format(long second)
    {
        // 64 bits of nanoseconds reach from 1677 to 2262, which DateTimeOffset covers.
        DateTimeOffset time = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeSeconds(second), zone);
        _length = timeOnly ? 9 : 20;
        int at = 0;
        if (!timeOnly)
        {
            at = Put(time.Year, 4, at, '-');
            at = Put(time.Month, 2, at, '-');
            at = Put(time.Day, 2, at, 'T');
        }

        at = Put(time.Hour, 2, at, ':');
        at = Put(time.Minute, 2, at, ':');
        Put(time.Second, 2, at, '.');
        _second = second;
    }

    private int Put(int number, int digits, int at, char separator)
    {
        for (int i = digits - 1; i >= 0; i--)
        {
            _text[at + i] = (byte)('0' + number % 10);
            number /= 10;
        }

        _text[at + digits] = (byte)separator;
        return at + digits + 1;
    }
}
