namespace Sonde.ObjectFile.Elf;

/// <summary>
/// An address as the file states it (a virtual address before any load bias), as in symbols and DWARF. Not a file offset, not an address in a process.
/// </summary>
internal readonly record struct FileAddress(ulong Value) : IComparable<FileAddress>
{
    public int CompareTo(FileAddress other) => Value.CompareTo(other.Value);

    public static FileAddress operator +(FileAddress address, ulong offset) => new(address.Value + offset);

    public static ulong operator -(FileAddress left, FileAddress right) => left.Value - right.Value;

    public static bool operator <(FileAddress left, FileAddress right) => left.Value < right.Value;

    public static bool operator >(FileAddress left, FileAddress right) => left.Value > right.Value;

    public static bool operator <=(FileAddress left, FileAddress right) => left.Value <= right.Value;

    public static bool operator >=(FileAddress left, FileAddress right) => left.Value >= right.Value;

    public override string ToString() => $"0x{Value:x}";
}
