namespace Sonde.Symbols;

/// <summary>What tells one file from another, whatever its path: paths repeat across containers and files are replaced.</summary>
/// <param name="Device">Device number as <c>/proc/PID/maps</c> writes it, major and minor.</param>
/// <param name="Inode">Inode number.</param>
internal readonly record struct ImageIdentity(string Device, ulong Inode);
