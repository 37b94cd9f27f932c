using System.Collections.Immutable;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Symbols;
using Sonde.Types;

namespace Sonde.Sites;

/// <summary>
/// Places entry probes on copies of functions that were inlined into one function's code: where control comes into the code
/// of the copy, once per inlined call.
/// </summary>
internal sealed class InlinedSiteFinder(Function function, SiteFinder finder, Func<SourceLanguage, TypeReader> typesOf)
{
    private const int TheCopy = 1;

    private readonly PlaceValues _values = new(function, finder, typesOf);
    private readonly NeverReturns? _neverReturns = function.Language == SourceLanguage.Go ? null : EndlessCalls.Of(function.Image).NeverReturns;

    /// <summary>The sites of a copy; empty when nothing is left of it, or no instruction of it can carry a probe.</summary>
    public ImmutableArray<ProbeSite> Find(InlinedCopy copy, out SiteRefusal? refusal)
    {
        refusal = null;
        List<AddressRange> ranges = RangeList.Of(copy.Entry);
        var sites = ImmutableArray.CreateBuilder<ProbeSite>();
        foreach (AddressRange part in RangeList.Of(function.Entry))
        {
            if (!ranges.Exists(r => part.Contains(r.Start)) || finder.CodeOf(part) is not { } code)
                continue;
            LineSelection selection = LineSites.Find(code, RowsOf(part, ranges, EntryOf(copy.Entry, ranges)), TheCopy, 1, finder.Convention, finder.Kernel, _neverReturns, wholeRegion: true);
            refusal ??= selection.Refusal;
            sites.AddRange(selection.Sites.Select(s => Site(s, copy, code)));

            // What was split off as unlikely goes on with what the main part began.
            if (sites.Count > 0)
                break;
        }

        return sites.DrainToImmutable();
    }

    private ProbeSite Site(LineSite site, InlinedCopy copy, DecodedFunction code)
    {
        var address = new FileAddress(site.Address);
        Operand? cfa = finder.CfaAt(address, code);
        var shown = new Shown(copy.Name, copy.File, copy.Line, true);
        return finder.SiteAt(SiteUse.Entry, address, site.Cost, site.Ignore, cfa, shown) with { Values = _values.Parameters(copy.Entry, address, cfa, code) };
    }

    /// <summary>
    /// The line table's rows of a part, those of the copy as line 1 of file 1. Without rows of statements in it the copy's
    /// entry is the one statement.
    /// </summary>
    private LineRow[] RowsOf(AddressRange part, List<AddressRange> ranges, FileAddress entry)
    {
        var rows = new SortedDictionary<ulong, LineRow>();
        bool IsOfCopy(ulong address) => ranges.Exists(r => r.Contains(new FileAddress(address)));
        foreach (ObjectFile.Dwarf.LineRow row in function.Entry.Unit.Lines is { } lines ? lines.Table.In(part) : default)
        {
            bool isOfCopy = IsOfCopy(row.Address.Value);
            bool isStatement = row.IsStatement || (rows.TryGetValue(row.Address.Value, out LineRow before) && before.IsStatement);
            rows[row.Address.Value] = new LineRow(row.Address.Value, isOfCopy ? TheCopy : 0, isOfCopy ? 1u : (uint)Math.Max(row.Line, 0), isStatement && !row.EndSequence, row.EndSequence);
        }

        // Where the copy's ranges begin and end within a row.
        foreach (AddressRange range in ranges)
        {
            foreach (FileAddress border in (ReadOnlySpan<FileAddress>)[range.Start, range.End])
            {
                if (!part.Contains(border) || rows.ContainsKey(border.Value))
                    continue;
                bool isOfCopy = IsOfCopy(border.Value);
                rows[border.Value] = new LineRow(border.Value, isOfCopy ? TheCopy : 0, isOfCopy ? 1u : 2u, false, false);
            }
        }

        bool any = rows.Values.Any(r => r.File == TheCopy && r.IsStatement);
        if (!any && rows.TryGetValue(entry.Value, out LineRow first))
            rows[entry.Value] = first with { IsStatement = true };
        return [.. rows.Values];
    }

    // DW_AT_entry_pc is an address, or an offset from the start of the first range (DWARF 5, section 2.18).
    private static FileAddress EntryOf(Die copy, List<AddressRange> ranges)
    {
        if (!copy.TryGetAttribute(DW_AT.DW_AT_entry_pc, out AttributeValue entry))
            return ranges[0].Start;
        return entry.TryGetAddress(out FileAddress address) ? address : ranges[0].Start + entry.Raw;
    }
}
