using System.Text;

using Sonde.Kernel.Assembly;
using Sonde.Kernel.Objects;
using Sonde.Kernel.Syscalls;

using Xunit;

using static Sonde.Kernel.Assembly.Register;
using static Sonde.Kernel.Assembly.Verbs;

namespace Sonde.Tests.Kernel.Objects;

public sealed class VerifierLogTests
{
    private static readonly Code Code = Assembler.Assemble([MovImm(R1, 0), Load(Width.DW, R0, R1, 0).Because("user.Name"), Exit()]);

    [Fact]
    public void Says_why_and_where()
    {
        const string Log =
            """
            0: R1=ctx() R10=fp0
            0: (b7) r1 = 0                        ; R1_w=0
            1: (79) r0 = *(u64 *)(r1 +0)
            R1 invalid mem access 'scalar'
            processed 2 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0

            """;
        Assert.Equal("R1 invalid mem access 'scalar', at 1: (79) r0 = *(u64 *)(r1 +0) ; user.Name", VerifierLog.Summarize(Log, Code));
    }

    [Fact]
    public void Needs_no_instruction() => Assert.Equal("last insn is not an exit or jmp", VerifierLog.Summarize("last insn is not an exit or jmp\n", Code));

    [Fact]
    public void Says_nothing_when_the_log_does() => Assert.Null(VerifierLog.Summarize("processed 0 insns\n", Code));

    [Fact]
    public void Grows_the_buffer_until_the_log_fits()
    {
        List<int> sizes = [];
        string log = VerifierLog.Read(Load, out long result);
        Assert.Equal([64 << 10, 256 << 10, 1 << 20], sizes);
        Assert.Equal(500_000, log.Length);
        Assert.Equal(-(long)Errno.EACCES, result);

        long Load(byte[] buffer, out int needed)
        {
            sizes.Add(buffer.Length);
            needed = 500_001;
            if (buffer.Length < needed)
                return -(long)Errno.ENOSPC;
            Encoding.ASCII.GetBytes(new string('x', 500_000)).CopyTo(buffer, 0);
            return -(long)Errno.EACCES;
        }
    }

    [Theory]
    [InlineData("0-1\n", 2)]
    [InlineData("0\n", 1)]
    [InlineData("0-3,8\n", 9)]
    public void Counts_possible_cpus(string list, int count) => Assert.Equal(count, PossibleCpus.Parse(list));

    [Fact]
    public void Reads_the_uprobe_event_source()
    {
        Assert.Equal(new UprobePmu(8, 1), UprobePmu.Parse("8\n", "config:0\n"));
        Assert.Equal(new UprobePmu(7, 1UL << 5), UprobePmu.Parse("7", "config:5"));
        Assert.Throws<KernelException>(() => UprobePmu.Parse("8", "config1:0"));
    }
}
