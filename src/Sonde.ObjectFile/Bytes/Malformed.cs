using System.Diagnostics.CodeAnalysis;

namespace Sonde.ObjectFile.Bytes;

/// <summary>The throws of the readers, out of line so that the checks before them inline well.</summary>
internal static class Malformed
{
    [DoesNotReturn]
    public static void Truncated(string section, long offset, long needed) =>
        throw new BinaryFormatException(BinaryError.Truncated, section, offset, $"{needed} bytes needed beyond the end");

    [DoesNotReturn]
    public static void Leb128(string section, long offset) =>
        throw new BinaryFormatException(BinaryError.BadLeb128, section, offset, "LEB128 number does not fit into 64 bits");

    [DoesNotReturn]
    public static void Invalid(string section, long offset, string what) =>
        throw new BinaryFormatException(BinaryError.Malformed, section, offset, what);

    [DoesNotReturn]
    public static void Unsupported(string section, long offset, string what) =>
        throw new BinaryFormatException(BinaryError.Unsupported, section, offset, what);

    [DoesNotReturn]
    public static void Budget(string section, long offset, string what) =>
        throw new BinaryFormatException(BinaryError.BudgetExceeded, section, offset, what);

    [DoesNotReturn]
    public static void Unavailable(string section, long offset, string what) =>
        throw new BinaryFormatException(BinaryError.Unavailable, section, offset, what);
}
