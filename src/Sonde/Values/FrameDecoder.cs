using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
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
    private readonly RoleCounts _counts;
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
        _counts = RoleCounts.Of(plan.Roots);
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
        var groups = new Groups(_counts, endedOtherwise);
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

            groups.Add(root.Root.Role, new NamedValue(root.Root.Name, value));
        }

        return groups.Freeze();
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
                default: throw new System.Diagnostics.UnreachableException();
            }
        }

        public readonly DecodedFrame Freeze() => new(
            ImmutableCollectionsMarshal.AsImmutableArray(_arguments), ImmutableCollectionsMarshal.AsImmutableArray(_results),
            ImmutableCollectionsMarshal.AsImmutableArray(_variables), ImmutableCollectionsMarshal.AsImmutableArray(_captures));

        private static NamedValue[] Make(int count) => count == 0 ? [] : new NamedValue[count];
    }

    private readonly record struct RoleCounts(int Arguments, int Results, int Variables, int Captures)
    {
        public static RoleCounts Of(ImmutableArray<Root> roots) => new(
            roots.Count(r => r.Role == RootRole.Argument), roots.Count(r => r.Role == RootRole.Result),
            roots.Count(r => r.Role == RootRole.Variable), roots.Count(r => r.Role == RootRole.Capture));
    }
}
