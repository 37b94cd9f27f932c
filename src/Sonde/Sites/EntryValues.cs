using System.Collections.Immutable;
using Sonde.Languages;
using Sonde.Languages.Go;
using Sonde.Languages.Rust;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Specs.Names;
using Sonde.Symbols;
using Sonde.Types;

namespace Sonde.Sites;

/// <summary>
/// Where parameters are when a function is entered, and results when it returns: by the calling convention where the
/// language has one to rely on, else by the debug information.
/// </summary>
internal sealed class EntryValues
{
    private static readonly Operand CfaAtEntry = new RegisterOperand(GeneralRegister.Rsp).Plus(8);

    private readonly Function _function;
    private readonly FunctionSignature _signature;
    private readonly TypeGraph _types;
    private readonly CallingConvention? _convention;

    /// <summary>Prepares to place a function's values.</summary>
    public EntryValues(Function function, FunctionSignature signature, TypeGraph types)
    {
        _function = function;
        _signature = signature;
        _types = types;
        _convention = function.Language switch
        {
            SourceLanguage.Go => UsesRegisters(function) ? new GoRegisterConvention() : new GoStackConvention(),
            SourceLanguage.C or SourceLanguage.Cpp => new SystemVConvention(),

            SourceLanguage.Rust => new RustConvention(),
            _ => null,
        };
    }

    /// <summary>Go 1.17 and newer pass arguments in registers; the compiler says so in the unit's producer.</summary>
    public static bool UsesRegisters(Function function) =>
        function.Entry.Exists && function.Entry.Unit.Producer is { } producer && producer.Contains("regabi", StringComparison.Ordinal);

    /// <summary>Whether the parameters' places at the entry can be told at all; else the probe must stand behind the prologue.</summary>
    public bool PlacedAtEntry =>
        _function.Language == SourceLanguage.Go || (_function.Language != SourceLanguage.Rust && IsWholeList && AreKnown)
        || _signature.Parameters.All(p => p.Entry.TryGetAttribute(DW_AT.DW_AT_location, out AttributeValue location) && LocationList.IsList(location)
            || !p.Entry.Has(DW_AT.DW_AT_location));

    /// <summary>
    /// Whether every parameter is described. gcc does that; clang leaves out unnamed ones, which C does not have, and some
    /// others (seen: 14), which shifts all that the convention says of the rest. The mangled name tells their number.
    /// </summary>
    private bool IsWholeList
    {
        get
        {
            if (_function.Language == SourceLanguage.C)
                return true;
            if (_function.Entry.Exists && _function.Entry.Unit.Producer is { } producer && producer.StartsWith("GNU ", StringComparison.Ordinal))
                return true;
            if (_function.Language != SourceLanguage.Cpp
                || Demangler.Demangle(System.Text.Encoding.UTF8.GetBytes(_function.Symbol)) is not { } demangled
                || FunctionName.Split(demangled).Parameters is not { } list)
                return false;
            int described = _signature.Parameters.Count(p => !p.Entry.Flag(DW_AT.DW_AT_artificial) && p.Name != "this");
            return described == CountOf(list);
        }
    }

    // What is only declared has no size, and nothing behind it can be placed.
    private bool AreKnown => _signature.Layouts(_types) is var layouts && !layouts.Parameters.Concat(layouts.Results).Any(l => l is UnknownLayout);

    // "(int, std::map<int, char>)": the commas outside of all brackets.
    private static int CountOf(string list)
    {
        ReadOnlySpan<char> inner = list.AsSpan().Trim();
        if (inner.StartsWith("(") && inner.EndsWith(")"))
            inner = inner[1..^1];
        if (inner.Trim() is "" or "void" or "...")
            return 0;
        (int count, int depth) = (1, 0);
        for (int i = 0; i < inner.Length; i++)
        {
            if (inner[i] is '(' or '[' or '<' or '{')
                depth++;
            else if (inner[i] is ')' or ']' or '}' || (inner[i] == '>' && inner[i - 1] != '-'))
                depth--;
            else if (inner[i] == ',' && depth == 0 && inner[(i + 1)..].Trim() is not "...")
                count++;
        }

        return count;
    }

    /// <summary>The parameters that an event shows, at an entry whose canonical frame address is <paramref name="cfa"/>.</summary>
    public ImmutableArray<Variable> Parameters(Operand cfa)
    {
        Assignment? assignment = _function.Language == SourceLanguage.Go && _function.Entry.Exists
            ? GoParameters.Place(_function, _signature, _types, _convention!, cfa)
            : _convention?.Assign(_signature.Layouts(_types), cfa);
        var at = new Standpoint(_function.Entry, _function.Address, cfa, AtEntry: true);
        var variables = ImmutableArray.CreateBuilder<Variable>();
        for (int i = 0; i < _signature.Parameters.Length; i++)
        {
            Parameter parameter = _signature.Parameters[i];
            if (!parameter.IsHidden)
                variables.Add(new Variable(parameter.Name, parameter.Type, Place(parameter, assignment?.Parameters[i] ?? default, at)));
        }

        return variables.DrainToImmutable();
    }

