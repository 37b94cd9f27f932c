using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Specs.Names;

namespace Sonde.Symbols;

/// <summary>A name at an address that a pattern fits.</summary>
/// <param name="Address">The function's first instruction.</param>
/// <param name="Size">Bytes of code, 0 when the symbol does not tell.</param>
/// <param name="Name">The name as the symbol table, Go's function table or the debug information has it.</param>
/// <param name="Rank">How well it fits.</param>
/// <param name="Type">Its symbol's type.</param>
/// <param name="Binding">Its symbol's binding.</param>
/// <param name="Entry">Its entry in the debug information, where that is how it was found.</param>
internal readonly record struct Candidate(
    FileAddress Address, ulong Size, string Name, MatchRank Rank, SymbolType Type = SymbolType.STT_FUNC, SymbolBinding Binding = SymbolBinding.STB_LOCAL, Die Entry = default);
