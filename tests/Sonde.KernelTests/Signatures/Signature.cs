namespace Sonde.KernelTests.Signatures;

/// <summary>A type of a generated program, by what a constant of it looks like.</summary>
/// <param name="Name">How the source names it.</param>
/// <param name="Constant">Makes an expression for a random value and notes its scalars under a path.</param>
internal sealed record GeneratedType(string Name, Func<string, Dictionary<string, Expected>, string> Constant);

/// <summary>A scalar as it has to be seen. <paramref name="Vector"/>: it may travel in a vector register.</summary>
internal sealed record Expected(string Text, bool Vector = false);

/// <summary>A generated function: what each argument and result has to be.</summary>
internal sealed record Signature(string Name, string Declaration, Dictionary<string, Expected> Arguments, Dictionary<string, Expected> Results);

/// <summary>A generated program.</summary>
internal sealed record GeneratedProgram(string Source, IReadOnlyList<Signature> Functions);
