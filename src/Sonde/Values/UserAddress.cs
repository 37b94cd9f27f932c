namespace Sonde.Values;

/// <summary>What an address of a process can be on x86-64.</summary>
internal static class UserAddress
{
    /// <summary>
    /// The first address that no process has by default: 47 bits (TASK_SIZE_MAX of 4-level paging; with 5-level paging the
    /// kernel gives out higher ones only to programs that ask for them).
    /// </summary>
    public const ulong Limit = 1UL << 47;

    /// <summary>The first page is never mapped (<c>vm.mmap_min_addr</c>).</summary>
    public const ulong FirstPage = 4096;

    /// <summary>Whether something can be there.</summary>
    public static bool IsPossible(ulong address) => address is >= FirstPage and < Limit;
}
