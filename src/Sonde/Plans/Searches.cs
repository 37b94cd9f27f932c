using Sonde.Sites;

namespace Sonde.Plans;

/// <summary>The searches that conditions and values are made of, each once, those first that others need.</summary>
internal static class Searches
{
    /// <summary>Those of a condition; with <paramref name="always"/> those that a comparison always needs.</summary>
    public static IReadOnlyList<FoundOperand> In(Predicate predicate, bool always = false)
    {
        var found = new List<FoundOperand>();
        Add(predicate, found, always);
        return found;
    }

    /// <summary>Those of a value; with <paramref name="always"/> those that it always needs.</summary>
    public static IReadOnlyList<FoundOperand> In(Operand value, bool always = false)
    {
        var found = new List<FoundOperand>();
        Add(value, found, always);
        return found;
    }

    private static void Add(Predicate predicate, List<FoundOperand> found, bool always)
    {
        switch (predicate)
        {
            case AndPredicate both when !always:
                Add(both.Left, found, always);
                Add(both.Right, found, always);
                break;
            case OrPredicate either when !always:
                Add(either.Left, found, always);
                Add(either.Right, found, always);
                break;
            case NotPredicate inverse when !always:
                Add(inverse.Inner, found, always);
                break;
            case ComparePredicate compare:
                Add(compare.Left, found, always);
                Add(compare.Right, found, always);
                break;
            case MixedPredicate compare:
                Add(compare.Signed, found, always);
                Add(compare.Unsigned, found, always);
                break;
            case FloatPredicate compare:
                Add(compare.Left, found, always);
                Add(compare.Right, found, always);
                break;
            case TextPredicate text:
                Add(text.Text, found, always);
                Add(text.Other, found, always);
                break;
            case FoundPredicate search:
                Add(search.Search, found, always);
                break;
            default:
                break;
        }
    }

    private static void Add(TextSource text, List<FoundOperand> found, bool always)
    {
        if (text is not TargetText target)
            return;
        Add(target.Address, found, always);
        if (target.Length is { } length)
            Add(length, found, always);
    }

    private static void Add(Operand operand, List<FoundOperand> found, bool always)
    {
        switch (operand)
        {
            case LoadOperand load:
                Add(load.Address, found, always);
                break;
            case BinaryOperand binary:
                Add(binary.Left, found, always);
                Add(binary.Right, found, always);
                break;
            case UnaryOperand unary:
                Add(unary.Value, found, always);
                break;
            case BitFieldOperand field:
                Add(field.Storage, found, always);
                break;
            case CheckedOperand element:
                Add(element.Index, found, always);
                Add(element.Count, found, always);
                Add(element.Value, found, always);
                break;
            case WidenedOperand widened:
                Add(widened.Value, found, always);
                break;
            case NonNilOperand address:
                Add(address.Value, found, always);
                break;
            case TruthOperand truth when !always:
                Add(truth.Predicate, found, always);
                break;
            case ChoiceOperand choice when !always:
                Add(choice.Test, found, always);
                Add(choice.Then, found, always);
                Add(choice.Else, found, always);
                break;
            case TextLengthOperand length:
                Add(length.Text, found, always);
                break;
            case FoundOperand search when !found.Exists(f => ReferenceEquals(f, search)):
                foreach ((_, Operand value) in search.Before)
                    Add(value, found, always);

                // Where its container is.
                if (search.Walk is WalkAt at)
                    Add(at.Address, found, always);
                found.Add(search);
                break;
            default:
                break;
        }
    }
}
