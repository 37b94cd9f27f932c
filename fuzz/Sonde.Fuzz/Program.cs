using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sonde.Fuzz;
using Sonde.Fuzz.Targets;
using Sonde.ObjectFile.Bytes;

// Sonde.Fuzz CORPUS CRASHERS SECONDS [TARGET…] [--seed N]
// Sonde.Fuzz CORPUS --replay FINDING
// Changes real files at random and reads them. Whatever is not BinaryFormatException, takes over two seconds of processor time or 512 MB is written to CRASHERS. Exit code 1 when there was any.
string corpus = args[0], crashers = args[1];
if (crashers == "--replay")
{
    var finding = Mutation.Parse(File.ReadAllText(args[2]));
    try
    {
        FuzzTarget.All.Single(t => t.Name == finding.Target).Exercise(new MemoryByteSource(finding.Apply(Seeds.Read(corpus)[finding.Seed])));
        Console.WriteLine("read");
    }
    catch (BinaryFormatException e)
    {
        Console.WriteLine($"refused: {e.Message}");
    }

    return 0;
}

var seconds = double.Parse(args[2], CultureInfo.InvariantCulture);
var seedAt = Array.IndexOf(args, "--seed");
var seed = seedAt > 0 ? int.Parse(args[seedAt + 1], CultureInfo.InvariantCulture) : Random.Shared.Next();
var names = args[3..(seedAt > 0 ? seedAt : args.Length)];
var targets = FuzzTarget.All.Where(t => names.Length == 0 || names.Contains(t.Name)).ToList();
var seeds = Seeds.Read(corpus);
var places = targets.SelectMany(t => seeds.Select(s => (Target: t, Seed: s.Key, Bytes: s.Value, Ranges: t.RangesOf(s.Value)))).Where(p => p.Ranges is not { Count: 0 }).ToList();
var random = new Random(seed);
Console.WriteLine($"seed {seed}, {targets.Count} targets, {seeds.Count} files");

Mutation? current = null;
var started = 0L;
var findings = 0;
var reasons = new Dictionary<string, int>();
new Thread(() =>
{
    while (true)
    {
        Thread.Sleep(500);
        // A hang cannot be interrupted: keep what caused it and leave.
        if (current is not { } hanging || Stopwatch.GetElapsedTime(Volatile.Read(ref started)).TotalSeconds < 20) continue;
        Report(hanging, "takes over 20 seconds");
        Environment.Exit(1);
    }
})
{ IsBackground = true }.Start();

var clock = Stopwatch.StartNew();
var runs = new Dictionary<string, int>();
while (clock.Elapsed.TotalSeconds < seconds)
{
    // Go's programs are large and slow to copy: they are for Go's own tables, which have no other seeds.
    var (target, name, bytes, ranges) = places[random.Next(places.Count)];
    if (bytes.Length > 500_000 && target.Places is null && random.Next(50) > 0) continue;
    current = Mutation.Draw(random, target.Name, name, bytes, ranges);
    runs[target.Name] = runs.GetValueOrDefault(target.Name) + 1;
    Volatile.Write(ref started, Stopwatch.GetTimestamp());
    var allocated = GC.GetTotalAllocatedBytes();
    var cpu = Environment.CpuUsage.TotalTime;
    try
    {
        target.Exercise(new MemoryByteSource(current.Apply(bytes)));
    }
    catch (BinaryFormatException)
    {
        // the one allowed outcome
    }
    catch (Exception e)
    {
        Report(current, e.ToString());
    }

    // Time of the processor: on a busy machine the clock on the wall tells nothing.
    var took = Environment.CpuUsage.TotalTime - cpu;
    if (took.TotalSeconds > 2) Report(current, $"took {took.TotalSeconds:F1} s");
    if (GC.GetTotalAllocatedBytes() - allocated > 512 << 20) Report(current, $"allocated {(GC.GetTotalAllocatedBytes() - allocated) >> 20} MB");
    current = null;
}

foreach (var (name, count) in runs.OrderBy(r => r.Key, StringComparer.Ordinal)) Console.WriteLine($"{name,-12} {count,8} runs");
Console.WriteLine($"{findings} findings");
return findings == 0 ? 0 : 1;

void Report(Mutation mutation, string why)
{
    // One mistake is found many times over: three files tell enough.
    findings++;
    var lines = why.Split('\n');
    var reason = lines.Length > 1 ? $"{lines[0].Split(':')[0]} {lines[1].Trim()}" : mutation.Target;
    reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
    if (reasons[reason] > 3) return;
    var text = mutation.ToString();
    var file = Path.Combine(crashers, $"{mutation.Target}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8]}.txt");
    Directory.CreateDirectory(crashers);
    File.WriteAllText(file, text);
    Console.WriteLine($"{file}: {why}");
}
