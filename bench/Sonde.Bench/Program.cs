using Sonde.Bench;

// Each benchmark prints a table of its own. `dotnet publish -c Release` first: the product is native code.
switch (args)
{
    case ["decode"]:
        DecodeBench.Run();
        return 0;
    case ["empty", var process, var offset]:
        EmptyProbe.Run(process, offset);
        return 0;
    default:
        Console.Error.WriteLine("usage: Sonde.Bench decode | empty PID OFFSET");
        return 1;
}
