namespace Sonde.Symbols;

/// <summary>
/// Paths below the root directory of a process. A container has its own mounts, and the kernel writes its paths from its own root; of a process that
/// only changed its root directory (chroot) it writes them from ours. Links are followed as the process follows them: an absolute one begins at its root.
/// </summary>
internal static class ProcessRoot
{
    // As the kernel: MAXSYMLINKS (include/linux/namei.h).
    private const int MaximumLinks = 40;

    /// <summary>A path that the kernel wrote, as the process sees it.</summary>
    /// <param name="root">The root directory of the process (<c>/proc/PID/root</c>), empty for our own.</param>
    /// <param name="path">An absolute path.</param>
    public static string Inside(string root, string path)
    {
        if (root.Length == 0)
            return path;
        try
        {
            return new FileInfo(root).LinkTarget is { Length: > 1 } target && path.StartsWith(target, StringComparison.Ordinal) && path.Length > target.Length && path[target.Length] == '/'
                ? path[target.Length..]
                : path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return path; // It has ended, or may not be looked at: opening says so.
        }
    }

    /// <summary>The path through which we can open what a process has at a path of its own; it need not exist.</summary>
    /// <param name="root">The root directory of the process, empty for our own.</param>
    /// <param name="path">An absolute path as the process sees it.</param>
    public static string Resolve(string root, string path)
    {
        if (root.Length == 0)
            return path;
        var parts = new List<string>();
        var ahead = new Stack<string>(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        for (int links = 0; ahead.TryPop(out string? part);)
        {
            if (part == ".")
                continue;
            if (part == "..")
            {
                if (parts.Count > 0)
                    parts.RemoveAt(parts.Count - 1);
                continue;
            }

            parts.Add(part);
            if (LinkAt(root + "/" + string.Join('/', parts)) is not { } target || links++ == MaximumLinks)
                continue;
            parts.RemoveAt(parts.Count - 1);
            if (target.StartsWith('/'))
                parts.Clear();
            foreach (string next in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
                ahead.Push(next);
        }

        return root + "/" + string.Join('/', parts);
    }

    private static string? LinkAt(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
