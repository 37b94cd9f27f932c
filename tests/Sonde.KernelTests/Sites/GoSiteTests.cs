using Sonde.Kernel.Assembly;
using Sonde.Kernel.Features;
using Sonde.Kernel.Objects;
using Sonde.Kernel.Syscalls;
using Sonde.Sites;
using Sonde.Tests.Sites;
using Xunit;
using static Sonde.Kernel.Assembly.Register;
using static Sonde.Kernel.Assembly.Verbs;
using static Sonde.Kernel.Assembly.Width;

namespace Sonde.KernelTests.Sites;

/// <summary>
/// The chosen sites of Go functions fire exactly once per call, and their returns once per return, while stacks grow and
/// goroutines are preempted (TRAPS K2, T1, T3). The versions are those of SONDE_GO_VERSIONS.
/// </summary>
public sealed class GoSiteTests(ITestOutputHelper output)
{
    private const int Flags = 144; // struct pt_regs, arch/x86/include/asm/ptrace.h
    private const int Slots = 512;

    public static IEnumerable<TheoryDataRow<string>> Versions() =>
        (Environment.GetEnvironmentVariable("SONDE_GO_VERSIONS") is { Length: > 0 } list ? list : "1.15,1.19,1.26")
        .Split(',').Select(version => new TheoryDataRow<string>(version));

    [Theory]
    [MemberData(nameof(Versions))]
    public void Entries_and_returns_are_counted_to_the_last_one(string version)
    {
        LinuxKernel kernel = Require.Kernel();
        Require.Feature(KernelFeature.UprobeMulti);
        string directory = Directory.CreateTempSubdirectory("sonde-growth-").FullName;
        try
        {
            using GrowthTarget target = GrowthTarget.Start(version, directory);
            CallConvention convention = version == "1.15" ? CallConvention.GoStack : CallConvention.GoRegister;
            Dictionary<string, (FunctionCode Code, long Offset)> functions = ElfFunctions.ReadWithOffsets(target.Path)
                .ToDictionary(f => f.Name, f => (f.Code, f.Offset));
            MapBlueprint counters = MapBlueprint.SharedArray("counters", Slots * 8, 1);
            ProgramBlueprint blueprint = Program(counters);
            using MapSet maps = MapSet.Create(kernel, blueprint);
            using BpfProgram program = BpfProgram.Load(kernel, blueprint, maps);
            using KernelMapping values = maps[counters].MapValues();

            List<UprobeSite> sites = [];
            Dictionary<string, (int Entry, List<int> Returns, SiteChoice Choice)> slots = [];
            foreach (string name in Names)
            {
                (FunctionCode code, long offset) = functions[name];
                DecodedFunction function = FunctionDecoder.Decode(code);
                SiteChoice choice = SiteSelector.SelectEntry(
                    function, new EntryRequest { Convention = convention, Wanted = convention.EntryRegisters, Kernel = KernelTraits.Recent }).Choice!;
                Assert.True(choice.IsExact, name);
                int entry = Add(choice.Address, choice.Ignore);
                slots.Add(name, (entry, [.. WaysOut.Find(function, KernelTraits.Recent).Sites.Select(site => Add(site.Address, site.Ignore))], choice));

                int Add(ulong address, FlagsTest? ignore)
                {
                    ulong cookie = (ulong)sites.Count + 1;
                    if (ignore is { } test)
                        cookie |= (test.Mask << 32) | (test.IgnoreWhenAnySet ? 0 : 1UL << 63);
                    sites.Add(new UprobeSite((ulong)offset + address - code.Address, cookie));
                    return sites.Count;
                }
            }
            using UprobeMultiLink link = UprobeMultiLink.Attach(kernel, program, $"/proc/{target.Pid}/exe", sites.ToArray(), target.Pid);
            Dictionary<string, long> calls = target.Run();

            foreach ((string name, (int entry, List<int> returns, SiteChoice choice)) in slots)
            {
                long hits = values.Read64(8 * entry);
                long returned = returns.Sum(slot => values.Read64(8 * slot));
                output.WriteLine($"Go {version} {name}: calls {calls[name]}, hits {hits}, returns {returned} ({choice.Cost}, {choice.ReasonText})");
            }
            foreach ((string name, (int entry, List<int> returns, _)) in slots)
            {
                Assert.True(calls[name] == values.Read64(8 * entry), name);
                Assert.True(calls[name] == returns.Sum(slot => values.Read64(8 * slot)), $"{name}, returns");
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static string[] Names =>
    [
        "main.leaf", "main.small", "main.medium", "main.large", "main.huge", "main.deep", "main.recovers", "main.choose",
        "main.adder.func1", "main.(*inner).Get", "main.(*outer).Get", "main.spin",
    ];

    // Cookie: the slot in the low half, the mask of the flags test above it, the top bit for "ignore when none is set".
    private static ProgramBlueprint Program(MapBlueprint counters)
    {
        Label count = new("count"), whenNone = new("when_none"), outside = new("outside");
        return new ProgramBlueprint
        {
            Name = "count_sites",
            AttachType = AttachType.BPF_TRACE_UPROBE_MULTI,
            Code = Assembler.Assemble(
            [
                Mov(R6, R1),
                Call(Helper.BPF_FUNC_get_attach_cookie),
                Mov(R7, R0),
                Load(DW, R3, R6, Flags),
                Mov(R2, R0),
                LshImm(R2, 1),
                RshImm(R2, 33),
                JumpIfImm(R2, Condition.Equal, 0, count),
                And(R3, R2),
                JumpIfImm(R7, Condition.SignedLess, 0, whenNone),
                JumpIfImm(R3, Condition.NotEqual, 0, outside),
                Jump(count),
                Mark(whenNone),
                JumpIfImm(R3, Condition.Equal, 0, outside),
                Mark(count),
                LshImm(R7, 48),
                RshImm(R7, 48),
                JumpIfImm(R7, Condition.GreaterOrEqual, Slots, outside),
                LshImm(R7, 3),
                LoadMapValue(R1, counters),
                Add(R1, R7),
                MovImm(R2, 1),
                AtomicAdd(DW, R1, 0, R2),
                Mark(outside),
                MovImm(R0, 0),
                Exit(),
            ]),
        };
    }
}
