namespace Sonde.Kernel.Features;

/// <summary>What Sonde can use of a kernel.</summary>
internal enum KernelFeature
{
    /// <summary>Programs of the kprobe type can be loaded at all.</summary>
    LoadPrograms,

    /// <summary>BPF_MAP_TYPE_RINGBUF.</summary>
    RingBuffer,

    /// <summary>Atomics that return the old value.</summary>
    AtomicFetch,

    /// <summary>bpf_get_attach_cookie.</summary>
    AttachCookie,

    /// <summary>Uprobes by perf_event_open.</summary>
    PerfUprobes,

    /// <summary>One link for many sites.</summary>
    UprobeMulti,

    /// <summary>The process filter of such a link takes all threads of the process, not one.</summary>
    UprobeMultiProcessFilter,

    /// <summary>Entry and return by one program, paired by the kernel.</summary>
    UprobeSession,

    /// <summary>Uprobe programs that may fault pages in.</summary>
    SleepableUprobes,

    /// <summary>bpf_get_ns_current_pid_tgid.</summary>
    NamespacedPid,

    /// <summary>Reading and writing many map elements by one system call.</summary>
    MapBatch,
}
