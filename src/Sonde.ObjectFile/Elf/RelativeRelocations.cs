namespace Sonde.ObjectFile.Elf;

/// <summary>
/// R_X86_64_RELATIVE relocations: in a PIE or shared library the file holds zeros where a pointer will be, and the pointer's file address is
/// the addend. (DT_RELR needs no such table: its addends lie in place.) Psabi x86-64, table 4.10.
/// </summary>
internal sealed class RelativeRelocations
{
    private const uint R_X86_64_RELATIVE = 8;
    private const int EntrySize = 24;

    /// <summary>2^24 relocations are 400 MB of table; a larger program is not known.</summary>
    private const long MaxEntries = 1 << 24;

    private readonly ulong[] _places;
    private readonly ulong[] _addends;

    private RelativeRelocations(ulong[] places, ulong[] addends)
    {
        _places = places;
        _addends = addends;
    }

    public int Count => _places.Length;

    /// <summary>Reads DT_RELA. Damaged rows are left out.</summary>
    public static RelativeRelocations Open(ElfImage image)
    {
        if (image.Type != ElfType.ET_DYN || !image.Dynamic.TryGet(DynamicTag.DT_RELA, out var address) || !image.Dynamic.TryGet(DynamicTag.DT_RELASZ, out var size))
            return new([], []);
        var table = image.TryGetMemory("DT_RELA", new FileAddress(address), size);
        if (table is null) return new([], []);
        var count = Math.Min(table.Length / EntrySize, MaxEntries);
        var places = new ulong[count];
        var addends = new ulong[count];
        var used = 0;
        var cursor = table.Cursor();
        for (long i = 0; i < count; i++)
        {
            var place = cursor.ReadUInt64();
            var info = cursor.ReadUInt64();
            var addend = cursor.ReadUInt64();
            if ((uint)info != R_X86_64_RELATIVE) continue;
            places[used] = place;
            addends[used++] = addend;
        }

        Array.Resize(ref places, used);
        Array.Resize(ref addends, used);
        for (var i = 1; i < used; i++)
        {
            if (places[i] >= places[i - 1]) continue;
            Array.Sort(places, addends);
            break;
        }

        return new(places, addends);
    }

    /// <summary>The pointer that the loader puts at an address, before the load bias.</summary>
    public bool TryGet(FileAddress place, out ulong addend)
    {
        var index = Array.BinarySearch(_places, place.Value);
        addend = index < 0 ? 0 : _addends[index];
        return index >= 0;
    }

    /// <summary>Writes the relocated pointers that lie within bytes read from <paramref name="address"/>.</summary>
    public void Apply(FileAddress address, Span<byte> bytes)
    {
        if (_places.Length == 0) return;
        var index = Array.BinarySearch(_places, address.Value);
        if (index < 0) index = ~index;
        // A pointer that begins before the range can reach into it.
        while (index > 0 && address.Value - _places[index - 1] < 8) index--;
        Span<byte> pointer = stackalloc byte[8];
        for (; index < _places.Length; index++)
        {
            var at = (long)(_places[index] - address.Value);
            if (at >= bytes.Length) break;
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(pointer, _addends[index]);
            for (var i = 0; i < 8; i++)
            {
                if (at + i >= 0 && at + i < bytes.Length) bytes[(int)at + i] = pointer[i];
            }
        }
    }

    /// <summary>Places whose pointer is <paramref name="addend"/>.</summary>
    public IEnumerable<FileAddress> PlacesOf(FileAddress addend)
    {
        for (var i = 0; i < _addends.Length; i++)
        {
            if (_addends[i] == addend.Value) yield return new FileAddress(_places[i]);
        }
    }
}
