using Sonde.Attaching;
using Sonde.Languages;
using Sonde.Plans;
using Sonde.Specs;
using Sonde.Symbols;
using Sonde.Types;
using Sonde.Values;

namespace Sonde.Events;

/// <summary>
/// Knows dynamic types by their type words, and makes each one known to the follow loop when it is met first: what has it is
/// read from the next hit on. For one thread.
/// </summary>
internal sealed class TypeLoader(FollowTable table, CaptureLimits limits, TypeGraph types, bool byProcess)
{
    // A process can make up any number of types by reflection.
    private const int MostKnown = 65_536;

    private FollowUpload? _upload;
    private readonly List<(Image Image, DynamicTypes Types)> _sources = [];
    private readonly Dictionary<(int Process, ulong Word, bool Code), DynamicTarget?> _known = [];
    private readonly Dictionary<(int Process, Image Image), ulong?> _biases = [];

    /// <summary>Adds an image whose types are to be known.</summary>
    public void Add(Image image, DynamicTypes source) => _sources.Add((image, source));

    /// <summary>Makes known what is likely to be met, so that the first hit shows it.</summary>
    public void Preload(FollowUpload upload, IEnumerable<int> processes)
    {
        _upload = upload;
        if (!(table.HasInterfaces || table.HasClosures))
            return;
        foreach ((Image image, DynamicTypes source) in _sources)
        {
            var likely = source.Likely(table.HasClosures).ToList();
            foreach (int process in byProcess ? processes : [0])
            {
                if (Bias(process, image) is not { } bias)
                    continue;
                foreach ((DynamicForm form, ulong word) in likely)
                    Resolve(process, default, form, unchecked(word + bias));
            }
        }
    }

    /// <summary>What a type word stands for.</summary>
    public DynamicTarget? Resolve(int process, TypeId type, DynamicForm form, ulong word)
    {
        process = byProcess ? process : 0;
        var key = (process, word, form == DynamicForm.Closure);
        if (_known.TryGetValue(key, out DynamicTarget? known))
            return known;
        if (_known.Count >= MostKnown)
            return null;
        DynamicTarget? target = Find(process, form, word);
        _known.Add(key, target);
        if (target is { } found)
            MakeKnown(word, process, found);
        return target;
    }

    private DynamicTarget? Find(int process, DynamicForm form, ulong word)
    {
        foreach ((Image image, DynamicTypes source) in _sources)
        {
            if (Bias(process, image) is { } bias && source.Resolve(form, unchecked(word - bias)) is { } target)
                return target;
        }

        return null;
    }

    private void MakeKnown(ulong word, int process, DynamicTarget target)
    {
        if (_upload is null)
            return;
        TypeNode node = types[target.Type];
        if (target.FollowsFreely && node.Shape is PointerShape pointer)
        {
            node = types[pointer.Target];
            target = new DynamicTarget(pointer.Target);
        }

        int row = table.RowOf(target.Type, limits.Depth);
        if (node.Size is 0 or > int.MaxValue || (target.IsDirect && row == 0))
            return;
        _upload.TryAdd(word, (ulong)process, new FollowDynamic(row, (uint)node.Size, (uint)target.Hops, target.IsDirect, target.Adjustment));
    }

    private ulong? Bias(int process, Image image)
    {
        if (image.Elf.Type == ObjectFile.Elf.ElfType.ET_EXEC)
            return 0;
        var key = (process, image);
        if (!_biases.TryGetValue(key, out ulong? bias) || bias is null)
            _biases[key] = bias = LoadAddress.BiasOf(process, image);
        return bias;
    }
}
