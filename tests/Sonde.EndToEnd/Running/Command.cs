using System.Diagnostics;

namespace Sonde.EndToEnd.Running;

/// <summary>
/// A child process whose output is collected line by line and can be waited for. Disposing it kills it.
/// All members may be used from one test at a time.
/// </summary>
internal sealed class Command : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _stdout = [];
    private readonly List<string> _stderr = [];
    private readonly SemaphoreSlim _news = new(0);
    private readonly Task _reading;

    private Command(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(Read(process.StandardOutput, _stdout), Read(process.StandardError, _stderr));
    }

    public int Pid => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public IReadOnlyList<string> Stdout => Copy(_stdout);

    public IReadOnlyList<string> Stderr => Copy(_stderr);

    public static Command Start(IReadOnlyList<string> words, string? folder = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        ProcessStartInfo info = new(words[0], words.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? Repository.Root,
        };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            info.Environment[name] = value;
        }

        return new Command(Process.Start(info) ?? throw new InvalidOperationException($"cannot start {words[0]}"));
    }

    /// <summary>Runs a command to its end; throws with its output when it fails.</summary>
    public static async Task<IReadOnlyList<string>> Run(
        IReadOnlyList<string> words, TimeSpan limit, string? folder = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        await using Command command = Start(words, folder, environment);
        command.CloseInput();
        if (!await command.WaitForExit(limit))
        {
            throw new TimeoutException($"{string.Join(' ', words)} did not end in {limit.TotalSeconds} s");
        }

        return command.ExitCode == 0
            ? command.Stdout
            : throw new InvalidOperationException(
                $"{string.Join(' ', words)} ended with {command.ExitCode}:\n{string.Join('\n', command.Stdout.Concat(command.Stderr))}");
    }

    public async Task Tell(string line)
    {
        try
        {
            await _process.StandardInput.WriteLineAsync(line);
            await _process.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            // It has ended; the caller sees that by itself.
        }
    }

    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>Waits until the condition holds or the process has ended; false when the time is over first.</summary>
    public async Task<bool> WaitUntil(Func<Command, bool> condition, TimeSpan limit)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition(this))
        {
            TimeSpan left = limit - Stopwatch.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
            {
                return false;
            }

            if (_reading.IsCompleted)
            {
                // Its output ends a moment before the process itself.
                await WaitForExit(left);
                return condition(this);
            }

            await _news.WaitAsync(left < TimeSpan.FromMilliseconds(100) ? left : TimeSpan.FromMilliseconds(100));
            while (_news.Wait(0))
            {
                // One look at the output is enough for all lines that came.
            }
        }

        return true;
    }

    /// <summary>Waits for the end of the process and of its output; false when the time is over first.</summary>
    public async Task<bool> WaitForExit(TimeSpan limit)
    {
        using CancellationTokenSource timer = new(limit);
        try
        {
            await _process.WaitForExitAsync(timer.Token);
            await _reading.WaitAsync(timer.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public async Task Signal(string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", $"{Pid}"]);
        await kill.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        // A grandchild may hold the pipes open longer than anybody wants to wait.
        await Task.WhenAny(_reading, Task.Delay(TimeSpan.FromSeconds(2)));
        _process.Dispose();
        if (_reading.IsCompleted)
        {
            _news.Dispose();
        }
    }

    private static string[] Copy(List<string> lines)
    {
        lock (lines)
        {
            return [.. lines];
        }
    }

    private async Task Read(StreamReader reader, List<string> lines)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (lines)
            {
                lines.Add(line);
            }

            _news.Release();
        }
    }
}
