using System.Globalization;
using Sonde.Attaching;
using Sonde.Sites;
using Sonde.Specs;
using Sonde.Symbols;
using Sonde.Types;

namespace Sonde.Explaining;

/// <summary>What is told of one function of a probe.</summary>
internal sealed class FunctionReport(Function function, TypeGraph types, IReadOnlyList<int> processIds, ProcessCode[] processes)
{
    private const int CodeAround = 4;
    private const int SiteBytes = 8;
    private const byte Breakpoint = 0xcc; // int3, what a uprobe puts in the place of the first byte

    /// <summary>Writes it, and gives the plan; null when the function cannot be probed, which is then told.</summary>
    public PlannedFunction? Write(ProbeSpec spec, ProbePlanner planner, Outline outline)
    {
        outline.Line(function.Name);
        PlannedFunction? planned = null;
        outline.Within(() =>
        {
            WriteFacts(outline);
            SiteFinder? finder = null;
            try
            {
                finder = planner.FinderOf(function);
                planned = planner.Plan(finder, function, spec);
                Write(planned, finder, outline);
            }
            catch (SiteUnavailableException e)
            {
                outline.Line("");
                outline.Line($"cannot be probed: {e.Message}");
                if (finder is not null && e.Selection is { } selection)
                    WriteCandidates(selection, finder, outline);
            }
        });
        return planned;
    }

    private void WriteFacts(Outline outline)
    {
        if (function.Symbol.Length > 0 && function.Symbol != function.Name)
            outline.Row("symbol", function.Symbol);
        if (function.OtherNames.Count > 0)
            outline.Row("also named", string.Join(", ", function.OtherNames));
        if (function.Copies.Count > 0)
            outline.Row("holds", string.Join(", ", function.Copies.GroupBy(c => c.Name).Select(g => $"{g.Count()} inlined {(g.Count() == 1 ? "copy" : "copies")} of {g.Key}")));
        outline.Row("language", Name(function.Language));
        outline.Row("declared", function.File is { } file ? file + (function.Line > 0 ? $":{function.Line}" : "") : function.Entry.Exists ? "not told" : "not known, it has no debug information");
        string offset = function.Image.Elf.TryGetFileOffset(function.Address, out long at) ? string.Create(CultureInfo.InvariantCulture, $"0x{at:x}") : "none";
        outline.Row("address", $"0x{function.Address.Value:x}, file offset {offset}, {function.Size switch { 0 => "size not known", 1 => "1 byte", _ => $"{function.Size} bytes" }}");
    }

    private void Write(PlannedFunction planned, SiteFinder finder, Outline outline)
    {
        foreach (PlannedSite site in planned.Sites)
        {
            outline.Line("");
            Write(site.Site, finder, outline);
        }

        outline.Line("");
        outline.Line("code");
        ulong[] marks = [.. planned.Sites.Select(s => s.Site.Address.Value)];
        outline.Within(() => outline.Lines(CodeListing.Format(finder.Code, marks, CodeAround)));
        WritePlans(planned, outline);
        outline.Line("");
        outline.Row("cost", CostOf(planned));
    }

    private void Write(ProbeSite site, SiteFinder finder, Outline outline)
    {
        ulong distance = site.Address.Value - function.Address.Value;
        outline.Line(site.Use switch
        {
            SiteUse.Entry => site.Shown is { } copy ? $"a copy of {copy.Name} begins" : "entered",
            SiteUse.Line => $"line {site.Shown!.Line} of {site.Shown.File}{(site.Shown.Inlined ? $", in a copy of {site.Shown.Name}" : "")}",
            SiteUse.ReturnProbe => "returns, seen by a return probe of the kernel",
            _ => $"returns at +{distance}",
        });
        outline.Within(() =>
        {
            if (site.Selection is { } selection)
                WriteCandidates(selection, finder, outline);
            else if (finder.Code.IndexOf(site.Address.Value) is >= 0 and var index)
                outline.Line($"site 0x{site.Address.Value:x} (+{distance}): {CodeListing.Text(finder.Code.Instructions[index])}, {Handling(site.Cost)}"
                    + (site.Flags is { } flags ? $", hits with {flags} are ignored" : ""));
            WriteBytes(site, finder, outline);
            WriteValues(site, outline);
        });
    }

    private static void WriteCandidates(SiteSelection selection, SiteFinder finder, Outline outline)
    {
        foreach (string line in CodeListing.Describe(selection, finder.Code))
            outline.Line(line);
    }

