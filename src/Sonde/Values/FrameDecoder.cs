using System.Buffers.Binary;
using System.Collections.Immutable;
using Sonde.Plans;
using Sonde.Types;

namespace Sonde.Values;

/// <summary>The named values of a frame by what they are to the function.</summary>
internal readonly record struct DecodedFrame(
    ImmutableArray<NamedValue> Arguments, ImmutableArray<NamedValue> Results, ImmutableArray<NamedValue> Variables,
    ImmutableArray<NamedValue> Captures);

/// <summary>
/// Turns the frames of one plan into values. Made once per plan; not safe for use by several threads at a time. The values
/// own their bytes: the frame may be gone afterwards. Frames are not trusted; what is not there is missing with its reason,
/// and nothing throws.
/// </summary>
internal sealed class FrameDecoder
{
    private readonly CapturePlan _plan;
    private readonly TypeGraph _types;
    private readonly DynamicTypeResolver? _dynamicTypes;
    private readonly StepReplay _replay;
    private readonly FrameMemory _memory = new();
    private readonly ScalarDecoder _scalars = new();
    private readonly ImmutableArray<FrameRoot> _roots;
    private readonly MissingBytes[] _gaps;
    private readonly List<(ulong Address, TypeId Type)> _path = [];

    /// <param name="plan">How frames are laid out.</param>
    /// <param name="types">The types that the plan names.</param>
    /// <param name="dynamicTypes">Knows types by their run-time type words; without it they are <c>type-not-loaded</c>.</param>
    public FrameDecoder(CapturePlan plan, TypeGraph types, DynamicTypeResolver? dynamicTypes = null)
    {
        _plan = plan;
        _types = types;
        _dynamicTypes = dynamicTypes;
        _replay = new StepReplay(plan);
        _roots = [.. plan.Roots.Select(r => new FrameRoot(r, types[r.Type], _replay))];
        _gaps = new MissingBytes[_roots.IsEmpty ? 0 : _roots.Max(r => r.MaxGaps)];
    }

    /// <summary>The values of one frame.</summary>
    public DecodedFrame Decode(ReadOnlySpan<byte> frame)
    {
        _replay.Run(frame, _memory);
        return DecodeRoots(frame);
    }

    private DecodedFrame DecodeRoots(ReadOnlySpan<byte> frame)
    {
        bool isFrame = frame.Length >= FrameHeader.Size;
        ulong faults = isFrame ? BinaryPrimitives.ReadUInt64LittleEndian(frame[(int)FrameHeader.Faults..]) : 0;
        ulong nils = isFrame ? BinaryPrimitives.ReadUInt64LittleEndian(frame[(int)FrameHeader.Nils..]) : 0;
        bool endedOtherwise = isFrame
            && BinaryPrimitives.ReadUInt32LittleEndian(frame[(int)FrameHeader.Outcome..]) == (uint)FrameOutcome.DidNotReturn;
        var groups = default(Groups);
        var decoder = new ValueDecoder(_types, _plan.Limits, _memory, _scalars, _dynamicTypes, _path, frame);
        foreach (FrameRoot root in _roots)
        {
            // A call that did not return has no results.
            if (endedOtherwise && root.Root.Role == RootRole.Result)
                continue;
            Value value;
            if (isFrame)
            {
                int gaps = root.Gaps(_replay, faults, nils, _gaps);
                value = decoder.DecodeRoot(root, _gaps.AsSpan(0, gaps));
            }
            else
            {
                value = new MissingValue(_types[root.Root.Type].Name, MissingReason.SizeLimit);
            }

            groups.Of(root.Root.Role, _roots.Length).Add(new NamedValue(root.Root.Name, value));
        }

        return new DecodedFrame(
            Groups.Freeze(groups.Arguments), Groups.Freeze(groups.Results), Groups.Freeze(groups.Variables),
            groups.Captures is null ? default : Groups.Freeze(groups.Captures));
    }

    private struct Groups
    {
        public ImmutableArray<NamedValue>.Builder? Arguments;
        public ImmutableArray<NamedValue>.Builder? Results;
        public ImmutableArray<NamedValue>.Builder? Variables;
        public ImmutableArray<NamedValue>.Builder? Captures;

        public ImmutableArray<NamedValue>.Builder Of(RootRole role, int capacity)
        {
            switch (role)
            {
                case RootRole.Argument: return Arguments ??= ImmutableArray.CreateBuilder<NamedValue>(capacity);
                case RootRole.Result: return Results ??= ImmutableArray.CreateBuilder<NamedValue>(capacity);
                case RootRole.Variable: return Variables ??= ImmutableArray.CreateBuilder<NamedValue>(capacity);
                case RootRole.Capture: return Captures ??= ImmutableArray.CreateBuilder<NamedValue>(capacity);
                default: throw new System.Diagnostics.UnreachableException();
            }
        }

        public static ImmutableArray<NamedValue> Freeze(ImmutableArray<NamedValue>.Builder? values) => values is null ? [] : values.DrainToImmutable();
    }
}
