using System.Collections.Immutable;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Symbols;
using Sonde.Types;

namespace Sonde.Sites;

/// <summary>The variables in scope at a line: parameters, those declared before the line in the blocks around it, and what a closure captured.</summary>
internal static class ScopeVariables
{
    private const int MaximumVariables = 4096;
    private const int MaximumDepth = 256;

    /// <summary>The variables that can be seen at a place, outermost first.</summary>
    /// <param name="scope">The function, or the inlined copy of one, that has the line.</param>
    /// <param name="types">Reads the types of its language.</param>
    /// <param name="at">The place.</param>
    /// <param name="line">The line.</param>
    /// <param name="place">Where a variable is.</param>
    /// <param name="typed">Tells the types of a variable of shared code.</param>
    public static ImmutableArray<Variable> Read(
        Die scope, TypeReader types, Standpoint at, SourceLine line, Func<Die, TypeId, ImmutableArray<Piece>> place, Func<Variable, Die, Variable>? typed = null)
    {
        bool isGo = Languages.Language.Of(scope.Unit.Language) == SourceLanguage.Go;
        Die context = default;
        var found = new List<(string Name, Die Entry, int Level)>();
        List<Die> levels = Levels(scope, at.Address);
        for (int level = 0; level < levels.Count; level++)
        {
            foreach (Die child in InOrder(levels[level]))
            {
                if (found.Count >= MaximumVariables || child.Tag is not (DW_TAG.DW_TAG_formal_parameter or DW_TAG.DW_TAG_variable))
                    continue;
                string name = child.Name ?? "";
                if (name == ".closureptr")
                    context = child;
                if (IsHidden(child, name) || !IsDeclaredBefore(child, line))
                    continue;
                Add(found, name, child, level, isGo);
            }
        }

        var variables = ImmutableArray.CreateBuilder<Variable>(found.Count);
        var seen = new Dictionary<string, int>();
        for (int i = found.Count - 1; i >= 0; i--)
        {
            (string name, Die entry, _) = found[i];
            bool escaped = isGo && name[0] == '&';
            string shown = escaped ? name[1..] : name;
            int nth = seen[shown] = seen.GetValueOrDefault(shown) + 1;
            TypeId type = types.ReadTypeOf(entry);
            ImmutableArray<Piece> pieces = place(entry, type);
            if (!isGo && TryLambda(entry, name, out Die lambda))
            {
                seen[shown]--;
                AddCaptures(lambda, pieces, types, seen, variables);
                continue;
            }

            if (isGo && IsAbsent(pieces) && context.Exists && entry.Unsigned(DW_AT.DW_AT_go_closure_offset) is { } offset)
                pieces = Captured(place(context, types.ReadTypeOf(context)), offset, types.Graph[type]);
            if (escaped && types.Graph[type].Shape is PointerShape pointer)
                (type, pieces) = (pointer.Target, Followed(pieces, types.Graph[pointer.Target]));
            var variable = new Variable(nth == 1 ? shown : $"{shown}#{nth}", type, pieces);
            variables.Add(typed is null || escaped ? variable : typed(variable, entry));
        }

        variables.Reverse();
        return variables.ToImmutable();
    }

    // The object of a lambda is a class without a name (gcc 14: "<lambda(int)>"); its members are what it captured, in gcc
    // with two underscores before their names.
    private static bool TryLambda(Die parameter, string name, out Die lambda)
    {
        lambda = default;
        return parameter.Tag == DW_TAG.DW_TAG_formal_parameter && name is "this" or "__closure" && parameter.Flag(DW_AT.DW_AT_artificial)
            && parameter.TryGetType(out Die type) && TypeReader.TryStrip(type, out type)
            && type.TryGetType(out lambda) && TypeReader.TryStrip(lambda, out lambda)
            && lambda.Tag is DW_TAG.DW_TAG_class_type or DW_TAG.DW_TAG_structure_type
            && lambda.Name is var own && (own is null || own.StartsWith("<lambda", StringComparison.Ordinal));
    }

    private static void AddCaptures(
        Die lambda, ImmutableArray<Piece> pointer, TypeReader types, Dictionary<string, int> seen, ImmutableArray<Variable>.Builder variables)
    {
        foreach (Die member in lambda.Children.ToList().AsEnumerable().Reverse())
        {
            if (member.Tag != DW_TAG.DW_TAG_member || member.Name is not { Length: > 0 } name || TypeReader.OffsetOf(member) is not { } offset)
                continue;
            name = name.StartsWith("__", StringComparison.Ordinal) ? name[2..] : name;
            int nth = seen[name] = seen.GetValueOrDefault(name) + 1;
            TypeId type = types.ReadTypeOf(member);
            variables.Add(new Variable(nth == 1 ? name : $"{name}#{nth}", type, Captured(pointer, offset, types.Graph[type])));
        }
    }

