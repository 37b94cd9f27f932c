using System.Text;
using Sonde.ObjectFile.Bytes;

namespace Sonde.ObjectFile.Elf;

/// <summary>
/// .symtab or .dynsym as rows. Nothing is read before it is asked for; no object and no string is made per symbol.
/// </summary>
/// <remarks>Safe for concurrent readers. Spans of names stay valid.</remarks>
internal sealed class SymbolTable
{
    private const int EntrySize = 24;

    /// <summary>String tables are searched in pieces of this size: one buffer that fits the processor's cache.</summary>
    private const int SearchPiece = 256 << 10;

    /// <summary>No real table holds a tail this often.</summary>
    private const int MaxNameHits = 1 << 20, MaxFragmentHits = 8 << 20;

    private readonly SectionData _rows, _names;
    private readonly Lazy<AddressIndex> _byAddress;
    private readonly Lazy<SymbolVersions> _versions;

    internal SymbolTable(SectionData rows, SectionData names, Func<SymbolVersions> versions)
    {
        _rows = rows;
        _names = names;
        Count = (int)Math.Min(rows.Length / EntrySize, int.MaxValue / 2);
        _byAddress = new(() => AddressIndex.Build(this));
        _versions = new(versions);
    }

    /// <summary>Number of rows, the null symbol at index 0 included.</summary>
    public int Count { get; }

    /// <summary>Finds the table by section type, or .dynsym through PT_DYNAMIC. An empty table when there is none.</summary>
    internal static SymbolTable Open(ElfImage image, SectionType type)
    {
        foreach (var section in image.Sections)
        {
            if (section.Type != type || !section.HasBytes) continue;
            if (section.Link >= (uint)image.Sections.Count) Malformed.Invalid(section.Name, 0, $"string table index {section.Link}");
            var strings = image.Sections[(int)section.Link];
            var versions = type == SectionType.SHT_DYNSYM ? () => SymbolVersions.Open(image) : (Func<SymbolVersions>)(() => SymbolVersions.None);
            return new SymbolTable(image.Contents(section), image.Contents(strings), versions);
        }

        return type == SectionType.SHT_DYNSYM && DynamicSymbolTable.TryOpen(image) is { } dynamic
            ? dynamic
            : new SymbolTable(SectionData.Empty("no symbols"), SectionData.Empty("no symbols"), () => SymbolVersions.None);
    }

