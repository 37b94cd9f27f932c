namespace Sonde.Sites;

/// <summary>The bytes of one function (or one part of it) and the address its first byte has in the image.</summary>
/// <remarks>Addresses are those of the file (unrelocated); nothing here knows where the image is loaded.</remarks>
internal readonly record struct FunctionCode(ReadOnlyMemory<byte> Code, ulong Address)
{
    /// <summary>First address behind the code.</summary>
    public ulong End => Address + (ulong)Code.Length;

    /// <summary>Whether <paramref name="address"/> lies in the code.</summary>
    public bool Contains(ulong address) => address - Address < (ulong)Code.Length;
}
