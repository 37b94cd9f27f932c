using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.Types;

namespace Sonde.Sites;

/// <summary>Finds how the stack is walked from a site.</summary>
internal static class StackPlaces
{
    private const int Rbp = 6; // The DWARF number (System V ABI, AMD64 supplement, figure 3.36).

    /// <summary>Where the walk begins.</summary>
    public static StackPlace At(ProbeSite site) => new(site.Cfa, CallersFrameAt(site), site.Use == SiteUse.ReturnProbe);

    private static CallersFrame CallersFrameAt(ProbeSite site)
    {
        // Go's frame information does not speak of rbp (cmd/internal/obj/x86 keeps it by custom, runtime/traceback_fpunwind).
        if (site.Function.Language == SourceLanguage.Go)
            return new CallersFrame(CallersFrameKind.Custom);
        try
        {
            if (!site.Function.Image.Frames.TryFind(site.Address, out FrameRow row))
                return new CallersFrame(CallersFrameKind.Custom);
            return row[Rbp].Kind switch
            {
                RegisterRuleKind.Unspecified or RegisterRuleKind.SameValue => new CallersFrame(CallersFrameKind.Register),
                RegisterRuleKind.Offset => new CallersFrame(CallersFrameKind.Saved, row[Rbp].Offset),
                _ => new CallersFrame(CallersFrameKind.Custom),
            };
        }
        catch (BinaryFormatException)
        {
            return new CallersFrame(CallersFrameKind.Custom);
        }
    }
}
