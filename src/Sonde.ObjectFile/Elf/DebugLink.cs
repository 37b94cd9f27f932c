using Sonde.ObjectFile.Bytes;

namespace Sonde.ObjectFile.Elf;

/// <summary>
/// .gnu_debuglink: the base name of a separate debug file and the CRC-32 of its contents. .gnu_debugaltlink: path and build id of a dwz file.
/// </summary>
internal readonly record struct DebugLink(string FileName, uint Crc)
{
    /// <summary>Reads .gnu_debuglink; null when there is none or it is damaged.</summary>
    public static DebugLink? Read(ElfImage image)
    {
        try
        {
            if (image.TryGetContents(".gnu_debuglink") is not { } data) return null;
            var cursor = data.Cursor();
            var name = System.Text.Encoding.UTF8.GetString(cursor.ReadCString());
            cursor.Seek((cursor.Offset + 3) & ~3L);
            return name.Length == 0 ? null : new DebugLink(name, cursor.ReadUInt32());
        }
        catch (BinaryFormatException)
        {
            return null;
        }
    }

    /// <summary>Reads .gnu_debugaltlink (made by dwz); null when there is none or it is damaged.</summary>
    public static (string Path, byte[] BuildId)? ReadAlternate(ElfImage image)
    {
        try
        {
            if (image.TryGetContents(".gnu_debugaltlink") is not { } data) return null;
            var cursor = data.Cursor();
            var path = System.Text.Encoding.UTF8.GetString(cursor.ReadCString());
            return (path, cursor.ReadBytes(cursor.Remaining).ToArray());
        }
        catch (BinaryFormatException)
        {
            return null;
        }
    }
}
