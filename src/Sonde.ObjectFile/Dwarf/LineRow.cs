using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>Flags of a row of a line table.</summary>
[Flags]
internal enum LineFlags : byte
{
    None = 0,
    /// <summary>Recommended for a breakpoint: the start of a statement.</summary>
    IsStatement = 1,
    BasicBlock = 2,
    /// <summary>The function's frame is set up from here on.</summary>
    PrologueEnd = 4,
    EpilogueBegin = 8,
    /// <summary>First address behind a sequence; describes no instruction.</summary>
    EndSequence = 16,
}

/// <summary>One row of a line table (DWARF 5, section 6.2.2).</summary>
/// <param name="Address">First instruction it describes.</param>
/// <param name="File">Index into <see cref="LineProgram.Files"/>; -1 when the program names a file that is not there.</param>
/// <param name="Line">From 1; 0 for code that no line made.</param>
/// <param name="Column">From 1; 0 when not known.</param>
/// <param name="Flags">What the row marks.</param>
/// <param name="View">GCC's location view: how many rows at the same address came before (0 for the first).</param>
internal readonly record struct LineRow(FileAddress Address, int File, int Line, int Column, LineFlags Flags, int View)
{
    public bool IsStatement => (Flags & LineFlags.IsStatement) != 0;

    public bool PrologueEnd => (Flags & LineFlags.PrologueEnd) != 0;

    public bool EpilogueBegin => (Flags & LineFlags.EpilogueBegin) != 0;

    public bool EndSequence => (Flags & LineFlags.EndSequence) != 0;
}
