using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using static Sonde.Fuzz.Targets.ElfTargets;

namespace Sonde.Fuzz.Targets;

/// <summary>Reads everything that the DWARF of a file says, section by section.</summary>
internal static class DwarfTargets
{
    public static void Entries(IByteSource source)
    {
        var info = DebugInfo.Open(ElfImage.Open(source));
        EachUnit(info, unit =>
        {
            var cursor = new DieCursor(unit.Root);
            do
            {
                var die = cursor.Current;
                foreach (var value in die.Attributes) Tolerate(() => Read(value));
                Tolerate(() => _ = $"{die.Name}{die.LinkageName}{die.TryGetType(out _)}{RangeList.Of(die).Count}");
            }
            while (cursor.Next());
        });
        Functions(source);
    }

    public static void Functions(IByteSource source)
    {
        var info = DebugInfo.Open(ElfImage.Open(source));
        foreach (var row in FunctionScan.Run(info).Rows)
        {
            Tolerate(() => info.FindFunctions(row.Range.Start));
            Tolerate(() => _ = QualifiedName.Of(info.DieAt(new InfoOffset(row.Entry))));
        }
    }

    public static void Locations(IByteSource source)
    {
        var info = DebugInfo.Open(ElfImage.Open(source));
        EachUnit(info, unit =>
        {
            foreach (var function in unit.Index.Functions)
            {
                Tolerate(() =>
                {
                    foreach (var range in RangeList.Of(function))
                    {
                        foreach (var pc in (FileAddress[])[range.Start, range.Start + range.Size / 2])
                        {
                            foreach (var scope in Scopes.At(function, pc))
                            {
                                foreach (var child in scope.Children) Tolerate(() => _ = string.Concat(VariableLocation.At(child, function, pc)));
                            }
                        }
                    }
                });
            }
        });
    }

    public static void Lines(IByteSource source)
    {
        var info = DebugInfo.Open(ElfImage.Open(source));
        EachUnit(info, unit =>
        {
            if (unit.Lines is not { } lines) return;
            foreach (var row in lines.Table.Rows) lines.Table.TryFind(row.Address, out _);
            lines.Table.StartsOf(0, 20);
        });
        LineScan.Find(info, "program.c", 20);
    }

    public static void Frames(IByteSource source)
    {
        var image = ElfImage.Open(source);
        var frames = FrameTable.Open(image);
        foreach (var symbol in image.Symbols)
        {
            for (ulong offset = 0; offset <= symbol.Size && offset < 64; offset += 3)
            {
                var pc = symbol.Address + offset;
                Tolerate(() =>
                {
                    if (!frames.TryFind(pc, out var row)) return;
                    _ = row.Cfa().ToString();
                    for (var i = 0; i < FrameRow.RegisterCount; i++) ExpressionEvaluator.Evaluate(row[i].Expression, default, pc, Term.Cfa);
                });
            }
        }
    }

    private static void EachUnit(DebugInfo info, Action<Unit> visit)
    {
        foreach (var header in info.Units.Concat(info.TypeUnits)) Tolerate(() => visit(info.Unit(header)));
    }

    private static void Read(AttributeValue value)
    {
        value.TryGetAddress(out _);
        value.TryGetReference(out _);
        _ = value.AsString();
        _ = value.AsBlock().Length + value.AsConstantBytes(24).Length;
        if (LocationList.IsList(value)) LocationList.Read(value);
    }
}
