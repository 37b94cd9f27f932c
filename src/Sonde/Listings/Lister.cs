using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.Specs;
using Sonde.Symbols;

namespace Sonde.Listings;

/// <summary>What <c>sonde ls</c> is to list.</summary>
internal sealed record ListRequest
{
    /// <summary>A name or pattern as in a probe; null for all functions.</summary>
    public string? Pattern { get; init; }

    /// <summary>The source file whose lines are listed.</summary>
    public string? Lines { get; init; }

    /// <summary>The type whose members are listed.</summary>
    public string? Layout { get; init; }

    /// <summary>Find out of each function whether a probe can go there.</summary>
    public bool Probeable { get; init; }

    /// <summary>JSON instead of text.</summary>
    public bool Json { get; init; }
}

/// <summary>Lists the functions, lines or types of a target.</summary>
internal static class Lister
{
    /// <summary>Writes the listing as it is made.</summary>
    /// <exception cref="SondeException">Nothing fits, or the target cannot be read.</exception>
    public static void List(Target target, ListRequest request, Stream output)
    {
        Where.Function? where = request.Pattern is { } pattern ? WhereOf(pattern) : null;
        Image image = target.ImageOf(where?.Library);
        using var writer = new ListingWriter(output, request.Json);
        try
        {
            if (request.Lines is { } file)
                ListLines(image, file, writer);
            else if (request.Layout is { } type)
                ListLayout(image, type, writer);
            else
                ListFunctions(image, where, request, writer);
        }
        catch (BinaryFormatException e)
        {
            throw new SondeException(new Diagnostic("SND2005", DiagnosticKind.Request, $"{image.Path}: {e.Message}"), e);
        }
    }

    private static void ListFunctions(Image image, Where.Function? where, ListRequest request, ListingWriter writer)
    {
        Probeable? sites = request.Probeable ? new Probeable(image) : null;
        bool any = false;
        foreach (ListedFunction function in new FunctionListing(image).List(where))
        {
            any = true;
            writer.Write(function, sites is not null, sites?.WhyNot(function));
        }

        if (any)
            return;
        throw new SondeException(where is null ? MissingFunction.NoSymbols(image, null) : new FunctionFinder(image).WhyNot(where, request.Pattern));
    }

    private static void ListLines(Image image, string file, ListingWriter writer)
    {
        RequireDebug(image);
        SortedDictionary<string, SortedSet<int>> files = LineScan.Lines(image.Debug, file);
        if (files.Count == 0)
            throw new SondeException(new Diagnostic("SND3010", DiagnosticKind.Request, $"no code in {image.Path} comes from a file {file}", "give the end of its path, from a directory on"));
        foreach ((string path, SortedSet<int> lines) in files)
        {
            foreach (int line in lines)
                writer.WriteLine(path, line);
        }
    }

    private static void ListLayout(Image image, string type, ListingWriter writer)
    {
        RequireDebug(image);
        var finder = new LayoutFinder(image, type);
        IReadOnlyList<TypeLayout> layouts = finder.Find();
        if (layouts.Count == 0)
        {
            IReadOnlyList<string> near = finder.Suggest();
            throw new SondeException(new Diagnostic(
                "SND3011", DiagnosticKind.Request, $"there is no struct, class, union or enum with fields {type} in {image.Path}",
                near.Count > 0 ? $"did you mean {string.Join(" or ", near)}?" : "give its name with package or namespaces, or the end of that"));
        }

        foreach (TypeLayout layout in layouts)
            writer.Write(layout);
    }

    private static void RequireDebug(Image image)
    {
        if (image.Debug.Exists)
            return;
        string places = image.DebugFilePlaces.Count > 0 ? $"; looked at {string.Join(", ", image.DebugFilePlaces)}" : "";
        throw new SondeException(new Diagnostic("SND3012", DiagnosticKind.Request, $"{image.Path} has no debug information", $"build it with -g, or give its debug file with --debug-file{places}"));
    }

    private static Where.Function WhereOf(string pattern)
    {
        ProbeSpec spec;
        try
        {
            spec = ProbeSpec.Parse(pattern);
        }
        catch (ProbeSyntaxException e)
        {
            throw new SondeException(new Diagnostic(ProbeSyntaxException.Code, DiagnosticKind.Request, e.Render(), null, e.Text), e);
        }

        return spec.Where as Where.Function
            ?? throw new SondeException(new Diagnostic("SND1005", DiagnosticKind.Request, $"{pattern} is a place in a file, not a function", "list the lines of a file with --lines FILE"));
    }
}
