using System.Globalization;
using Sonde.Kernel.Assembly;
using Sonde.Kernel.Objects;
using Sonde.Kernel.Syscalls;

using static Sonde.Kernel.Assembly.Register;
using static Sonde.Kernel.Assembly.Verbs;

namespace Sonde.Bench;

/// <summary>Attaches a program that does nothing, until the input ends: what a probe costs at a site before anything is read.</summary>
internal static class EmptyProbe
{
    /// <param name="process">The process.</param>
    /// <param name="offset">The file offset of the site, in hexadecimal digits.</param>
    public static void Run(string process, string offset)
    {
        LinuxKernel kernel = LinuxKernel.Instance;
        var blueprint = new ProgramBlueprint { Name = "empty", AttachType = AttachType.BPF_TRACE_UPROBE_MULTI, Code = Assembler.Assemble([MovImm(R0, 0), Exit()]) };
        using BpfProgram program = BpfProgram.Load(kernel, blueprint);
        UprobeSite[] sites = [new(ulong.Parse(offset, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
        using (UprobeAttachment.Attach(kernel, program, $"/proc/{process}/exe", sites, int.Parse(process, CultureInfo.InvariantCulture)))
        {
            Console.WriteLine("attached");
            Console.In.ReadToEnd();
        }
    }
}
