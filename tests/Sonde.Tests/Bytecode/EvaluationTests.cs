using Sonde.Bytecode;
using Sonde.Kernel.Assembly;
using Sonde.Plans;
using Sonde.Sites;
using Sonde.Specs;
using Sonde.Types;
using Xunit;
using static Sonde.Kernel.Assembly.Verbs;

namespace Sonde.Tests.Bytecode;

/// <summary>Random conditions on random memory: the program says what the language says.</summary>
public sealed class EvaluationTests
{
    private const ulong False = 0, True = 1, Error = 2;

    private static readonly TypeGraph s_types = new();
    private static readonly Variable s_state = RandomState.Variable(s_types);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_condition_is_what_the_language_says(int group)
    {
        int most = Environment.GetEnvironmentVariable("SONDE_TEST_ALL") == "1" ? 50_000 : 2_000;
        for (int seed = group * 1_000_000; seed < (group * 1_000_000) + most; seed++)
        {
            var random = new Random(seed);
            var state = new RandomState(random);
            TruthTerm term = new RandomTerms(random, state).Truth(4);
            ulong? actual = Evaluate(term.Text, state);
            ulong expected = term.Value switch { true => True, false => False, null => Error };
            if (actual is { } value)
                Assert.True(expected == value, $"seed {seed}: {term.Text} is {expected}, the program says {value}");
        }
    }

    [Theory]
    [InlineData("s.items[5] == 0", 2ul)]
    [InlineData("(s.items[5] | s.u64) == 0", 2ul)]
    [InlineData("(s.u64 ^ s.items[5]) < s.i32", 2ul)]
    [InlineData("s.u64 ^ s.items[5] < 7", 2ul)]
    public void Simple(string text, ulong expected) => Assert.Equal(expected, Evaluate(text, new RandomState(new Random(5))));

    /// <summary>The outcome; null when the expression needs more stack than a program has.</summary>
    private static ulong? Evaluate(string text, RandomState state)
    {
        var scope = new Scope { Variables = new Dictionary<string, Variable> { ["s"] = s_state } };
        Predicate predicate = new ExpressionBinder(s_types, scope).BindCondition(SpecParser.ParseExpression(text));
        var code = new CodeWriter();
        var operands = new OperandLowering(code);
        var (yes, no, error) = (new Label("true"), new Label("false"), new Label("error"));
        try
        {
            new PredicateLowering(code, operands).Emit(predicate, yes, no, Sonde.Bytecode.Escapes.To(error));
        }
        catch (PlanTooLargeException)
        {
            return null;
        }

        foreach ((Label label, ulong outcome) in (ReadOnlySpan<(Label, ulong)>)[(yes, True), (no, False), (error, Error)])
        {
            code.Add(Mark(label));
            code.Add(MovImm(Register.R0, (int)outcome));
            code.Add(Exit());
        }

        var machine = new BpfMachine();
        state.MapInto(machine);
        return machine.Run(Assembler.Assemble(DeadCode.Remove(code.Instructions)).Slots);
    }
}
