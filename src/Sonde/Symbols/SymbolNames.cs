using System.Text;
using Sonde.Languages;
using Sonde.Languages.Cpp;
using Sonde.Languages.Rust;
using Sonde.ObjectFile.Dwarf;
using Sonde.Specs.Names;
using Sonde.Types;

namespace Sonde.Symbols;

/// <summary>The spellings of a function, from its symbol or from its entry in the debug information.</summary>
internal static class SymbolNames
{
    /// <summary>The spellings that a symbol tells.</summary>
    /// <param name="symbol">The symbol.</param>
    /// <param name="isGo">Whether the program has Go code: then a name that is not mangled is taken for Go's.</param>
    public static NameForms FormsOf(ReadOnlySpan<byte> symbol, bool isGo)
    {
        string text = Encoding.UTF8.GetString(symbol);
        if (RustDemangler.IsMangled(symbol) && RustDemangler.Demangle(symbol) is { } rust)
            return new NameForms(NameLanguage.Rust, text, rust);
        if (ItaniumDemangler.IsMangled(symbol) && ItaniumDemangler.Demangle(symbol) is { } cpp)
            return new NameForms(NameLanguage.Cpp, text, cpp);
        return new NameForms(isGo ? NameLanguage.Go : NameLanguage.C, text);
    }

    /// <summary>The spellings that an entry of the debug information tells, null when it has no name.</summary>
    public static NameForms? FormsOf(Die function)
    {
        SourceLanguage language = Language.Of(function.Unit.Language);
        if (function.LinkageName is { } linkage)
            return FormsOf(Encoding.UTF8.GetBytes(linkage), language == SourceLanguage.Go) with { Source = Source(function, language) };
        return Qualified(function, language) is { } name ? new NameForms(Names(language), name, null, Source(function, language)) : null;
    }

    /// <summary>
    /// Whether a fragment that is in every spelling of a function (<see cref="NamePattern.RequiredFragment"/>) can be in those of this one.
    /// Cheap: no spelling is made.
    /// </summary>
    public static bool MayContain(Die function, ReadOnlySpan<byte> fragment)
    {
        if (function.TryGetInherited(DW_AT.DW_AT_linkage_name, out AttributeValue name) || function.TryGetInherited(DW_AT.DW_AT_MIPS_linkage_name, out name))
            return name.AsUtf8().IndexOf(fragment) >= 0;

        // The scope may be what has the fragment: only a name within no other can be refused here.
        return !function.TryGetInherited(DW_AT.DW_AT_name, out name) || name.AsUtf8().IndexOf(fragment) >= 0
            || Language.Of(function.Unit.Language) is SourceLanguage.Cpp or SourceLanguage.Rust;
    }

    /// <summary>The name that people know the function by: qualified, without parameters, result and hash.</summary>
    public static string Display(ReadOnlySpan<byte> symbol, bool isGo)
    {
        if (Demangler.Demangle(symbol, DemangleOptions.None) is { } name)
            return name;
        string text = Encoding.UTF8.GetString(symbol);
        return isGo ? GoName.Unescape(text) : text[..FunctionName.EndOfSymbol(text)];
    }

    /// <inheritdoc cref="Display(ReadOnlySpan{byte}, bool)"/>
    public static string? Display(Die function)
    {
        SourceLanguage language = Language.Of(function.Unit.Language);
        if (function.LinkageName is { } linkage && Demangler.Demangle(Encoding.UTF8.GetBytes(linkage), DemangleOptions.None) is { } name)
            return name;
        return Qualified(function, language);
    }

    private static string? Qualified(Die function, SourceLanguage language) => language switch
    {
        // In Go the name is qualified already; in C there is nothing to qualify it with.
        SourceLanguage.Go => function.Name is { } name ? GoName.Unescape(name) : null,
        SourceLanguage.Cpp or SourceLanguage.Rust => ObjectFile.Dwarf.QualifiedName.Of(function),
        _ => function.Name,
    };

    // As a person writes it: inline namespaces, which only the debug information knows, are left out.
    private static string? Source(Die function, SourceLanguage language)
    {
        if (language != SourceLanguage.Cpp || function.Name is not { } name)
            return Qualified(function, language);
        var parts = new List<string>();
        foreach (Die scope in ObjectFile.Dwarf.QualifiedName.Enclosing(function))
        {
            if (scope.Tag != DW_TAG.DW_TAG_namespace || scope.Name is null || !scope.Flag(DW_AT.DW_AT_export_symbols))
                parts.Add(scope.Name ?? (scope.Tag == DW_TAG.DW_TAG_namespace ? "(anonymous namespace)" : "(anonymous)"));
        }

        return string.Join("::", [.. parts, name]);
    }

    private static NameLanguage Names(SourceLanguage language) => language switch
    {
        SourceLanguage.Go => NameLanguage.Go,
        SourceLanguage.Cpp => NameLanguage.Cpp,
        SourceLanguage.Rust => NameLanguage.Rust,
        _ => NameLanguage.C,
    };
}
