using System.Text;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>One file of a line table. <see cref="Path"/> is joined with its directory and the compilation directory.</summary>
internal readonly record struct LineFile(string Path, string Name, int Directory, ReadOnlyMemory<byte> Md5);

/// <summary>
/// The header of one line program of .debug_line, versions 2 to 5 (DWARF 5, section 6.2.4), and its rows on request.
/// </summary>
/// <remarks>Immutable but for a cache; safe for concurrent readers.</remarks>
internal sealed class LineProgram
{
    private const int MaxFiles = 1 << 20;

    private readonly Unit _unit;
    private readonly List<string> _directories = [];
    private const int FewSearches = 4;
    private readonly List<LineFile> _files = [];
    private LineTable? _table;
    private int _searches;

    private LineProgram(Unit unit, long offset)
    {
        _unit = unit;
        Section = unit.DebugInfo.Line;
        Offset = offset;
    }

    /// <summary>
    /// Files in the order of the header. A row's index and DW_AT_decl_file are translated to it by <see cref="FileIndex"/>.
    /// </summary>
    public IReadOnlyList<LineFile> Files => _files;

    public int Version { get; private set; }

    internal SectionData Section { get; }

    internal long Offset { get; }

    internal long ProgramStart { get; private set; }

    internal long End { get; private set; }

    internal int AddressSize { get; private set; }

    internal int MinimumInstructionLength { get; private set; }

    internal bool DefaultIsStatement { get; private set; }

    internal int LineBase { get; private set; }

    internal int LineRange { get; private set; }

    internal int OpcodeBase { get; private set; }

    internal byte[] OpcodeLengths { get; private set; } = [];

    /// <summary>All rows sorted by address, worked out once.</summary>
    public LineTable Table => _table ??= LineTable.Build(this);

    /// <summary>The rows in the order of the program. Reads forward through the section; makes no object per row.</summary>
    public LineRowReader Rows() => new(this);

    /// <summary>
    /// The row that describes an address. Runs the program only as far as needed as long as few addresses are asked for: for one function of a large unit.
    /// </summary>
    public bool TryFindRow(FileAddress address, out LineRow row)
    {
        if (_table is not null || ++_searches > FewSearches) return Table.TryFind(address, out row);
        var reader = Rows();
        row = default;
        var open = false;
        while (reader.Next())
        {
            // The last row at or before the address counts, unless it ends the sequence.
            if (open && row.Address <= address && address < reader.Current.Address) return true;
            row = reader.Current;
            open = !row.EndSequence;
        }

        row = default;
        return false;
    }

    /// <summary>
    /// Index into <see cref="Files"/> of a number as rows, DW_AT_decl_file and DW_AT_call_file hold it: from 1 up to version 4, from 0 in version 5. -1 when there is none.
    /// </summary>
    public int FileIndex(ulong number)
    {
        var index = Version >= 5 ? number : number - 1;
        return index < (ulong)_files.Count ? (int)index : -1;
    }

    /// <summary>Path of a file by its DWARF number; null when there is none.</summary>
    public string? FilePath(ulong number) => FileIndex(number) is >= 0 and var index ? _files[index].Path : null;

    /// <summary>Reads the header. Throws when it is damaged or of an unknown version.</summary>
    public static LineProgram Read(Unit unit, long offset)
    {
        var program = new LineProgram(unit, offset);
        program.ReadHeader();
        return program;
    }

    private void ReadHeader()
    {
        var cursor = Section.Cursor(Offset);
        var offsetSize = 4;
        ulong length = cursor.ReadUInt32();
        if (length == 0xffffffff)
        {
            offsetSize = 8;
            length = cursor.ReadUInt64();
        }

        if (length > (ulong)cursor.Remaining) Malformed.Truncated(Section.Name, Offset, Forms.Length(length));
        End = cursor.Offset + (long)length;
        cursor = Section.Cursor(cursor.Offset, End);
        Version = cursor.ReadUInt16();
        if (Version is < 2 or > 5) Malformed.Unsupported(Section.Name, Offset, $"line table version {Version}");
        AddressSize = _unit.Header.AddressSize;
        if (Version >= 5)
        {
            AddressSize = cursor.ReadByte();
            if (AddressSize is not (4 or 8)) Malformed.Invalid(Section.Name, cursor.Offset, $"address size {AddressSize}");
            cursor.Skip(1);
        }

        var headerLength = cursor.ReadOffset(offsetSize);
        if (headerLength > (ulong)cursor.Remaining) Malformed.Truncated(Section.Name, cursor.Offset, Forms.Length(headerLength));
        ProgramStart = cursor.Offset + (long)headerLength;
        MinimumInstructionLength = cursor.ReadByte();
        if (Version >= 4) cursor.Skip(1); // operations per instruction: only for VLIW machines
        DefaultIsStatement = cursor.ReadByte() != 0;
        LineBase = cursor.ReadSByte();
        LineRange = cursor.ReadByte();
        OpcodeBase = cursor.ReadByte();
        if (OpcodeBase == 0) Malformed.Invalid(Section.Name, cursor.Offset, "opcode base 0");
        OpcodeLengths = cursor.ReadBytes(OpcodeBase - 1).ToArray();
        if (Version >= 5) ReadTables(ref cursor, offsetSize);
        else ReadOldTables(ref cursor);
    }

