namespace Sonde;

/// <summary>Why a value could not be had. The set is closed and part of the event contract (docs/events.md).</summary>
public enum MissingReason
{
    /// <summary>The compiler kept no place for it here.</summary>
    OptimizedOut,

    /// <summary>It is in a floating-point register, which a uprobe program cannot read.</summary>
    FpRegister,

    /// <summary>Its page is not in memory.</summary>
    NotResident,

    /// <summary>Behind more pointers than asked for.</summary>
    DepthLimit,

    /// <summary>More bytes than asked for.</summary>
    SizeLimit,

    /// <summary>Held back as confidential.</summary>
    Redacted,

    /// <summary>A type that cannot be decoded.</summary>
    Unsupported,

    /// <summary>The debug information does not describe it.</summary>
    NoDebugInfo,

    /// <summary>The address is no valid one.</summary>
    BadPointer,

    /// <summary>Not yet given a value.</summary>
    Uninitialized,

    /// <summary>Written to while it was read.</summary>
    Changing,

    /// <summary>A dynamic type seen for the first time; decoded from the next hit on.</summary>
    TypeNotLoaded,

    /// <summary>In an expression: a nil pointer on the way.</summary>
    Nil,

    /// <summary>In an expression: an index beyond the length.</summary>
    OutOfRange,

    /// <summary>In an expression: no such key in the map.</summary>
    NoKey,
}
