using System.CommandLine;
using System.CommandLine.Invocation;

namespace Sonde.Cli;

/// <summary><c>sonde --version</c>: the name and the number, nothing else.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        Console.Out.WriteLine($"sonde {typeof(VersionAction).Assembly.GetName().Version?.ToString(3)}");
        return 0;
    }
}
