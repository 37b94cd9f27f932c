namespace Sonde.Languages.Cpp;

/// <summary>
/// Demangles C++ names of the Itanium ABI (gcc, clang), spelled as GNU c++filt spells them. Thread-safe; bounded in time, depth and
/// memory whatever the input is.
/// </summary>
internal static class ItaniumDemangler
{
    [ThreadStatic]
    private static NodePool? s_nodes;

    [ThreadStatic]
    private static PrinterState? s_state;

    [ThreadStatic]
    private static DemangledText? s_text;

    /// <summary>Whether the name has the form of a mangled one; a first, cheap look.</summary>
    public static bool IsMangled(ReadOnlySpan<byte> name) => name.StartsWith("_Z"u8) || name.StartsWith("_GLOBAL_"u8);

    /// <summary>The readable name, null when this is not a well-formed mangled one.</summary>
    public static string? Demangle(ReadOnlySpan<byte> mangled, DemangleOptions options = DemangleOptions.Parameters)
    {
        var text = s_text ??= new DemangledText();
        return TryDemangle(mangled, options, text) ? text.ToString() : null;
    }

    /// <summary>As <see cref="Demangle"/>, into a text that is cleared first; nothing is allocated.</summary>
    public static bool TryDemangle(ReadOnlySpan<byte> mangled, DemangleOptions options, DemangledText text)
    {
        text.Clear();
        if (!IsMangled(mangled))
            return false;
        var nodes = s_nodes ??= new NodePool();
        var parser = new NameParser(mangled, nodes, options);
        int name = parser.Parse();
        return name != 0 && new NamePrinter(mangled, nodes, s_state ??= new PrinterState(), text).Print(name);
    }
}
