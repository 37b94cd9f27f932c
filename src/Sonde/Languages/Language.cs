using Sonde.Languages.C;
using Sonde.Languages.Cpp;
using Sonde.Languages.Go;
using Sonde.Languages.Rust;
using Sonde.ObjectFile.Dwarf;
using Sonde.Types;

namespace Sonde.Languages;

/// <summary>Where the languages are told apart.</summary>
internal static class Language
{
    /// <summary>The language of a unit's DW_AT_language.</summary>
    public static SourceLanguage Of(DW_LANG language) => language switch
    {
        DW_LANG.DW_LANG_Go => SourceLanguage.Go,
        DW_LANG.DW_LANG_Rust => SourceLanguage.Rust,
        DW_LANG.DW_LANG_C or DW_LANG.DW_LANG_C89 or DW_LANG.DW_LANG_C99 or DW_LANG.DW_LANG_C11 or DW_LANG.DW_LANG_C17 => SourceLanguage.C,
        DW_LANG.DW_LANG_C_plus_plus or DW_LANG.DW_LANG_C_plus_plus_03 or DW_LANG.DW_LANG_C_plus_plus_11 or DW_LANG.DW_LANG_C_plus_plus_14
            or DW_LANG.DW_LANG_C_plus_plus_17 or DW_LANG.DW_LANG_C_plus_plus_20 => SourceLanguage.Cpp,
        DW_LANG.DW_LANG_Mips_Assembler => SourceLanguage.Assembly,
        _ => SourceLanguage.Unknown,
    };

    /// <summary>What the language knows about its types.</summary>
    public static TypeDialect TypesOf(SourceLanguage language) => language switch
    {
        SourceLanguage.Go => new GoTypes(),
        SourceLanguage.Rust => new RustTypes(),
        SourceLanguage.Cpp => new CppTypes(),
        _ => new CTypes(),
    };
}
