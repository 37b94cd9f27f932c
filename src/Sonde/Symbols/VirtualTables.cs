using Sonde.Languages;
using Sonde.ObjectFile.Elf;

namespace Sonde.Symbols;

/// <summary>The virtual tables of C++ classes, by their symbols.</summary>
internal static class VirtualTables
{
    private const string Prefix = "vtable for ";

    /// <summary>
    /// The tables of the classes of a name, with or without their namespaces. Where an object points to is within its class's
    /// table, behind the first two words, whichever base class it is seen as (Itanium C++ ABI, 2.5.2).
    /// </summary>
    public static IReadOnlyList<(ulong Address, ulong Size, string Class)> Find(Image image, string name)
    {
        var found = new Dictionary<ulong, (ulong, ulong, string)>();
        foreach (SymbolTable table in image.SymbolTables)
        {
            foreach (Symbol symbol in table.FindWithFragment("_ZTV"u8))
            {
                if (symbol.Size == 0 || !table.NameBytes(symbol).StartsWith("_ZTV"u8) || Demangler.Demangle(table.NameBytes(symbol)) is not { } text
                    || !text.StartsWith(Prefix, StringComparison.Ordinal))
                    continue;
                string type = text[Prefix.Length..];
                if (type == name || type.EndsWith("::" + name, StringComparison.Ordinal))
                    found[symbol.Address.Value] = (symbol.Address.Value, symbol.Size, type);
            }
        }

        (ulong Address, ulong Size, string Class)[] all = [.. found.Values];
        return all.Any(t => t.Class == name) ? [.. all.Where(t => t.Class == name)] : all;
    }
}
