using System.Globalization;
using Sonde.Plans;
using Sonde.Sinks;
using Sonde.Sites;

namespace Sonde.Explaining;

/// <summary>
/// Places, operands and conditions as people write them: <c>rax</c>, <c>[cfa+8]</c>, <c>u32[rdi+16]</c>. <c>u32[…]</c> is a
/// read of four bytes of the target, <c>frame+88:i64</c> eight bytes that an earlier step has read.
/// </summary>
/// <param name="cfa">What is written as <c>cfa</c>; null when nothing is.</param>
internal sealed class OperandText(Operand? cfa)
{
    private const int ShownBytes = 16;

    /// <summary>Where the bytes of a variable are.</summary>
    public string Of(Variable variable, ulong size)
    {
        if (variable.Pieces.IsDefaultOrEmpty)
            return size == 0 ? "no bytes" : "not known here";
        return variable.Pieces is [var only] && only.Offset == 0 && only.Size >= size
            ? Of(only.Place)
            : string.Join(", ", variable.Pieces.Select(p => $"bytes {p.Offset}-{p.Offset + p.Size - 1} {Of(p.Place)}"));
    }

    /// <summary>One place.</summary>
    public string Of(Place place) => place switch
    {
        RegisterPlace register => Name(register.Register),
        MemoryPlace memory => $"[{Address(memory.Base, memory.Displacement)}]",
        ComputedPlace computed => $"computed: {Of(computed.Value)}",
        ConstantPlace constant => $"constant 0x{Convert.ToHexStringLower(constant.Bytes.AsSpan()[..Math.Min(ShownBytes, constant.Bytes.Length)])}"
            + (constant.Bytes.Length > ShownBytes ? "…" : ""),
        AbsentPlace absent => $"<{ContractNames.Of(absent.Reason)}>",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>An operand.</summary>
    public string Of(Operand operand) => operand switch
    {
        RegisterOperand or BinaryOperand { Operator: BinaryOperator.Add, Right: ConstantOperand, Size: 8 } when Distance(operand) is { } distance => "cfa" + Signed(distance),
        RegisterOperand register => Name(register.Register),
        ThreadPointerOperand => "fsbase",
        ConstantOperand constant => constant.Value.ToString(CultureInfo.InvariantCulture),
        FrameOperand frame => $"frame+{frame.Offset}:{Width(frame.Size, frame.Signed)}",
        LoadOperand load => $"{Width(load.Size, load.Signed)}[{Address(load.Address, load.Displacement)}]",
        BinaryOperand { Operator: BinaryOperator.Add, Right: ConstantOperand right, Size: 8 } sum => $"{Of(sum.Left)}{Signed(right.Value)}",
        BinaryOperand binary => $"({Of(binary.Left)} {Symbol(binary.Operator)} {Of(binary.Right)})" + (binary.Size == 8 ? "" : $":{Width(binary.Size, binary.Signed)}"),
        UnaryOperand unary => (unary.Operator == UnaryOperator.Negate ? "-" : "~") + Of(unary.Value) + (unary.Size == 8 ? "" : $":{Width(unary.Size, unary.Signed)}"),
        BitFieldOperand field => $"bits {field.BitOffset}-{field.BitOffset + field.BitSize - 1} of {Of(field.Storage)}",
        CheckedOperand element => $"{Of(element.Value)} if {Of(element.Index)} {(element.Inclusive ? "<=" : "<")} {Of(element.Count)}",
        NonNilOperand address => Of(address.Value),
        FactOperand fact => fact.Fact switch { Fact.Goroutine => "goid", Fact.Time => "now", _ => "pid:tid" },
        HeldOperand held => $"held+{held.Offset}:{Width(held.Size, held.Signed)}",
        TruthOperand truth => Of(truth.Predicate),
        WidenedOperand widened => $"f64({Of(widened.Value)})",
        ChoiceOperand choice => $"({Of(choice.Test)} ? {Of(choice.Then)} : {Of(choice.Else)})",
        CursorOperand cursor => $"at{cursor.Number}",
        FoundOperand search => WalkText(search),
        TextLengthOperand length => $"length of {Of(length.Text)}",
        WitnessedOperand witnessed => $"{Of(witnessed.Value)} unless {Of(witnessed.Witness)} is {Of(witnessed.Unlike)}",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>A sum of an operand and a constant.</summary>
    public string Address(Operand address, long displacement) => Of(address.Plus(displacement));

    /// <summary>A condition.</summary>
    public string Of(Predicate predicate) => predicate switch
    {
        AndPredicate and => $"({Of(and.Left)} && {Of(and.Right)})",
        OrPredicate or => $"({Of(or.Left)} || {Of(or.Right)})",
        NotPredicate not => $"!{Of(not.Inner)}",
        ConstantPredicate constant => constant.Value ? "true" : "false",
        ComparePredicate compare => $"({Of(compare.Left)} {Symbol(compare.Comparison)} {Of(compare.Right)})" + (compare.Signed ? "" : ":unsigned"),
        MixedPredicate compare => $"({Of(compare.Signed)} {Symbol(compare.Comparison)} {Of(compare.Unsigned)}):signed with unsigned",
        FloatPredicate compare => $"({Of(compare.Left)} {Symbol(compare.Comparison)} {Of(compare.Right)}):f{8 * compare.Size}",
        FoundPredicate found => $"found: {Of(found.Search)}",
        TextPredicate text => $"({Of(text.Text)}, {Symbol(text.Comparison)} {Of(text.Other)})",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private string WalkText(FoundOperand search)
    {
        string before = string.Concat(search.Before.Select(b => $"{Of(b.Cursor)} = {Of(b.Value)}; "));
        return $"search({before}{Of(search.Walk)})";
    }

    private string Of(KeyPart part) => part switch
    {
        KeyWord word => $"key+{word.Offset}:u{8 * word.Size} == {Of(word.Wanted)}",
        KeyText text => $"key+{text.Offset} == {Of(text.Wanted)}",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private string Of(Walk walk) => walk switch
    {
        WalkParts parts => string.Join("; ", parts.Parts.Select(Of)),
        WalkWhen some => $"if {Of(some.Test)} {{ {Of(some.Then)} }}",
        WalkAt at => $"{Of(at.Cursor)} = {Of(at.Address)}: {{ {Of(at.Then)} }}",
        WalkAgain again => $"again {Of(again.Cursor)} = {Of(again.Next)}",
        WalkRun run => $"{Of(run.Cursor)} over {Of(run.Count)} from {Of(run.First)} by {run.Stride}: {{ {Of(run.Each)} }}",
        WalkSlots slots => $"{slots.Count} slots of {Of(slots.Base)}: {string.Join(" && ", slots.Parts.Select(Of))}",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private string Of(TextSource text) => text switch
    {
        LiteralText literal => Quoted(literal.Bytes.AsSpan()),
        CommandText => "thread's name",
        TargetText { Length: { } length } target => $"text at {Of(target.Address)}, length {Of(length)}",
        TargetText { Capacity: { } capacity } target => $"text at {Of(target.Address)}, up to the first zero or {capacity}",
        TargetText target => $"text at {Of(target.Address)}, up to the first zero",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    // The frame address itself is a register and a constant; whatever has the same register is at a distance from it.
    private long? Distance(Operand operand)
    {
        if (cfa is null)
            return null;
        (Operand cfaBase, long cfaOffset) = cfa.Split();
        (Operand itsBase, long offset) = operand.Split();
        return cfaBase is RegisterOperand register && itsBase == register ? unchecked(offset - cfaOffset) : null;
    }

    private static string Name(GeneralRegister register) => register.ToString().ToLowerInvariant();

    private static string Width(uint size, bool signed) => $"{(signed ? 'i' : 'u')}{size * 8}";

    private static string Signed(long number) => number switch
    {
        0 => "",
        < 0 => number.ToString(CultureInfo.InvariantCulture),
        _ => string.Create(CultureInfo.InvariantCulture, $"+{number}"),
    };

    private static string Quoted(ReadOnlySpan<byte> bytes)
    {
        var text = new System.Text.StringBuilder("\"");
        foreach (byte b in bytes)
            text.Append(b is >= 0x20 and < 0x7f and not (byte)'"' and not (byte)'\\' ? $"{(char)b}" : $"\\x{b:x2}");
        return text.Append('"').ToString();
    }

    private static string Symbol(BinaryOperator binary) => binary switch
    {
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        BinaryOperator.Remainder => "%",
        BinaryOperator.And => "&",
        BinaryOperator.Or => "|",
        BinaryOperator.Xor => "^",
        BinaryOperator.ShiftLeft => "<<",
        BinaryOperator.ShiftRight => ">>",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Symbol(Comparison comparison) => comparison switch
    {
        Comparison.Equal => "==",
        Comparison.NotEqual => "!=",
        Comparison.Less => "<",
        Comparison.LessOrEqual => "<=",
        Comparison.Greater => ">",
        Comparison.GreaterOrEqual => ">=",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Symbol(TextComparison comparison) => comparison switch
    {
        TextComparison.Equal => "==",
        TextComparison.NotEqual => "!=",
        TextComparison.Less => "<",
        TextComparison.LessOrEqual => "<=",
        TextComparison.Greater => ">",
        TextComparison.GreaterOrEqual => ">=",
        TextComparison.StartsWith => "starts with",
        TextComparison.EndsWith => "ends with",
        TextComparison.Contains => "contains",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
