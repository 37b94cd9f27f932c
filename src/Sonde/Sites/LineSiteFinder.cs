using System.Collections.Immutable;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Symbols;
using Sonde.Types;

namespace Sonde.Sites;

/// <summary>
/// Places line probes in one function's code: for its own code of the line and for each copy inlined into it one site where
/// the line begins to execute, or one for each way into it.
/// </summary>
internal sealed class LineSiteFinder(Function function, SiteFinder finder, Func<SourceLanguage, TypeReader> typesOf)
{
    private readonly PlaceValues _values = new(function, finder, typesOf);

    // Go keeps its panics at the end of a function, behind everything else.
    private readonly NeverReturns? _neverReturns = function.Language == SourceLanguage.Go ? null : EndlessCalls.Of(function.Image).NeverReturns;
    private InlineScopes? _scopes;

    /// <summary>The sites of a line; empty when no instruction of it can carry a probe.</summary>
    /// <param name="line">The line.</param>
    /// <param name="refusal">Why a part of the line has none.</param>
    public ImmutableArray<ProbeSite> Find(SourceLine line, out SiteRefusal? refusal)
    {
        refusal = null;
        if (function.Entry.Unit.Lines is not { } lines)
            return [];
        _scopes ??= InlineScopes.Of(function.Entry);
        var owners = new LineOwners(function.Entry, _scopes, lines, line);
        var sites = ImmutableArray.CreateBuilder<ProbeSite>();
        var served = new HashSet<int>();
        foreach (AddressRange range in RangeList.Of(function.Entry))
        {
            if (owners.Of(range) is not { Count: > 0 } found || finder.CodeOf(range) is not { } code)
                continue;
            foreach (int owner in found)
            {
                // What was split off as unlikely goes on with what the main part began.
                Shown shown = Shown(owner, line);
                if (served.Contains(owner) || (line.Within is { } within && shown.Name != within))
                    continue;
                LineSelection selection = LineSites.Find(code, owners.RowsFor(owner, range), 1, (uint)line.Number, finder.Convention, finder.Kernel, _neverReturns);
                refusal ??= selection.Refusal;
                foreach (LineSite site in selection.Sites)
                {
                    sites.Add(Site(site, owner, code, line, shown));
                    served.Add(owner);
                }
            }
        }

        return sites.DrainToImmutable();
    }

    private ProbeSite Site(LineSite site, int owner, DecodedFunction code, SourceLine line, Shown shown)
    {
        // The line of the function's beginning: what holds at an entry is known better than what DWARF says of prologues.
        if (owner == LineOwners.Itself && code == finder.Code && IsEntry(site.RowAddress))
        {
            ProbeSite entry = finder.Entry();
            return entry with { Use = SiteUse.Line, Shown = shown, Selection = null, Values = [.. entry.Values, .. _values.CapturedAtEntry(entry)] };
        }

        ProbeSite first = SiteAt(site, new FileAddress(site.Address), site.Cost, owner, code, line, shown);
        if (site.Later == 0 || (site.Written & (RegistersOf(first) | finder.Convention.GoroutineRegister)) != 0)
            return first;
        ProbeSite later = SiteAt(site, new FileAddress(site.Later), UprobeHandling.Emulated, owner, code, line, shown);
        return later.Values.Length == first.Values.Length && later.Values.Zip(first.Values).All(p => AreSame(p.First, p.Second)) ? later : first;
    }

    private static RegisterSet RegistersOf(ProbeSite site) => Operands.RegistersOf(site.Values.SelectMany(v => v.Pieces));

    private static bool AreSame(Variable one, Variable other) =>
        one.Name == other.Name && one.Pieces.Length == other.Pieces.Length
        && one.Pieces.Zip(other.Pieces).All(p => p.First == p.Second
            || (p.First.Place is ConstantPlace a && p.Second.Place is ConstantPlace b && p.First.Size == p.Second.Size && a.Bytes.SequenceEqual(b.Bytes)));

    private ProbeSite SiteAt(LineSite site, FileAddress address, UprobeHandling cost, int owner, DecodedFunction code, SourceLine line, Shown shown)
    {
        Operand? cfa = finder.CfaAt(address, code);
        return finder.SiteAt(SiteUse.Line, address, cost, site.Ignore, cfa, shown) with
        {
            TypeWord = _values.TypeWord(owner == LineOwners.Itself ? function.Entry : _scopes![owner].Entry, address, cfa),
            Values = _values.At(owner == LineOwners.Itself ? function.Entry : _scopes![owner].Entry, address, cfa, code, line),
        };
    }

    private bool IsEntry(ulong row) =>
        row == finder.Code.Code.Address || (finder.Check is { } check && row == finder.Code.Instructions[check.Body].IP);

    private Shown Shown(int owner, SourceLine line) => owner == LineOwners.Itself
        ? new Shown(function.Name, line.Path, line.Number, false)
        : new Shown(SymbolNames.Display(_scopes![owner].Entry) ?? function.Name, line.Path, line.Number, true);
}
