using Iced.Intel;

namespace Sonde.Sites;

/// <summary>
/// A test on the saved <c>flags</c> of a hit at a conditional branch: <c>ignore = ((flags &amp; Mask) != 0) == IgnoreWhenAnySet</c>.
/// </summary>
/// <param name="Mask">Bits of EFLAGS the branch looks at.</param>
/// <param name="IgnoreWhenAnySet">The hit is to be ignored when one of them is set (else: when none is).</param>
internal readonly record struct FlagsTest(ulong Mask, bool IgnoreWhenAnySet)
{
    private const ulong CF = 1, PF = 1 << 2, ZF = 1 << 6, SF = 1 << 7, OF = 1 << 11;

    /// <summary>Whether a hit with these flags is to be ignored.</summary>
    public bool Ignores(ulong flags) => ((flags & Mask) != 0) == IgnoreWhenAnySet;

    /// <summary>The test that ignores hits when the branch is taken (or is not). False for conditions that compare two flags.</summary>
    public static bool TryCreate(ConditionCode condition, bool ignoreWhenTaken, out FlagsTest test)
    {
        var (mask, takenWhenSet) = condition switch
        {
            ConditionCode.b => (CF, true),
            ConditionCode.ae => (CF, false),
            ConditionCode.e => (ZF, true),
            ConditionCode.ne => (ZF, false),
            ConditionCode.be => (CF | ZF, true),
            ConditionCode.a => (CF | ZF, false),
            ConditionCode.s => (SF, true),
            ConditionCode.ns => (SF, false),
            ConditionCode.o => (OF, true),
            ConditionCode.no => (OF, false),
            ConditionCode.p => (PF, true),
            ConditionCode.np => (PF, false),
            _ => (0UL, false), // l, ge, le, g compare SF with OF
        };
        test = new FlagsTest(mask, takenWhenSet == ignoreWhenTaken);
        return mask != 0;
    }

    /// <summary>For people: "flags &amp; 0x41 != 0".</summary>
    public override string ToString() => $"flags & 0x{Mask:x} {(IgnoreWhenAnySet ? "!=" : "==")} 0";
}
