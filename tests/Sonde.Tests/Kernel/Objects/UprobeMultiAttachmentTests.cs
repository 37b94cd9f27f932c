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
    [InlineData(new int[0], 1)]
    [InlineData(new[] { 0 }, 10)]
    [InlineData(new[] { 499, 500, 999 }, 40)]
    public void Attaches_all_but_the_refused(int[] bad, int mostLinks)
    {
        using Kernel kernel = new(bad);
        UprobeMultiAttachment attachment = Attach(kernel, 1000);
        Assert.Equal(bad.Select(i => new RefusedSite(new UprobeSite((ulong)i, 1), Errno.ENOTSUPP)), attachment.Refused);
        Assert.Equal(1000 - bad.Length, attachment.Sites);
        Assert.InRange(attachment.Links.Count, 1, mostLinks);
        int open = attachment.Links.Count;
        attachment.Dispose();
        Assert.Equal(open, kernel.Closed.Count);
    }

    [Fact]
    public void Gives_up_when_everything_is_refused()
    {
        using Kernel kernel = new([.. Enumerable.Range(0, 10_000)]);
        Assert.Equal(Errno.ENOTSUPP, Assert.Throws<KernelException>(() => Attach(kernel, 10_000)).Errno);
        Assert.InRange(kernel.Calls, 1, 100);
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
        UprobeMultiAttachment attachment;
        try
        {
            attachment = UprobeMultiAttachment.Attach(kernel, program, "/bin/x", [.. Enumerable.Range(0, count).Select(i => new UprobeSite((ulong)i, 1))]);
        }
        finally
        {
            program.Dispose();
            kernel.Closed.Clear();
        }
        return attachment;
    }

    private sealed unsafe class Kernel(int[] bad) : FakeKernel
    {
        private readonly HashSet<ulong> _bad = [.. bad.Select(i => (ulong)i)];
        private int _next = 100;

        public int Calls { get; private set; }

        public Errno Answer { get; init; } = Errno.ENOTSUPP;

        public override long Bpf(BpfCommand command, void* attributes, int size)
        {
            if (command != BpfCommand.BPF_LINK_CREATE)
                return 5;
            Calls++;
            UprobeMultiAttributes* link = (UprobeMultiAttributes*)attributes;
            for (int i = 0; i < link->Count; i++)
            {
                if (_bad.Contains(((ulong*)link->Offsets)[i]))
                    return -(long)Answer;
            }
            return _next++;
        }
    }
}
