namespace Sonde.Specs.Expressions;

/// <summary>The facts about a hit that an expression can name with <c>$</c>.</summary>
internal enum ProbeVariable
{
    Pid,
    Tid,
    Goid,
    Comm,
    Ts,
    Duration,

    /// <summary><c>$ret</c>, <c>$ret0</c>, <c>$ret1</c>…</summary>
    Result,
    Stack,
    Caller,
}

/// <summary>Names of the <c>$</c> variables and of the registers.</summary>
internal static class Variables
{
    public const int MaxResult = 63;

    private static readonly Dictionary<string, ProbeVariable> ByName = new(StringComparer.Ordinal)
    {
        ["pid"] = ProbeVariable.Pid,
        ["tid"] = ProbeVariable.Tid,
        ["goid"] = ProbeVariable.Goid,
        ["comm"] = ProbeVariable.Comm,
        ["ts"] = ProbeVariable.Ts,
        ["duration"] = ProbeVariable.Duration,
        ["ret"] = ProbeVariable.Result,
        ["stack"] = ProbeVariable.Stack,
        ["caller"] = ProbeVariable.Caller,
    };

    /// <summary>x86-64: the general registers, the instruction pointer and the flags, as pt_regs has them.</summary>
    public static IReadOnlyList<string> Registers { get; } =
    [
        "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rip", "eflags",
    ];

    public static IEnumerable<string> Names => ByName.Keys.Select(name => "$" + name).Append("$reg.rax");

    /// <summary>The variable of a name without its <c>$</c>; <c>$0</c> is <c>$ret0</c>.</summary>
    public static VariableExpr? Find(ReadOnlySpan<char> name)
    {
        if (ByName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var variable))
            return new VariableExpr(variable);
        var digits = name.StartsWith("ret") ? name[3..] : name;
        return digits.Length is 1 or 2 && char.IsAsciiDigit(digits[0]) && int.TryParse(digits, out int index) && index <= MaxResult
            ? new VariableExpr(ProbeVariable.Result, index)
            : null;
    }

    public static string NameOf(VariableExpr e)
    {
        if (e.Variable == ProbeVariable.Result)
            return e.Index == 0 ? "$ret" : "$ret" + e.Index;
        return "$" + ByName.First(pair => pair.Value == e.Variable).Key;
    }
}
