using System.Buffers.Binary;
using System.Text;
using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Go;

/// <summary>A module that a program is built from.</summary>
internal readonly record struct BuildModule(string Path, string Version, string Sum, bool IsReplacement);

/// <summary>What the linker notes about the build (debug/buildinfo); <c>go version -m</c> shows it.</summary>
/// <param name="Version">Of the toolchain, as it calls itself: <c>go1.22.3</c>.</param>
/// <param name="Path">Import path of the main package; empty without modules.</param>
/// <param name="Main">Main module; null without modules.</param>
/// <param name="Dependencies">Other modules; a replacement follows what it replaces.</param>
/// <param name="Settings">-ldflags, GOARCH, vcs.revision and the like, from Go 1.18 on.</param>
internal sealed record BuildInfo(string Version, string Path, BuildModule? Main, IReadOnlyList<BuildModule> Dependencies, IReadOnlyList<KeyValuePair<string, string>> Settings)
{
    private const int HeaderSize = 32, Alignment = 16;

    /// <summary>Texts are longer than this only in damaged files.</summary>
    private const int MaxText = 1 << 24;

    private const byte BigEndian = 1, InlineStrings = 2;

    /// <summary>What follows the first byte, 0xff.</summary>
    private static ReadOnlySpan<byte> Magic => " Go buildinf:"u8;

    /// <summary>Reads .go.buildinfo, or searches the data segments for its magic; null when there is none or it is damaged.</summary>
    public static BuildInfo? TryRead(ElfImage image, MemoryReader memory)
    {
        if (image.TryGetSection(".go.buildinfo", out var section) && TryReadAt(section.Address, memory) is { } own) return own;
        foreach (var segment in image.Segments)
        {
            if (segment.Type == SegmentType.PT_LOAD && (segment.Flags & SegmentFlags.PF_X) == 0 && Scan(image, segment, memory) is { } found) return found;
        }

        return null;
    }

    private static BuildInfo? Scan(ElfImage image, Segment segment, MemoryReader memory)
    {
        const int Chunk = 1 << 20;
        if (image.TryGetMemory("segment", segment.Address) is not { } data || !image.TryGetFileOffset(segment.Address, out var offset)) return null;
        var buffer = new byte[Math.Min(Chunk + HeaderSize, data.Length)];
        for (long at = 0; at < data.Length; at += Chunk)
        {
            var bytes = buffer.AsSpan(0, image.Source.Read(offset + at, buffer.AsSpan(0, (int)Math.Min(buffer.Length, data.Length - at))));
            for (var from = 0; bytes[from..].IndexOf(Magic) is >= 0 and var hit; from += hit + 1)
            {
                var place = segment.Address + (ulong)(at + from + hit - 1);
                if (place.Value % Alignment == 0 && TryReadAt(place, memory) is { } found) return found;
            }
        }

        return null;
    }

    private static BuildInfo? TryReadAt(FileAddress address, MemoryReader memory)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        if (memory(address.Value, header) < HeaderSize || header[0] != 0xff || !header[1..].StartsWith(Magic) || header[14] != 8 && (header[15] & InlineStrings) == 0) return null;
        if ((header[15] & BigEndian) != 0) return null;
        string? version, modules;
        if ((header[15] & InlineStrings) != 0)
        {
            version = ReadInline(address.Value + HeaderSize, memory, out var next);
            modules = version is null ? null : ReadInline(next, memory, out _);
        }
        else
        {
            version = ReadString(BinaryPrimitives.ReadUInt64LittleEndian(header[16..]), memory);
            modules = ReadString(BinaryPrimitives.ReadUInt64LittleEndian(header[24..]), memory);
        }

        return string.IsNullOrEmpty(version) ? null : Parse(version, modules ?? "");
    }

    private static string? ReadInline(ulong address, MemoryReader memory, out ulong next)
    {
        Span<byte> bytes = stackalloc byte[10];
        var available = memory(address, bytes);
        ulong length = 0;
        next = 0;
        for (var i = 0; i < available; i++)
        {
            length |= (ulong)(bytes[i] & 0x7f) << (7 * i);
            if (bytes[i] >= 0x80) continue;
            next = address + (ulong)i + 1 + length;
            return ReadText(address + (ulong)i + 1, length, memory);
        }

        return null;
    }

    private static string? ReadString(ulong address, MemoryReader memory)
    {
        Span<byte> header = stackalloc byte[16];
        if (address == 0 || memory(address, header) < header.Length) return null;
        return ReadText(BinaryPrimitives.ReadUInt64LittleEndian(header), BinaryPrimitives.ReadUInt64LittleEndian(header[8..]), memory);
    }

    private static string? ReadText(ulong address, ulong length, MemoryReader memory)
    {
        if (length > MaxText) return null;
        if (length == 0) return "";
        Span<byte> probe = stackalloc byte[1];
        if (memory(address + length - 1, probe) < 1) return null;
        var bytes = new byte[length];
        return memory(address, bytes) < bytes.Length ? null : Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Lines of tab-separated fields between two marks of 16 bytes (runtime/debug/mod.go, ParseBuildInfo).</summary>
    private static BuildInfo Parse(string version, string text)
    {
        if (text.Length >= 33 && text[^17] == '\n') text = text[16..^16];
        var path = "";
        BuildModule? main = null;
        var dependencies = new List<BuildModule>();
        var settings = new List<KeyValuePair<string, string>>();
        foreach (var line in text.Split('\n'))
        {
            var fields = line.Split('\t');
            switch (fields[0])
            {
                case "path" when fields.Length > 1:
                    path = fields[1];
                    break;
                case "mod" when fields.Length > 2:
                    main = Module(fields, false);
                    break;
                case "dep" when fields.Length > 2:
                    dependencies.Add(Module(fields, false));
                    break;
                case "=>" when fields.Length > 2:
                    dependencies.Add(Module(fields, true));
                    break;
                case "build" when fields.Length > 1:
                    if (Setting(line["build\t".Length..]) is { } setting) settings.Add(setting);
                    break;
                default:
                    break;
            }
        }

        return new(version, path, main, dependencies, settings);
    }

    private static BuildModule Module(string[] fields, bool isReplacement) => new(fields[1], fields[2], fields.Length > 3 ? fields[3] : "", isReplacement);

    /// <summary><c>key=value</c>, either side quoted as a Go string where it has to be.</summary>
    private static KeyValuePair<string, string>? Setting(string text)
    {
        var equals = text.StartsWith('"') ? text.IndexOf("\"=", StringComparison.Ordinal) + 1 : text.IndexOf('=', StringComparison.Ordinal);
        return equals <= 0 ? null : new(Unquote(text[..equals]), Unquote(text[(equals + 1)..]));
    }

    /// <summary>Undoes strconv.Quote as far as such values need it; backquoted text stands for itself.</summary>
    private static string Unquote(string text)
    {
        if (text.Length < 2 || text[0] != text[^1] || text[0] is not ('"' or '`')) return text;
        var inner = text[1..^1];
        if (text[0] == '`' || !inner.Contains('\\', StringComparison.Ordinal)) return inner;
        var result = new StringBuilder();
        for (var i = 0; i < inner.Length; i++)
        {
            if (inner[i] != '\\' || i + 1 == inner.Length)
            {
                result.Append(inner[i]);
                continue;
            }

            i++;
            result.Append(inner[i] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var other => other });
        }

        return result.ToString();
    }
}