    private void ReadOldTables(ref ByteCursor cursor)
    {
        // Directory 0 is the compilation directory, by convention.
        _directories.Add(_unit.CompilationDirectory ?? "");
        while (cursor.ReadCString() is { Length: > 0 } directory) AddDirectory(directory);
        while (cursor.ReadCString() is { Length: > 0 } name)
        {
            var directory = cursor.ReadULeb128();
            cursor.SkipLeb128();
            cursor.SkipLeb128();
            AddFile(name, directory, default);
        }
    }

    private void ReadTables(ref ByteCursor cursor, int offsetSize)
    {
        foreach (var isFiles in (ReadOnlySpan<bool>)[false, true])
        {
            int formatCount = cursor.ReadByte();
            var format = new (DW_LNCT Content, AttributeSpec Spec)[formatCount];
            for (var i = 0; i < formatCount; i++)
            {
                var content = (DW_LNCT)Math.Min(cursor.ReadULeb128(), ushort.MaxValue);
                var form = (DW_FORM)Math.Min(cursor.ReadULeb128(), ushort.MaxValue);
                // The forms are sized as in a unit with this table's own offset size.
                format[i] = (content, new AttributeSpec(DW_AT.DW_AT_name, form, (sbyte)Forms.FixedSize(form, _unit.Header with { OffsetSize = (byte)offsetSize }), 0));
            }

            var count = cursor.ReadULeb128();
            if (count > MaxFiles || formatCount == 0 && count > 0) Malformed.Budget(Section.Name, cursor.Offset, $"{count} files");
            for (ulong i = 0; i < count; i++) ReadEntry(ref cursor, format, isFiles, offsetSize);
        }
    }

    private void ReadEntry(ref ByteCursor cursor, (DW_LNCT Content, AttributeSpec Spec)[] format, bool isFile, int offsetSize)
    {
        ReadOnlySpan<byte> path = default, md5 = default;
        ulong directory = 0;
        foreach (ref readonly var field in format.AsSpan())
        {
            switch (field.Content, field.Spec.Form)
            {
                case (DW_LNCT.DW_LNCT_path, DW_FORM.DW_FORM_string):
                    path = cursor.ReadCString();
                    break;
                case (DW_LNCT.DW_LNCT_path, DW_FORM.DW_FORM_line_strp):
                    path = _unit.DebugInfo.LineStr.ReadCString(Forms.Length(cursor.ReadOffset(offsetSize)));
                    break;
                case (DW_LNCT.DW_LNCT_path, DW_FORM.DW_FORM_strp):
                    path = _unit.DebugInfo.Str.ReadCString(Forms.Length(cursor.ReadOffset(offsetSize)));
                    break;
                case (DW_LNCT.DW_LNCT_path, DW_FORM.DW_FORM_strx1 or DW_FORM.DW_FORM_strx2 or DW_FORM.DW_FORM_strx3 or DW_FORM.DW_FORM_strx4 or DW_FORM.DW_FORM_strx):
                    var index = field.Spec.Size > 0 ? cursor.ReadUnsigned(field.Spec.Size) : cursor.ReadULeb128();
                    path = _unit.DebugInfo.Str.ReadCString(_unit.StringOffsetAt(index));
                    break;
                case (DW_LNCT.DW_LNCT_directory_index, DW_FORM.DW_FORM_udata):
                    directory = cursor.ReadULeb128();
                    break;
                case (DW_LNCT.DW_LNCT_directory_index, DW_FORM.DW_FORM_data1 or DW_FORM.DW_FORM_data2 or DW_FORM.DW_FORM_data4):
                    directory = cursor.ReadUnsigned(field.Spec.Size);
                    break;
                case (DW_LNCT.DW_LNCT_MD5, DW_FORM.DW_FORM_data16):
                    md5 = cursor.ReadBytes(16);
                    break;
                default:
                    Forms.Skip(ref cursor, field.Spec, _unit.Header with { OffsetSize = (byte)offsetSize });
                    break;
            }
        }

        if (isFile) AddFile(path, directory, md5.ToArray());
        else AddDirectory(path);
    }

    private void AddDirectory(ReadOnlySpan<byte> name)
    {
        if (_directories.Count > MaxFiles) Malformed.Budget(Section.Name, Offset, "too many directories");
        var text = Encoding.UTF8.GetString(name);
        // Directory 0 of version 5 is the compilation directory itself, be it relative as in Debian's packages ("./csu"); the others may be relative to it.
        _directories.Add(_directories.Count > 0 ? Join(_directories[0], text) : text.Length > 0 ? text : _unit.CompilationDirectory ?? "");
    }

    private void AddFile(ReadOnlySpan<byte> name, ulong directory, ReadOnlyMemory<byte> md5)
    {
        if (_files.Count > MaxFiles) Malformed.Budget(Section.Name, Offset, "too many files");
        var text = Encoding.UTF8.GetString(name);
        var known = directory < (ulong)_directories.Count;
        _files.Add(new LineFile(Join(known ? _directories[(int)directory] : "", text), text, known ? (int)directory : -1, md5));
    }

    private static string Join(string directory, string name) =>
        directory.Length == 0 || name.StartsWith('/') ? name : name.Length == 0 ? directory : directory.EndsWith('/') ? directory + name : $"{directory}/{name}";
}
