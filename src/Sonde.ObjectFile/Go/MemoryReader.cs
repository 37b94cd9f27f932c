namespace Sonde.ObjectFile.Go;

/// <summary>
/// Reads memory as the program sees it, from the file or from a live process. Returns how many bytes were read, from the start; fewer than
/// asked when the rest is not there. Addresses are those of the space the reader belongs to.
/// </summary>
internal delegate int MemoryReader(ulong address, Span<byte> destination);
