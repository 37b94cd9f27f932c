using Sonde.Types;

namespace Sonde.Plans;

/// <summary>Which types hold something that leads out of their own bytes.</summary>
internal sealed class References(TypeGraph types)
{
    private readonly Dictionary<TypeId, bool> _known = [];

    /// <summary>Whether there is anything to follow in a value of the type.</summary>
    public bool Has(TypeId id)
    {
        if (_known.TryGetValue(id, out bool known))
            return known;
        // A type reaches itself only through a pointer, which answers without looking further; an impossible (hostile)
        // record that contains itself ends here.
        _known[id] = false;
        bool has = types[id].Shape switch
        {
            PointerShape or DynamicShape => true,
            TextShape text => text.Form != TextForm.Inline,
            SequenceShape sequence => sequence.PointerOffset is not null || Has(sequence.Element),
            RecordShape record => record.Fields.Any(f => Has(f.Type)),
            VariantShape variant => variant.Cases.Any(c => Has(c.Payload)),
            _ => false,
        };
        _known[id] = has;
        return has;
    }
}
