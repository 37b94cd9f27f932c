namespace Sonde.Sites;

/// <summary>One row of a line table, as the DWARF line program gives it (DWARF 5, 6.2.2), files already resolved to one number.</summary>
/// <param name="Address">Where the row begins; it ends where the next begins.</param>
/// <param name="File">Any number that is equal for equal files.</param>
/// <param name="Line">The line, 0 for code that belongs to none.</param>
/// <param name="IsStatement">A recommended place for a breakpoint.</param>
/// <param name="EndSequence">First address behind a sequence; carries no line.</param>
internal readonly record struct LineRow(ulong Address, int File, uint Line, bool IsStatement, bool EndSequence);

/// <summary>A place where a line begins to execute.</summary>
/// <param name="Address">Where the probe goes.</param>
/// <param name="RowAddress">The row it stands for; differs when a cheaper instruction without effect on variables follows it.</param>
/// <param name="Cost">What a hit costs.</param>
/// <param name="CfaOffset"><c>CFA - rsp</c> there, where known.</param>
/// <param name="Ignore">Hits to ignore: those of a stack check that go to morestack.</param>
/// <param name="Later">An emulated instruction of the line that can stand in for a stepped one, 0 when there is none.</param>
/// <param name="Written">The registers that the instructions before <paramref name="Later"/> write; it may be used when no value is in one of them.</param>
internal readonly record struct LineSite(
    ulong Address, ulong RowAddress, UprobeHandling Cost, int? CfaOffset, FlagsTest? Ignore, ulong Later = 0, RegisterSet Written = RegisterSet.None);
