using System.Collections.Immutable;
using Sonde.Languages;
using Sonde.Languages.Go;
using Sonde.ObjectFile.Go;
using Sonde.Symbols;
using Sonde.Types;

namespace Sonde.Sites;

/// <summary>
/// Places a Go function's parameters at its entry by the calling convention, with the debug information as witness: what it
/// leaves out of the parameter list (blank parameters up to Go 1.21, the dictionary of a generic function always) shifts
/// every later one, and nothing but a location that disagrees tells of it. Locations alone will not do: they are missing
/// for parameters that are not used.
/// </summary>
internal sealed class GoParameters
{
    private const int MostHidden = 12;
    private const string DictionaryName = ".dict";

    private readonly Function _function;
    private readonly FunctionSignature _signature;
    private readonly TypeGraph _types;
    private readonly CallingConvention _convention;
    private readonly Operand _cfa;
    private readonly ImmutableArray<ImmutableArray<Piece>> _stated;

    /// <summary>The convention's parameter list: an index into the signature, or null for one that is not described.</summary>
    private readonly List<int?> _slots = [];

    /// <summary>The slot of a dictionary that is not described, and the parameter of one that is; less than 0 for none.</summary>
    private readonly int _dictionary = -1, _described = -1;

    private GoParameters(Function function, FunctionSignature signature, TypeGraph types, CallingConvention convention, Operand cfa)
    {
        _function = function;
        _signature = signature;
        _types = types;
        _convention = convention;
        _cfa = cfa;
        var at = new Standpoint(function.Entry, function.Address, cfa, AtEntry: true);
        _stated = [.. signature.Parameters.Select(p => LocationReader.Read(p.Entry, types[p.Type], at))];
        _slots.AddRange(Enumerable.Range(0, signature.Parameters.Length).Select(i => (int?)i));
        _described = signature.Parameters.IndexOf(signature.Parameters.FirstOrDefault(p => p.Entry.Exists && p.Entry.Name == DictionaryName));
        if (_described < 0 && DictionaryPosition() is { } position && position <= _slots.Count)
        {
            _dictionary = position;
            _slots.Insert(position, null);
        }
    }

    /// <summary>Where the parameters and results are. Parameters without a trustworthy place have an absent piece.</summary>
    public static Assignment Place(Function function, FunctionSignature signature, TypeGraph types, CallingConvention convention, Operand cfa, Func<RegisterPlace, Place>? kept)
    {
        var places = new GoParameters(function, signature, types, convention, cfa);
        Assignment assignment = places.Place();
        return kept is null ? assignment : assignment with
        {
            Parameters = [.. assignment.Parameters.Select(Seen)],
            TypeWord = Seen(assignment.TypeWord),
        };

        ImmutableArray<Piece> Seen(ImmutableArray<Piece> pieces) => pieces.IsDefault ? pieces
            : [.. pieces.Select(piece => piece.Place is RegisterPlace register ? piece with { Place = kept(register) } : piece)];
    }

    /// <summary>Whether the debug information is known to describe all parameters and results.</summary>
    public static bool IsWhole(Function function, FunctionSignature signature, TypeGraph types, CallingConvention convention, Operand cfa)
    {
        var places = new GoParameters(function, signature, types, convention, cfa);
        return places.ListsBlankParameters || places.IsWholeList(places.Assign());
    }

    private Assignment Place()
    {
        int parameters = _signature.Parameters.Length;
        var doubtful = new bool[parameters];
        bool lost = false;
        Assignment assignment = Assign();

        // A whole list needs no witnesses: then it is the locations that are faulty (go#61700 and others).
        if (ListsBlankParameters == FirstConflict(assignment) is not null && IsWholeList(assignment))
            return WithTypeWord(assignment, assignment with { Parameters = [.. Enumerable.Range(0, parameters).Select(i => assignment.Parameters[_slots.IndexOf(i)])] });
        for (int inserted = 0; FirstConflict(assignment) is { } conflict; inserted++)
        {
            if (inserted == MostHidden)
            {
                lost = true;
                break;
            }

            // Somewhere between the last parameter that is where it should be and this one.
            int after = LastConfirmedBefore(conflict, assignment);
            for (int i = after + 1; i < conflict; i++)
                doubtful[i] = true;
            _slots.Insert(after < 0 ? 0 : _slots.IndexOf(after) + 1, null);
            assignment = Assign();
        }

        int lastConfirmed = LastConfirmedBefore(parameters, assignment);
        var places = ImmutableArray.CreateBuilder<ImmutableArray<Piece>>(parameters);
        for (int i = 0; i < parameters; i++)
        {
            ImmutableArray<Piece> byConvention = assignment.Parameters[_slots.IndexOf(i)];
            Verdict verdict = Compare(_stated[i], byConvention);
            bool trusted = !lost && !byConvention.IsDefault && verdict != Verdict.Disagrees
                && ((verdict == Verdict.Agrees && !(doubtful[i] && MayBePart(i))) || ListsBlankParameters || (!doubtful[i] && i < lastConfirmed && IsTight(i, assignment)));
            places.Add(trusted ? byConvention : RegistersOnly(_stated[i], i));
        }

        return WithTypeWord(assignment, assignment with { Parameters = places.DrainToImmutable() });
    }

