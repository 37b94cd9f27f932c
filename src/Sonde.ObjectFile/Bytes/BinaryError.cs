namespace Sonde.ObjectFile.Bytes;

/// <summary>Why a binary could not be read. The file-level ones are worth a line of their own in the user interface.</summary>
internal enum BinaryError
{
    /// <summary>The file does not begin with the ELF magic.</summary>
    NotElf,
    /// <summary>ELFCLASS32.</summary>
    Not64Bit,
    /// <summary>ELFDATA2MSB.</summary>
    BigEndian,
    /// <summary>e_machine is not EM_X86_64.</summary>
    OtherMachine,
    /// <summary>A relocatable object, kernel module or core file: it is never a mapped image of a process.</summary>
    OtherFileType,
    /// <summary>Data ended before what it promised.</summary>
    Truncated,
    /// <summary>A field has a value that its format does not allow.</summary>
    Malformed,
    /// <summary>Well-formed, but a version or encoding that is not known.</summary>
    Unsupported,
    /// <summary>A LEB128 number that is longer than ten bytes or does not fit into 64 bits.</summary>
    BadLeb128,
    /// <summary>A compressed section that does not decompress to what its header says.</summary>
    BadCompression,
    /// <summary>A compressed section whose claimed size is beyond the bound for its compressed size.</summary>
    DecompressedTooLarge,
    /// <summary>A budget (depth, hops, steps) ran out: cyclic or absurdly nested data.</summary>
    BudgetExceeded,
    /// <summary>Data refers to a file or section that is not there (dwz, dwo).</summary>
    Unavailable,
}
