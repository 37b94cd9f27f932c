namespace Sonde.Kernel.Objects;

/// <summary>Where in a file a probe sits, and what its program reads by <c>bpf_get_attach_cookie</c>.</summary>
/// <param name="Offset">Offset in the file (not an address): <c>vaddr - p_vaddr + p_offset</c>.</param>
/// <param name="Cookie">A number the program gets.</param>
internal readonly record struct UprobeSite(ulong Offset, ulong Cookie = 0);
