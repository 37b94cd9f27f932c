using System.Collections.Immutable;
using Sonde.ObjectFile.Elf;
using Sonde.Plans;
using Sonde.Sites;
using Sonde.Symbols;
using Sonde.Values;

namespace Sonde.Stacks;

/// <summary>
/// Tells what the addresses of walked stacks mean. A chain of frame pointers is believed as far as it can be checked: each
/// return address must lie behind a call, and each function must keep its frame pointer. Where that ends the stack says so.
/// </summary>
/// <param name="processes">The traced processes, as far as they are known.</param>
/// <param name="debugFiles">Where debug files may be.</param>
/// <remarks>For one thread.</remarks>
internal sealed class StackResolver(IReadOnlyList<int> processes, DebugFileOptions debugFiles) : IDisposable
{
    private readonly ProcessImages _images = new(debugFiles);

    /// <summary>Whether events of a plan carry a stack.</summary>
    public static bool IsNeeded(CapturePlan plan) => plan.EntrySteps.Concat(plan.ReturnSteps).Any(s => s is StackStep);

    /// <summary>Looks at the processes while they are there: one that has ended cannot be asked what it had in memory.</summary>
    public void Prepare()
    {
        foreach (int process in processes)
            _images.Prepare(process);
    }

    /// <summary>The event with stacks that people can read.</summary>
    /// <param name="captured">The event.</param>
    /// <param name="site">Where its stack was walked.</param>
    public CapturedEvent Resolve(CapturedEvent captured, ProbeSite site)
    {
        if (captured.Walked is { } walked)
            captured = captured with { Stack = Stack(captured.ProcessId, walked, site), Walked = null };
        if (captured.Captures.IsDefault || !captured.Captures.Any(c => c.Value is WalkedStack))
            return captured;
        return captured with
        {
            Captures = [.. captured.Captures.Select(c => c.Value is WalkedStack stack ? c with { Value = ValueOf(captured.ProcessId, stack, site) } : c)],
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _images.Dispose();

    private Value ValueOf(int process, WalkedStack walked, ProbeSite site)
    {
        if (!walked.OnlyCaller)
            return Stack(process, walked, site);
        ImmutableArray<StackFrame> own = Own(walked, site);
        if (site.Shown is { Inlined: true } && own.Length > 1)
            return new CallerValue(own[1]);
        if (walked.Callers.IsEmpty)
            return new MissingValue("caller", MissingReason.BadPointer);
        var frames = new List<StackFrame>();
        ulong address = walked.Callers[0].ReturnAddress;
        Add(frames, address, PlaceOf(process, address, walked, site, out string? name), name);
        return new CallerValue(frames[0]);
    }

    private StackValue Stack(int process, WalkedStack walked, ProbeSite site)
    {
        var frames = new List<StackFrame>(Own(walked, site));
        foreach ((ulong address, ulong next) in walked.Callers)
        {
            CodePlace? place = PlaceOf(process, address, walked, site, out string? name);
            if (place is { IsCall: false, IsOutermost: false })
                return End(MissingReason.OptimizedOut);
            Add(frames, address, place, name);
            if (place is { IsOutermost: true })
                return End(null);
            if (next == 0 && place is not null)
                return End(null);
            if (place is not { KeepsFrame: true })
                return End(MissingReason.OptimizedOut);
        }

        return End(walked.Callers.IsEmpty ? MissingReason.BadPointer : walked.Callers.Length == walked.Room ? MissingReason.DepthLimit : MissingReason.OptimizedOut);

        StackValue End(MissingReason? reason) => new([.. frames], reason);
    }

    private ImmutableArray<StackFrame> Own(WalkedStack walked, ProbeSite site)
    {
        Function function = site.Function;
        if (site.Use != SiteUse.Line)
            return [new StackFrame(function.Name, function.File, function.Line, site.Use == SiteUse.ReturnProbe ? 0 : walked.Address, false)];
        return [.. _images.SymbolsOf(function.Image).At(site.Address).Select(f => new StackFrame(f.Name, f.File, f.Line, walked.Address, f.Inlined))];
    }

    private CodePlace? PlaceOf(int process, ulong address, WalkedStack walked, ProbeSite site, out string? name)
    {
        // Where the probed file lies follows from where the probe fired: no need to look at the process, which may have ended.
        name = null;
        Image own = site.Function.Image;
        if (site.Use != SiteUse.ReturnProbe)
        {
            var near = new FileAddress(address - (walked.Address - site.Address.Value));
            if (own.Elf.IsExecutable(new FileAddress(near.Value - 1)))
                return _images.SymbolsOf(own).Caller(near);
        }

        return _images.TryFind(process, address - 1, out Image image, out FileAddress place, out name) ? _images.SymbolsOf(image).Caller(place + 1) : null;
    }

    private static void Add(List<StackFrame> frames, ulong address, CodePlace? place, string? name)
    {
        if (place is null)
        {
            frames.Add(new StackFrame(name, null, 0, address, false));
            return;
        }

        foreach (PlacedFunction function in place.Functions)
            frames.Add(new StackFrame(function.Name ?? name, function.File, function.Line, address, function.Inlined));
    }
}