    // On the stack the place of a part can be stated as if it were the whole's (seen: 1.15, 1.19): then what is hidden can as
    // well be behind it.
    private bool MayBePart(int index) =>
        _types[_signature.Parameters[index].Type].Size > 8 && _stated[index] is [{ Place: MemoryPlace }];

    // As long as nothing had to be put before it.
    private Assignment WithTypeWord(Assignment bySlot, Assignment placed)
    {
        ImmutableArray<Piece> place = _described >= 0 ? placed.Parameters[_described]
            : _dictionary >= 0 && !_slots.Take(_dictionary).Contains(null) ? bySlot.Parameters[_dictionary] : [];
        return place is [{ Place: RegisterPlace }] ? placed with { TypeWord = place } : placed;
    }

    private Assignment Assign()
    {
        var hidden = new ScalarLayout(8, ScalarClass.Integer);
        ImmutableArray<Layout> parameters = [.. _slots.Select(s => s is { } i ? _types[_signature.Parameters[i].Type].Layout : hidden)];
        return _convention.Assign(_signature.Layouts(_types) with { Parameters = parameters }, _cfa);
    }

    private int? FirstConflict(Assignment assignment)
    {
        for (int i = 0; i < _stated.Length; i++)
        {
            if (Compare(_stated[i], assignment.Parameters[_slots.IndexOf(i)]) == Verdict.Disagrees)
                return i;
        }

        return null;
    }

    // Whether nothing can be hidden before a parameter without moving one that is where it should be. On the stack it can lie
    // in padding. In registers it can stand in the parameter's place, which then went to the stack: unless the parameter would
    // still have fitted.
    private bool IsTight(int index, Assignment assignment)
    {
        if (PlaceOnStack(index, assignment) is not { } here)
        {
            for (int i = index + 1; i < _stated.Length; i++)
            {
                ImmutableArray<Piece> places = assignment.Parameters[_slots.IndexOf(i)];
                if (FirstRegister(places) is { } register && Compare(_stated[i], places) == Verdict.Agrees)
                    return GoRegisterConvention.IntegerRegisters.Length - register >= assignment.Parameters[_slots.IndexOf(index)].Count(p => p.Place is RegisterPlace);
            }

            return false;
        }

        (long start, long end) = here;
        for (int i = index - 1; start != 0 && i >= 0; i--)
        {
            if (PlaceOnStack(i, assignment) is not { } before)
                continue;
            if (before.End != start)
                return false;
            if (Compare(_stated[i], assignment.Parameters[_slots.IndexOf(i)]) == Verdict.Agrees)
                break;
            start = before.Start;
        }

        for (int i = index + 1; i < _stated.Length; i++)
        {
            if (PlaceOnStack(i, assignment) is not { } after)
                continue;
            if (after.Start != end)
                return false;
            if (Compare(_stated[i], assignment.Parameters[_slots.IndexOf(i)]) == Verdict.Agrees)
                return true;
            end = after.End;
        }

        return false;
    }

    private static int? FirstRegister(ImmutableArray<Piece> pieces) =>
        pieces.IsDefault || pieces.FirstOrDefault(p => p.Place is RegisterPlace)?.Place is not RegisterPlace first ? null
            : GoRegisterConvention.IntegerRegisters.IndexOf(first.Register);

    // Relative to the first argument.
    private (long Start, long End)? PlaceOnStack(int index, Assignment assignment)
    {
        if (assignment.Parameters[_slots.IndexOf(index)] is not { IsDefault: false } pieces || pieces is not [{ Place: MemoryPlace memory } piece])
            return null;
        long start = memory.Base.Plus(memory.Displacement).Split().Displacement - _cfa.Split().Displacement;
        return (start, start + piece.Size);
    }

    private int LastConfirmedBefore(int end, Assignment assignment)
    {
        for (int i = end - 1; i >= 0; i--)
        {
            if (Compare(_stated[i], assignment.Parameters[_slots.IndexOf(i)]) == Verdict.Agrees)
                return i;
        }

        return -1;
    }