    private void WriteBytes(ProbeSite site, SiteFinder finder, Outline outline)
    {
        var file = new byte[(int)Math.Min(SiteBytes, finder.Code.Code.End - site.Address.Value)];
        int got = function.Image.Elf.ReadAt(site.Address, file);
        Array.Resize(ref file, Math.Max(got, 0));
        outline.Line($"file offset 0x{site.FileOffset:x}");
        outline.Row("in the file", Hex(file));
        for (int i = 0; i < processes.Length; i++)
        {
            var memory = new byte[file.Length];
            string process = processIds.Count > 1 ? $" of {processIds[i]}" : "";
            outline.Row("in memory", processes[i].TryRead(function.Image, site.FileOffset, memory, out string? refusal)
                ? $"{Hex(memory)}{process} ({Compare(file, memory)})"
                : $"not read{process}: {refusal}");
        }
    }

    private static string Compare(byte[] file, byte[] memory)
    {
        if (file.AsSpan().SequenceEqual(memory))
            return "the same: no probe is in place";
        return memory[0] == Breakpoint && file[0] != Breakpoint && file.AsSpan(1).SequenceEqual(memory.AsSpan(1))
            ? "a probe is in place"
            : "not what the file has";
    }

    private void WriteValues(ProbeSite site, Outline outline)
    {
        outline.Line(site.Use switch { SiteUse.Entry => "arguments", SiteUse.Line => "variables", _ => "results" });
        var operands = new OperandText(site.Cfa);
        outline.Within(() =>
        {
            if (site.Values.Length == 0)
                outline.Line(function.Entry.Exists ? "none" : "not known, the function has no debug information");
            foreach (Variable variable in site.Values)
            {
                TypeNode type = types[variable.Type];
                outline.Line($"{variable.Name,-12} {operands.Of(variable, type.Size),-20} {type.Name}, {type.Size} byte{(type.Size == 1 ? "" : "s")}"
                    + (type.Shape is OpaqueShape { Why.Length: > 0 } opaque ? $" <unsupported>: {opaque.Why}" : ""));
            }

            if (site.Goroutine is { } goroutine)
                outline.Line($"{"(goroutine)",-12} {operands.Of(goroutine)}");
        });
    }

    // Equal plans are told once: those of the ways out of a function seldom differ.
    private void WritePlans(PlannedFunction planned, Outline outline)
    {
        var texts = new List<(string Text, List<string> Sites)>();
        foreach (PlannedSite site in planned.Sites)
        {
            var text = new StringWriter();
            new PlanText(site.Plan, types, new OperandText(null)).Write(new Outline(text));
            string name = site.Site.Use == SiteUse.ReturnProbe ? "the return" : $"+{site.Site.Address.Value - function.Address.Value}";
            int known = texts.FindIndex(t => t.Text == text.ToString());
            if (known >= 0)
                texts[known].Sites.Add(name);
            else
                texts.Add((text.ToString(), [name]));
        }

        foreach ((string text, List<string> sites) in texts)
        {
            outline.Line("");
            outline.Line($"capture plan at {string.Join(", ", sites)}");
            outline.Within(() => outline.Lines(text));
        }
    }

    private static string CostOf(PlannedFunction planned)
    {
        ProbeSite[] sites = [.. planned.Sites.Select(s => s.Site)];
        var parts = new List<string>();
        foreach (ProbeSite site in sites.DistinctBy(s => (s.Use is SiteUse.Entry or SiteUse.Line, s.Cost)))
        {
            // At one address the kernel takes one trap for all of its probes.
            bool shared = site.Use == SiteUse.ReturnProbe && sites.Any(s => s.Use == SiteUse.Entry && s.Address == site.Address);
            parts.Add(site.Use switch
            {
                SiteUse.Entry => $"an entry: {Handling(site.Cost)}",
                SiteUse.Line => $"an execution of the line: {Handling(site.Cost)}",
                SiteUse.ReturnProbe => $"a return: {(shared ? "" : $"{Handling(site.Cost)}, and ")}one trap at the return",
                _ => $"a return: {Handling(site.Cost)}",
            });
        }

        return $"{string.Join("; ", parts)} (`sonde doctor --measure` tells how long that takes here)";
    }

    private static string Handling(UprobeHandling handling) => handling == UprobeHandling.Emulated ? "one trap, emulated" : "two traps, single-stepped";

    private static string Hex(ReadOnlySpan<byte> bytes)
    {
        var text = new System.Text.StringBuilder();
        foreach (byte b in bytes)
            text.Append(CultureInfo.InvariantCulture, $"{(text.Length == 0 ? "" : " ")}{b:x2}");
        return text.ToString();
    }

    private static string Name(SourceLanguage language) => language switch
    {
        SourceLanguage.Cpp => "C++",
        SourceLanguage.Unknown => "not known",
        _ => language.ToString(),
    };
}
