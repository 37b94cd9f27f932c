using System.Text;
using Sonde.ObjectFile.Bytes;

namespace Sonde.ObjectFile.Elf;

/// <summary>GNU symbol versions: .gnu.version, .gnu.version_d, .gnu.version_r (LSB core, "Symbol Versioning").</summary>
internal sealed class SymbolVersions
{
    private const ushort HiddenBit = 0x8000;
    private const int MaxEntries = 100_000;

    public static readonly SymbolVersions None = new(null);

    private readonly SectionData? _versionOfSymbol;
    private readonly Dictionary<int, string> _names = [];
    private readonly HashSet<int> _defined = [];

    private SymbolVersions(SectionData? versionOfSymbol) => _versionOfSymbol = versionOfSymbol;

    public static SymbolVersions Open(ElfImage image)
    {
        var dynamic = image.Dynamic;
        if (dynamic.Strings is not { } strings || !dynamic.TryGet(DynamicTag.DT_VERSYM, out var address)) return None;
        var versions = new SymbolVersions(image.TryGetMemory("DT_VERSYM", new FileAddress(address)));
        try
        {
            if (dynamic.TryGet(DynamicTag.DT_VERDEF, out var definitions) && image.TryGetMemory("DT_VERDEF", new FileAddress(definitions)) is { } definitionData)
                versions.ReadDefinitions(definitionData, strings);
            if (dynamic.TryGet(DynamicTag.DT_VERNEED, out var needs) && image.TryGetMemory("DT_VERNEED", new FileAddress(needs)) is { } needData)
                versions.ReadNeeds(needData, strings);
        }
        catch (BinaryFormatException)
        {
            // Versions only tell namesakes apart: what was read before the damage stays.
        }

        return versions;
    }

    /// <summary>The version name of a dynamic symbol, null when it has none.</summary>
    public string? Of(int symbol, out bool isDefault)
    {
        isDefault = false;
        if (_versionOfSymbol is null || symbol * 2L + 2 > _versionOfSymbol.Length) return null;
        var version = _versionOfSymbol.Cursor(symbol * 2L).ReadUInt16();
        // A version that only another library defines is never a default here, also not on data copied from it.
        isDefault = (version & HiddenBit) == 0 && _defined.Contains(version);
        return _names.GetValueOrDefault(version & ~HiddenBit);
    }

    private void ReadDefinitions(SectionData data, SectionData strings)
    {
        long at = 0;
        for (var i = 0; i < MaxEntries; i++)
        {
            var cursor = data.Cursor(at);
            cursor.Skip(2);
            var flags = cursor.ReadUInt16();
            int index = cursor.ReadUInt16();
            cursor.Skip(2 + 4);
            uint names = cursor.ReadUInt32(), next = cursor.ReadUInt32();
            _defined.Add(index);
            const int baseFlag = 1; // the entry that names the file itself
            if ((flags & baseFlag) == 0) _names[index] = Encoding.UTF8.GetString(strings.ReadCString(data.Cursor(at + names).ReadUInt32()));
            if (next == 0) return;
            at += next;
        }
    }

    private void ReadNeeds(SectionData data, SectionData strings)
    {
        long at = 0;
        for (var i = 0; i < MaxEntries; i++)
        {
            var cursor = data.Cursor(at);
            cursor.Skip(2);
            int count = cursor.ReadUInt16();
            cursor.Skip(4);
            uint first = cursor.ReadUInt32(), next = cursor.ReadUInt32();
            var entry = at + first;
            for (var j = 0; j < count; j++)
            {
                var version = data.Cursor(entry);
                version.Skip(6);
                int index = version.ReadUInt16();
                var name = version.ReadUInt32();
                var step = version.ReadUInt32();
                _names[index] = Encoding.UTF8.GetString(strings.ReadCString(name));
                if (step == 0) break;
                entry += step;
            }

            if (next == 0) return;
            at += next;
        }
    }
}
