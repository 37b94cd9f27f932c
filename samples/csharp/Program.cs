// Traces functions of a running process: dotnet run -- PID call:main.computeE
using System.Globalization;
using Sonde;
using Sonde.Sinks;

SessionOptions options = new() { ProcessIds = [int.Parse(args[0], CultureInfo.InvariantCulture)], Probes = args[1..] };
using ProbeSession session = ProbeSession.Start(options);
Console.CancelKeyPress += (_, key) => { key.Cancel = true; session.Stop(); };
SessionSummary summary = session.Run(new TextSink(Console.OpenStandardOutput(), Console.OpenStandardError()));
foreach (ProbeSummary probe in summary.Probes)
    Console.WriteLine($"{probe.Probe}: {probe.Hits} hits, {probe.Events} events");
