using System.Runtime.InteropServices;
using Sonde.Kernel.Assembly;
using Sonde.Kernel.Objects;

namespace Sonde.Attaching;

/// <summary>The sites of one probe in one file that can share a link, with their programs.</summary>
internal sealed class SiteGroup(int probe, string path, bool isReturn)
{
    private readonly Dictionary<string, SiteProgram> _byCode = [];
    private readonly Dictionary<Code, SiteProgram> _byReference = new(ReferenceEqualityComparer.Instance);
    private readonly List<SiteProgram> _programs = [];

    /// <summary>The number of the probe.</summary>
    public int Probe { get; } = probe;

    /// <summary>The file, as the kernel is to open it.</summary>
    public string Path { get; } = path;

    /// <summary>Whether the probes fire when the function returns that begins at the site.</summary>
    public bool IsReturn { get; } = isReturn;

    /// <summary>The different programs.</summary>
    public IReadOnlyList<SiteProgram> Programs => _programs;

    /// <summary>Adds a site to the program that does just this, which may be a new one.</summary>
    public void Add(Code code, SiteRecord site)
    {
        if (_byReference.TryGetValue(code, out SiteProgram? same))
        {
            same.Sites.Add(site);
            return;
        }

        string key = string.Concat(MemoryMarshal.Cast<ulong, char>(code.Slots), string.Join(',', code.MapReferences.Select(m => m.Map.Name)));
        if (!_byCode.TryGetValue(key, out SiteProgram? program))
        {
            _byCode.Add(key, program = new SiteProgram(code));
            _programs.Add(program);
        }

        program.Sites.Add(site);
        _byReference.Add(code, program);
    }
}

/// <summary>A program and the sites it runs at.</summary>
internal sealed class SiteProgram(Code code)
{
    /// <summary>The instructions.</summary>
    public Code Code { get; } = code;

    /// <summary>Where it runs; at least one.</summary>
    public List<SiteRecord> Sites { get; } = [];

    /// <summary>The live program, when it has been loaded. The attachment owns it.</summary>
    public BpfProgram? Loaded { get; set; }

    /// <summary>What to load.</summary>
    public ProgramBlueprint Blueprint(AttachType type) => new() { Name = "sonde_probe", Code = Code, AttachType = type };
}
