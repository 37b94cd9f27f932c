using System.Buffers.Binary;
using System.Text;
using Sonde.Plans;
using Sonde.Sinks;
using Sonde.Sites;
using Sonde.Specs;
using Sonde.Types;
using Sonde.Values;

namespace Sonde.Bench;

/// <summary>
/// From a frame to a line: nanoseconds of processor time and bytes allocated per event, on one thread, output thrown away. The event is a Go
/// call of three arguments: an integer, a string, a pointer to a struct with an integer and a string.
/// </summary>
internal static class DecodeBench
{
    private const ulong Name = 0xC000010000, User = 0xC000020000, UserName = 0xC000030000;
    private const uint Int = FrameHeader.Size, Text = Int + 8, Pointer = Text + 16, NameAt = Pointer + 8, UserAt = NameAt + 128, UserNameAt = UserAt + 24;

    public static void Run()
    {
        (CapturePlan plan, TypeGraph types) = Plan();
        byte[] frame = Frame();
        var frames = new FrameDecoder(plan, types);
        var events = new EventDecoder { ClockOffset = 1_795_356_131_482_119_873 };
        var source = new EventSource("main.(*Store).Get", ProbeKind.Entry, "main.(*Store).Get", "/src/app/store.go", 42, SourceLanguage.Go);
        CapturedEvent captured = events.Decode(frame, frames, source)!;

        using var sample = new MemoryStream();
        var show = new JsonSink(sample);
        show.Event(captured);
        show.Flush();
        Console.Write(Encoding.UTF8.GetString(sample.ToArray()));

        var json = new JsonSink(Stream.Null);
        var text = new TextSink(Stream.Null, Stream.Null);
        Measure("decode", () => events.Decode(frame, frames, source));
        Measure("json", () => json.Event(captured));
        Measure("text", () => text.Event(captured));
        Measure("decode + json", () => json.Event(events.Decode(frame, frames, source)!));
        Measure("decode + text", () => text.Event(events.Decode(frame, frames, source)!));
    }

    private static void Measure(string name, Action action)
    {
        const int Count = 400_000, Rounds = 7;
        var times = new double[Rounds];
        long allocated = 0;
        for (int round = 0; round < Rounds; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            // Time of the processor, the garbage collector's included: the machine may have other work.
            TimeSpan start = Environment.CpuUsage.TotalTime;
            for (int i = 0; i < Count; i++)
                action();
            times[round] = (Environment.CpuUsage.TotalTime - start).TotalNanoseconds / Count;
            allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / Count;
        }

        Array.Sort(times);
        Console.WriteLine($"{name,-14} {times[Rounds / 2],7:0} ns/event (best {times[0]:0}), {allocated} bytes");
    }

    private static (CapturePlan Plan, TypeGraph Types) Plan()
    {
        var types = new TypeGraph();
        TypeId integer = types.Add("int", 8, new ScalarShape(ScalarKind.Signed));
        TypeId text = types.Add("string", 16, new TextShape(TextForm.Counted, 0, new CountField(8, 8)));
        TypeId user = types.Add("main.User", 24, new RecordShape([new Field("ID", 0, integer), new Field("Name", 8, text)]));
        TypeId pointer = types.Add("*main.User", 8, new PointerShape(user));
        FrameOperand At(uint offset) => new(offset, 8);
        CountedStep ReadText(uint at, uint header, int status) => new(at, At(header), 0, At(header + 8), false, 1, 128, new StatusBit(status), null, []);
        return (new CapturePlan
        {
            FrameSize = 1024,
            Limits = CaptureLimits.Default,
            EntrySteps =
            [
                new RegisterStep(Int, GeneralRegister.Rax, 8), new RegisterStep(Text, GeneralRegister.Rbx, 8),
                new RegisterStep(Text + 8, GeneralRegister.Rcx, 8), new RegisterStep(Pointer, GeneralRegister.Rdi, 8),
                ReadText(NameAt, Text, 0),
                new MemoryStep(UserAt, At(Pointer), 0, 24, new StatusBit(1), null, [ReadText(UserNameAt, UserAt + 8, 2)]),
            ],
            Roots =
            [
                new Root("n", RootRole.Argument, integer, Int, [], []), new Root("key", RootRole.Argument, text, Text, [], []),
                new Root("user", RootRole.Argument, pointer, Pointer, [], []),
            ],
        }, types);
    }

    private static byte[] Frame()
    {
        var frame = new byte[1024];
        void Put(uint at, params ReadOnlySpan<ulong> words)
        {
            for (int i = 0; i < words.Length; i++)
                BinaryPrimitives.WriteUInt64LittleEndian(frame.AsSpan((int)at + i * 8), words[i]);
        }

        Put(FrameHeader.Time, 1_000, 4242UL << 32 | 4250, 17, 34, 0, 0);
        "app"u8.CopyTo(frame.AsSpan((int)FrameHeader.Command));
        Put(Int, 1234567, Name, 11, User);
        "user:123456"u8.CopyTo(frame.AsSpan((int)NameAt));
        Put(UserAt, 7, UserName, 5);
        "alice"u8.CopyTo(frame.AsSpan((int)UserNameAt));
        return frame;
    }
}