    public Symbol this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
            var cursor = _rows.Cursor((long)index * EntrySize);
            return ReadRow(index, ref cursor);
        }
    }

    /// <summary>The name as bytes of the string table. Throws when the offset is outside the table.</summary>
    public ReadOnlySpan<byte> NameBytes(in Symbol symbol) => _names.ReadCString(symbol.NameOffset);

    public string Name(in Symbol symbol) => Encoding.UTF8.GetString(NameBytes(symbol));

    /// <summary>The version of a dynamic symbol ("GLIBC_2.34"), null when it has none. Defaults (name@@version) and old ones (name@version) are told apart.</summary>
    public string? Version(in Symbol symbol, out bool isDefault) => _versions.Value.Of(symbol.Index, out isDefault);

    /// <summary>Rows from the first real one on.</summary>
    public Enumerator GetEnumerator() => new(this);

    /// <summary>
    /// All rows of exactly this name: one search of the string table for the bytes, one pass over the rows for the offsets found. Locals of several files
    /// share a name, so there may be many.
    /// </summary>
    public List<Symbol> Find(string name) => Find(Encoding.UTF8.GetBytes(name));

    /// <inheritdoc cref="Find(string)"/>
    public List<Symbol> Find(ReadOnlySpan<byte> name)
    {
        var found = new List<Symbol>();
        if (name.IsEmpty || name.Contains((byte)0) || Count == 0) return found;
        var offsets = FindNameOffsets(name);
        if (offsets.Count == 0) return found;
        var single = offsets.Count == 1 ? offsets.First() : 0;
        var cursor = _rows.Cursor();
        for (var i = 0; i < Count; i++)
        {
            var offset = cursor.ReadUInt32();
            if (single != 0 ? offset == single : offsets.Contains(offset))
            {
                cursor.Seek(cursor.Offset - 4);
                found.Add(ReadRow(i, ref cursor));
            }
            else
            {
                cursor.Skip(EntrySize - 4);
            }
        }

        return found;
    }

    /// <summary>
    /// The rows whose name contains some bytes: one search of the string table, one pass over the rows, and no look at the names of the others.
    /// </summary>
    public List<Symbol> FindWithFragment(ReadOnlySpan<byte> fragment)
    {
        var found = new List<Symbol>();
        var hits = FindFragment(fragment);
        if (hits.Count == 0) return found;
        foreach (var symbol in this)
        {
            // Linkers share tails: a name may begin anywhere in the string, but not behind the fragment's last place in it.
            int low = 0, high = hits.Count;
            while (low < high)
            {
                var middle = (low + high) >>> 1;
                if (hits[middle].Last < symbol.NameOffset) low = middle + 1;
                else high = middle;
            }

            if (low < hits.Count && hits[low].Start <= symbol.NameOffset) found.Add(symbol);
        }

        return found;
    }

    /// <summary>All symbols whose address is exactly this.</summary>
    public List<Symbol> FindAt(FileAddress address)
    {
        var found = new List<Symbol>();
        var index = _byAddress.Value;
        for (var i = index.FirstAt(address); i < index.Count && index.Address(i) == address.Value; i++) found.Add(this[index.Row(i)]);
        return found;
    }

    /// <summary>
    /// The symbols that cover an address, all with the same, nearest start. A symbol of size 0 reaches up to the next symbol.
    /// Empty when the address lies behind the end of what precedes it.
    /// </summary>
    public List<Symbol> FindContaining(FileAddress address)
    {
        var found = new List<Symbol>();
        var index = _byAddress.Value;
        var at = index.LastUpTo(address);
        for (var steps = 0; at >= 0 && steps < AddressIndex.MaxWalk && index.ReachesBeyond(at, address); steps++)
        {
            var start = index.Address(at);
            for (; at >= 0 && index.Address(at) == start; at--)
            {
                if (index.End(at) > address.Value) found.Add(this[index.Row(at)]);
            }

            if (found.Count > 0) break;
        }

        return found;
    }

    /// <summary>The start of the first symbol behind an address; null behind the last. Bounds a function that has no size.</summary>
    public FileAddress? NextAfter(FileAddress address)
    {
        var index = _byAddress.Value;
        var at = index.LastUpTo(address) + 1;
        return at < index.Count ? new FileAddress(index.Address(at)) : null;
    }

    internal static Symbol ReadRow(int index, ref ByteCursor cursor) => new(
        index, cursor.ReadUInt32(), cursor.ReadByte(), cursor.ReadByte(), cursor.ReadUInt16(), new FileAddress(cursor.ReadUInt64()), cursor.ReadUInt64());

    /// <summary>Offsets in the string table of each "name\0"; linkers share tails, so the name may end a longer one.</summary>
    private HashSet<uint> FindNameOffsets(ReadOnlySpan<byte> name)
    {
        var offsets = new HashSet<uint>();
        var pattern = new byte[name.Length + 1];
        name.CopyTo(pattern);
        byte[] buffer = [];
        for (long start = 0; start < _names.Length; start += SearchPiece)
        {
            var piece = _names.Read(start, (int)Math.Min(SearchPiece + name.Length, _names.Length - start), ref buffer);
            if (offsets.Count > MaxNameHits) Malformed.Budget(_names.Name, start, "name occurs too often");
            var from = 0;
            while (piece[from..].IndexOf(pattern) is var hit && hit >= 0)
            {
                offsets.Add((uint)(start + from + hit));
                from += hit + 1;
            }
        }

        return offsets;
    }

    /// <summary>Each string that contains a fragment: where it begins, and where its last fragment begins. In order.</summary>
    private List<(uint Start, uint Last)> FindFragment(ReadOnlySpan<byte> fragment)
    {
        var hits = new List<(uint Start, uint Last)>();
        if (fragment.IsEmpty || fragment.Contains((byte)0)) return hits;
        byte[] buffer = [];
        for (long start = 0; start < _names.Length; start += SearchPiece)
        {
            // A string that begins in the piece before is looked for from its own beginning again, and found there already.
            var piece = _names.Read(start, (int)Math.Min(SearchPiece + fragment.Length - 1, _names.Length - start), ref buffer);
            if (hits.Count > MaxFragmentHits) Malformed.Budget(_names.Name, start, "fragment of a name occurs too often");
            var begin = -1L;
            int from = 0, seen = 0;
            while (piece[from..].IndexOf(fragment) is var hit && hit >= 0)
            {
                var at = from + hit;
                var zero = piece[seen..at].LastIndexOf((byte)0);
                if (zero >= 0) begin = start + seen + zero + 1;
                else if (begin < 0) begin = StringStart(start);
                seen = at;
                if (hits.Count > 0 && hits[^1].Start == begin) hits[^1] = ((uint)begin, (uint)(start + at));
                else hits.Add(((uint)begin, (uint)(start + at)));
                from = at + 1;
            }
        }

        return hits;
    }

    /// <summary>Where the string around an offset begins.</summary>
    private long StringStart(long offset)
    {
        const int Step = 4096;
        while (offset > 0)
        {
            var length = (int)Math.Min(Step, offset);
            var zero = _names.Read(offset - length, length).LastIndexOf((byte)0);
            if (zero >= 0) return offset - length + zero + 1;
            offset -= length;
        }

        return 0;
    }

    /// <summary>Enumerates rows; reads forward through the table.</summary>
    internal ref struct Enumerator
    {
        private readonly int _count;
        private ByteCursor _cursor;
        private int _next;

        internal Enumerator(SymbolTable table)
        {
            _count = table.Count;
            _cursor = table._rows.Cursor(Math.Min(EntrySize, table._rows.Length));
            _next = 1;
        }

        public Symbol Current { get; private set; }

        public bool MoveNext()
        {
            if (_next >= _count) return false;
            Current = ReadRow(_next++, ref _cursor);
            return true;
        }
    }

    /// <summary>Rows sorted by address, as flat arrays.</summary>
    private sealed class AddressIndex(ulong[] addresses, ulong[] ends, ulong[] reach, int[] rows)
    {
        /// <summary>How many enclosing starts are tried: nested symbols are rare, so more is hostile.</summary>
        public const int MaxWalk = 1000;

        public int Count => addresses.Length;

        public ulong Address(int i) => addresses[i];

        public ulong End(int i) => ends[i];

        public int Row(int i) => rows[i];

        /// <summary>Whether any symbol up to <paramref name="i"/> ends behind the address.</summary>
        public bool ReachesBeyond(int i, FileAddress address) => reach[i] > address.Value;

        public int FirstAt(FileAddress address)
        {
            int low = 0, high = addresses.Length;
            while (low < high)
            {
                var middle = (low + high) >>> 1;
                if (addresses[middle] < address.Value) low = middle + 1;
                else high = middle;
            }

            return low;
        }

        public int LastUpTo(FileAddress address) => address.Value == ulong.MaxValue ? Count - 1 : FirstAt(address + 1) - 1;

        public static AddressIndex Build(SymbolTable table)
        {
            var count = 0;
            foreach (var symbol in table)
            {
                if (symbol.HasAddress) count++;
            }

            var addresses = new ulong[count];
            var rows = new int[count];
            var sizes = new ulong[table.Count];
            count = 0;
            foreach (var symbol in table)
            {
                sizes[symbol.Index] = symbol.Size;
                if (!symbol.HasAddress) continue;
                addresses[count] = symbol.Address.Value;
                rows[count++] = symbol.Index;
            }

            Array.Sort(addresses, rows);
            var ends = new ulong[count];
            var reach = new ulong[count];
            var next = ulong.MaxValue;
            for (var i = count - 1; i >= 0; i--)
            {
                if (i + 1 < count && addresses[i + 1] != addresses[i]) next = addresses[i + 1];
                var size = sizes[rows[i]];
                ends[i] = size == 0 ? next : addresses[i] + Math.Min(size, ulong.MaxValue - addresses[i]);
            }

            for (var i = 0; i < count; i++) reach[i] = i == 0 ? ends[0] : Math.Max(reach[i - 1], ends[i]);
            return new AddressIndex(addresses, ends, reach, rows);
        }
    }
}
