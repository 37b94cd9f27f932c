namespace Sonde.ObjectFile.Go;

/// <summary>The release of a program without build information, from functions of the runtime that came with it and that no program lacks.</summary>
internal static class VersionMarks
{
    private static readonly (int Minor, string Function)[] Marks =
    [
        (27, "runtime.mallocgcSmallNoScanSlowPath"), (26, "runtime.gcBeginWork"), (25, "runtime.gcPrepareMarkRoots"), (24, "runtime.mallocgcLarge"),
        (23, "runtime.(*timers).run"), (22, "runtime.(*mspan).typePointersOfUnchecked"), (21, "runtime.(*unwinder).next"),
    ];

    /// <summary>The newest release whose mark is there; at least what the table's format says.</summary>
    public static GoVersion Guess(FunctionTable functions, ModuleData? module)
    {
        var floor = functions.Format switch { PclntabFormat.Go12 => 15, PclntabFormat.Go116 => 16, PclntabFormat.Go118 => 18, _ => 20 };
        if (module is not null && module.Layout.HasContiguousTypes) return new(1, 27);
        // The flag came with 1.17, in a byte that was zero; the register ABI came with it.
        if (functions.Format == PclntabFormat.Go116)
            return new(1, functions.TryFind("runtime.goexit"u8, out var exit) && (exit.Flags & FunctionFlags.TopFrame) != 0 ? 17 : 16);
        if (functions.Format == PclntabFormat.Go118)
            return new(1, functions.TryFind("runtime.(*gcCPULimiterState).updateLocked"u8, out _) ? 19 : 18);
        if (functions.Format == PclntabFormat.Go12) return new(1, floor);
        foreach (var (minor, function) in Marks)
        {
            if (functions.TryFind(System.Text.Encoding.UTF8.GetBytes(function), out _)) return new(1, minor);
        }

        return new(1, floor);
    }
}
