using Sonde.Kernel.Assembly;
using static Sonde.Kernel.Assembly.Verbs;

namespace Sonde.Bytecode;

/// <summary>
/// A program that runs at many sites and goes on to that of the site. A tail call costs little beside the trap; a link for
/// each of a thousand programs would take half a minute to take out.
/// </summary>
internal sealed class Dispatcher
{
    /// <summary>Describes a dispatcher.</summary>
    /// <param name="sites">How many sites are numbered in the session.</param>
    public Dispatcher(int sites)
    {
        Targets = MapBlueprint.ProgramArray("sonde_targets", sites);
        Code = Assembler.Assemble([
            Mov(Register.R6, Register.R1),
            Kernel.Assembly.Verbs.Call(Helper.BPF_FUNC_get_attach_cookie),
            Mov(Register.R1, Register.R6),
            LoadMapFd(Register.R2, Targets),
            Mov(Register.R3, Register.R0).Because("the site: the helper takes the lower half of the cookie"),
            Kernel.Assembly.Verbs.Call(Helper.BPF_FUNC_tail_call),
            MovImm(Register.R0, 0),
            Exit(),
        ]);
    }

    /// <summary>The programs by the number of the site.</summary>
    public MapBlueprint Targets { get; }

    /// <summary>The instructions.</summary>
    public Code Code { get; }
}
