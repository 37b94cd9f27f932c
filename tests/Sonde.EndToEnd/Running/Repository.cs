namespace Sonde.EndToEnd.Running;

/// <summary>Where things are.</summary>
internal static class Repository
{
    /// <summary>The folder with Sonde.slnx above the test assembly.</summary>
    public static string Root { get; } = Find();

    /// <summary>The native binary: SONDE_BIN, or out/sonde.</summary>
    public static string Sonde { get; } =
        Environment.GetEnvironmentVariable("SONDE_BIN") is { Length: > 0 } path ? path : Path.Combine(Root, "out", "sonde");

    /// <summary>A path below the root.</summary>
    public static string At(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Find()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Sonde.slnx")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException("the tests have to run inside the repository");
    }
}
