using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Sonde.Plans;
using Sonde.Types;

namespace Sonde.Values;

/// <summary>The named values of a frame by what they are to the function.</summary>
internal readonly record struct DecodedFrame(
    ImmutableArray<NamedValue> Arguments, ImmutableArray<NamedValue> Results, ImmutableArray<NamedValue> Variables,
    ImmutableArray<NamedValue> Captures, Value? Stack);

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
    private readonly Redactor? _redactor;
    private readonly UnchangedMemory? _unchanged;
    private Prepared? _prepared;

    /// <param name="plan">How frames are laid out.</param>
    /// <param name="types">The types that the plan names.</param>
    /// <param name="dynamicTypes">Knows types by their run-time type words; without it they are <c>type-not-loaded</c>.</param>
    /// <param name="redactor">Takes out what is confidential; null when nothing is.</param>
    /// <param name="unchanged">Reads what the probe could not; without it that is <c>not-resident</c>.</param>
    public FrameDecoder(CapturePlan plan, TypeGraph types, DynamicTypeResolver? dynamicTypes = null, Redactor? redactor = null, UnchangedMemory? unchanged = null)
    {
        _unchanged = unchanged;
        _plan = plan;
        _types = types;
        _dynamicTypes = dynamicTypes;
        _redactor = redactor;
    }

    /// <summary>The values of one frame.</summary>
    public DecodedFrame Decode(ReadOnlySpan<byte> frame)
    {
        // At the first hit: of ten thousand sites most never fire.
        Prepared prepared = _prepared ??= new Prepared(_plan, _types, _unchanged);
        prepared.Replay.Run(frame, prepared.Memory);
        if (_plan.Follow is { } layout)
            FollowedMemory.AddTo(prepared.Memory, frame, layout);
        return DecodeRoots(frame, prepared);
    }

    private DecodedFrame DecodeRoots(ReadOnlySpan<byte> frame, Prepared prepared)
    {
        bool isFrame = frame.Length >= FrameHeader.Size;
        ulong faults = isFrame ? BinaryPrimitives.ReadUInt64LittleEndian(frame[(int)FrameHeader.Faults..]) : 0;
        ulong nils = isFrame ? BinaryPrimitives.ReadUInt64LittleEndian(frame[(int)FrameHeader.Nils..]) : 0;
        bool endedOtherwise = isFrame
            && BinaryPrimitives.ReadUInt32LittleEndian(frame[(int)FrameHeader.Outcome..]) == (uint)FrameOutcome.DidNotReturn;
        var groups = new Groups(prepared.Counts, endedOtherwise);
        var decoder = new ValueDecoder(_types, _plan.Limits, prepared.Memory, prepared.Scalars, _dynamicTypes, prepared.Path, frame);
        foreach (FrameRoot root in prepared.Roots)
        {
            // A call that did not return has no results.
            if (endedOtherwise && root.Root.Role == RootRole.Result)
                continue;
            Value value;
            if (isFrame)
            {
                int gaps = root.Gaps(prepared.Replay, faults, nils, prepared.Gaps);
                value = decoder.DecodeRoot(root, prepared.Gaps.AsSpan(0, gaps));
            }
            else
            {
                value = new MissingValue(_types[root.Root.Type].Name, MissingReason.SizeLimit);
            }

            groups.Add(root.Root.Role, new NamedValue(root.Root.Name, _redactor?.Apply(root.Root, value) ?? value));
        }

        return groups.Freeze();
    }

    /// <summary>What follows from the plan alone, and room to work in.</summary>
    private sealed class Prepared
    {
        public Prepared(CapturePlan plan, TypeGraph types, UnchangedMemory? unchanged)
        {
            Memory = new FrameMemory(unchanged);
            Replay = new StepReplay(plan);
            Roots = [.. plan.Roots.Select(r => new FrameRoot(r, types[r.Type], Replay))];
            Counts = RoleCounts.Of(plan.Roots);
            Gaps = new MissingBytes[Roots.IsEmpty ? 0 : Roots.Max(r => r.MaxGaps)];
        }

        public StepReplay Replay { get; }

        public ImmutableArray<FrameRoot> Roots { get; }

        public RoleCounts Counts { get; }

        public MissingBytes[] Gaps { get; }

        public FrameMemory Memory { get; }

        public ScalarDecoder Scalars { get; } = new();

        public List<(ulong Address, TypeId Type)> Path { get; } = [];
    }

    /// <summary>Arrays of just the right size: this happens for every event.</summary>
    private ref struct Groups
    {
        private readonly NamedValue[] _arguments;
        private readonly NamedValue[] _results;
        private readonly NamedValue[] _variables;
        private readonly NamedValue[]? _captures;
        private int _argument;
        private int _result;
        private int _variable;
        private int _capture;
        private Value? _stack;

        public Groups(RoleCounts counts, bool withoutResults)
        {
            _arguments = Make(counts.Arguments);
            _results = Make(withoutResults ? 0 : counts.Results);
            _variables = Make(counts.Variables);
            _captures = counts.Captures > 0 ? Make(counts.Captures) : null;
        }

        public void Add(RootRole role, NamedValue value)
        {
            switch (role)
            {
                case RootRole.Argument: _arguments[_argument++] = value; break;
                case RootRole.Result: _results[_result++] = value; break;
                case RootRole.Variable: _variables[_variable++] = value; break;
                case RootRole.Capture: _captures![_capture++] = value; break;
                case RootRole.Stack: _stack = value.Value; break;
                default: throw new System.Diagnostics.UnreachableException();
            }
        }

        public readonly DecodedFrame Freeze() => new(
            ImmutableCollectionsMarshal.AsImmutableArray(_arguments), ImmutableCollectionsMarshal.AsImmutableArray(_results),
            ImmutableCollectionsMarshal.AsImmutableArray(_variables), ImmutableCollectionsMarshal.AsImmutableArray(_captures), _stack);

        private static NamedValue[] Make(int count) => count == 0 ? [] : new NamedValue[count];
    }

    private readonly record struct RoleCounts(int Arguments, int Results, int Variables, int Captures)
    {
        public static RoleCounts Of(ImmutableArray<Root> roots) => new(
            roots.Count(r => r.Role == RootRole.Argument), roots.Count(r => r.Role == RootRole.Result),
            roots.Count(r => r.Role == RootRole.Variable), roots.Count(r => r.Role == RootRole.Capture));
    }
}
