using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Iced.Intel;
using Sonde.ObjectFile.Bytes;
using Sonde.ObjectFile.Dwarf;
using Sonde.ObjectFile.Elf;
using Sonde.Symbols;

namespace Sonde.Sites;

/// <summary>
/// Which calls never come back: those of functions that have no way out (panics, aborts). What stands behind such a call is
/// reached in other ways only.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class EndlessCalls
{
    // A panic function calls, or jumps to, the one that does the work.
    private const int MaximumHops = 4;
    private const ulong MaximumSize = 64 << 10;

    private static readonly ConditionalWeakTable<Image, EndlessCalls> All = [];

    private readonly Image _image;
    private readonly ConcurrentDictionary<ulong, bool> _known = [];
    private readonly Lazy<RelativeRelocations> _relocations;

    private EndlessCalls(Image image)
    {
        _image = image;
        _relocations = new(() => RelativeRelocations.Open(image.Elf));
    }

    /// <summary>The calls within an image.</summary>
    public static EndlessCalls Of(Image image) => All.GetValue(image, static i => new EndlessCalls(i));

    /// <summary>Whether a call certainly never comes back; false also where the callee is not known.</summary>
    public bool NeverReturns(in Instruction call) => TargetOf(call) is { } target && NeverReturns(target, 0);

    private bool NeverReturns(ulong target, int hops)
    {
        if (_known.TryGetValue(target, out bool known))
            return known;
        bool never = hops < MaximumHops && CodeAt(target) is { Code.Code.IsEmpty: false } code
            && WaysOut.Find(code, KernelTraits.Floor) is { Missed: false } ways
            && ways.Sites.All(s => s is { Kind: ReturnKind.TailJump, Target: { } next } && next != target && NeverReturns(next, hops + 1));
        _known.TryAdd(target, never);
        return never;
    }

    private DecodedFunction? CodeAt(ulong address)
    {
        try
        {
            if (!_image.Frames.TryFind(new FileAddress(address), out FrameRow row) || row.Function.Start.Value != address || row.Function.Size > MaximumSize
                || IsLinkage(row.Function.Start))
                return null;
            var bytes = new byte[row.Function.Size];
            return _image.Elf.ReadAt(row.Function.Start, bytes) == bytes.Length ? FunctionDecoder.Decode(new FunctionCode(bytes, address)) : null;
        }
        catch (BinaryFormatException)
        {
            return null;
        }
    }

    private bool IsLinkage(FileAddress address) =>
        _image.Elf.Sections.Any(s => s.Name.StartsWith(".plt", StringComparison.Ordinal) && s.Address <= address && address < s.Address + s.Size);

    private ulong? TargetOf(in Instruction call)
    {
        if (call.FlowControl == FlowControl.Call && FunctionDecoder.TryTarget(call, out ulong target))
            return target;
        if (call.FlowControl != FlowControl.IndirectCall || !call.IsIPRelativeMemoryOperand)
            return null;

        // Through the global offset table, as rustc calls what may be in another library.
        ulong place = call.IPRelativeMemoryAddress;
        if (_relocations.Value.TryGet(new FileAddress(place), out ulong pointer))
            return pointer;
        Span<byte> word = stackalloc byte[8];
        return _image.Elf.ReadAt(new FileAddress(place), word) == 8 && System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(word) is > 0 and var value ? value : null;
    }
}
