using Sonde.Kernel.Assembly;

namespace Sonde.Bytecode;

/// <summary>Where a computation goes that has no value.</summary>
/// <param name="Nil">A pointer on the way was nil.</param>
/// <param name="Fault">Memory could not be read.</param>
/// <param name="Range">An index out of range, a division by zero, a text too long to decide.</param>
internal readonly record struct Escapes(Label Nil, Label Fault, Label Range)
{
    /// <summary>One place for all.</summary>
    public static Escapes To(Label label) => new(label, label, label);
}
