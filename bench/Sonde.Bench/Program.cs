using Sonde.Bench;

// Each benchmark prints a table of its own. `dotnet publish -c Release` first: the product is native code.
switch (args is [var name, ..] ? name : "")
{
    case "decode":
        DecodeBench.Run();
        return 0;
    default:
        Console.Error.WriteLine("usage: Sonde.Bench decode");
        return 1;
}
