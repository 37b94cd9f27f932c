using Sonde.Languages;
using Sonde.Languages.Go;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Go;
using Sonde.Symbols;
using Sonde.Types;

namespace Sonde.Examining;

/// <summary>Can this process or program be traced, and how much of it will be seen.</summary>
internal static class TargetExamination
{
    private const int ExaminedUnits = 256;

    /// <summary>Examines running processes, each by itself.</summary>
    public static IEnumerable<Finding> OfProcesses(IEnumerable<int> processes) =>
        processes.SelectMany(p => Of($"process {p}", () => Target.OfProcesses([p])));

    /// <summary>Examines a program's file.</summary>
    public static IEnumerable<Finding> OfFile(string path) => Of("program", () => Target.OfFile(path));

    private static List<Finding> Of(string name, Func<Target> open)
    {
        try
        {
            using Target target = open();
            return Of(name, target.Executable);
        }
        catch (SondeException e)
        {
            return [new Finding(FindingGroup.Target, name, FindingState.Failed, e.Diagnostic.Message, e.Diagnostic.Hint)];
        }
    }

    private static List<Finding> Of(string name, Image image)
    {
        var findings = new List<Finding> { new(FindingGroup.Target, name, FindingState.Ok, $"{image.Path} (ELF, x86-64)") };
        void Add(string subject, FindingState state, string text, string? hint = null) => findings.Add(new Finding(FindingGroup.Target, subject, state, text, hint));
        try
        {
            int symbols = image.SymbolTables.Sum(t => t.Count);
            bool stripped = image.SymbolTables.All(t => t == image.Elf.DynamicSymbols) && image.Go is null;
            Add("symbols", symbols == 0 && stripped ? FindingState.Failed : stripped ? FindingState.Warning : FindingState.Ok,
                symbols == 0 ? (stripped ? "none: the program was stripped" : "from Go's own tables") : stripped ? $"{symbols}, only those that other files use: it was stripped" : $"{symbols}",
                stripped ? "build it without stripping (Go: without -ldflags=-s), or install its debug file" : null);
            bool debug = image.Debug.Exists;
            Add("debug information", debug ? FindingState.Ok : FindingState.Warning,
                debug ? $"{image.Debug.Units.Count} compilation units{(image.Separate is { } file ? $", in {file.Path}" : "")}" : "none: functions can be seen, arguments cannot",
                debug ? null : "build with -g (Go: without -ldflags=-w), or install its debug file");
            (string languages, bool isGo) = LanguagesOf(image);
            Add("language", FindingState.Ok, languages);
            if (isGo && GoRuntime.FindGoroutineLayout(image) is null)
                Add("goroutines", FindingState.Warning, "their numbers are not known, so calls cannot be paired", "build with debug information");
        }
        catch (BinaryFormatException e)
        {
            Add("contents", FindingState.Failed, $"damaged: {e.Message}", "is it the file that the build made?");
        }

        return findings;
    }

    private static (string Text, bool IsGo) LanguagesOf(Image image)
    {
        if (BuildInfo.TryRead(image.Elf, new FileMemory(image.Elf).Read) is { } build)
            return ($"Go, built by {build.Version}", true);
        var languages = new HashSet<SourceLanguage>();
        foreach (UnitHeader header in image.Debug.Units.Take(ExaminedUnits))
        {
            try
            {
                languages.Add(Language.Of(image.Debug.Unit(header).Language));
            }
            catch (BinaryFormatException)
            {
                // One damaged unit says nothing of the others.
            }
        }

        languages.Remove(SourceLanguage.Unknown);
        return (languages.Count == 0 ? "not told by the file" : string.Join(", ", languages.Order().Select(Name)), languages.Contains(SourceLanguage.Go));
    }

    private static string Name(SourceLanguage language) => language == SourceLanguage.Cpp ? "C++" : language.ToString();
}
