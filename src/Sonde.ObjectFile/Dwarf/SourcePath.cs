namespace Sonde.ObjectFile.Dwarf;

/// <summary>Paths of source files: compilers write the same one in several ways.</summary>
internal static class SourcePath
{
    /// <summary>Without empty and "." parts, ".." taken together with the part before it.</summary>
    public static string Normal(string path)
    {
        if (!path.Contains("//", StringComparison.Ordinal) && !path.Contains("./", StringComparison.Ordinal)) return path;
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part is "" or ".") continue;
            if (part == ".." && parts.Count > 0 && parts[^1] != "..") parts.RemoveAt(parts.Count - 1);
            else if (part != ".." || !path.StartsWith('/')) parts.Add(part);
        }

        return (path.StartsWith('/') ? "/" : "") + string.Join('/', parts);
    }

    /// <summary>Whether a path ends in a suffix that begins at a directory border.</summary>
    public static bool Matches(string path, string suffix)
    {
        // The last part decides nearly always.
        var last = suffix.AsSpan()[(suffix.LastIndexOf('/') + 1)..];
        if (!path.AsSpan().EndsWith(last, StringComparison.Ordinal)) return false;
        path = Normal(path);
        return path.EndsWith(suffix, StringComparison.Ordinal) && (path.Length == suffix.Length || suffix.StartsWith('/') || path[^(suffix.Length + 1)] == '/');
    }
}
