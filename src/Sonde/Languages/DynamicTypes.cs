using Sonde.Types;
using Sonde.Values;

namespace Sonde.Languages;

/// <summary>What the type words of one image stand for. For one thread at a time.</summary>
internal abstract class DynamicTypes
{
    /// <summary>The words that are likely to be met, as addresses in the file, the likeliest first.</summary>
    /// <param name="closures">Whether closures can be met, too.</param>
    public abstract IEnumerable<(DynamicForm Form, ulong Word)> Likely(bool closures);

    /// <summary>What a word stands for; null when it is none of this image.</summary>
    /// <param name="form">What it was found in.</param>
    /// <param name="word">The word as an address in the file.</param>
    public abstract DynamicTarget? Resolve(DynamicForm form, ulong word);
}
