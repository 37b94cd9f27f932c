using System.Collections;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Iced.Intel;

namespace Sonde.Sites;

/// <summary>
/// Turns bytes into instructions. Compilers put no data between the instructions of a function, so one pass from start to
/// end is right as long as nothing contradicts it; when something does (an invalid opcode, a branch into the middle of an
/// instruction), what can be reached by branches wins and only the gaps are read linearly.
/// </summary>
internal static class FunctionDecoder
{
    /// <summary>Bytes of a function that are looked at; more is reported as undecoded.</summary>
    public const int MaxCodeBytes = 8 << 20;

    /// <summary>Decodes one function. Never throws on any bytes; what is no code is in <see cref="DecodedFunction.Undecoded"/>.</summary>
    /// <param name="code">The function's contiguous code.</param>
    /// <param name="otherParts">
    /// Further ranges of the same function (its cold part): they are only searched for branches into <paramref name="code"/>.
    /// </param>
    public static DecodedFunction Decode(FunctionCode code, params ReadOnlySpan<FunctionCode> otherParts)
    {
        var undecoded = ImmutableArray.CreateBuilder<UndecodedRange>();
        var read = code;
        if (code.Code.Length > MaxCodeBytes)
        {
            read = code with { Code = code.Code[..MaxCodeBytes] };
            undecoded.Add(new UndecodedRange(read.End, code.Code.Length - MaxCodeBytes));
        }
        // The last bytes of the address space cannot be code; this keeps End from wrapping around.
        if (read.End < read.Address) read = read with { Code = ReadOnlyMemory<byte>.Empty };

        var instructions = Sweep(read, out var clean);
        var targets = new BitArray(read.Code.Length);
        var toEntry = 0;
        if (!clean || !MarkTargets(read, instructions, targets, ref toEntry))
        {
            instructions = Reach(read, undecoded);
            targets.SetAll(false);
            toEntry = 0;
            MarkTargets(read, instructions, targets, ref toEntry);
        }
        foreach (var part in otherParts)
        {
            var bounded = part.Code.Length > MaxCodeBytes ? part with { Code = part.Code[..MaxCodeBytes] } : part;
            MarkTargets(read, Sweep(bounded, out _), targets, ref toEntry);
        }
        return new DecodedFunction(read, instructions, targets, toEntry, undecoded.ToImmutable());
    }

    private static Instruction[] Sweep(FunctionCode code, out bool clean)
    {
        var list = new List<Instruction>(code.Code.Length / 4 + 1);
        var reader = Reader(code.Code);
        var decoder = Decoder.Create(64, reader, code.Address, DecoderOptions.None);
        clean = true;
        while (reader.CanReadByte)
        {
            decoder.Decode(out var instruction);
            if (instruction.IsInvalid)
            {
                clean = false;
                break;
            }
            list.Add(instruction);
        }
        return [.. list];
    }

    // Returns false when a branch leads into the middle of one of the instructions. Jumping over a LOCK prefix is an idiom
    // of hand-written code (glibc) and is not a contradiction.
    private static bool MarkTargets(FunctionCode code, Instruction[] instructions, BitArray targets, ref int toEntry)
    {
        var consistent = true;
        var bytes = code.Code.Span;
        foreach (ref readonly var instruction in instructions.AsSpan())
        {
            if (instruction.FlowControl == FlowControl.Next || !TryTarget(instruction, out var target) || !code.Contains(target)) continue;
            if (target == code.Address)
            {
                if (instruction.FlowControl == FlowControl.Call) continue; // recursion
                toEntry++;
            }
            var offset = (int)(target - code.Address);
            targets[offset] = true;
            consistent &= StartsAt(instructions, target) || (offset > 0 && bytes[offset - 1] == 0xf0 && StartsAt(instructions, target - 1));
        }
        return consistent;
    }

