using System.Collections.Immutable;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Symbols;
using Sonde.Types;

namespace Sonde.Sites;

/// <summary>What the debug information says of variables in the middle of a function's code, as far as it can be believed.</summary>
internal sealed class PlaceValues(Function function, SiteFinder finder, Func<SourceLanguage, TypeReader> typesOf)
{
    private FileAddress? _prologueEnd;
    private bool _prologueKnown;
    private readonly Dictionary<int, HashSet<int>> _births = [];
    private FrameWrites? _writes;

    /// <summary>The variables in scope at a line.</summary>
    /// <param name="scope">The function, or the inlined copy, whose line it is.</param>
    /// <param name="address">The probed instruction.</param>
    /// <param name="cfa">The canonical frame address there, null when it is not known.</param>
    /// <param name="code">The code around.</param>
    /// <param name="line">The line.</param>
    public ImmutableArray<Variable> At(Die scope, FileAddress address, Operand? cfa, DecodedFunction code, SourceLine line)
    {
        TypeReader types = typesOf(Languages.Language.Of(scope.Unit.Language));
        Standpoint at = StandpointAt(address, cfa);
        GeneralRegister? moved = MovedFrame(address, code);
        return ScopeVariables.Read(
            scope, types, at, line, (entry, type) => Initialized(entry, Place(entry, type, types.Graph[type], at, moved), address, code),
            scope == function.Entry ? finder.Typed : null);
    }

    /// <summary>
    /// The word that tells the types of shared code, in the middle of it. Optimised code states the slot where it would be kept
    /// and does not keep it; a list of places is of code that does.
    /// </summary>
    public Operand? TypeWord(Die scope, FileAddress address, Operand? cfa)
    {
        if (function.Language != SourceLanguage.Go || scope != function.Entry)
            return null;
        TypeReader types = typesOf(SourceLanguage.Go);
        foreach (Die child in scope.Children)
        {
            if (child.Tag == DW_TAG.DW_TAG_formal_parameter && child.Name == ".dict" && child.TryGetAttribute(DW_AT.DW_AT_location, out AttributeValue location)
                && LocationList.IsList(location) && LocationReader.Read(child, types.Graph[types.ReadTypeOf(child)], StandpointAt(address, cfa)) is [{ Place: var place }])
                return cfa is null && place is MemoryPlace ? null : finder.TypeWord(place, address);
        }

        return null;
    }

    /// <summary>
    /// A variable of code that is not optimised has its place from the function's entry on; before its declaration was
    /// executed, what lies there is nobody's.
    /// </summary>
    private ImmutableArray<Piece> Initialized(Die entry, ImmutableArray<Piece> pieces, FileAddress address, DecodedFunction code)
    {
        if (entry.Tag != DW_TAG.DW_TAG_variable || code != finder.Code || pieces is not [{ Place: MemoryPlace memory } whole]
            || !entry.TryGetAttribute(DW_AT.DW_AT_location, out AttributeValue location) || LocationList.IsList(location)
            || code.IndexOf(address.Value) is not (>= 0 and var index))
            return pieces;
        StackState state = code.Depths.Before(index);
        (Operand @base, long displacement) = memory.Base.Plus(memory.Displacement).Split();
        int? distance = @base is RegisterOperand register ? register.Register switch
        {
            GeneralRegister.Rsp => state.CfaOffset,
            GeneralRegister.Rbp => state.FrameOffset,
            _ => null,
        } : null;
        if (distance is not { } offset)
            return pieces;
        _writes ??= new FrameWrites(code);
        return _writes.MayReach(index, displacement - offset, displacement - offset + whole.Size, BirthsOf(entry, code))
            ? pieces
            : [whole with { Place = new AbsentPlace(MissingReason.Uninitialized) }];
    }

    // Where the line of a declaration begins to execute.
    private HashSet<int> BirthsOf(Die entry, DecodedFunction code)
    {
        (string? file, int line) = FunctionMaker.Declared(entry);
        if (_births.TryGetValue(line, out HashSet<int>? births))
            return births;
        _births.Add(line, births = []);
        if (line == 0 || function.Entry.Unit.Lines is not { } lines)
            return births;
        var rows = new List<LineRow>();
        foreach (ObjectFile.Dwarf.LineRow row in lines.Table.In(new AddressRange(new FileAddress(code.Code.Address), new FileAddress(code.Code.End))))
        {
            bool isOfLine = row.Line == line && row.File >= 0 && (file is null || lines.Files[row.File].Path == file);
            rows.Add(new LineRow(row.Address.Value, isOfLine ? 1 : 0, (uint)Math.Max(row.Line, 0), row.IsStatement, row.EndSequence));
        }

        // A loop's header begins again with each iteration, and declares once.
        if (LineSites.Find(code, rows.ToArray(), 1, (uint)line, finder.Convention, finder.Kernel).Sites is [var site])
            births.Add(code.IndexOf(site.RowAddress));
        return births;
    }

