namespace Sonde.ObjectFile.Go;

/// <summary>Where the runtime keeps what a probe needs of goroutines and threads: offsets of fields (runtime/runtime2.go, on amd64).</summary>
/// <param name="StackLow">g.stack.lo</param>
/// <param name="StackHigh">g.stack.hi</param>
/// <param name="Panic">g._panic</param>
/// <param name="M">g.m</param>
/// <param name="SchedulePc">g.sched.pc: where a goroutine that does not run goes on.</param>
/// <param name="ScheduleSp">g.sched.sp</param>
/// <param name="AtomicStatus">g.atomicstatus</param>
/// <param name="GoId">g.goid</param>
/// <param name="ThreadId">m.procid</param>
/// <param name="CurrentG">m.curg: the user goroutine while a thread runs on its system stack.</param>
internal sealed record RuntimeOffsets(
    int StackLow, int StackHigh, int Panic, int M, int ScheduleSp, int SchedulePc, int AtomicStatus, int GoId, int ThreadId, int CurrentG)
{
    /// <summary>The g of the running thread in code that has it in no register: this far from the thread's base, in executables that the Go linker made.</summary>
    public const int ThreadLocalG = -8;

    /// <summary>
    /// By release. 1.15, 1.19 and 1.22 to 1.27 are proved by tests against DWARF; the releases between 1.15 and 1.22 have the values that both
    /// ends have. Null for an unknown release.
    /// </summary>
    public static RuntimeOffsets? Of(GoVersion version) => version.Minor switch
    {
        >= 15 and <= 22 => new(0, 8, 32, 48, 56, 64, 144, 152, 72, 192),
        // g.syscallbp
        23 or 24 => new(0, 8, 32, 48, 56, 64, 152, 160, 72, 192),
        // without gobuf.ret
        >= 25 and <= 27 => new(0, 8, 32, 48, 56, 64, 144, 152, 64, 184),
        _ => null,
    };

    /// <summary>From the program's own type descriptors of runtime.g and its parts, where it has them: right for any release. Null where not.</summary>
    public static RuntimeOffsets? FromTypes(RuntimeTypes types, TypeIndex index)
    {
        if (Find(types, index, "runtime.g") is not { } g || Find(types, index, "runtime.m") is not { } m) return null;
        var goroutine = types.Fields(g);
        if (Field(goroutine, "stack") is not { } stack || Field(goroutine, "sched") is not { } schedule) return null;
        if (types.Read(stack.Type) is not { Kind: TypeKind.Struct } stackType || types.Read(schedule.Type) is not { Kind: TypeKind.Struct } scheduleType) return null;
        var bounds = types.Fields(stackType);
        var registers = types.Fields(scheduleType);
        var thread = types.Fields(m);
        int[] offsets =
        [
            In(bounds, "lo", stack.Offset), In(bounds, "hi", stack.Offset), In(goroutine, "_panic"), In(goroutine, "m"),
            In(registers, "sp", schedule.Offset), In(registers, "pc", schedule.Offset), In(goroutine, "atomicstatus"), In(goroutine, "goid"),
            In(thread, "procid"), In(thread, "curg"),
        ];
        return offsets.Contains(-1) ? null : new(offsets[0], offsets[1], offsets[2], offsets[3], offsets[4], offsets[5], offsets[6], offsets[7], offsets[8], offsets[9]);
    }

    private static RuntimeType? Find(RuntimeTypes types, TypeIndex index, string name)
    {
        foreach (var type in index.Types.Values)
        {
            if (type.Kind == TypeKind.Struct && type.IsNamed && types.Name(type) == name && types.PackagePath(type) == "runtime") return type;
        }

        return null;
    }

    private static RuntimeField? Field(List<RuntimeField> fields, string name)
    {
        foreach (var field in fields)
        {
            if (field.Name == name) return field;
        }

        return null;
    }

    private static int In(List<RuntimeField> fields, string name, ulong start = 0) => Field(fields, name) is { Offset: < 1 << 16 } field ? (int)(start + field.Offset) : -1;
}
