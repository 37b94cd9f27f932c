using Sonde.Types;

namespace Sonde.Plans;

/// <summary>The number types of the languages, by their names on x86-64 Linux.</summary>
internal static class BuiltinTypes
{
    private static readonly Dictionary<string, (ScalarKind Kind, uint Size)> Known = Make();

    /// <summary>What a name means; null when it is none of these.</summary>
    public static (ScalarKind Kind, uint Size)? Find(string name) => Known.TryGetValue(name, out (ScalarKind, uint) found) ? found : null;

    /// <summary>A type without <c>const</c>, <c>struct</c> and the like.</summary>
    public static string Unqualified(string name) =>
        string.Join(' ', name.Split(' ').Where(w => w is not ("const" or "volatile" or "struct" or "class" or "enum" or "union" or "mut" or "dyn")));

    private static Dictionary<string, (ScalarKind Kind, uint Size)> Make()
    {
        var known = new Dictionary<string, (ScalarKind, uint)>();
        Add(ScalarKind.Boolean, 1, "bool", "_Bool");
        Add(ScalarKind.Character, 1, "char");
        Add(ScalarKind.Signed, 1, "int8", "i8", "int8_t", "signed char");
        Add(ScalarKind.Unsigned, 1, "uint8", "byte", "u8", "uint8_t", "unsigned char", "char8_t");
        Add(ScalarKind.Signed, 2, "int16", "i16", "int16_t", "short", "short int", "signed short");
        Add(ScalarKind.Unsigned, 2, "uint16", "u16", "uint16_t", "unsigned short", "short unsigned int", "unsigned short int");
        Add(ScalarKind.Signed, 4, "int32", "rune", "i32", "int32_t", "signed", "signed int");
        Add(ScalarKind.Unsigned, 4, "uint32", "u32", "uint32_t", "unsigned", "unsigned int");
        Add(ScalarKind.Signed, 8, "int64", "i64", "isize", "int64_t", "long", "long int", "signed long", "long long", "long long int", "ssize_t", "ptrdiff_t", "intptr_t");
        Add(ScalarKind.Unsigned, 8, "uint64", "uint", "uintptr", "u64", "usize", "uint64_t", "unsigned long", "long unsigned int", "unsigned long int", "unsigned long long",
            "long long unsigned int", "size_t", "uintptr_t");
        Add(ScalarKind.Float, 4, "float32", "f32", "float");
        Add(ScalarKind.Float, 8, "float64", "f64", "double");
        return known;

        void Add(ScalarKind kind, uint size, params ReadOnlySpan<string> names)
        {
            foreach (string name in names)
                known.Add(name, (kind, size));
        }
    }
}
