using System.Diagnostics;
using System.Globalization;

using Sonde.Kernel.Assembly;
using Sonde.Kernel.Objects;
using Sonde.Kernel.Syscalls;

using Xunit;

using static Sonde.Kernel.Assembly.Register;
using static Sonde.Kernel.Assembly.Verbs;
using static Sonde.Kernel.Assembly.Width;

namespace Sonde.KernelTests.Assembly;

/// <summary>Runs sequences in the kernel (as a socket filter, which it runs on demand) and compares with C#.</summary>
public sealed class ExecutionTests
{
    private static readonly long[] Samples =
        [0, 1, -1, 2, -2, 7, -7, 10, -10, 255, -128, int.MaxValue, int.MinValue, 1L << 32, -(1L << 40), long.MaxValue, long.MinValue, long.MinValue + 1];

    [Fact]
    public void Signed_division_truncates_toward_zero()
    {
        using Machine machine = Machine.Create(SignedDiv(R6, R7, R8));
        foreach ((long a, long b) in Pairs())
            Assert.Equal(b == -1 ? unchecked(-a) : a / b, machine.Run(a, b));
    }

    [Fact]
    public void Signed_remainder_has_the_sign_of_the_dividend()
    {
        using Machine machine = Machine.Create(SignedMod(R6, R7, R8));
        foreach ((long a, long b) in Pairs())
            Assert.Equal(b == -1 ? 0 : a % b, machine.Run(a, b));
    }

    [Theory]
    [InlineData("b")]
    [InlineData("h")]
    [InlineData("w")]
    public void Extends(string width)
    {
        Width w = width switch { "b" => B, "h" => H, _ => W };
        using Machine signed = Machine.Create(SignExtend(R6, w));
        using Machine zero = Machine.Create(ZeroExtend(R6, w));
        foreach (long a in Samples)
        {
            Assert.Equal(w switch { B => (sbyte)a, H => (short)a, _ => (int)a }, signed.Run(a, 0));
            Assert.Equal(w switch { B => (byte)a, H => (ushort)a, _ => (uint)a }, zero.Run(a, 0));
        }
    }

    [Fact]
    public void Atomics_return_the_old_value()
    {
        using Machine machine = Machine.Create(
        [
            StoreImm(DW, R10, -8, 40),
            MovImm(R1, 2),
            FetchAdd(DW, R10, -8, R1),
            Mov(R6, R1),
            LshImm(R6, 8),
            MovImm(R0, 42),
            MovImm(R1, 1),
            CmpXchg(DW, R10, -8, R1),
            Or(R6, R0),
            LshImm(R6, 8),
            MovImm(R1, 9),
            Xchg(DW, R10, -8, R1),
            Or(R6, R1),
        ]);
        Assert.Equal((40 << 16) | (42 << 8) | 1, machine.Run(0, 0));
    }

    [Fact]
    public void Swaps_bytes()
    {
        using Machine machine = Machine.Create([ToBigEndian(R6, DW)]);
        Assert.Equal(0x0807060504030201, machine.Run(0x0102030405060708, 0));
    }

    [Fact]
    public void Local_calls_work()
    {
        Label twice = new("twice");
        using Machine machine = Machine.Create([Mov(R1, R6), CallLocal(twice), Mov(R6, R0)], [Mark(twice), Mov(R0, R1), Add(R0, R0), Exit()]);
        Assert.Equal(42, machine.Run(21, 0));
    }

    // The time is unknown to the verifier, which removes what it can decide. It also turns helper numbers into addresses.
    [Fact]
    public void The_listing_reads_like_bpftools()
    {
        LinuxKernel kernel = Require.Kernel();
        Label end = new("end");
        ProgramBlueprint blueprint = new()
        {
            Name = "listed",
            Type = ProgramType.BPF_PROG_TYPE_SOCKET_FILTER,
            Code = Assembler.Assemble(
            [
                Call(Helper.BPF_FUNC_ktime_get_ns),
                Store(DW, R10, -8, R0),
                Load(H, R2, R10, -8),
                FetchAdd(DW, R10, -8, R2),
                Mov(R1, R2),
                JumpIfImm(R2, Condition.SignedLess, -1, end),
                JumpIf32(R2, Condition.LessOrEqual, R1, end),
                ToBigEndian(R2, H),
                Arsh32Imm(R2, 3),
                AtomicAdd(DW, R10, -8, R2),
                FetchAdd(W, R10, -8, R2),
                Neg(R2),
                LdImm64(R3, 0x123456789a),
                Mark(end),
                MovImm(R0, 0),
                Exit(),
            ]),
        };
        using BpfProgram program = BpfProgram.Load(kernel, blueprint);
        string? bpftool = new[] { "/usr/sbin/bpftool", "/usr/bin/bpftool" }.FirstOrDefault(File.Exists);
        if (bpftool is null)
            Assert.Skip("bpftool is not installed");
        ProcessStartInfo start = new(bpftool, ["prog", "dump", "xlated", "id", program.ReadInfo().Id.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        Assert.Equal(Comparable(process.StandardOutput.ReadToEnd()), Comparable(Listing.Print(blueprint.Code)));
    }

    private static string[] Comparable(string listing) =>
    [
        .. listing.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => !line.EndsWith(':'))
            .Select(line => line.Replace(" <end>", "", StringComparison.Ordinal).Split('#')[0]),
    ];

    private static IEnumerable<(long Dividend, long Divisor)> Pairs() =>
        from a in Samples from b in Samples where b != 0 select (a, b);

    /// <summary>Runs a sequence on R6 and R7 (R8 is free) and returns R6.</summary>
    private sealed class Machine : IDisposable
    {
        private static readonly MapBlueprint Registers = MapBlueprint.SharedArray("registers", 24, 1);
        private readonly MapSet _maps;
        private readonly BpfProgram _program;
        private readonly KernelMapping _values;

        private Machine(MapSet maps, BpfProgram program) => (_maps, _program, _values) = (maps, program, maps[Registers].MapValues());

        public static Machine Create(Instruction[] body, Instruction[]? functions = null)
        {
            LinuxKernel kernel = Require.Kernel();
            ProgramBlueprint blueprint = new()
            {
                Name = "machine",
                Type = ProgramType.BPF_PROG_TYPE_SOCKET_FILTER,
                Code = Assembler.Assemble(
                [
                    LoadMapValue(R9, Registers),
                    Load(DW, R6, R9, 0),
                    Load(DW, R7, R9, 8),
                    .. body,
                    Store(DW, R9, 16, R6),
                    MovImm(R0, 0),
                    Exit(),
                    .. functions ?? [],
                ]),
            };
            MapSet maps = MapSet.Create(kernel, blueprint);
            return new Machine(maps, BpfProgram.Load(kernel, blueprint, maps));
        }

        public long Run(long a, long b)
        {
            _values.Write64(0, a);
            _values.Write64(8, b);
            _program.TestRun(new byte[64]);
            return _values.Read64(16);
        }

        public void Dispose()
        {
            _values.Dispose();
            _program.Dispose();
            _maps.Dispose();
        }
    }
}