    /// <summary>The parameters at an address behind the prologue, by the debug information alone.</summary>
    public ImmutableArray<Variable> ParametersAt(FileAddress address, Operand cfa)
    {
        var at = new Standpoint(_function.Entry, address, cfa, AtEntry: false);
        return [.. _signature.Parameters.Where(p => !p.IsHidden)
            .Select(p => new Variable(p.Name, p.Type, LocationReader.Read(p.Entry, _types[p.Type], at)))];
    }

    /// <summary>The results right after the return, or at a Go function's <c>ret</c>, where the CFA is <paramref name="cfa"/>.</summary>
    public ImmutableArray<Variable> Results(Operand cfa)
    {
        if (_convention is null)
            return [];
        Assignment assignment = _convention.Assign(_signature.Layouts(_types), cfa);
        var variables = ImmutableArray.CreateBuilder<Variable>();
        for (int i = 0; i < _signature.Results.Length; i++)
        {
            Parameter result = _signature.Results[i];
            ImmutableArray<Piece> pieces = assignment.Results[i];
            variables.Add(new Variable(result.Name, result.Type, pieces.IsDefault ? Absent(result, MissingReason.Unsupported) : pieces));
        }

        return variables.DrainToImmutable();
    }

    private ImmutableArray<Piece> Place(Parameter parameter, ImmutableArray<Piece> byConvention, Standpoint at)
    {
        if (_function.Language is SourceLanguage.Go)
            return byConvention.IsDefault ? Absent(parameter, MissingReason.Unsupported) : byConvention;
        ImmutableArray<Piece> stated = LocationReader.Read(parameter.Entry, _types[parameter.Type], at);
        if (_function.Language == SourceLanguage.Rust)
            return stated;
        if (!IsWholeList || byConvention.IsDefault)
        {
            // Without the convention as a witness, places on the stack cannot be believed here.
            bool onStack = stated.Any(p => p.Place is MemoryPlace memory
                && (Operands.RegistersOf(memory.Base) & (RegisterSet.Rsp | RegisterSet.Rbp)) != 0);
            return onStack ? Absent(parameter, MissingReason.Unsupported) : stated;
        }

        // What optimized code no longer needs has no place any more, but the caller did pass it: where all that is stated
        // agrees with the convention, the convention knows the rest.
        if (_function.IsExternal && stated.Any(p => p.Place is RegisterPlace) && stated.All(p => p.Place is RegisterPlace or AbsentPlace
            && (p.Place is not RegisterPlace || byConvention.Contains(p) || byConvention.Any(c => c.Offset == p.Offset && c.Place == p.Place))))
            return byConvention;

        // A register, a constant, or memory behind a register that is not the frame's: these the compilers state right, and
        // they know better than the convention where a local function's parameters were rearranged.
        if (stated.Any(p => p.Place is RegisterPlace or ConstantPlace or ComputedPlace or AbsentPlace { Reason: MissingReason.FpRegister }
            || (p.Place is MemoryPlace memory && (Operands.RegistersOf(memory.Base) & (RegisterSet.Rsp | RegisterSet.Rbp)) == 0)))
            return stated;

        // The frame slot of unoptimized code is not written yet, and clang states wrong places for arguments on the stack
        // here: both times the convention is right (TRAPS.md, K9 and T33). A parameter without any place may, in a local
        // function, not even be passed.
        bool nowhere = stated.All(p => p.Place is AbsentPlace);
        return nowhere && !_function.IsExternal ? stated : byConvention;
    }

    private ImmutableArray<Piece> Absent(Parameter parameter, MissingReason reason) =>
        [new Piece(0, (uint)Math.Min(_types[parameter.Type].Size, uint.MaxValue), new AbsentPlace(reason))];

    /// <summary>The registers that the parameters need to be intact at an entry site.</summary>
    public RegisterSet WantedRegisters => Operands.RegistersOf(Parameters(CfaAtEntry).SelectMany(p => p.Pieces)) & ~RegisterSet.Rsp;

    /// <summary>How many bytes from the CFA on hold arguments.</summary>
    public int StackBytes
    {
        get
        {
            long end = 0;
            foreach (Piece piece in Parameters(CfaAtEntry).SelectMany(p => p.Pieces))
            {
                // CfaAtEntry is rsp + 8.
                if (piece.Place is MemoryPlace memory && memory.Base.Plus(memory.Displacement).Split() is (RegisterOperand { Register: GeneralRegister.Rsp }, var at))
                    end = Math.Max(end, at - 8 + piece.Size);
            }

            return (int)Math.Min(end, int.MaxValue);
        }
    }
}
