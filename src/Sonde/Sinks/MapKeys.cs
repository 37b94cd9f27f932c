using System.Text;
using System.Text.Unicode;
using Sonde.Values;

namespace Sonde.Sinks;

/// <summary>Whether a map can be a JSON object: string keys, each once and whole, nothing cut.</summary>
internal static class MapKeys
{
    public static bool MakeAnObject(MapValue map)
    {
        if (!map.TextKeys || map.IsCut)
            return false;
        HashSet<string>? seen = null;
        foreach ((Value key, _) in map.Entries)
        {
            if (key is not TextValue { IsCut: false } text || !Utf8.IsValid(text.Utf8.Span))
                return false;
            seen ??= new HashSet<string>(map.Entries.Length, StringComparer.Ordinal);
            if (!seen.Add(Encoding.UTF8.GetString(text.Utf8.Span)))
                return false;
        }

        return true;
    }
}
