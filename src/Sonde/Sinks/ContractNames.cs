using Sonde.Specs;
using Sonde.Values;

namespace Sonde.Sinks;

/// <summary>Spellings that are part of the event contract (docs/events.md).</summary>
internal static class ContractNames
{
    public static string Of(MissingReason reason) => reason switch
    {
        MissingReason.OptimizedOut => "optimized-out",
        MissingReason.FpRegister => "fp-register",
        MissingReason.NotResident => "not-resident",
        MissingReason.DepthLimit => "depth-limit",
        MissingReason.SizeLimit => "size-limit",
        MissingReason.Redacted => "redacted",
        MissingReason.Unsupported => "unsupported",
        MissingReason.NoDebugInfo => "no-debug-info",
        MissingReason.BadPointer => "bad-pointer",
        MissingReason.Uninitialized => "uninitialized",
        MissingReason.Changing => "changing",
        MissingReason.TypeNotLoaded => "type-not-loaded",
        MissingReason.Nil => "nil",
        MissingReason.OutOfRange => "out-of-range",
        MissingReason.NoKey => "no-key",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public static string Of(ProbeKind kind) => kind switch
    {
        ProbeKind.Entry => "entry",
        ProbeKind.Return => "return",
        ProbeKind.Call => "call",
        ProbeKind.Line => "line",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public static string Of(CallOutcome outcome) => outcome switch
    {
        CallOutcome.Returned => "returned",
        CallOutcome.DidNotReturn => "did-not-return",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
