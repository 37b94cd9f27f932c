namespace Sonde.Tests.Documents;

/// <summary>Files of the repository the tests run in.</summary>
internal static class RepositoryFiles
{
    public static string Root { get; } = Find();

    public static IEnumerable<string> Sources => Directory
        .EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
        .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal));

    private static string Find()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Sonde.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("the tests have to run inside the repository");
        }

        return folder;
    }
}
