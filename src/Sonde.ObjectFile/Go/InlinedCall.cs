using Sonde.ObjectFile.Elf;

namespace Sonde.ObjectFile.Go;

/// <summary>One frame at an address, the innermost first: a function that was inlined there, or in the end the function itself.</summary>
/// <param name="NameOffset">Its name, by <see cref="FunctionTable.Name(int)"/>.</param>
/// <param name="FileNumber">File of the line, by <see cref="FunctionTable.FileName"/> of the function.</param>
/// <param name="Line">Line that runs in this frame: for outer ones that of the call.</param>
/// <param name="StartLine">Line of the declaration; 0 before Go 1.20.</param>
/// <param name="FunctionId">internal/abi.FuncID.</param>
/// <param name="IsInlined">False for the function itself.</param>
internal readonly record struct InlinedCall(int NameOffset, int FileNumber, int Line, int StartLine, byte FunctionId, bool IsInlined);

/// <summary>A call site of an inlined function within a function: a place where it can be observed.</summary>
/// <param name="NameOffset">Name of the inlined function.</param>
/// <param name="TreeIndex">Number in the function's inline tree.</param>
/// <param name="Start">First address of a stretch of its instructions.</param>
/// <param name="End">End of that stretch.</param>
internal readonly record struct InlinedRange(int NameOffset, int TreeIndex, FileAddress Start, FileAddress End);
