using Sonde.Kernel.Assembly;
using Sonde.Kernel.Syscalls;

namespace Sonde.Kernel.Objects;

/// <summary>
/// Finds the sites that make a uprobe_multi link fail, by attaching an empty program to smaller and smaller parts. The parts
/// of one round are tried at the same time, since a refused link waits for grace periods while it is rolled back.
/// </summary>
/// <remarks>Slow all the same (about a second for one in thousands): whoever chooses sites leaves out what the kernel is known to refuse.</remarks>
internal static class RefusedSearch
{
    private const int Parts = 4;

    // What is not told apart after so many trials counts as refused.
    private const int MostTrials = 4000;

    /// <summary>The refused sites, in order; at least one, or the answer is about the whole request and is thrown.</summary>
    public static RefusedSite[] Find(IKernel kernel, AttachType attach, string path, UprobeSite[] sites, int pid, bool isReturn)
    {
        ProgramBlueprint blueprint = new()
        {
            Name = "trial",
            AttachType = attach,
            Code = Assembler.Assemble([Verbs.MovImm(Register.R0, 0), Verbs.Exit()]),
        };
        using BpfProgram program = BpfProgram.Load(kernel, blueprint);
        List<UprobeMultiLink> links = [];
        List<(int Site, Errno Errno)> refused = [];
        try
        {
            List<Range> failing = [0..sites.Length];
            for (int trials = 0; failing.Count > 0;)
            {
                List<Range> parts = [.. failing.SelectMany(range => Split(range, sites.Length))];
                trials += parts.Count;
                failing = Try(parts, trials > MostTrials);
            }
        }
        finally
        {
            Overlap.Close(links);
        }
        refused.Sort();
        return [.. refused.Select(found => new RefusedSite(sites[found.Site], found.Errno))];

        List<Range> Try(List<Range> parts, bool isLast)
        {
            (UprobeMultiLink? Link, Errno Errno)[] answers = new (UprobeMultiLink?, Errno)[parts.Count];
            Overlap.Run(parts.Count, i =>
            {
                answers[i].Link = UprobeMultiLink.TryAttach(kernel, program, path, sites.AsSpan(parts[i]), pid, isReturn, out answers[i].Errno);
            });
            List<Range> failing = [];
            links.AddRange(answers.Select(answer => answer.Link).OfType<UprobeMultiLink>());
            for (int i = 0; i < parts.Count; i++)
            {
                (int start, int length) = parts[i].GetOffsetAndLength(sites.Length);
                if (answers[i].Link is not null)
                    continue;
                if (!RefusedSite.IsAboutOneSite(answers[i].Errno))
                    throw new KernelException("bpf(BPF_LINK_CREATE) of a uprobe_multi link", answers[i].Errno);
                if (length == 1 || isLast)
                    refused.AddRange(Enumerable.Range(start, length).Select(site => (site, answers[i].Errno)));
                else
                    failing.Add(parts[i]);
            }
            return failing;
        }
    }

    private static IEnumerable<Range> Split(Range range, int total)
    {
        (int start, int length) = range.GetOffsetAndLength(total);
        int parts = Math.Min(Parts, length);
        for (int i = 0; i < parts; i++)
            yield return (start + (int)((long)length * i / parts))..(start + (int)((long)length * (i + 1) / parts));
    }
}
