namespace Sonde.Specs;

/// <summary>Writes names so that they read back as themselves.</summary>
public static class ProbeText
{
    /// <summary>The shortest way to write a function's name in a probe so that it is read as exactly this name.</summary>
    /// <param name="name">Any name, in any language's spelling.</param>
    /// <returns>The name itself where nothing in it has a meaning of its own, else with <c>\*</c> for a wildcard, else in backquotes.</returns>
    public static string Quote(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (ReadsBack(name, name))
            return name;
        string quoted = '`' + name.Replace("`", "``", StringComparison.Ordinal) + '`';
        int star = name.IndexOf('*');
        if (star >= 0 && star == name.LastIndexOf('*') && name.Insert(star, "\\") is var escaped && ReadsBack(escaped, name))
            return escaped;
        return quoted;
    }

    private static bool ReadsBack(string text, string name)
    {
        try
        {
            return ProbeSpec.Parse(text) is
            {
                KindIsExplicit: false, Captures.Count: 0, Template: null, Condition: null,
                Where: Where.Function { Syntax: PatternSyntax.Name, Library: null, File: null } f,
            } && f.Name == name;
        }
        catch (ProbeSyntaxException)
        {
            return false;
        }
    }
}
