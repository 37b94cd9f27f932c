namespace Sonde.Specs.Names;

/// <summary>Functions nobody wrote: a glob passes over them, an exact name finds them.</summary>
internal static class CompilerMade
{
    // cmd/compile and cmd/link: type descriptors and their equality and hash functions, runtime markers, cgo glue. Before Go 1.20 with
    // dots, as import paths have them: go.etcd.io and go.uber.org are somebody's.
    private static readonly string[] GoPrefixes =
    [
        "type:", "type..", "go:", "go.buildid", "go.itab.", "go.link.", "go.shape.", "go.string.", "_cgo_", "_cgoexp_", "x_cgo_", "runtime.gcWriteBarrier", "gclocals", "gcargs", "$f64.", "$f32.", "__x86.get_pc_thunk",
    ];

    private static readonly string[] CppPrefixes =
    [
        "virtual thunk to ", "non-virtual thunk to ", "covariant return thunk to ", "guard variable for ", "reference temporary ", "typeinfo ", "vtable for ", "VTT for ",
        "construction vtable for ", "TLS init function for ", "TLS wrapper function for ", "global constructors keyed to ", "global destructors keyed to ",
        "transaction clone for ", "initializer for module ", "initializer for ", "__static_initialization_and_destruction", "__cxx_global_var_init", "__cxx_global_array_dtor",
    ];

    // Itanium C++ ABI 5.1.4: special names.
    private static readonly string[] SymbolPrefixes =
    [
        "_GLOBAL__", "_ZTh", "_ZTv", "_ZTc", "_ZGV", "_ZGR", "_ZTI", "_ZTS", "_ZTV", "_ZTT", "_ZTC", "_ZTH", "_ZTW", "_ZGTt",
        "__cxx_global_var_init", "__cxx_global_array_dtor", "__clang_call_terminate", "frame_dummy", "register_tm_clones", "deregister_tm_clones",
        "__do_global_dtors_aux", "__x86.get_pc_thunk", "__odr_asan", "__asan_", "asan.module_", "__llvm_", "OUTLINED_FUNCTION_",
    ];

    /// <summary>True for a function no source text stands for.</summary>
    public static bool IsCompilerMade(in NameForms forms) =>
        IsCompilerMade(forms.Symbol, forms.Language) || (forms.Demangled is { } demangled && IsCompilerMade(demangled, forms.Language));

    /// <summary>True for a function no source text stands for.</summary>
    /// <param name="name">A symbol or a demangled name.</param>
    /// <param name="language">Whose rules it follows.</param>
    public static bool IsCompilerMade(string name, NameLanguage language) => language switch
    {
        NameLanguage.Go => IsGo(name),
        NameLanguage.Rust => IsSymbol(name) || IsRust(name) || IsSplitOff(name),
        _ => IsSymbol(name) || StartsWithAny(name, CppPrefixes) || IsSplitOff(name),
    };

    private static bool IsSymbol(string name) => name is "_init" or "_fini" || StartsWithAny(name, SymbolPrefixes);

    private static bool IsGo(string name)
    {
        if (name.EndsWith("-fm", StringComparison.Ordinal) || name.EndsWith(".stkobj", StringComparison.Ordinal) || StartsWithAny(name, GoPrefixes))
            return true;
        // Wrappers that `go` and `defer` statements need: main.main.gowrap1, main.main.deferwrap2 (1.21 on; func1·dwrap·2 before).
        int dot = name.LastIndexOf('.');
        var last = name.AsSpan(dot + 1);
        return IsNumbered(last, "gowrap") || IsNumbered(last, "deferwrap") || name.Contains("·dwrap·", StringComparison.Ordinal);
    }

    private static bool IsRust(string name) =>
        name.Contains("drop_in_place<", StringComparison.Ordinal) || name.Contains("::drop_in_place::", StringComparison.Ordinal)
        || name.EndsWith("::drop_in_place", StringComparison.Ordinal)
        || name.Contains("{vtable.shim}", StringComparison.Ordinal) || name.Contains("{{vtable.shim}}", StringComparison.Ordinal)
        || name.Contains("{shim:", StringComparison.Ordinal) || name.Contains("{vtable", StringComparison.Ordinal)
        || name.Contains("13drop_in_place", StringComparison.Ordinal)
        || name.StartsWith("anon.", StringComparison.Ordinal) || name is "__rust_alloc" or "__rust_dealloc" or "__rust_realloc" or "__rust_alloc_zeroed";

    /// <summary>A part of a function that was split off and has no entry of its own.</summary>
    private static bool IsSplitOff(string name) =>
        HasNumberedSuffix(name, ".cold") || HasNumberedSuffix(name, ".part") || name.Contains("[clone .cold", StringComparison.Ordinal) || name.Contains("[clone .part", StringComparison.Ordinal);

    private static bool HasNumberedSuffix(string name, string suffix)
    {
        int at = name.LastIndexOf(suffix, StringComparison.Ordinal);
        if (at <= 0)
            return false;
        var rest = name.AsSpan(at + suffix.Length);
        return rest.IsEmpty || rest[0] == '.';
    }

    private static bool IsNumbered(ReadOnlySpan<char> text, string word) =>
        text.StartsWith(word) && text.Length > word.Length && !text[word.Length..].ContainsAnyExceptInRange('0', '9');

    private static bool StartsWithAny(string name, string[] prefixes)
    {
        foreach (string prefix in prefixes)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
                return true;
        }

        return false;
    }
}
