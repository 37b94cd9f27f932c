using Sonde.Sites;

namespace Sonde.Plans;

/// <summary>Bytes that an earlier step has put into the frame, extended to 64 bits.</summary>
internal sealed record FrameOperand(uint Offset, uint Size, bool Signed = false) : Operand;
