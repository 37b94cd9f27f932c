using System.CommandLine;
using Sonde.Attaching;
using Sonde.Cli;

// The stub that becomes the command of `sonde trace -- CMD`: before anything else, as little as possible.
if (args is [CommandLauncher.StubCommand, _, _, _, ..])
    return CommandLauncher.RunStub(args.AsSpan(1));

var root = new RootCommand("A live debugger for production: shows arguments, results and variables of a running Go, C++, Rust or C program.")
{
    TraceCommand.Create(),
    LsCommand.Create(),
    ExplainCommand.Create(),
    DoctorCommand.Create(),
};
root.Options.OfType<VersionOption>().Single().Action = new VersionAction();
try
{
    ParseResult parsed = root.Parse(args);
    if (parsed.Errors is [var error, ..])
        return Failure.Report(Failure.OfParsing(error.Message));
    return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception e)
{
    return Failure.Report(e);
}
