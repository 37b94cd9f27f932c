using Sonde.ObjectFile.Elf;

namespace Sonde.Sites;

/// <summary>
/// When the stack check sends a call of a Go function to grow the stack, or to yield, the function begins anew and is seen
/// then. Only the registers that it saved around the call of morestack came back as they were: not those of parameters that
/// it does not use. What gogo leaves in a register that is not among them tells (runtime/asm_amd64.s, Go 1.17 to 1.27): in rbx the address
/// that it jumped to, in rcx the lowest address of the stack, which it has loaded to see that g is not nil.
/// </summary>
/// <param name="Kept">The registers that are saved.</param>
/// <param name="Return">Where morestack returns to.</param>
/// <param name="IsFixed">The program is not position independent; where it is, rcx holds something else.</param>
internal sealed record GoRestart(RegisterSet Kept, FileAddress? Return, bool IsFixed)
{
    private static readonly RegisterOperand Rbx = new(GeneralRegister.Rbx);
    private static readonly RegisterOperand Rcx = new(GeneralRegister.Rcx);

    /// <summary>That of a function.</summary>
    public static GoRestart Of(StackCheck check, DecodedFunction function, bool isFixed) =>
        new(check.SavedIn(function), check.ReturnIn(function) is { } address ? new FileAddress(address) : null, isFixed);

    /// <summary>Where an argument register's value is for a probe at <paramref name="site"/>.</summary>
    public Func<RegisterPlace, Place> SeenAt(FileAddress site) => place =>
    {
        if ((place.Register.ToSet() & Kept) != 0)
            return place;
        var value = new RegisterOperand(place.Register);
        if (Return is { } back && (Kept & RegisterSet.Rbx) == 0)
            return new ComputedPlace(new WitnessedOperand(value, Rbx, new RegisterOperand(GeneralRegister.Rip).Plus((long)(back.Value - site.Value))));
        return IsFixed && (Kept & RegisterSet.Rcx) == 0
            ? new ComputedPlace(new WitnessedOperand(value, Rcx, new LoadOperand(new RegisterOperand(GeneralRegister.R14), 0, 8)))
            : new AbsentPlace(MissingReason.OptimizedOut);
    };
}
