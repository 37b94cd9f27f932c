using System.Collections.Immutable;
using System.Text;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.ObjectFile.Go;
using Sonde.Symbols;
using Sonde.Types;
using Sonde.Values;

using FunctionRow = Sonde.ObjectFile.Go.FunctionRow;

namespace Sonde.Languages.Go;

/// <summary>
/// The types behind Go's interfaces and the code behind its functions. Runtime types are found in DWARF by
/// DW_AT_go_runtime_type, their distance from the module's first type (cmd/link/internal/ld/dwarf.go, go1.15 to go1.27).
/// </summary>
internal sealed class GoDynamicTypes : DynamicTypes
{
    private const int MostLikely = 2000;

    private readonly Image _image;
    private readonly GoImage _go;
    private readonly TypeReader _types;
    private readonly Lazy<Dictionary<ulong, Die>> _byRuntimeType;
    private readonly RuntimeTypes? _runtime;
    private readonly GoRuntimeShapes? _shapes;

    private GoDynamicTypes(Image image, GoImage go, TypeReader types)
    {
        _image = image;
        _go = go;
        _types = types;
        _runtime = RuntimeTypes.TryOpen(go);
        _byRuntimeType = new(Index);
        if (_runtime is { } runtime)
            _shapes = new GoRuntimeShapes(types.Graph, runtime, go.Version.IsAtLeast, word => _byRuntimeType.Value.TryGetValue(word, out Die type) ? types.Read(type) : null);
    }

    /// <summary>For an image; null when it is no Go program or its runtime's tables are not known.</summary>
    public static GoDynamicTypes? TryOpen(Image image, Func<TypeReader> types) =>
        image.Go is { Module: not null } go ? new GoDynamicTypes(image, go, types()) : null;

    /// <inheritdoc/>
    public override IEnumerable<(DynamicForm Form, ulong Word)> Likely(bool closures)
    {
        int left = MostLikely;
        foreach (ulong word in LikelyTypes())
        {
            if (left-- > 0)
                yield return (DynamicForm.TableAndData, word);
        }

        for (int i = 0; closures && i < _go.Functions.Count && left > 0; i++)
        {
            FunctionRow row = _go.Functions.Row(i);
            ReadOnlySpan<byte> name = _go.Functions.Name(row);
            if (!name.StartsWith("main."u8) || (name.IndexOf(".func"u8) < 0 && !name.EndsWith("-fm"u8)))
                continue;
            left--;
            yield return (DynamicForm.Closure, row.Entry.Value);
        }
    }

    /// <inheritdoc/>
    public override DynamicTarget? Resolve(DynamicForm form, ulong word)
    {
        try
        {
            return form switch
            {
                DynamicForm.TableAndData or DynamicForm.TypeAndData => TypeAt(word),
                DynamicForm.Closure => CodeAt(word),
                _ => null,
            };
        }
        catch (BinaryFormatException)
        {
            return null;
        }
    }

    /// <summary>A word of the file's data, null when there is none.</summary>
    public ulong? WordAt(ulong address) => _runtime?.Memory.Word(address);

    /// <summary>The kind of the type that a word in the file leads to.</summary>
    public TypeKind? KindAt(ulong address) => _runtime is null || WordAt(address) is not { } word ? null : _runtime.Read(word).Kind;

    /// <summary>The type that the runtime describes at an address of the file.</summary>
    public TypeId? TypeOf(ulong word) => _shapes?.Read(word);

    private DynamicTarget? TypeAt(ulong word)
    {
        if (_runtime is null || _shapes is null)
            return null;
        RuntimeType described = _runtime.Read(word);
        TypeId type = _shapes.Read(word);
        return new DynamicTarget(type, described.IsDirect) { FollowsFreely = described.IsDirect && GoErrors.HasText(_types.Graph[type].Name) };
    }

    // The types of the pairs that the compiler foresaw, and for "any" the basic ones and the program's own.
    private IEnumerable<ulong> LikelyTypes()
    {
        if (_runtime is null || TypeIndex.TryBuild(_go) is not { } index)
            yield break;
        var given = new HashSet<ulong>();

        // Errors are met in every program, be its own types as many as they like.
        foreach (RuntimeItab itab in index.Itabs)
        {
            RuntimeType type = _runtime.Read(itab.Type);
            if (_runtime.Name(type) is { } known && GoErrors.MayHaveText(known) && given.Add(itab.Type))
                yield return itab.Type;
        }

        foreach (RuntimeType type in index.Types.Values)
        {
            string name = _runtime.Name(type) ?? "";
            if ((!name.Contains('.', StringComparison.Ordinal) || name.Contains("main.", StringComparison.Ordinal))
                && type.Kind is not (TypeKind.Func or TypeKind.Interface) && given.Add(type.Address))
                yield return type.Address;
        }

        foreach (RuntimeItab itab in index.Itabs)
        {
            if (given.Add(itab.Type))
                yield return itab.Type;
        }
    }

