using System.Text.RegularExpressions;
using Sonde.EndToEnd.Cases;
using Sonde.EndToEnd.Expectations;

namespace Sonde.EndToEnd.Running;

/// <summary>
/// Plays one case: start the target, start sonde, wait until it is attached, let the target make its calls,
/// end as the case says, compare.
/// </summary>
internal sealed partial class CaseRun(Case item, string? program) : IAsyncDisposable
{
    // An emulated machine takes its time: SONDE_PATIENCE multiplies all limits.
    private static readonly int s_patience = int.TryParse(Environment.GetEnvironmentVariable("SONDE_PATIENCE"), out int factor) ? factor : 1;

    private readonly string _folder = Directory.CreateTempSubdirectory("sonde-case-").FullName;
    private readonly Dictionary<string, string> _variables = [];
    private readonly List<string> _wrong = [];
    private Command? _target;
    private Command? _sonde;

    private TimeSpan Limit => TimeSpan.FromSeconds(item.Timeout * s_patience);

    /// <summary>With `-- CMD` sonde starts the target and hands it its own standard input.</summary>
    private bool SondeStartsTarget => item.Run.Contains(" -- ", StringComparison.Ordinal);

    /// <summary>What is wrong with the outcome; empty for a case that holds.</summary>
    public async Task<IReadOnlyList<string>> Play()
    {
        await Prepare();
        await StartTarget();
        await StartSonde();
        await MakeCalls();
        await End();
        Compare();
        return _wrong.Count == 0 ? [] : [.. _wrong, .. Transcript()];
    }

    public async ValueTask DisposeAsync()
    {
        if (_sonde is not null)
        {
            await _sonde.DisposeAsync();
        }

        if (_target is not null)
        {
            await _target.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task Prepare()
    {
        // Open to other users: some cases run sonde as one.
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
        string sonde = Repository.Sonde;
        if (item.Under.Length > 0)
        {
            sonde = Path.Combine(_folder, "sonde");
            File.Copy(Repository.Sonde, sonde);
        }

        _variables["SONDE"] = sonde;
        _variables["TMP"] = _folder;
        _variables["SRC"] = Repository.At("tests", "Targets");
        _variables["EXE"] = program ?? "";
        if (item.Setup is not null)
        {
            await Shell(item.Setup);
        }
    }

    private async Task StartTarget()
    {
        if (program is null || SondeStartsTarget)
        {
            return;
        }

        _target = Command.Start([_variables["EXE"], .. ShellWords.Split(item.Args)], _folder);
        if (!await _target.WaitUntil(target => target.Stdout.Any(IsReady), Limit) || _target.HasExited)
        {
            throw new InvalidOperationException($"the target did not say ready: {string.Join('\n', _target.Stderr)}");
        }

        _variables["PID"] = $"{_target.Pid}";
    }

    private async Task StartSonde()
    {
        List<string> words = [.. ShellWords.Split(item.Under), _variables["SONDE"], .. ShellWords.Split(item.Run)];
        if (SondeStartsTarget)
        {
            words.AddRange(ShellWords.Split(item.Args));
        }

        _sonde = Command.Start([.. words.Select(Expanded)], _folder);
        _variables["SONDE_PID"] = $"{_sonde.Pid}";
        if (!await _sonde.WaitUntil(HasAttached, Limit))
        {
            _wrong.Add($"neither attached nor ended after {Limit.TotalSeconds} s");
        }
    }

    private async Task MakeCalls()
    {
        if (item.During is not null)
        {
            await Shell(item.During);
        }

        if (SondeStartsTarget)
        {
            await _sonde!.Tell("go");
        }
        else if (_target is not null)
        {
            await _target.Tell("go");
            if (!await _target.WaitUntil(target => target.Stdout.Contains("done") || target.HasExited, Limit))
            {
                _wrong.Add($"the target did not end its calls within {Limit.TotalSeconds} s");
            }
        }
    }

    private async Task End()
    {
        if (item.Stop == Stop.Interrupt)
        {
            await _sonde!.Signal("INT");
        }
        else if (item.Stop == Stop.Target)
        {
            await ((SondeStartsTarget ? _sonde : _target)?.Tell("end") ?? Task.CompletedTask);
        }

        if (!await _sonde!.WaitForExit(Limit))
        {
            _wrong.Add($"sonde did not end within {Limit.TotalSeconds} s");
            return;
        }

        if (item.After is not null)
        {
            try
            {
                await Shell(item.After);
            }
            catch (InvalidOperationException e)
            {
                _wrong.Add($"AFTER: {e.Message}");
            }
        }
    }

    private void Compare()
    {
        if (!_sonde!.HasExited)
        {
            return;
        }

        if (_sonde.ExitCode != item.Exit)
        {
            _wrong.Add($"exit code {_sonde.ExitCode}, expected {item.Exit}");
        }

        IReadOnlyList<string> stdout = _sonde.Stdout;
        IReadOnlyList<string> stderr = _sonde.Stderr;
        try
        {
            if (item.Exit == 0 && ShellWords.Split(item.Run) is ["trace", ..] words && words.Contains("--json"))
            {
                _wrong.AddRange(Accounts.Check(stdout));
            }

            _wrong.AddRange(item.Expect.Select(line => Expectation.Check(Expanded(line), stdout, stderr)).OfType<string>());
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or KeyNotFoundException or InvalidOperationException)
        {
            _wrong.Add($"stdout is not what docs/events.md says: {e.Message}");
        }
    }

    private IEnumerable<string> Transcript()
    {
        yield return $"--- {item.Where}: sonde {Expanded(item.Run)}";
        foreach (string line in (_sonde?.Stdout ?? []).Take(40))
        {
            yield return $"out: {line}";
        }

        foreach (string line in (_sonde?.Stderr ?? []).Take(40))
        {
            yield return $"err: {line}";
        }

        foreach (string line in (_target?.Stderr ?? []).Take(20))
        {
            yield return $"target: {line}";
        }
    }

    private static bool IsReady(string line) => line.StartsWith("ready ", StringComparison.Ordinal);

    private static bool HasAttached(Command sonde) =>
        sonde.HasExited
        || sonde.Stdout.Take(1).Any(line => line.StartsWith("{\"attached\"", StringComparison.Ordinal))
        || sonde.Stderr.Any(line => line.StartsWith("sonde: attached", StringComparison.Ordinal));

    private async Task Shell(string line)
    {
        // The script may change EXE for what follows: a line EXE=… on its output does.
        IReadOnlyList<string> output = await Command.Run(["bash", "-euo", "pipefail", "-c", line], Limit, _folder, _variables);
        foreach (string assignment in output.Where(text => text.StartsWith("EXE=", StringComparison.Ordinal)))
        {
            _variables["EXE"] = assignment[4..];
        }
    }

    private string Expanded(string text) =>
        Variable().Replace(text, match => _variables.TryGetValue(match.Groups[1].Value, out string? value) ? value : match.Value);

    [GeneratedRegex(@"\$(PID|EXE|TMP|SRC|SONDE_PID)\b")]
    private static partial Regex Variable();
}
