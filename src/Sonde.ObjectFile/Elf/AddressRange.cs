namespace Sonde.ObjectFile.Elf;

/// <summary>Addresses from <paramref name="Start"/> up to, not including, <paramref name="End"/>.</summary>
internal readonly record struct AddressRange(FileAddress Start, FileAddress End)
{
    public ulong Size => End.Value - Start.Value;

    public bool Contains(FileAddress address) => address >= Start && address < End;

    public override string ToString() => $"[{Start}, {End})";
}
