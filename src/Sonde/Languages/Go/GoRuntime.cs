using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Symbols;
using Sonde.Types;

namespace Sonde.Languages.Go;

/// <summary>Facts about a Go program's runtime.</summary>
internal static class GoRuntime
{
    // Functions with a parameter of type *g that every program has, so that one unit is read and not the whole file.
    private static readonly string[] TakersOfG = ["runtime.goready", "runtime.casgstatus", "runtime.goschedImpl", "runtime.gfput"];

    /// <summary>Where <c>goid</c> and the stack's upper end are in a <c>g</c>; null when it is no Go program or has no debug information.</summary>
    public static GoroutineLayout? FindGoroutineLayout(Image image)
    {
        try
        {
            foreach (string name in TakersOfG)
            {
                foreach (Symbol symbol in image.Elf.Symbols.Find(name))
                {
                    foreach (Die function in image.Debug.FindFunctions(symbol.Address))
                    {
                        if (FromFunction(function) is { } layout)
                            return layout;
                    }
                }
            }
        }
        catch (BinaryFormatException)
        {
            // Without it goroutines have no numbers and calls cannot be paired; both are said where they matter.
        }

        return null;
    }

    private static GoroutineLayout? FromFunction(Die function)
    {
        foreach (Die child in function.Children)
        {
            if (child.Tag == DW_TAG.DW_TAG_formal_parameter && child.TryGetType(out Die pointer) && TypeReader.TryStrip(pointer, out pointer)
                && pointer.Tag == DW_TAG.DW_TAG_pointer_type && pointer.TryGetType(out Die g) && TypeReader.TryStrip(g, out g) && g.Name == "runtime.g"
                && Member(g, "goid") is { } goid && Member(g, "stack") is { } stack)
                return new GoroutineLayout((uint)goid, (uint)stack + 8);
        }

        return null;
    }

    private static ulong? Member(Die structure, string name)
    {
        foreach (Die child in structure.Children)
        {
            if (child.Tag == DW_TAG.DW_TAG_member && child.Name == name)
                return TypeReader.OffsetOf(child);
        }

        return null;
    }
}
