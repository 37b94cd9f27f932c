using Sonde.Sites;

namespace Sonde.Plans;

/// <summary>The addresses of up to <paramref name="Frames"/> callers, laid out as <see cref="StackRecord"/> says.</summary>
internal sealed record StackStep(uint FrameOffset, StackPlace Place, uint Frames) : Step(FrameOffset);

/// <summary>
/// A walked stack in a frame, little-endian:
/// <code>
///   0  u64 instruction pointer
///   8  u64 number of callers
///  16  per caller: u64 frame pointer of its own caller's frame, u64 return address
/// </code>
/// Of the last caller the frame pointer is zero where the stack ends; another value says that the walk had to end there.
/// </summary>
internal static class StackRecord
{
    public const uint Address = 0;
    public const uint Count = 8;
    public const uint Callers = 16;
    public const uint CallerSize = 16;
    public const uint ReturnAddress = 8;

    /// <summary>The most callers that are walked.</summary>
    public const uint MaximumCallers = 64;

    /// <summary>The size of a record with room for a number of callers.</summary>
    public static uint SizeOf(uint callers) => Callers + callers * CallerSize;

    /// <summary>How many callers a record of a size has room for.</summary>
    public static uint CallersOf(uint size) => size < SizeOf(1) ? 0 : Math.Min((size - Callers) / CallerSize, MaximumCallers);
}
