namespace Sonde.Kernel.Assembly;

/// <summary>Turns a list of instructions into slots: places labels and computes distances. One step, no state.</summary>
internal static class Assembler
{
    /// <summary>Assembles a program.</summary>
    /// <exception cref="InvalidOperationException">A label is missing, placed twice or out of reach, or the program is too large; the message names it.</exception>
    public static Code Assemble(IReadOnlyList<Instruction> instructions)
    {
        Dictionary<Label, int> places = Place(instructions, out Dictionary<int, string> names, out int size);
        ulong[] slots = new ulong[size];
        List<MapReference> maps = [];
        Dictionary<int, string> comments = [];
        int slot = 0;
        foreach (Instruction instruction in instructions)
        {
            if (instruction.IsMark)
                continue;
            if (instruction.Comment is { } comment)
                comments[slot] = comment;
            if (instruction.Map is { } map)
                maps.Add(new MapReference(slot, map));
            slots[slot] = instruction.Encode(Distance(instruction, slot, places));
            if (instruction.Slots == 2)
                slots[slot + 1] = UpperHalf(instruction);
            slot += instruction.Slots;
        }
        return new Code(slots, maps, comments, names);
    }

    // Without a map the two immediates are the halves of one constant. With one, the first becomes the descriptor and
    // the second is the offset into the value, which the verb has put into the upper half already.
    private static ulong UpperHalf(Instruction instruction) => (ulong)instruction.Immediate & 0xffff_ffff_0000_0000;

    private static Dictionary<Label, int> Place(IReadOnlyList<Instruction> instructions, out Dictionary<int, string> names, out int size)
    {
        Dictionary<Label, int> places = [];
        names = [];
        size = 0;
        foreach (Instruction instruction in instructions)
        {
            if (instruction is { IsMark: true, Target: { } label })
            {
                if (!places.TryAdd(label, size))
                    throw new InvalidOperationException($"label '{label}' is placed twice, at {places[label]} and {size}");
                names[size] = names.TryGetValue(size, out string? others) ? $"{others}, {label}" : label.Name;
            }
            size += instruction.Slots;
        }
        if (size > Opcodes.MaximumInstructions)
            throw new InvalidOperationException($"the program has {size} instructions; the kernel takes {Opcodes.MaximumInstructions}");
        return places;
    }

    private static int Distance(Instruction instruction, int slot, Dictionary<Label, int> places)
    {
        if (instruction.Target is not { } label)
            return 0;
        if (!places.TryGetValue(label, out int place))
            throw new InvalidOperationException($"label '{label}' is used at {slot} and placed nowhere");
        int distance = place - slot - 1;
        bool isCall = instruction.Opcode == (Opcodes.BPF_JMP | Opcodes.BPF_CALL);
        if (!isCall && distance != (short)distance)
            throw new InvalidOperationException($"the jump at {slot} to '{label}' spans {distance} instructions; a jump reaches 32767");
        return distance;
    }
}
