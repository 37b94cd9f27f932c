using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Types;

namespace Sonde.Listings;

/// <summary>One function of a listing. What costs to find out is null where it was not asked for.</summary>
/// <param name="Name">The name that a probe takes.</param>
/// <param name="Signature">The declaration in the language's own syntax, empty when nothing tells it.</param>
/// <param name="File">Source file.</param>
/// <param name="Line">Line of the declaration, 0 when not known.</param>
/// <param name="Address">First instruction; 0 when it has no code of its own.</param>
/// <param name="Size">Bytes of code.</param>
/// <param name="Language">Its language.</param>
/// <param name="Inlined">How often it was inlined.</param>
/// <param name="Symbol">Its symbol.</param>
/// <param name="Entry">Its entry in the debug information, if it has one.</param>
internal readonly record struct ListedFunction(
    string Name, string Signature, string? File, int Line, FileAddress Address, ulong Size, SourceLanguage Language, int Inlined, string Symbol, Die Entry);
