using System.Collections.Concurrent;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.Specs;

namespace Sonde.Symbols;

/// <summary>Finds the functions that have code of a source line, out of line, inlined or cloned.</summary>
/// <remarks>For one thread; uses several for what is long.</remarks>
internal sealed class LineFinder(Image image)
{
    private const int MaximumNear = 4;
    private const int MaximumChoices = 8;

    private readonly FunctionMaker _maker = new(image);
    private readonly Dictionary<string, FileLines> _files = [];

    /// <summary>The functions with code of a line, each with the line.</summary>
    /// <exception cref="SondeException">No such file, no code on the line, or more than one file is meant.</exception>
    public IReadOnlyList<Function> Find(Where.Line where, string probe)
    {
        FileLines file = Read(where.File, probe);
        (string Path, IReadOnlyList<Function> Functions)[] found = [.. file.Lines.Keys
            .Select(p => (p, Functions(file, p, line => line == where.Number, null)))
            .Where(f => f.Item2.Count > 0)];
        return found switch
        {
            [var only] => only.Functions,
            [] => throw NoCode(file, where, probe),
            _ => throw Ambiguous(where.File, [.. found.Select(f => $"{f.Path}:{where.Number}")], probe),
        };
    }

    /// <summary>The functions with code of a file, each with its lines of it.</summary>
    /// <exception cref="SondeException">No such file, or more than one is meant.</exception>
    public IReadOnlyList<Function> Find(Where.WholeFile where, string probe)
    {
        FileLines file = Read(where.Path, probe);
        return file.Lines.Count == 1
            ? Functions(file, file.Lines.Keys.Single(), _ => true, null)
            : throw Ambiguous(where.Path, [.. file.Lines.Keys.Select(p => $"{p}:*")], probe);
    }

    /// <summary>The functions with code of a line that is counted from the first one of given functions.</summary>
    /// <exception cref="SondeException">There is no code on it.</exception>
    public IReadOnlyList<Function> Find(Where.FunctionLine where, IReadOnlyList<Function> of, string probe)
    {
        var found = new List<Function>();
        SondeException? failure = null;
        foreach (IGrouping<(string? File, int Line, string Name), Function> group in of.GroupBy(f => (f.File, f.Line, f.Name)))
        {
            ((string? path, int first, string name), int line) = (group.Key, group.Key.Line + where.Offset);
            if (path is null || first == 0)
            {
                failure ??= Wrong("SND3010", $"it is not known on which line {name} begins", "give FILE:LINE", probe);
                continue;
            }

            FileLines file = Read(path, probe);
            IReadOnlyList<Function> functions = Functions(file, SourcePath.Normal(path), l => l == line, name);
            if (functions.Count == 0)
                failure ??= NoCode(file, new Where.Line(Path.GetFileName(path), line), probe);
            found.AddRange(functions);
        }

        return found.Count > 0 ? found : throw failure!;
    }

    private FileLines Read(string suffix, string probe)
    {
        if (!image.Debug.Exists)
        {
            string places = image.DebugFilePlaces.Count > 0 ? $"; looked at {string.Join(", ", image.DebugFilePlaces)}" : "";
            throw Wrong("SND3012", $"{image.Path} has no debug information, so nothing is known of its lines", $"build it with -g, or give its debug file with --debug-file{places}", probe);
        }

        if (!_files.TryGetValue(suffix, out FileLines? file))
            _files.Add(suffix, file = FileLines.Read(image.Debug, suffix));
        return file.Lines.Count > 0 ? file : throw Wrong("SND3010", $"no code in {image.Path} comes from a file {suffix}", "give the end of its path, from a directory on", probe);
    }

    private IReadOnlyList<Function> Functions(FileLines file, string path, Func<int, bool> wants, string? within)
    {
        var found = new ConcurrentBag<KeyValuePair<Die, SortedSet<int>>>();
        Parallel.ForEach(file.Units, header =>
        {
            try
            {
                foreach (KeyValuePair<Die, SortedSet<int>> function in FileLines.FunctionsOf(image.Debug.Unit(header), path, wants))
                    found.Add(function);
            }
            catch (BinaryFormatException)
            {
                // One damaged unit must not hide the others.
            }
        });
        Dictionary<Die, SortedSet<int>> lines = new(found);
        return [.. _maker.Make([.. lines.Keys.OrderBy(d => d.Offset.Value)])
            .Select(f => f with { Lines = [.. lines[f.Entry].Select(l => new SourceLine(path, l, within))] })];
    }

    private static SondeException NoCode(FileLines file, Where.Line where, string probe)
    {
        var near = new List<string>();
        foreach ((string path, SortedSet<int> lines) in file.Lines)
        {
            string name = file.Lines.Count > 1 ? path + ":" : "";
            near.AddRange(lines.OrderBy(l => Math.Abs(l - where.Number)).Take(MaximumNear).Order().Select(l => $"{name}{l}"));
        }

        return Wrong(
            "SND3006", $"line {where.Number} of {where.File} has no code",
            $"the nearest lines with code are {string.Join(", ", near.Take(MaximumChoices))}; `sonde ls --lines {where.File}` lists all", probe);
    }

    private static SondeException Ambiguous(string file, string[] choices, string probe) => Wrong(
        "SND3007", $"there is more than one file {file}",
        $"give more of its path: {string.Join(", ", choices.Take(MaximumChoices))}{(choices.Length > MaximumChoices ? ", …" : "")}", probe);

    private static SondeException Wrong(string code, string message, string hint, string probe) =>
        new(new Diagnostic(code, DiagnosticKind.Request, message, hint, probe));
}
