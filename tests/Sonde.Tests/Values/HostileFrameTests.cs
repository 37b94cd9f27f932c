using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Sonde.Plans;
using Sonde.Sinks;
using Sonde.Sites;
using Sonde.Specs;
using Sonde.Types;
using Sonde.Values;
using Xunit;

namespace Sonde.Tests.Values;

/// <summary>
/// Random types, random plans over them and random bytes: whatever comes, decoding ends, throws nothing, and gives what
/// every sink can write.
/// </summary>
public sealed class HostileFrameTests
{
    private const int Rounds = 800;

    [Fact]
    public void Random_graphs_plans_and_bytes()
    {
        int seed = Environment.TickCount;
        for (int round = 0; round < Rounds; round++)
        {
            var random = new Random(unchecked(seed + round));
            try
            {
                Run(random);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                Assert.Fail($"seed {unchecked(seed + round)}: {e}");
            }
        }
    }

    private static void Run(Random random)
    {
        TypeGraph types = Graph(random);
        var statuses = 0;
        CapturePlan plan = new()
        {
            FrameSize = 512,
            EntrySteps = Steps(random, 3, ref statuses),
            ReturnSteps = Steps(random, 2, ref statuses),
            Roots = [.. Enumerable.Range(0, random.Next(1, 5)).Select(i => MakeRoot(random, types, i))],
            Limits = new CaptureLimits { Depth = random.Next(8), Items = random.Next(20), StringBytes = random.Next(100) },
        };
        var decoder = new FrameDecoder(plan, types, (_, _, _, word) => word % 3 == 0 ? null
            : new DynamicTarget(new TypeId((int)(word % (ulong)types.Count)), word % 2 == 0, (long)word % 64));
        var events = new EventDecoder();
        using var json = new MemoryStream();
        var sinks = new ISink[] { new JsonSink(json), new TextSink(Stream.Null, Stream.Null, new TextSinkOptions { Pretty = random.Next(2) == 0 }) };
        for (int i = 0; i < 3; i++)
        {
            byte[] frame = Frame(random);
            CapturedEvent? captured = events.Decode(frame, decoder, new EventSource("p", (ProbeKind)random.Next(4), "f\u001b", null, 0, (SourceLanguage)random.Next(6)));
            Assert.Equal(frame.Length < FrameHeader.Size, captured is null);
            foreach (ISink sink in sinks)
            {
                if (captured is not null)
                    sink.Event(captured);
                sink.Flush();
            }
        }

        foreach (string line in new UTF8Encoding(false, true).GetString(json.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.DoesNotContain(line, c => c < ' ' || c is >= '\u007f' and < '\u00a0');
            JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 2000 }).Dispose();
        }
    }

    private static byte[] Frame(Random random)
    {
        var frame = new byte[random.Next(10) == 0 ? random.Next(200) : 512];
        random.NextBytes(frame);
        // Often pointers into what other steps found, small counts, clean status words: else nothing is ever followed.
        for (int i = 88; i + 8 <= frame.Length; i += 8)
        {
            int kind = random.Next(6);
            if (kind < 5)
            {
                ulong word = kind switch { 0 => 0, 1 => (ulong)random.Next(40), _ => 0x10000 + (ulong)random.Next(8) * 8 };
                BitConverter.TryWriteBytes(frame.AsSpan(i), word);
            }
        }

        if (frame.Length >= 88)
        {
            BitConverter.TryWriteBytes(frame.AsSpan((int)FrameHeader.Outcome), random.Next(4));
            if (random.Next(3) > 0)
                frame.AsSpan((int)FrameHeader.Faults, 16).Clear();
        }

        return frame;
    }

    private static Root MakeRoot(Random random, TypeGraph types, int index) => new(
        index == 0 ? "$x" : $"n{index}", (RootRole)random.Next(4), new TypeId(random.Next(types.Count)), (uint)(88 + random.Next(60) * 8),
        random.Next(3) == 0 ? [new MissingRange((uint)random.Next(32), (uint)random.Next(32), (MissingReason)random.Next(15))] : [],
        random.Next(3) == 0 ? [new StatusRange((uint)random.Next(32), (uint)random.Next(32), new StatusBit(random.Next(64)))] : []);

    private static ImmutableArray<Step> Steps(Random random, int depth, ref int statuses)
    {
        var steps = ImmutableArray.CreateBuilder<Step>();
        int count = random.Next(1, 5);
        for (int i = 0; i < count && statuses < 60; i++)
        {
            var status = new StatusBit(statuses++);
            uint at = (uint)(88 + random.Next(60) * 8);
            CountGuard? guard = random.Next(4) == 0 ? new CountGuard(Operand(random), (ulong)random.Next(5)) : null;
            ImmutableArray<Step> children = depth > 0 && random.Next(2) == 0 ? Steps(random, depth - 1, ref statuses) : [];
            Operand from = Operand(random), size = Operand(random);
            steps.Add(random.Next(5) switch
            {
                0 => new RegisterStep(at, GeneralRegister.Rax, (uint)random.Next(1, 9)),
                1 => new ComputeStep(at, size, (uint)random.Next(1, 9), status),
                2 => new MemoryStep(at, from, random.Next(-8, 8), (uint)random.Next(600), status, guard, children),
                3 => new CountedStep(at, from, 0, size, random.Next(2) == 0, (uint)random.Next(20), (uint)random.Next(40), status, guard, children),
                _ => new TerminatedStep(at, from, 0, (uint)random.Next(100), status, guard),
            });
        }

        return steps.DrainToImmutable();
    }

    private static Operand Operand(Random random) => random.Next(7) switch
    {
        0 => new RegisterOperand(GeneralRegister.Rsp),
        1 => new ConstantOperand(random.Next(100)),
        2 => new BinaryOperand((BinaryOperator)random.Next(10), new FrameOperand((uint)random.Next(600), 8), new ConstantOperand(random.Next(-2, 3)), (uint)(1 << random.Next(4)), random.Next(2) == 0),
        3 => new BitFieldOperand(new FrameOperand((uint)random.Next(600), (uint)random.Next(10)), (uint)random.Next(80), (uint)random.Next(80), true),
        _ => new FrameOperand((uint)(88 + random.Next(50) * 8), 8),
    };

    private static TypeGraph Graph(Random random)
    {
        var types = new TypeGraph();
        int count = random.Next(3, 12);
        ulong[] sizes = [0, 1, 2, 4, 8, 10, 16, 24, 40, ulong.MaxValue];
        for (int i = 0; i < count; i++)
            types.Reserve($"t{i}\u001b<", sizes[random.Next(random.Next(4) == 0 ? 10 : 9)]);
        for (int i = 0; i < count; i++)
        {
            Presentation presentation = random.Next(6) switch
            {
                0 => new TransparentPresentation(),
                1 => new BytesPresentation(),
                2 => new EnumPresentation(new Dictionary<Int128, string> { [0] = "Z", [1] = "$A", [6] = "B" }.ToFrozenDictionary(), true),
                3 => new DurationPresentation(long.MaxValue),
                _ => Presentation.None,
            };
            types.Complete(new TypeId(i), Shape(random, count), presentation);
        }

        return types;
    }

    private static Shape Shape(Random random, int count)
    {
        TypeId Type() => new(random.Next(count));
        ulong Offset() => random.Next(20) == 0 ? ulong.MaxValue - (ulong)random.Next(10) : (ulong)random.Next(6) * 4;
        CountRule Count() => random.Next(3) switch
        {
            0 => new FixedCount(random.Next(9) == 0 ? ulong.MaxValue : (ulong)random.Next(50)),
            1 => new CountField((uint)Offset(), (uint)random.Next(10)),
            _ => new CountSpan((uint)Offset(), (uint)Offset()),
        };
        return random.Next(10) switch
        {
            0 or 1 => new ScalarShape((ScalarKind)random.Next(7)),
            2 => new TextShape((TextForm)random.Next(3), (uint)Offset(), random.Next(9) == 0 ? null : Count(), (uint)(1 << random.Next(4))),
            3 => new SequenceShape(Type(), Offset(), random.Next(2) == 0 ? null : (uint)Offset(), Count(), random.Next(2) == 0),
            4 or 5 => new RecordShape(
                [.. Enumerable.Range(0, random.Next(4)).Select(i => new Field($"$f{i}", Offset(), Type(), FieldKind.Named,
                    (uint)random.Next(70), random.Next(4) == 0 ? (uint)random.Next(200) : 0))], (RecordKind)random.Next(3)),
            6 or 7 => new PointerShape(Type()),
            8 => new VariantShape(random.Next(3) == 0 ? null : Offset(), (uint)random.Next(20),
                [.. Enumerable.Range(0, random.Next(3)).Select(i => new VariantCase($"C{i}", i == 0 ? [] : [(0, (UInt128)random.Next(9))], Type()))]),
            _ => random.Next(3) == 0 ? new OpaqueShape("?") : new DynamicShape((DynamicForm)random.Next(4), (uint)Offset(), (uint)Offset()),
        };
    }
}
