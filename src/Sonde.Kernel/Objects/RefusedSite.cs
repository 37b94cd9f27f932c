using Sonde.Kernel.Syscalls;

namespace Sonde.Kernel.Objects;

/// <summary>A site the kernel would not probe.</summary>
internal readonly record struct RefusedSite(UprobeSite Site, Errno Errno)
{
    /// <summary>Whether an answer is about one site and not about the whole request.</summary>
    /// <remarks>
    /// ENOTSUPP: an instruction that cannot be probed; EINVAL: an offset outside the file (or a kernel without such links,
    /// which the feature probe tells before); EIO: the page cannot be read.
    /// </remarks>
    public static bool IsAboutOneSite(Errno errno) => errno is Errno.ENOTSUPP or Errno.EINVAL or Errno.EIO;
}
