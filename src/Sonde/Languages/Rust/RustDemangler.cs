using System.Buffers;
using System.Text;

namespace Sonde.Languages.Rust;

/// <summary>
/// Demangles Rust names, both schemes: legacy (<c>_ZN…17h0123456789abcdefE</c>) and v0 (<c>_R…</c>, RFC 2603), spelled as the
/// standard library's backtraces spell them. Thread-safe; bounded in time, depth and memory whatever the input is.
/// </summary>
internal static class RustDemangler
{
    private static readonly SearchValues<byte> s_ltoDigits = SearchValues.Create("0123456789ABCDEF@"u8);

    [ThreadStatic]
    private static DemangledText? s_text;

    /// <summary>
    /// Whether the name is surely a Rust one. A legacy name without a hash looks like a C++ one and is not told here, but
    /// <see cref="Demangle"/> takes it where the language is known.
    /// </summary>
    public static bool IsMangled(ReadOnlySpan<byte> name)
    {
        if (name.StartsWith("_R"u8))
            return name.Length > 2 && name[2] is >= (byte)'A' and <= (byte)'Z';
        return name.StartsWith("_ZN"u8) && LegacyName.HasHash(name);
    }

    /// <summary>The readable name, null when this is not a well-formed mangled one.</summary>
    public static string? Demangle(ReadOnlySpan<byte> mangled, DemangleOptions options = DemangleOptions.None)
    {
        var text = s_text ??= new DemangledText();
        return TryDemangle(mangled, options, text) ? text.ToString() : null;
    }

    /// <summary>As <see cref="Demangle"/>, into a text that is cleared first; nothing is allocated.</summary>
    public static bool TryDemangle(ReadOnlySpan<byte> mangled, DemangleOptions options, DemangledText text)
    {
        text.Clear();
        mangled = WithoutLtoSuffix(mangled);
        if (!Ascii.IsValid(mangled))
            return false;
        bool withHash = (options & DemangleOptions.Hash) != 0;
        ReadOnlySpan<byte> rest;
        if (mangled.StartsWith("_ZN"u8))
        {
            if (!LegacyName.TryPrint(mangled[3..], withHash, text, out rest))
                return false;
        }
        else if (mangled.StartsWith("_R"u8))
        {
            var printer = new V0Printer(mangled[2..], withHash, text);
            if (!printer.Print(out rest))
                return false;
        }
        else
        {
            return false;
        }

        // `.cold`, `.part.0`: words that later stages append, kept as they are.
        if (rest.Length > 0 && (rest[0] != '.' || rest.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e)))
            return false;
        text.Append(rest);
        return !text.Overflowed;
    }

    /// <summary>ThinLTO renames what it imports, adding <c>.llvm.</c> and a number: no part of the name.</summary>
    private static ReadOnlySpan<byte> WithoutLtoSuffix(ReadOnlySpan<byte> name)
    {
        int at = name.IndexOf(".llvm."u8);
        return at >= 0 && !name[(at + 6)..].ContainsAnyExcept(s_ltoDigits) ? name[..at] : name;
    }
}
