using Sonde.Types;

namespace Sonde.Plans;

/// <summary>Which types hold something that leads out of their own bytes.</summary>
internal sealed class References(TypeGraph types)
{
    private const int MaximumDepth = 200;

    private readonly Dictionary<TypeId, bool> _known = [];

    /// <summary>Whether there is anything to follow in a value of the type.</summary>
    public bool Has(TypeId id) => Has(id, 0);

    private bool Has(TypeId id, int depth)
    {
        if (_known.TryGetValue(id, out bool known))
            return known;
        // A type reaches itself only through a pointer, which answers without looking further; an impossible (hostile)
        // record that contains itself ends here.
        _known[id] = false;
        if (depth > MaximumDepth)
            return false;
        bool has = types[id].Shape switch
        {
            PointerShape or DynamicShape or RingShape => true,
            ContainerShape container => Has(container.Body, depth + 1),
            SlotsShape slots => (slots.Key is { } key && Has(key.Type, depth + 1)) || (slots.Value is { } value && Has(value.Type, depth + 1)),
            TextShape text => text.Form != TextForm.Inline,
            SequenceShape sequence => sequence.PointerOffset is not null || Has(sequence.Element, depth + 1),
            RecordShape record => record.Fields.Any(f => Has(f.Type, depth + 1)),
            VariantShape variant => variant.Cases.Any(c => Has(c.Payload, depth + 1)),
            _ => false,
        };
        _known[id] = has;
        return has;
    }
}
