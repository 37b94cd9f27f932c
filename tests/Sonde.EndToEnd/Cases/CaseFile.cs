using System.Globalization;

namespace Sonde.EndToEnd.Cases;

/// <summary>Reads case files: lines of KEY and text; NAME begins a case; `#` begins a comment line.</summary>
internal static class CaseFile
{
    /// <summary>Every case of every file below the given folders.</summary>
    public static IEnumerable<Case> ReadAll(params string[] folders) =>
        folders.Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.case", SearchOption.AllDirectories))
            .Order(StringComparer.Ordinal)
            .SelectMany(file => Read(Path.GetFileName(file), File.ReadLines(file)));

    /// <summary>The cases of one file; throws FormatException with the line for what it does not know.</summary>
    public static IEnumerable<Case> Read(string file, IEnumerable<string> lines)
    {
        Case? current = null;
        int number = 0;
        foreach (string line in lines)
        {
            number++;
            string text = line.Trim();
            if (text.Length == 0 || text[0] == '#')
            {
                continue;
            }

            int space = text.IndexOfAny([' ', '\t']);
            string key = space < 0 ? text : text[..space];
            string value = space < 0 ? "" : text[space..].Trim();
            if (key == "NAME")
            {
                if (current is not null)
                {
                    yield return Checked(current);
                }

                current = new Case { Name = value, Where = $"{file}:{number}", Run = "" };
                continue;
            }

            current = current is null
                ? throw new FormatException($"{file}:{number}: {key} before the first NAME")
                : With(current, key, value) ?? throw new FormatException($"{file}:{number}: unknown line {key}");
        }

        if (current is not null)
        {
            yield return Checked(current);
        }
    }

    private static Case Checked(Case item) =>
        item.Run.Length == 0 ? throw new FormatException($"{item.Where}: {item.Name} has no RUN") : item;

    private static Case? With(Case item, string key, string value) => key switch
    {
        "TARGET" => item with { Target = value },
        "ARGS" => item with { Args = value },
        "NEEDS" => item with { Needs = [.. item.Needs, .. Words(value)] },
        "VARIANTS" => item with { Variants = [.. item.Variants, .. Words(value)] },
        "SETUP" => item with { Setup = value },
        "UNDER" => item with { Under = value },
        "RUN" => item with { Run = item.Run.Length == 0 ? value : item.Run + " " + value },
        "DURING" => item with { During = value },
        "AFTER" => item with { After = value },
        "STOP" => item with { Stop = Enum.Parse<Stop>(value, ignoreCase: true) },
        "EXIT" => item with { Exit = int.Parse(value, CultureInfo.InvariantCulture) },
        "TIMEOUT" => item with { Timeout = int.Parse(value, CultureInfo.InvariantCulture) },
        "EXPECT" => item with { Expect = [.. item.Expect, value] },
        _ => null,
    };

    private static string[] Words(string text) => text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
}
