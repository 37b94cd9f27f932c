namespace Sonde.Specs;

/// <summary>When a probe fires.</summary>
public enum ProbeKind
{
    /// <summary>When the function is entered.</summary>
    Entry,

    /// <summary>When it returns.</summary>
    Return,

    /// <summary>Both, as one event with the duration.</summary>
    Call,

    /// <summary>When a source line is reached.</summary>
    Line,
}