    /// <summary>The parameters of an inlined copy where it begins.</summary>
    public ImmutableArray<Variable> Parameters(Die copy, FileAddress address, Operand? cfa, DecodedFunction code)
    {
        TypeReader types = typesOf(Languages.Language.Of(copy.Unit.Language));
        Standpoint at = StandpointAt(address, cfa);
        GeneralRegister? moved = MovedFrame(address, code);
        var variables = ImmutableArray.CreateBuilder<Variable>();
        foreach (Parameter parameter in FunctionSignature.ReadInlined(copy, types))
        {
            if (!parameter.IsHidden)
                variables.Add(new Variable(parameter.Name, parameter.Type, Place(parameter.Entry, parameter.Type, types.Graph[parameter.Type], at, moved)));
        }

        return variables.DrainToImmutable();
    }

    /// <summary>What a Go closure captured, where it is entered: its context is in rdx.</summary>
    public ImmutableArray<Variable> CapturedAtEntry(ProbeSite entry)
    {
        if (function.Language != SourceLanguage.Go)
            return [];
        TypeReader types = typesOf(SourceLanguage.Go);
        Operand? context = entry.Selection?.Choice is { } choice && (choice.Intact & RegisterSet.Rdx) != 0 ? new RegisterOperand(GeneralRegister.Rdx) : null;
        return ScopeVariables.Captured(function.Entry, types, context);
    }

    private Standpoint StandpointAt(FileAddress address, Operand? cfa) => new(function.Entry, address, cfa ?? UnknownFrame, AtEntry: false);

    // Nothing reads it: what depends on it is taken out below.
    private static readonly Operand UnknownFrame = new ThreadPointerOperand(int.MinValue);

    private ImmutableArray<Piece> Place(Die entry, TypeId id, TypeNode type, Standpoint at, GeneralRegister? moved)
    {
        ImmutableArray<Piece> stated = LocationReader.Read(entry, type, at);
        if (function.Language == SourceLanguage.Rust && type.Size > 16 && entry.Tag == DW_TAG.DW_TAG_formal_parameter)
            stated = finder.Believed(entry, id, stated, at);
        if (moved is null && at.Cfa != UnknownFrame)
            return stated;
        return [.. stated.Select(p => Operands.AddressOf(p.Place) is { } operand && (Operands.Uses(operand, UnknownFrame) || (moved is { } register && Operands.Uses(operand, new RegisterOperand(register))))
            ? p with { Place = new AbsentPlace(MissingReason.OptimizedOut) }
            : p)];
    }

    /// <summary>
    /// The register that the function's frame is told from, where it does not stand as in the body. LLVM states places on the
    /// stack as distances from rsp or rbp in the body of the function; they are wrong while the frame is made and taken down
    /// (TRAPS.md, K9).
    /// </summary>
    private GeneralRegister? MovedFrame(FileAddress address, DecodedFunction code)
    {
        if (function.Language == SourceLanguage.Go || code != finder.Code
            || !function.Entry.TryGetAttribute(DW_AT.DW_AT_frame_base, out AttributeValue frame) || LocationList.IsList(frame)
            || frame.AsBlock() is not [>= (byte)DW_OP.DW_OP_reg0 + (byte)GeneralRegister.Rbp and <= (byte)DW_OP.DW_OP_reg0 + (byte)GeneralRegister.Rsp and var operation])
            return null;
        if (!_prologueKnown)
        {
            _prologueKnown = true;
            _prologueEnd = finder.TryPrologueEnd(out FileAddress end) ? end : null;
        }

        if (_prologueEnd is not { } body || code.IndexOf(body.Value) is not (>= 0 and var index) || code.IndexOf(address.Value) is not (>= 0 and var here))
            return null;
        var register = (GeneralRegister)(operation - (byte)DW_OP.DW_OP_reg0);
        int? inBody = code.Depths.Before(index).CfaOffset, there = code.Depths.Before(here).CfaOffset;
        bool stands = inBody is null || there is null || inBody == there || (register == GeneralRegister.Rbp && there > 8);
        return stands ? null : register;
    }
}
