using CsCheck;

namespace Sonde.Tests.Specs;

internal static class Pick
{
    /// <summary>Any of some values.</summary>
    public static Gen<T> From<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
