using System.Collections.Immutable;
using System.Text;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.ObjectFile.Go;
using Sonde.Sites;
using Sonde.Symbols;
using Sonde.Types;

namespace Sonde.Languages.Go;

/// <summary>
/// The type arguments of generic functions. Instances whose type arguments have the same underlying types are one function,
/// <c>main.Map[go.shape.int]</c>, which is told by a dictionary for which of them it works: words in read-only data, the symbol
/// <c>main..dict.Map[main.Color]</c>. A variable's type has the index of the word that leads to its runtime type
/// (DW_AT_go_dict_index; cmd/compile/internal/noder/reader.go, varDictIndex, from go1.20; stencil.go before).
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class GoDictionaries
{
    // The compiler shares little of what is instantiated more often than that, and each instance is a case that is tried.
    private const int MostInstances = 48;
    private const int MaximumDepth = 6;
    private const string Shape = "go.shape.";

    private readonly Image _image;
    private readonly GoDynamicTypes _types;
    private readonly TypeReader _reader;
    private readonly Dictionary<FileAddress, ImmutableArray<ulong>> _instances = [];
    private readonly Lazy<bool> _loadsPlugins;

    private GoDictionaries(Image image, GoDynamicTypes types, TypeReader reader)
    {
        (_image, _types, _reader) = (image, types, reader);
        _loadsPlugins = new(() => image.Elf.Symbols.Find("plugin.open").Count > 0);
    }

    /// <summary>For an image; null when it is no Go program or has no symbols.</summary>
    public static GoDictionaries? TryOpen(Image image, Func<TypeReader> types) =>
        image.Elf.Symbols.Count > 1 && GoDynamicTypes.TryOpen(image, types) is { } dynamicTypes ? new GoDictionaries(image, dynamicTypes, types()) : null;

    /// <summary>The types that a variable of a function has, by dictionary; empty when it is no type parameter's.</summary>
    /// <param name="function">The function.</param>
    /// <param name="variable">Its entry.</param>
    public ImmutableArray<TypeCase> CasesOf(Function function, Die variable)
    {
        if (!function.Symbol.Contains(Shape, StringComparison.Ordinal) || !variable.TryGetType(out Die type) || IndexOf(type) is not { } index)
            return [];
        var cases = ImmutableArray.CreateBuilder<TypeCase>();
        lock (_instances)
        {
            foreach (ulong dictionary in InstancesOf(function))
            {
                if (TypeAt(dictionary, index) is { } real)
                    cases.Add(new TypeCase(dictionary, real));
            }
        }

        return cases.DrainToImmutable();
    }

    /// <summary>
    /// Whether the only instance there is need not be asked for. A plugin may have others of the same function.
    /// </summary>
    public bool IsClosed => !_loadsPlugins.Value;

    private static ulong? IndexOf(Die type) =>
        type.Tag == DW_TAG.DW_TAG_typedef && type.Name?.StartsWith(".param", StringComparison.Ordinal) == true ? type.Unsigned(DW_AT.DW_AT_go_dict_index) : null;

    private TypeId? TypeAt(ulong dictionary, ulong index)
    {
        try
        {
            return index < 1 << 16 && _types.WordAt(dictionary + 8 * index) is { } word and not 0 ? _types.TypeOf(word) : null;
        }
        catch (BinaryFormatException)
        {
            return null;
        }
    }

    // The dictionaries of its name of which all variables can have the type that they would have.
    private ImmutableArray<ulong> InstancesOf(Function function)
    {
        if (_instances.TryGetValue(function.Address, out ImmutableArray<ulong> known))
            return known;
        List<ulong> found = [.. Named(function.Symbol)];
        if (function.Entry.Exists)
        {
            foreach (Die child in function.Entry.Children)
            {
                if (IndexOf(child) is { } index && child.TryGetType(out Die shape))
                    found.RemoveAll(d => !Fits(shape, d, index));
            }
        }

        return _instances[function.Address] = found.Count > MostInstances ? [] : [.. found];
    }

    private IEnumerable<ulong> Named(string symbol)
    {
        int open = symbol.IndexOf('[', StringComparison.Ordinal);
        if (open < 0)
            yield break;
        string prefix = symbol[..open];
        int package = prefix.IndexOf('.', prefix.LastIndexOf('/') + 1);
        if (package < 0)
            yield break;

        // A method takes its type's dictionary; up to go1.19 each has its own.
        string name = prefix[(package + 1)..];
        string ofType = $"{prefix[..package]}..dict.{name.TrimStart('(', '*')}[", ofMethod = $"{prefix[..package]}..dict.{name}[";
        int close = symbol.LastIndexOf(']');
        string rest = symbol[(close + 1)..];
        var given = new HashSet<ulong>();
        foreach (Symbol candidate in _image.Elf.Symbols.FindWithFragment(Encoding.UTF8.GetBytes("..dict." + name.TrimStart('(', '*') + "[")).Concat(
            name[0] == '(' ? _image.Elf.Symbols.FindWithFragment(Encoding.UTF8.GetBytes("..dict." + name + "[")) : []))
        {
            string text = _image.Elf.Symbols.Name(candidate);
            string behind = text[(text.LastIndexOf(']') + 1)..];
            bool fits = (text.StartsWith(ofType, StringComparison.Ordinal) && (behind.Length == 0 || IsOrIsIn(rest, behind)))
                || (text.StartsWith(ofMethod, StringComparison.Ordinal) && IsOrIsIn(rest, behind));
            if (fits && given.Add(candidate.Address.Value))
                yield return candidate.Address.Value;
        }
    }

    // A closure in a function or method works with its dictionary.
    private static bool IsOrIsIn(string rest, string of) =>
        rest == of || (rest.StartsWith(of, StringComparison.Ordinal) && rest[of.Length..].StartsWith(".func", StringComparison.Ordinal));

    private bool Fits(Die shape, ulong dictionary, ulong index)
    {
        if (TypeAt(dictionary, index) is not { } real)
            return false;
        if (shape.Name is { } name && name.StartsWith(Shape, StringComparison.Ordinal) && _types.KindAt(dictionary + 8 * index) is { } kind
            && KindOf(name[Shape.Length..]) is { } wanted && wanted != kind)
            return false;
        return Fits(_reader.Read(shape), real, 0);
    }

    // "int_0" up to go1.19.
    private static TypeKind? KindOf(string shape) =>
        shape.Length > 0 && char.IsAsciiLetterLower(shape[0]) && Enum.TryParse(shape.Split('_')[0], ignoreCase: true, out TypeKind kind)
            && kind is not (TypeKind.Func or TypeKind.Map or TypeKind.Chan or TypeKind.Struct or TypeKind.Interface) ? kind : null;

    private bool Fits(TypeId shape, TypeId real, int depth)
    {
        TypeNode wanted = _reader.Graph[shape], given = _reader.Graph[real];
        if (wanted.Size != given.Size)
            return false;

        // A library type that is shown in a way of its own does not look like what it is made of.
        if (depth > MaximumDepth || shape == real || given.Presentation is RefinedPresentation or TransparentPresentation)
            return true;
        return (wanted.Shape, given.Shape) switch
        {
            // What stands for every pointer.
            (ScalarShape { Kind: ScalarKind.Address }, PointerShape or DynamicShape { Form: DynamicForm.Closure } or ScalarShape { Kind: ScalarKind.Address }) => true,
            (ScalarShape a, ScalarShape b) => a.Kind == b.Kind,
            (RecordShape a, RecordShape b) => a.Fields.Length == b.Fields.Length
                && a.Fields.Zip(b.Fields).All(p => p.First.Name == p.Second.Name && p.First.Offset == p.Second.Offset && Fits(p.First.Type, p.Second.Type, depth + 1)),
            (SequenceShape a, SequenceShape b) => a.Stride == b.Stride && a.PointerOffset == b.PointerOffset && Fits(a.Element, b.Element, depth + 1),
            (PointerShape a, PointerShape b) => a.IsTransparent == b.IsTransparent,
            (OpaqueShape, _) or (_, OpaqueShape) => true,
            var (a, b) => a.GetType() == b.GetType(),
        };
    }
}
