namespace Sonde;

/// <summary>Who has to act on a diagnostic; also the exit code of the command line.</summary>
public enum DiagnosticKind
{
    /// <summary>The request is wrong: a name, a probe, a file.</summary>
    Request = 1,

    /// <summary>The system refuses: privilege, kernel.</summary>
    System = 2,

    /// <summary>Sonde itself is wrong.</summary>
    Internal = 3,
}

/// <summary>Something that cannot be done as asked.</summary>
/// <param name="Code">A stable code, <c>SND####</c>; docs/diagnostics.md has a section on each.</param>
/// <param name="Kind">Who has to act.</param>
/// <param name="Message">One clause that names the thing.</param>
/// <param name="Hint">What to do, if there is something.</param>
/// <param name="Where">The probe it is about, if it is about one.</param>
public sealed record Diagnostic(string Code, DiagnosticKind Kind, string Message, string? Hint = null, string? Where = null);

/// <summary>A session that cannot start, with the reason as data.</summary>
/// <param name="diagnostic">Why.</param>
/// <param name="inner">What it comes from.</param>
public sealed class SondeException(Diagnostic diagnostic, Exception? inner = null) : Exception(diagnostic.Message, inner)
{
    /// <summary>Why.</summary>
    public Diagnostic Diagnostic { get; } = diagnostic;
}
