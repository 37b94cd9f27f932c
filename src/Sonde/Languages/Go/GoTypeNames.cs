using System.Runtime.CompilerServices;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Go;
using Sonde.Specs.Names;

namespace Sonde.Languages.Go;

/// <summary>
/// The types of a program by name, as reflection writes it (<c>*fs.PathError</c>, <c>[]uint8</c>) or with the import path
/// (<c>*io/fs.PathError</c>).
/// </summary>
internal sealed class GoTypeNames
{
    private static readonly ConditionalWeakTable<GoImage, GoTypeNames> s_known = [];

    private readonly RuntimeTypes? _runtime;
    private readonly Dictionary<string, List<RuntimeType>> _types = [];

    private GoTypeNames(GoImage go)
    {
        _runtime = RuntimeTypes.TryOpen(go);
        if (_runtime is null || TypeIndex.TryBuild(go) is not { } index)
            return;
        foreach (RuntimeType type in index.Types.Values)
        {
            if (_runtime.Name(type) is not { } name)
                continue;
            if (!_types.TryGetValue(name, out List<RuntimeType>? same))
                _types.Add(name, same = []);
            same.Add(type);
        }
    }

    /// <summary>Those of a program.</summary>
    public static GoTypeNames Of(GoImage go) => s_known.GetValue(go, g => new GoTypeNames(g));

    /// <summary>Addresses of the types of a name in the file, with what they are called in full.</summary>
    public IReadOnlyList<(ulong Address, string Name, bool IsInterface)> Find(string name)
    {
        string spelled = Spelled(name);
        int slash = spelled.LastIndexOf('/');
        int stars = spelled.Length - spelled.TrimStart('*').Length;
        string key = slash < 0 ? spelled : spelled[..stars] + spelled[(slash + 1)..];
        return _types.TryGetValue(key, out List<RuntimeType>? types)
            ? [.. types.Select(t => (t.Address, InFull(t, key), t.Kind == TypeKind.Interface)).Where(t => slash < 0 || t.Item2 == spelled)]
            : [];
    }

    /// <summary>A name that may have been meant.</summary>
    public string? Suggest(string name)
    {
        string spelled = Spelled(name);

        // Of errors and the like mostly the pointer is in the interface, or the value.
        foreach (string other in (ReadOnlySpan<string>)["*" + spelled, spelled.TrimStart('*')])
        {
            if (other != spelled && _types.ContainsKey(other))
                return other;
        }

        return Suggestions.Find(spelled, [.. _types.Keys], 1) is [var near, ..] ? near : null;
    }

    private string InFull(in RuntimeType type, string name)
    {
        try
        {
            RuntimeType named = type.Kind == TypeKind.Pointer && !type.IsNamed ? _runtime!.Read(_runtime.Elem(type)) : type;
            int stars = name.Length - name.TrimStart('*').Length, dot = name.IndexOf('.');
            return named.IsNamed && dot > 0 && _runtime!.PackagePath(named) is { Length: > 0 } path ? name[..stars] + path + name[dot..] : name;
        }
        catch (BinaryFormatException)
        {
            return name;
        }
    }

    // byte and rune are other names; blanks do not matter.
    private static string Spelled(string name) => name.Replace("`", "", StringComparison.Ordinal) switch
    {
        "byte" => "uint8",
        "rune" => "int32",
        "[]byte" => "[]uint8",
        "[]rune" => "[]int32",
        var other => other.Replace("interface{}", "interface {}", StringComparison.Ordinal).Replace("struct{}", "struct {}", StringComparison.Ordinal),
    };
}
