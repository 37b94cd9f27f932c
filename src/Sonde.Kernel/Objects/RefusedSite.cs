using Sonde.Kernel.Syscalls;

namespace Sonde.Kernel.Objects;

/// <summary>A site the kernel would not probe.</summary>
internal readonly record struct RefusedSite(UprobeSite Site, Errno Errno);
