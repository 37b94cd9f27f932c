namespace Sonde.ObjectFile.Bytes;

/// <summary>
/// The binary is malformed or unsupported. The only exception that the readers of this assembly throw for any input, however hostile.
/// </summary>
internal sealed class BinaryFormatException(BinaryError code, string section, long offset, string message, Exception? inner = null)
    : Exception($"{section}+0x{offset:x}: {message}", inner)
{
    public BinaryError Code { get; } = code;

    /// <summary>Name of the section, or of the part of the file ("ELF header") where it was noticed.</summary>
    public string Section { get; } = section;

    /// <summary>Offset within that section.</summary>
    public long Offset { get; } = offset;
}