    private static bool StartsAt(Instruction[] instructions, ulong address)
    {
        int low = 0, high = instructions.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var at = instructions[middle].IP;
            if (at == address) return true;
            if (at < address) low = middle + 1;
            else high = middle - 1;
        }
        return false;
    }

    /// <summary>Where a direct jump or call leads.</summary>
    internal static bool TryTarget(in Instruction instruction, out ulong target)
    {
        target = 0;
        if (instruction.FlowControl is not (FlowControl.ConditionalBranch or FlowControl.UnconditionalBranch or FlowControl.Call
            or FlowControl.XbeginXabortXend)) return false;
        if (instruction.OpCount == 0 || instruction.Op0Kind is not (OpKind.NearBranch16 or OpKind.NearBranch32 or OpKind.NearBranch64))
            return false;
        target = instruction.NearBranchTarget;
        return true;
    }

    private static Instruction[] Reach(FunctionCode code, ImmutableArray<UndecodedRange>.Builder undecoded)
    {
        var found = new SortedDictionary<int, Instruction>();
        var covered = new BitArray(code.Code.Length);
        var reader = Reader(code.Code);
        var decoder = Decoder.Create(64, reader, code.Address, DecoderOptions.None);
        var pending = new Stack<int>();
        if (code.Code.Length > 0) pending.Push(0);
        while (pending.TryPop(out var offset))
            Follow(code, decoder, reader, offset, found, covered, pending);
        FillGaps(code, decoder, reader, found, covered, undecoded);
        return [.. found.Values];
    }

    private static void Follow(
        FunctionCode code, Decoder decoder, ByteArrayCodeReader reader, int offset,
        SortedDictionary<int, Instruction> found, BitArray covered, Stack<int> pending)
    {
        while (offset < code.Code.Length && !covered[offset])
        {
            reader.Position = offset;
            decoder.IP = code.Address + (ulong)offset;
            decoder.Decode(out var instruction);
            if (instruction.IsInvalid || AnyCovered(covered, offset, instruction.Length)) return;
            found.Add(offset, instruction);
            for (var i = 0; i < instruction.Length; i++) covered[offset + i] = true;
            if (TryTarget(instruction, out var target) && code.Contains(target)) pending.Push((int)(target - code.Address));
            if (DecodedFunction.EndsFlow(instruction)) return;
            offset += instruction.Length;
        }
    }

    // A gap counts as code only if its instructions fill it exactly.
    private static void FillGaps(
        FunctionCode code, Decoder decoder, ByteArrayCodeReader reader,
        SortedDictionary<int, Instruction> found, BitArray covered, ImmutableArray<UndecodedRange>.Builder undecoded)
    {
        var gap = new List<Instruction>();
        for (var start = 0; start < code.Code.Length;)
        {
            if (covered[start])
            {
                start++;
                continue;
            }
            var end = start;
            while (end < code.Code.Length && !covered[end]) end++;
            gap.Clear();
            var at = start;
            while (at < end)
            {
                reader.Position = at;
                decoder.IP = code.Address + (ulong)at;
                decoder.Decode(out var instruction);
                if (instruction.IsInvalid) break;
                gap.Add(instruction);
                at += instruction.Length;
            }
            if (at == end)
                foreach (var instruction in gap) found.Add((int)(instruction.IP - code.Address), instruction);
            else
                undecoded.Add(new UndecodedRange(code.Address + (ulong)start, end - start));
            start = end;
        }
    }

    private static bool AnyCovered(BitArray covered, int offset, int length)
    {
        for (var i = 0; i < length; i++)
            if (covered[offset + i]) return true;
        return false;
    }

    private static ByteArrayCodeReader Reader(ReadOnlyMemory<byte> code) =>
        MemoryMarshal.TryGetArray(code, out var segment)
            ? new ByteArrayCodeReader(segment.Array!, segment.Offset, segment.Count)
            : new ByteArrayCodeReader(code.ToArray());
}