    private enum Verdict
    {
        Silent,
        Agrees,
        Disagrees,
    }

    private static Verdict Compare(ImmutableArray<Piece> stated, ImmutableArray<Piece> byConvention)
    {
        if (byConvention.IsDefault)
            return Verdict.Silent;
        Verdict verdict = Verdict.Silent;
        foreach (Piece piece in stated)
        {
            switch (piece.Place)
            {
                case RegisterPlace register:
                    if (byConvention.FirstOrDefault(p => p.Offset == piece.Offset)?.Place is not RegisterPlace other || other.Register != register.Register)
                        return Verdict.Disagrees;
                    verdict = Verdict.Agrees;
                    break;

                // In the caller's frame. A memory place of what the convention has in a register is the spill slot, which
                // is not written yet.
                case MemoryPlace memory when byConvention is [{ Place: MemoryPlace expected }]:
                    // A part of it, stated as if it were the whole (seen: 1.15).
                    (Operand heldBase, long held) = memory.Base.Plus(memory.Displacement).Split();
                    (Operand wantedBase, long wanted) = expected.Base.Plus(expected.Displacement).Split();
                    if (heldBase == wantedBase && held > wanted && held < wanted + byConvention[0].Size)
                        break;
                    if (memory.Base.Plus(memory.Displacement - piece.Offset) != expected.Base.Plus(expected.Displacement))
                        return Verdict.Disagrees;
                    verdict = Verdict.Agrees;
                    break;
            }
        }

        return verdict;
    }

    private ImmutableArray<Piece> RegistersOnly(ImmutableArray<Piece> stated, int index)
    {
        bool inRegisters = stated.Length > 0 && stated.All(p => p.Place is RegisterPlace or AbsentPlace) && stated.Any(p => p.Place is RegisterPlace);
        return inRegisters
            ? stated
            : [new Piece(0, (uint)_types[_signature.Parameters[index].Type].Size, new AbsentPlace(MissingReason.OptimizedOut))];
    }

    // An instance of a generic function takes a dictionary first, a method of a generic type behind the receiver
    // (cmd/compile/internal/noder/reader.go); optimized code does not describe it.
    private int? DictionaryPosition()
    {
        string name = _function.Symbol;
        int bracket = name.IndexOf("[go.shape.", StringComparison.Ordinal);
        if (bracket < 0)
            return null;
        int end = name.LastIndexOf(']');
        if (end == name.Length - 1 || !IsCompiledBy(20))
            return IsClosure(name[(end + 1)..]) ? null : 0;

        // Closures inside have it from their context.
        return IsClosure(name[(end + 1)..]) ? null : 1;
    }

    // ".func1", ").Push.func2"
    private static bool IsClosure(string behind)
    {
        int at = behind.LastIndexOf(".func", StringComparison.Ordinal);
        return at >= 0 && behind.Length > at + 5 && char.IsAsciiDigit(behind[at + 5]);
    }

    // The function table states the size of all parameters and results, those without a name as well.
    private bool IsWholeList(Assignment assignment) =>
        _function.Image.Go is { } go && go.Functions.TryFind(_function.Address, out var row) && row.Entry == _function.Address
        && row.ArgumentSize >= 0 && (ulong)row.ArgumentSize == assignment.ArgumentBytes
        && (ListsBlankParameters || _signature.IsComplete == true || HasNoPadding(assignment));

    // Where there is padding, a parameter that is not listed may lie in it without changing the sum.
    private bool HasNoPadding(Assignment assignment)
    {
        ulong sum = 0;
        Signature layouts = _signature.Layouts(_types);
        foreach (Layout layout in layouts.Parameters)
            sum += layout.Size;
        bool inRegisters = _convention is GoRegisterConvention;
        if (!inRegisters)
        {
            foreach (Layout layout in layouts.Results)
                sum += layout.Size;
        }

        return sum + 8 * (ulong)_slots.Count(s => s is null) == assignment.ArgumentBytes;
    }

    // Compilers from 1.22 on describe blank parameters as ~p0, ~p1, … (seen; 1.19 leaves them out).
    private bool ListsBlankParameters => IsCompiledBy(22);

    private bool IsCompiledBy(int minor)
    {
        string producer = _function.Entry.Unit.Producer ?? "";
        GoVersion version = GoVersion.Parse(producer);
        return version.IsKnown ? version.IsAtLeast(minor) : producer.Contains("devel", StringComparison.Ordinal);
    }
}
