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
    private readonly GoRestart? _restart;
    private readonly CallingConvention? _convention;
    private readonly Lazy<bool> _isWholeList, _goListIsWhole;
    private readonly Lazy<ImmutableArray<Piece>> _piecesAtEntry;
    private readonly GoDictionaries? _dictionaries;
    private bool? _keepsConvention;

    /// <summary>Prepares to place a function's values.</summary>
    /// <param name="function">The function.</param>
    /// <param name="signature">Its parameters and results.</param>
    /// <param name="types">Their types.</param>
    /// <param name="restart">How a Go function begins anew, null when it does not.</param>
    /// <param name="dictionaries">The type arguments of the image's generic functions.</param>
    public EntryValues(Function function, FunctionSignature signature, TypeGraph types, GoRestart? restart, GoDictionaries? dictionaries = null)
    {
        _dictionaries = dictionaries;
        _restart = restart;
        _function = function;
        _signature = signature;
        _types = types;
        _convention = function.Language switch
        {
            SourceLanguage.Go => UsesRegisters(function) ? new GoRegisterConvention() : new GoStackConvention(),
            SourceLanguage.C or SourceLanguage.Cpp => new SystemVConvention(SplitsInt128(function)),
            SourceLanguage.Rust => new RustConvention(),
            _ => null,
        };
        _isWholeList = new(FindIsWholeList);
        _goListIsWhole = new(() => GoParameters.IsWhole(function, signature, types, _convention!, CfaAtEntry));
        _piecesAtEntry = new(() => [.. Parameters(CfaAtEntry, function.Address).SelectMany(p => p.Pieces)]);
    }

    /// <summary>Go 1.17 and newer pass arguments in registers; the compiler says so in the unit's producer.</summary>
    public static bool UsesRegisters(Function function) =>
        function.Entry.Exists && function.Entry.Unit.Producer is { } producer && producer.Contains("regabi", StringComparison.Ordinal);

    private static bool SplitsInt128(Function function)
    {
        return ClangVersion(function) is < 18;
    }

    // Null when another compiler made the code.
    private static int? ClangVersion(Function function)
    {
        const string clang = "clang version ";
        string? producer = function.Entry.Exists ? function.Entry.Unit.Producer : null;
        int at = producer?.IndexOf(clang, StringComparison.Ordinal) ?? -1;
        if (at < 0)
            return null;
        ReadOnlySpan<char> version = producer.AsSpan(at + clang.Length);
        int end = version.IndexOf('.');
        return end >= 0 && int.TryParse(version[..end], out int major) ? major : 0;
    }

    // LLVM before 15 changes what a local function takes and returns without saying so; not in unoptimized code, which
    // addresses its frame by rbp.
    private bool MayHaveChangedUnsaid => ClangVersion(_function) is < 15 && !HasFramePointer;

    private bool HasFramePointer
    {
        get
        {
            const byte DW_OP_reg6 = 0x56;
            return _function.Entry.TryGetAttribute(DW_AT.DW_AT_frame_base, out AttributeValue frame) && frame.AsBlock() is [DW_OP_reg6];
        }
    }

    private Standpoint EntryPoint => new(_function.Entry, _function.Address, CfaAtEntry, AtEntry: true);

    /// <summary>Whether the parameters' places at the entry can be told at all; else the probe must stand behind the prologue.</summary>
    public bool PlacedAtEntry =>
        _function.Language == SourceLanguage.Go || (_function.Language != SourceLanguage.Rust && IsWholeList && AreKnown)
        || _signature.Parameters.All(p => p.Entry.TryGetAttribute(DW_AT.DW_AT_location, out AttributeValue location) && LocationList.IsList(location)
            || !p.Entry.Has(DW_AT.DW_AT_location));

    /// <summary>Whether more of the parameters have a place at an address behind the prologue than at the entry, by the debug information alone.</summary>
    public bool MoreAt(FileAddress address) => MayBeMoreLater && Located(address) > Located(_function.Address);

    /// <summary>Whether <see cref="MoreAt"/> can be true of any address.</summary>
    public bool MayBeMoreLater => _function.Language == SourceLanguage.Rust;

    private int Located(FileAddress address) => _signature.Parameters.Count(p => LocationList.TryFind(p.Entry, DW_AT.DW_AT_location, address, out _));

    /// <summary>
    /// Whether every parameter is described. gcc does that; clang leaves out unnamed ones, which C does not have, and some
    /// others (seen: 14), which shifts all that the convention says of the rest. The mangled name tells their number.
    /// </summary>
    private bool IsWholeList => _isWholeList.Value;

    private bool FindIsWholeList()
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

    /// <summary>The parameters that an event shows, at an entry site, where the canonical frame address is <paramref name="cfa"/>.</summary>
    public ImmutableArray<Variable> Parameters(Operand cfa, FileAddress address)
    {
        Assignment? assignment = _function.Language == SourceLanguage.Go && _function.Entry.Exists
            ? GoParameters.Place(_function, _signature, _types, _convention!, cfa, _restart?.SeenAt(address))
            : _convention?.Assign(_signature.Layouts(_types), cfa);
        var at = new Standpoint(_function.Entry, _function.Address, cfa, AtEntry: true);
        var variables = ImmutableArray.CreateBuilder<Variable>();
        for (int i = 0; i < _signature.Parameters.Length; i++)
        {
            Parameter parameter = _signature.Parameters[i];
            if (!parameter.IsHidden)
                variables.Add(Typed(new Variable(parameter.Name, parameter.Type, Place(parameter, assignment?.Parameters[i] ?? default, at)), parameter.Entry));
        }

        return variables.DrainToImmutable();
    }

    /// <summary>The parameters at an address behind the prologue, by the debug information alone.</summary>
    public ImmutableArray<Variable> ParametersAt(FileAddress address, Operand cfa)
    {
        var at = new Standpoint(_function.Entry, address, cfa, AtEntry: false);
        return [.. _signature.Parameters.Where(p => !p.IsHidden)
            .Select(p => new Variable(p.Name, p.Type, Believed(p, LocationReader.Read(p.Entry, _types[p.Type], at), at)))];
    }

    /// <summary>
    /// What is stated of a parameter's place, or that it cannot be believed: where the address of a parameter that goes by
    /// address is on the stack, rustc states its place as if it were the value's (measured: 1.95).
    /// </summary>
    public ImmutableArray<Piece> Believed(Parameter parameter, ImmutableArray<Piece> stated, Standpoint at) =>
        _function.Language == SourceLanguage.Rust && Languages.Rust.RustConvention.MayBeIndirect(_types[parameter.Type].Layout)
            && InArgumentArea(parameter, stated, at) is not null
            ? Absent(parameter, MissingReason.Unsupported)
            : stated;

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
            if (pieces.IsDefault)
                pieces = Absent(result, MissingReason.Unsupported);

            // A local function of Rust need not give the address of a result back that it was told (measured: 1.95, optimized).
            else if (_function.Language is SourceLanguage.Rust && !_function.IsExternal && _types[result.Type].Size > 16)
                pieces = Absent(result, MissingReason.Unsupported);
            else if (_function.Language is SourceLanguage.C or SourceLanguage.Cpp && !KeepsConvention(EntryPoint))
                pieces = Absent(result, MissingReason.OptimizedOut);
            else if (_function.Language is SourceLanguage.Go && pieces is [{ Place: MemoryPlace }])
                pieces = _goListIsWhole.Value && (_signature.ResultsAreInOrder || _convention is not GoStackConvention) ? pieces : StatedResult(result, cfa) ?? Absent(result, MissingReason.OptimizedOut);
            variables.Add(Typed(new Variable(result.Name, result.Type, pieces), result.Entry));
        }

        return variables.DrainToImmutable();
    }

    /// <summary>A variable of shared code with the types that it can have.</summary>
    public Variable Typed(Variable variable, Die entry)
    {
        if (_dictionaries is null || !entry.Exists || _dictionaries.CasesOf(_function, entry) is not { IsEmpty: false } cases)
            return variable;
        return cases is [var only] && _dictionaries.IsClosed ? variable with { Type = only.Type } : variable with { Cases = cases };
    }

    /// <summary>The word that tells the types of shared code, at an entry site; null when nothing asks for it or it has no place.</summary>
    public Operand? TypeWord(Operand cfa, FileAddress address)
    {
        if (_function.Language != SourceLanguage.Go || !_function.Entry.Exists || !HasCases)
            return null;
        return GoParameters.Place(_function, _signature, _types, _convention!, cfa, _restart?.SeenAt(address)).TypeWord is [var piece] ? InFile(piece.Place, address) : null;
    }

    /// <summary>An address of the process as one of the file.</summary>
    public Operand? InFile(Place place, FileAddress address)
    {
        Operand? word = place switch
        {
            RegisterPlace register => new RegisterOperand(register.Register),
            ComputedPlace computed => computed.Value,
            MemoryPlace memory => new LoadOperand(memory.Base, memory.Displacement, 8),
            _ => null,
        };
        return word is null || _function.Image.Elf.Type == ElfType.ET_EXEC ? word
            : new BinaryOperand(BinaryOperator.Subtract, word, new RegisterOperand(GeneralRegister.Rip).Plus(unchecked(-(long)address.Value)), 8, false);
    }

    private bool HasCases => _dictionaries is not null && _signature.Parameters.Concat(_signature.Results)
        .Any(p => p.Entry.Exists && !Typed(new Variable(p.Name, p.Type, []), p.Entry).Cases.IsEmpty);

    private ImmutableArray<Piece>? StatedResult(Parameter result, Operand cfa)
    {
        Standpoint at = EntryPoint with { Cfa = cfa };
        return InArgumentArea(result, LocationReader.Read(result.Entry, _types[result.Type], at), at);
    }

    private ImmutableArray<Piece> Place(Parameter parameter, ImmutableArray<Piece> byConvention, Standpoint at)
    {
        ImmutableArray<Piece> stated = LocationReader.Read(parameter.Entry, _types[parameter.Type], at);
        if (_function.Language is SourceLanguage.Go)
            return byConvention.IsDefault ? Absent(parameter, MissingReason.Unsupported) : byConvention;

        // LLVM states wrong places for what is on the stack, until after the prologue (TRAPS.md, K9).
        if (_function.Language == SourceLanguage.Rust)
            return stated.Any(p => p.Place is MemoryPlace memory && (Operands.RegistersOf(memory.Base) & RegisterSet.Rsp) != 0)
                ? Absent(parameter, MissingReason.Unsupported)
                : stated;
        if (!IsWholeList || byConvention.IsDefault)
        {
            // Without the convention as a witness, places on the stack cannot be believed here.
            bool onStack = stated.Any(p => p.Place is MemoryPlace memory
                && (Operands.RegistersOf(memory.Base) & (RegisterSet.Rsp | RegisterSet.Rbp)) != 0);
            return onStack || IsBehindLaterRegister(parameter, stated) ? Absent(parameter, MissingReason.Unsupported) : stated;
        }

        // What optimized code no longer needs has no place any more, but the caller did pass it: where all that is stated
        // agrees with the convention, the convention knows the rest.
        if (_function.IsExternal && stated.Any(p => p.Place is RegisterPlace) && stated.All(p => p.Place is RegisterPlace or AbsentPlace
            && (p.Place is not RegisterPlace || byConvention.Contains(p) || byConvention.Any(c => c.Offset == p.Offset && c.Place == p.Place))))
            return byConvention;

        // A register, a constant, or memory behind a register that brings arguments: these the compilers state right, and they
        // know better than the convention where a local function's parameters were rearranged.
        if (!IsBehindLaterRegister(parameter, stated)
            && stated.Any(p => p.Place is RegisterPlace or ConstantPlace or ComputedPlace or AbsentPlace { Reason: MissingReason.FpRegister }
                || (p.Place is MemoryPlace memory && (Operands.RegistersOf(memory.Base) & ~CallConvention.SystemV.EntryRegisters) == 0)))
            return stated;

        // The frame slot of unoptimized code is not written yet, and clang states wrong places for arguments on the stack
        // here: both times the convention is right (TRAPS.md, K9 and T33). A parameter without any place may, in a local
        // function, not even be passed.
        bool nowhere = stated.All(p => p.Place is AbsentPlace);
        if (nowhere && !_function.IsExternal)
            return stated;

        // A local function may have been given another signature: its parameters are then not where the convention puts them.
        return KeepsConvention(at) ? byConvention : InCallersPart(stated, at) ? stated : Absent(parameter, MissingReason.OptimizedOut);
    }

    // Without a location list, unoptimized code of clang 14 states the register that the prologue will have loaded an address
    // into from the stack. It may have brought another argument.
    private bool IsBehindLaterRegister(Parameter parameter, ImmutableArray<Piece> stated) =>
        HasFramePointer && stated is [{ Place: MemoryPlace memory }] && memory.Base is not RegisterOperand { Register: GeneralRegister.Rbp or GeneralRegister.Rsp }
        && parameter.Entry.TryGetAttribute(DW_AT.DW_AT_location, out AttributeValue location) && !LocationList.IsList(location);

    /// <summary>
    /// Whether the registers that the debug information states are the convention's. False shows that the compiler changed
    /// how the function is called (gcc <c>.isra</c> and <c>.constprop</c>, LLVM's dead argument elimination).
    /// </summary>
    private bool KeepsConvention(Standpoint at)
    {
        if (_keepsConvention is { } known)
            return known;
        bool keeps = true;
        if (!_function.IsExternal && _convention is not null)
        {
            const ulong DW_CC_nocall = 3; // LLVM marks a changed signature by it
            keeps = _function.Entry.Unsigned(DW_AT.DW_AT_calling_convention) != DW_CC_nocall && !MayHaveChangedUnsaid
                && !_function.Symbol.Contains(".isra.", StringComparison.Ordinal) && !_function.Symbol.Contains(".constprop.", StringComparison.Ordinal);
            Assignment assignment = _convention.Assign(_signature.Layouts(_types), at.Cfa);
            for (int i = 0; i < _signature.Parameters.Length && keeps; i++)
            {
                Parameter parameter = _signature.Parameters[i];
                ImmutableArray<Piece> stated = LocationReader.Read(parameter.Entry, _types[parameter.Type], at);
                keeps = !stated.All(p => p.Place is AbsentPlace or ConstantPlace)
                    && (assignment.Parameters[i].IsDefault
                        || stated.All(s => s.Place is not RegisterPlace || assignment.Parameters[i].Contains(s)));
            }
        }

        _keepsConvention = keeps;
        return keeps;
    }

    // A place in the caller's part, from which the whole value is taken; null when none is stated.
    private ImmutableArray<Piece>? InArgumentArea(Parameter parameter, ImmutableArray<Piece> stated, Standpoint at) =>
        stated is [{ Offset: 0, Place: MemoryPlace memory }, ..]
        && memory.Base.Plus(memory.Displacement).Split() is (RegisterOperand { Register: GeneralRegister.Rsp }, var place)
        && place >= at.Cfa.Split().Displacement
            ? [new Piece(0, (uint)_types[parameter.Type].Size, memory)]
            : null;

    // gcc states arguments on the stack right; clang does not.
    private bool InCallersPart(ImmutableArray<Piece> stated, Standpoint at) =>
        _function.Entry.Unit.Producer is { } producer && producer.StartsWith("GNU", StringComparison.Ordinal)
        && stated.All(p => p.Place is MemoryPlace memory
            && memory.Base.Plus(memory.Displacement).Split() is (RegisterOperand { Register: GeneralRegister.Rsp }, var place)
            && place >= at.Cfa.Split().Displacement);

    private ImmutableArray<Piece> Absent(Parameter parameter, MissingReason reason) =>
        [new Piece(0, (uint)Math.Min(_types[parameter.Type].Size, uint.MaxValue), new AbsentPlace(reason))];

    /// <summary>The registers that the parameters need to be intact at an entry site.</summary>
    public RegisterSet WantedRegisters => (Operands.RegistersOf(_piecesAtEntry.Value)
        | (TypeWord(CfaAtEntry, _function.Address) is { } word ? Operands.RegistersOf(word) : RegisterSet.None)) & ~RegisterSet.Rsp;

    /// <summary>How many bytes from the CFA on hold arguments.</summary>
    public int StackBytes
    {
        get
        {
            long end = 0;
            foreach (Piece piece in _piecesAtEntry.Value)
            {
                // CfaAtEntry is rsp + 8.
                if (piece.Place is MemoryPlace memory && memory.Base.Plus(memory.Displacement).Split() is (RegisterOperand { Register: GeneralRegister.Rsp }, var at))
                    end = Math.Max(end, at - 8 + piece.Size);
            }

            return (int)Math.Min(end, int.MaxValue);
        }
    }
}