    /// <summary>What a Go closure captured, by its context (Go 1.23 and newer tell the offsets, DW_AT_go_closure_offset).</summary>
    /// <param name="closure">The function.</param>
    /// <param name="types">Reads Go's types.</param>
    /// <param name="context">The address of the context; null when it is not known.</param>
    public static ImmutableArray<Variable> Captured(Die closure, TypeReader types, Operand? context)
    {
        var variables = ImmutableArray.CreateBuilder<Variable>();
        foreach (Die child in closure.Children)
        {
            if (child.Tag != DW_TAG.DW_TAG_variable || child.Name is not { } name || IsHidden(child, name) || child.Unsigned(DW_AT.DW_AT_go_closure_offset) is not { } offset)
                continue;
            TypeId type = types.ReadTypeOf(child);
            ImmutableArray<Piece> pieces = Captured(context is null ? [] : [new Piece(0, 8, new ComputedPlace(context))], offset, types.Graph[type]);
            if (name[0] == '&' && types.Graph[type].Shape is PointerShape pointer)
                (name, type, pieces) = (name[1..], pointer.Target, Followed(pieces, types.Graph[pointer.Target]));
            variables.Add(new Variable(name, type, pieces));
        }

        return variables.DrainToImmutable();
    }

    // gcc lists the parameters of a copy as it likes; the function they are copies of has them in order.
    private static List<Die> InOrder(Die scope)
    {
        List<Die> children = scope.Children.ToList();
        return scope.Tag != DW_TAG.DW_TAG_inlined_subroutine ? children
            : [.. children.OrderBy(c => c.Tag != DW_TAG.DW_TAG_formal_parameter ? long.MaxValue
                : c.TryGetReference(DW_AT.DW_AT_abstract_origin, out Die origin) ? origin.Offset.Value : c.Offset.Value)];
    }

    /// <summary>The function or copy, and the blocks in it that have the address; never another function's.</summary>
    private static List<Die> Levels(Die scope, FileAddress address)
    {
        var levels = new List<Die> { scope };
        while (levels.Count < MaximumDepth && TryFindBlock(levels[^1], address, 0, out Die block))
            levels.Add(block);
        return levels;
    }

    private static bool TryFindBlock(Die scope, FileAddress address, int depth, out Die block)
    {
        foreach (Die child in scope.Children)
        {
            if (child.Tag is not (DW_TAG.DW_TAG_lexical_block or DW_TAG.DW_TAG_try_block or DW_TAG.DW_TAG_catch_block or DW_TAG.DW_TAG_with_stmt))
                continue;
            List<AddressRange> ranges = RangeList.Of(child);
            block = child;
            if (ranges.Exists(r => r.Contains(address)))
                return true;

            // A block without addresses is everywhere in the one around it; it counts where one of its own has the address.
            if (ranges.Count == 0 && depth < MaximumDepth && TryFindBlock(child, address, depth + 1, out _))
                return true;
        }

        block = default;
        return false;
    }

    // Go 1.25 and 1.26 describe a result twice when a closure refers to it, and a parameter that escaped by itself and by its address.
    private static void Add(List<(string Name, Die Entry, int Level)> found, string name, Die entry, int level, bool isGo)
    {
        if (isGo)
        {
            int twin = found.FindIndex(f => f.Level == level && f.Name.TrimStart('&') == name.TrimStart('&')
                && f.Entry.Unsigned(DW_AT.DW_AT_decl_line) == entry.Unsigned(DW_AT.DW_AT_decl_line));
            if (twin >= 0)
            {
                if (name[0] == '&')
                    found[twin] = (name, entry, level);
                return;
            }
        }

        found.Add((name, entry, level));
    }

    private static bool IsHidden(Die variable, string name) =>
        name.Length == 0 || name == "_" || name[0] is '.' or '~' or '#' || name == "__in_chrg" || name == "__vtt_parm"
        || (name[0] == '&' && name.Length < 2)
        || name is "&_" || variable.OwnFlag(DW_AT.DW_AT_declaration)
        || (variable.Tag == DW_TAG.DW_TAG_variable && variable.Flag(DW_AT.DW_AT_artificial));

    private static bool IsDeclaredBefore(Die variable, SourceLine line)
    {
        if (variable.Tag == DW_TAG.DW_TAG_formal_parameter)
            return true;
        (string? file, int declared) = FunctionMaker.Declared(variable);
        return declared < line.Number || (file is not null && SourcePath.Normal(file) != line.Path);
    }

    private static bool IsAbsent(ImmutableArray<Piece> pieces) => pieces.All(p => p.Place is AbsentPlace);

    private static ImmutableArray<Piece> Captured(ImmutableArray<Piece> context, ulong offset, TypeNode type) => AddressIn(context) is { } address
        ? [new Piece(0, Size(type), new MemoryPlace(address, (long)Math.Min(offset, int.MaxValue)))]
        : [new Piece(0, Size(type), new AbsentPlace(MissingReason.OptimizedOut))];

    private static ImmutableArray<Piece> Followed(ImmutableArray<Piece> pointer, TypeNode target) => AddressIn(pointer) is { } address
        ? [new Piece(0, Size(target), new MemoryPlace(address, 0))]
        : [new Piece(0, Size(target), pointer.Select(p => p.Place).OfType<AbsentPlace>().FirstOrDefault() ?? new AbsentPlace(MissingReason.Unsupported))];

    private static Operand? AddressIn(ImmutableArray<Piece> pieces) => pieces is [{ Offset: 0, Size: >= 8 } whole]
        ? whole.Place switch
        {
            RegisterPlace register => new RegisterOperand(register.Register),
            MemoryPlace memory => new LoadOperand(memory.Base, memory.Displacement, 8),
            ComputedPlace computed => computed.Value,
            _ => null,
        }
        : null;

    private static uint Size(TypeNode type) => (uint)Math.Min(type.Size, uint.MaxValue);
}
