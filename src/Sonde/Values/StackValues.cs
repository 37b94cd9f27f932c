using System.Collections.Immutable;

namespace Sonde.Values;

/// <summary>A function in a stack.</summary>
/// <param name="Function">Its name, null when nothing tells it.</param>
/// <param name="File">The source file, null when not known.</param>
/// <param name="Line">The line that runs or calls, 0 when not known.</param>
/// <param name="Address">The address in the process where it is: of a caller the one it will return to.</param>
/// <param name="Inlined">Whether its code stands in that of the function behind it.</param>
public readonly record struct StackFrame(string? Function, string? File, int Line, ulong Address, bool Inlined);

/// <summary>
/// The stack of a hit, the probed function first. <paramref name="End"/> says why it goes on but could not be followed; null
/// when all of it is there.
/// </summary>
public sealed record StackValue(ImmutableArray<StackFrame> Frames, MissingReason? End) : Value("stack");

/// <summary>The function that called the probed one.</summary>
public sealed record CallerValue(StackFrame Caller) : Value("caller");

/// <summary>A stack as it was walked; what the addresses mean has to be looked up before anybody sees it.</summary>
/// <param name="Address">The instruction pointer.</param>
/// <param name="Callers">Return addresses, innermost first, each with the frame pointer that leads further.</param>
/// <param name="OnlyCaller">Whether the caller alone was asked for.</param>
/// <param name="Room">How many callers there was room for.</param>
internal sealed record WalkedStack(ulong Address, ImmutableArray<(ulong ReturnAddress, ulong Next)> Callers, bool OnlyCaller, int Room) : Value("stack");
