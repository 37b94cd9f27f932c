using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Go;

/// <summary>One function of a <see cref="FunctionTable"/>: runtime._func, read. Holds no memory of its own; the name is fetched when asked for.</summary>
/// <param name="Index">Number in the table, which is sorted by entry.</param>
/// <param name="Entry">First instruction.</param>
/// <param name="End">Entry of the next function: padding is included.</param>
/// <param name="NameOffset">Where <see cref="FunctionTable.Name(int)"/> finds the name.</param>
/// <param name="ArgumentSize">Bytes of arguments and results on the stack; -2147483648 (ArgsSizeUnknown) for assembly that does not say.</param>
/// <param name="DeferReturn">Offset of the call of deferreturn, 0 when it has no defers.</param>
/// <param name="StackDeltas">Values: how far the stack pointer is below its value at the entry.</param>
/// <param name="FileNumbers">Values: file.</param>
/// <param name="Lines">Values: line.</param>
/// <param name="UnitOffset">First file number of its compilation unit.</param>
/// <param name="StartLine">Line of the declaration; 0 before Go 1.20, which does not keep it.</param>
/// <param name="FunctionId">internal/abi.FuncID: numbers differ between releases.</param>
/// <param name="Flags">What it is.</param>
/// <param name="PcDataCount">Number of further value tables.</param>
/// <param name="FuncDataCount">Number of data references.</param>
/// <param name="DataOffset">Where these two arrays begin in the table.</param>
internal readonly record struct FunctionRow(
    int Index, FileAddress Entry, FileAddress End, int NameOffset, int ArgumentSize, uint DeferReturn, uint StackDeltas, uint FileNumbers, uint Lines,
    uint UnitOffset, int StartLine, byte FunctionId, FunctionFlags Flags, int PcDataCount, int FuncDataCount, long DataOffset)
{
    public ulong Size => End - Entry;

    public bool Contains(FileAddress address) => address >= Entry && address < End;
}