    private Dictionary<ulong, Die> Index()
    {
        var index = new Dictionary<ulong, Die>();
        try
        {
            foreach (UnitHeader header in _image.Debug.Units)
            {
                // The linker puts all types into the unit of the runtime.
                Unit unit = _image.Debug.Unit(header);
                if (unit.Language != DW_LANG.DW_LANG_Go || unit.Name != "runtime")
                    continue;
                foreach (Die type in unit.Root.Children)
                {
                    if (RuntimeType(type) is { } word)
                        index.TryAdd(word, type);
                }
            }
        }
        catch (BinaryFormatException)
        {
            // What has been found is good.
        }

        return index;
    }

    // An address by its form, a distance by what it means; 0 for types that the program has no description of.
    private ulong? RuntimeType(Die type)
    {
        ulong distance;
        if (type.TryGetAddress(DW_AT.DW_AT_go_runtime_type, out FileAddress address))
            distance = address.Value;
        else if (type.Unsigned(DW_AT.DW_AT_go_runtime_type) is { } number)
            distance = number;
        else
            return null;
        return distance == 0 ? null : _go.Module!.Types.Value + distance;
    }

    /// <summary>A closure as a record of what it has captured, named after its function.</summary>
    private DynamicTarget? CodeAt(ulong address)
    {
        if (!_go.Functions.TryFind(new FileAddress(address), out FunctionRow row) || row.Entry.Value != address)
            return null;
        string name = Encoding.UTF8.GetString(_go.Functions.Name(row));
        var fields = ImmutableArray.CreateBuilder<Field>();
        ulong size = 8;
        foreach (Die function in _image.Debug.FindFunctions(new FileAddress(address)))
            Captures(function, fields, ref size);
        if (fields.Count == 0 && name.EndsWith("-fm", StringComparison.Ordinal) && Receiver(name[..^3]) is { } receiver)
        {
            // A method value (cmd/compile/internal/walk/closure.go): the code, then a copy of the receiver.
            TypeId type = _types.Read(receiver);
            fields.Add(new Field("receiver", 8, type));
            size = 8 + _types.Graph[type].Size;
        }

        TypeId closure = _types.Graph.Add(name, size, new RecordShape(fields.DrainToImmutable()));
        return new DynamicTarget(closure);
    }

    // DW_AT_go_closure_offset (go1.23): where in the closure a variable is; "&x" is one that is captured by its address.
    private void Captures(Die scope, ImmutableArray<Field>.Builder fields, ref ulong size)
    {
        foreach (Die child in scope.Children)
        {
            if (child.Tag == DW_TAG.DW_TAG_lexical_block)
                Captures(child, fields, ref size);
            if (child.Tag is not (DW_TAG.DW_TAG_variable or DW_TAG.DW_TAG_formal_parameter)
                || child.Unsigned(DW_AT.DW_AT_go_closure_offset) is not { } offset || child.Name is not { Length: > 0 } name || name == ".dict")
                continue;
            TypeId type = _types.ReadTypeOf(child);
            TypeNode node = _types.Graph[type];
            if (name[0] == '&' && node.Shape is PointerShape pointer)
            {
                name = name[1..];
                type = _types.Graph.Add(_types.Graph[pointer.Target].Name, 8, new PointerShape(pointer.Target, IsTransparent: true));
            }

            fields.Add(new Field(name[0] == '.' ? "receiver" : name, offset, type)); // ".this" of a method value
            size = Math.Max(size, offset + node.Size);
        }
    }

    // "main.(*T).run" is a method of *main.T, "main.T.run" of main.T.
    private Die? Receiver(string method)
    {
        int dot = method.LastIndexOf('.');
        if (dot <= 0)
            return null;
        string type = method[..dot];
        int open = type.LastIndexOf(".(*", StringComparison.Ordinal);
        string wanted = open >= 0 && type[^1] == ')' ? $"*{type[..open]}.{type[(open + 3)..^1]}" : type;
        foreach (Die known in _byRuntimeType.Value.Values)
        {
            if (known.Name == wanted)
                return known;
        }

        return null;
    }
}
