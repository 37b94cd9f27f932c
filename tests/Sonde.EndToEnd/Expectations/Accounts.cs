using System.Text.Json;

namespace Sonde.EndToEnd.Expectations;

/// <summary>What holds for every `--json` output, whatever the case: each hit is accounted for (docs/events.md).</summary>
internal static class Accounts
{
    /// <summary>The violations found, none for good output.</summary>
    public static IEnumerable<string> Check(IReadOnlyList<string> stdout)
    {
        Dictionary<string, List<ulong>> sequences = [];
        JsonElement? summary = null;
        foreach (string line in stdout)
        {
            JsonElement element = JsonDocument.Parse(line).RootElement;
            if (summary is not null)
            {
                yield return $"a line after the summary: {line}";
            }

            if (element.TryGetProperty("summary", out JsonElement found))
            {
                summary = found;
            }
            else if (element.TryGetProperty("probe", out JsonElement probe))
            {
                string name = probe.GetString()!;
                if (!sequences.TryGetValue(name, out List<ulong>? numbers))
                {
                    sequences[name] = numbers = [];
                }

                numbers.Add(element.GetProperty("seq").GetUInt64());
            }
            else if (!element.TryGetProperty("attached", out _) && !element.TryGetProperty("notice", out _))
            {
                yield return $"neither event, notice, attached nor summary: {line}";
            }
        }

        foreach ((string probe, List<ulong> numbers) in sequences)
        {
            if (numbers.Count != numbers.Distinct().Count() || numbers.Contains(0))
            {
                yield return $"{probe}: sequence numbers repeat or start at 0";
            }
        }

        if (summary is not { } sum)
        {
            yield return "there is no summary";
            yield break;
        }

        foreach (JsonElement probe in sum.GetProperty("probes").EnumerateArray())
        {
            string name = probe.GetProperty("probe").GetString()!;
            long hits = probe.GetProperty("hits").GetInt64();
            long events = probe.GetProperty("events").GetInt64();
            long lost = probe.GetProperty("causes").EnumerateObject().Sum(cause => cause.Value.GetInt64());
            int written = sequences.TryGetValue(name, out List<ulong>? numbers) ? numbers.Count : 0;
            if (hits != events + lost)
            {
                yield return $"{name}: {hits} hits are not {events} events and {lost} without: {probe.GetRawText()}";
            }

            if (events != written)
            {
                yield return $"{name}: the summary says {events} events, {written} were written";
            }
        }
    }
}
