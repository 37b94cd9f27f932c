using System.Collections.Immutable;
using Sonde.Plans;
using Sonde.Types;

namespace Sonde.Explaining;

/// <summary>A capture plan as text: conditions, what is read in which order, and which values come of it.</summary>
internal sealed class PlanText(CapturePlan plan, TypeGraph types, OperandText operands)
{
    /// <summary>Writes the plan.</summary>
    public void Write(Outline outline)
    {
        new ExpressionText(types, operands).Write(plan.Expressions, outline);
        outline.Line($"a frame of {plan.FrameSize} bytes, the first {FrameHeader.Size} are its header");
        Write(outline, "reads, where the probe fires", plan.EntryCondition, plan.EntrySteps);
        if (plan.ReturnCondition is not null || plan.ReturnSteps.Length > 0)
            Write(outline, "reads, at the return", plan.ReturnCondition, plan.ReturnSteps);
        if (plan.Roots.Length == 0)
            return;
        outline.Line("values");
        outline.Within(() =>
        {
            foreach (Root root in plan.Roots)
                outline.Line(Of(root));
        });
    }

    private void Write(Outline outline, string title, Predicate? condition, ImmutableArray<Step> steps)
    {
        outline.Line(condition is null ? title : $"{title}, only if {operands.Of(condition)}");
        outline.Within(() => Write(outline, steps));
        if (steps.Length == 0)
            outline.Within(() => outline.Line("nothing"));
    }

    private void Write(Outline outline, ImmutableArray<Step> steps)
    {
        foreach (Step step in steps)
        {
            outline.Line(Of(step));
            if (step is ReadStep { Children.Length: > 0 } parent)
                outline.Within(() => Write(outline, parent.Children));
        }
    }

    private string Of(Step step)
    {
        string to = $"frame+{step.FrameOffset,-5} ";
        return to + step switch
        {
            RegisterStep register => $"{Bytes(register.Size)} of {register.Register.ToString().ToLowerInvariant()}",
            ComputeStep compute => $"{Bytes(compute.Size)} of {operands.Of(compute.Value)}",
            StackStep stack => $"the addresses of up to {stack.Frames} callers, by their frame pointers",
            MemoryStep memory => $"{Bytes(memory.Size)} at {operands.Address(memory.Base, memory.Displacement)}{Guard(memory)}",
            CountedStep counted => $"up to {counted.MaxCount} × {Bytes(counted.Stride)} at {operands.Address(counted.Base, counted.Displacement)}, "
                + (counted.SpanEnd ? $"up to the address {operands.Of(counted.Count)}" : $"as many as {operands.Of(counted.Count)}") + Guard(counted),
            TerminatedStep text => $"up to {Bytes(text.Capacity)} at {operands.Address(text.Base, text.Displacement)}, up to the first zero{Guard(text)}",
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private string Guard(ReadStep step) => step.Guard is { } guard ? $", if {operands.Of(guard.Count)} > {guard.Index}" : "";

    private string Of(Root root)
    {
        TypeNode type = types[root.Type];
        string missing = string.Concat(root.Missing.Select(m =>
            (ulong)m.Length >= type.Size && m.Offset == 0 ? $"  <{Sinks.ContractNames.Of(m.Reason)}>" : $"  bytes {m.Offset}-{m.Offset + m.Length - 1} <{Sinks.ContractNames.Of(m.Reason)}>"));
        return $"frame+{root.FrameOffset,-5} {root.Role.ToString().ToLowerInvariant()} {root.Name}: {type.Name}{missing}";
    }

    private static string Bytes(uint size) => size == 1 ? "1 byte" : $"{size} bytes";
}
