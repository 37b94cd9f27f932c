using Sonde.Languages.Cpp;
using Sonde.Languages.Rust;

namespace Sonde.Languages;

/// <summary>Symbol name -> readable name, for a symbol whose language is not known.</summary>
internal static class Demangler
{
    /// <summary>The readable name, null when the name is not mangled (C, Go, assembly) or malformed.</summary>
    public static string? Demangle(ReadOnlySpan<byte> symbol, DemangleOptions options = DemangleOptions.Parameters)
    {
        if (RustDemangler.IsMangled(symbol) && RustDemangler.Demangle(symbol, options) is { } rust)
            return rust;
        return ItaniumDemangler.Demangle(symbol, options);
    }

    /// <summary>As <see cref="Demangle"/>, into a text that is cleared first; nothing is allocated.</summary>
    public static bool TryDemangle(ReadOnlySpan<byte> symbol, DemangleOptions options, DemangledText text)
    {
        if (RustDemangler.IsMangled(symbol) && RustDemangler.TryDemangle(symbol, options, text))
            return true;
        return ItaniumDemangler.TryDemangle(symbol, options, text);
    }
}
