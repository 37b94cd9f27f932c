using Sonde.Kernel.Assembly;
using Sonde.Kernel.Objects;
using Sonde.Kernel.Syscalls;

using Xunit;

using static Sonde.Kernel.Assembly.Register;
using static Sonde.Kernel.Assembly.Verbs;

namespace Sonde.Tests.Kernel.Objects;

/// <summary>Halving until the refused sites are found.</summary>
public sealed class UprobeMultiAttachmentTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(1000, 0)]
    [InlineData(1000, 499, 500, 999)]
    [InlineData(3, 0, 2)]
    public void Attaches_all_but_the_refused(int count, params int[] bad)
    {
        using Kernel kernel = new(bad);
        UprobeMultiAttachment attachment = Attach(kernel, count);
        Assert.Equal(bad.Select(i => new RefusedSite(new UprobeSite((ulong)i, 1), Errno.ENOTSUPP)), attachment.Refused);
        Assert.Equal(count - bad.Length, attachment.Sites);
        Assert.Equal(1, kernel.OpenLinks);
        attachment.Dispose();
        Assert.Equal(0, kernel.OpenLinks);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20_000)]
    public void Gives_up_when_everything_is_refused(int count)
    {
        using Kernel kernel = new([.. Enumerable.Range(0, count)]);
        Assert.Equal(Errno.ENOTSUPP, Assert.Throws<KernelException>(() => Attach(kernel, count)).Errno);
        Assert.InRange(kernel.Calls, 1, 20_000);
        Assert.Equal(0, kernel.OpenLinks);
    }

    [Fact]
    public void A_refusal_of_the_whole_request_is_not_halved()
    {
        using Kernel kernel = new([0]) { Answer = Errno.EPERM };
        Assert.Equal(Errno.EPERM, Assert.Throws<KernelException>(() => Attach(kernel, 1000)).Errno);
        Assert.Equal(1, kernel.Calls);
    }

    private static UprobeMultiAttachment Attach(Kernel kernel, int count)
    {
        ProgramBlueprint blueprint = new() { Name = "p", AttachType = AttachType.BPF_TRACE_UPROBE_MULTI, Code = Assembler.Assemble([MovImm(R0, 0), Exit()]) };
        using BpfProgram program = BpfProgram.Load(kernel, blueprint);
        return UprobeMultiAttachment.Attach(kernel, program, "/bin/x", [.. Enumerable.Range(0, count).Select(i => new UprobeSite((ulong)i, 1))]);
    }

    private sealed unsafe class Kernel(int[] bad) : FakeKernel
    {
        private readonly HashSet<ulong> _bad = [.. bad.Select(i => (ulong)i)];
        private int _calls;
        private int _next = FirstLink;
        private const int FirstLink = 100;

        public int Calls => _calls;

        public int OpenLinks => _next - FirstLink - Closed.Count(descriptor => descriptor > FirstLink);

        public Errno Answer { get; init; } = Errno.ENOTSUPP;

        public override long Bpf(BpfCommand command, void* attributes, int size)
        {
            if (command != BpfCommand.BPF_LINK_CREATE)
                return 5;
            Interlocked.Increment(ref _calls);
            UprobeMultiAttributes* link = (UprobeMultiAttributes*)attributes;
            for (int i = 0; i < link->Count; i++)
            {
                if (_bad.Contains(((ulong*)link->Offsets)[i]))
                    return -(long)Answer;
            }
            return Interlocked.Increment(ref _next);
        }
    }
}
