using System.Collections.Immutable;
using Sonde.Sites;
using Sonde.Types;
using Sonde.Values;

namespace Sonde.Plans;

/// <summary>Variables of code that several types share, in one function: at every way out the same types.</summary>
internal sealed class SharedTypes(TypeGraph types)
{
    private readonly Dictionary<(TypeId Shared, string Cases), TypeId> _made = [];

    /// <summary>
    /// A variable whose type a word tells, as a variant: the word, then the value in the type that it stands for. The same
    /// variable when the word is not known: then it is shown as what the types have in common.
    /// </summary>
    public Variable Told(Variable variable, Operand? word)
    {
        if (variable.Cases.IsEmpty || variable.Pieces.IsEmpty || word is null)
            return variable;
        string key = string.Join(' ', variable.Cases.Select(c => c.Type.Value));
        if (!_made.TryGetValue((variable.Type, key), out TypeId type))
            _made.Add((variable.Type, key), type = Variant(variable));
        return new Variable(variable.Name, type,
            [new Piece(0, 8, new ComputedPlace(word)), .. variable.Pieces.Select(p => p with { Offset = p.Offset + 8 })]);
    }

    private TypeId Variant(Variable variable)
    {
        TypeNode shared = types[variable.Type];
        TypeId Payload(TypeId type) => types.Add("", shared.Size + 8, new RecordShape([new Field("", 8, type)], RecordKind.Tuple));
        var cases = ImmutableArray.CreateBuilder<VariantCase>(variable.Cases.Length + 1);
        foreach (IGrouping<TypeId, TypeCase> same in variable.Cases.GroupBy(c => c.Type))
            cases.Add(new VariantCase(types[same.Key].Name, [.. same.Select(c => ((UInt128)c.Word, (UInt128)c.Word))], Payload(same.Key)));
        cases.Add(new VariantCase(shared.Name, [], Payload(variable.Type)));
        return types.Add(shared.Name, shared.Size + 8, new VariantShape(0, 8, cases.DrainToImmutable()), new UnwrappedPresentation());
    }
}
