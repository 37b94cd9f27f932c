using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Dwarf;

/// <summary>What a row of a <see cref="FunctionScan"/> is.</summary>
internal enum FunctionRowKind : byte
{
    /// <summary>The code of a subprogram; the range with its entry.</summary>
    Function,
    /// <summary>A further range of the subprogram of the row before (.cold and the like).</summary>
    Part,
    /// <summary>An inlined copy, at its entry.</summary>
    Inlined,
}

/// <summary>One function, part of one, or inlined copy.</summary>
/// <param name="Kind">Which of the three.</param>
/// <param name="Unit">Index in <see cref="DebugInfo.Units"/>.</param>
/// <param name="Entry">Its entry in .debug_info.</param>
/// <param name="Origin">The entry that names it (abstract origin or specification); 0 when it names itself.</param>
/// <param name="Function">Inlined copies: the out-of-line function around; else the entry itself.</param>
/// <param name="Range">Its code; of an inlined copy the first range.</param>
internal readonly record struct FunctionRow(FunctionRowKind Kind, int Unit, long Entry, long Origin, long Function, AddressRange Range);
