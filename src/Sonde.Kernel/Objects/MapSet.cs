using Sonde.Kernel.Assembly;
using Sonde.Kernel.Syscalls;

namespace Sonde.Kernel.Objects;

/// <summary>The live maps of some blueprints. Owns them.</summary>
internal sealed class MapSet : IDisposable
{
    private readonly Dictionary<MapBlueprint, BpfMap> _maps = [];

    private MapSet()
    {
    }

    /// <summary>For programs without maps.</summary>
    public static MapSet Empty { get; } = new();

    /// <summary>The live map of a blueprint.</summary>
    public BpfMap this[MapBlueprint blueprint] => _maps.TryGetValue(blueprint, out BpfMap? map)
        ? map
        : throw new ArgumentException($"map {blueprint.Name} is used by a program and was not created", nameof(blueprint));

    /// <summary>Creates each map once. If one fails, none stays.</summary>
    public static MapSet Create(IKernel kernel, IEnumerable<MapBlueprint> blueprints)
    {
        MapSet set = new();
        try
        {
            foreach (MapBlueprint blueprint in blueprints)
            {
                if (!set._maps.ContainsKey(blueprint))
                    set._maps.Add(blueprint, BpfMap.Create(kernel, blueprint));
            }
        }
        catch
        {
            set.Dispose();
            throw;
        }
        return set;
    }

    /// <summary>Creates every map the programs refer to.</summary>
    public static MapSet Create(IKernel kernel, params IEnumerable<ProgramBlueprint> programs) =>
        Create(kernel, programs.SelectMany(program => program.Code.Maps));

    /// <summary>Closes the maps; programs that use them keep them alive.</summary>
    public void Dispose()
    {
        foreach (BpfMap map in _maps.Values)
            map.Dispose();
        _maps.Clear();
    }
}
