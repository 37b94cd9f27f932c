using System.Text;

namespace Sonde.Listings;

/// <summary>A parameter or result of a Go function.</summary>
internal readonly record struct GoParameter(string Name, string Type, bool IsResult);

/// <summary>Writes <c>func (s *Store) Get(key string) (*User, error)</c> as it stands in the source of the package.</summary>
internal static class GoSignature
{
    /// <summary>The declaration.</summary>
    /// <param name="name">The qualified name: <c>main.(*Store).Get</c>.</param>
    /// <param name="parameters">Parameters and results, receiver first.</param>
    public static string Write(string name, List<GoParameter> parameters)
    {
        (string package, string rest) = SplitPackage(name);

        // A result can stand in the debug information more than once (seen from Go 1.22 to 1.26).
        parameters = [.. parameters.Where((p, i) => p.Name is "" or "_" || parameters.FindIndex(q => q.Name == p.Name && q.Type == p.Type) == i)];

        // What the compiler adds (.dict, .this) has no name in the source.
        List<GoParameter> arguments = [.. parameters.Where(p => !p.IsResult && !(p.Name.StartsWith('.') && p.Name != ".this"))];
        List<GoParameter> results = [.. parameters.Where(p => p.IsResult)];
        var text = new StringBuilder("func ");
        int dot = rest.StartsWith('(') ? rest.IndexOf(").", StringComparison.Ordinal) + 1 : rest.IndexOf('.');
        if (dot > 0 && arguments is [var receiver, ..] && IsReceiver(receiver.Type, package, rest[..dot]))
        {
            text.Append('(');
            AppendParameter(text, receiver, package);
            text.Append(") ");
            arguments.RemoveAt(0);
            rest = rest[(dot + 1)..];
        }

        text.Append(rest).Append('(');
        AppendAll(text, arguments, package);
        text.Append(')');
        bool unnamed = results.TrueForAll(r => IsUnnamed(r.Name));
        if (results.Count == 1 && unnamed)
            return text.Append(' ').Append(Local(results[0].Type, package)).ToString();
        if (results.Count == 0)
            return text.ToString();
        text.Append(" (");
        AppendAll(text, unnamed ? results.ConvertAll(r => r with { Name = "" }) : results, package);
        return text.Append(')').ToString();
    }

    /// <summary>A type as the source of a package writes it: without the package's own name, other packages by the last part of their path.</summary>
    internal static string Local(string type, string package)
    {
        if (!type.Contains('.'))
            return type;
        var text = new StringBuilder(type.Length);
        int start = 0;
        for (int i = 0; i <= type.Length; i++)
        {
            if (i < type.Length && (char.IsLetterOrDigit(type[i]) || type[i] is '_' or '.' or '/' or '-' or '%' or '~' or '@' or '·'))
                continue;
            ReadOnlySpan<char> word = type.AsSpan(start, i - start);
            int slash = word.LastIndexOf('/');
            int dot = slash + 1 + word[(slash + 1)..].IndexOf('.');
            if (dot > slash && word[..dot].SequenceEqual(package))
                text.Append(word[(dot + 1)..]);
            else
                text.Append(word.StartsWith("...") ? word : word[(slash + 1)..]);
            if (i < type.Length)
                text.Append(type[i]);
            start = i + 1;
        }

        return text.ToString();
    }

    // "net/http" and "(*conn).serve" of "net/http.(*conn).serve".
    private static (string Package, string Local) SplitPackage(string name)
    {
        int bracket = name.AsSpan().IndexOfAny('(', '[');
        int end = bracket < 0 ? name.Length : bracket;
        int slash = name.AsSpan(0, end).LastIndexOf('/');
        int dot = name.IndexOf('.', slash + 1);

        // A dot in the last part of a path (yaml.v2) is told from that behind the package only by what follows.
        if (dot > 0 && slash > 0 && dot + 2 < name.Length && name[dot + 1] == 'v' && char.IsAsciiDigit(name[dot + 2]) && name.IndexOf('.', dot + 1) is > 0 and var next)
            dot = next;
        return dot < 0 ? ("", name) : (name[..dot], name[(dot + 1)..]);
    }

    private static bool IsReceiver(string type, string package, string receiver)
    {
        string named = receiver.TrimStart('(').TrimEnd(')').TrimStart('*');
        ReadOnlySpan<char> bare = type.AsSpan().TrimStart('*');
        int bracket = named.IndexOf('[');
        if (bracket > 0)
            named = named[..bracket];
        return bare.StartsWith(package) && bare.Length > package.Length && bare[(package.Length + 1)..].StartsWith(named)
            && (bare.Length == package.Length + 1 + named.Length || bare[package.Length + 1 + named.Length] == '[');
    }

    private static void AppendAll(StringBuilder text, List<GoParameter> parameters, string package)
    {
        for (int i = 0; i < parameters.Count; i++)
        {
            text.Append(i > 0 ? ", " : "");
            AppendParameter(text, parameters[i], package);
        }
    }

    private static void AppendParameter(StringBuilder text, GoParameter parameter, string package)
    {
        string name = IsUnnamed(parameter.Name) ? "" : parameter.Name;
        text.Append(name).Append(name.Length > 0 ? " " : "").Append(Local(parameter.Type, package));
    }

    // cmd/compile calls unnamed results ~r0 and unnamed parameters ~p0.
    private static bool IsUnnamed(string name) => name.Length == 0 || name[0] is '~' or '.';
}
