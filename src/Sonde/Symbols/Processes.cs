namespace Sonde.Symbols;

/// <summary>Questions about processes.</summary>
internal static class Processes
{
    /// <summary>Whether a process is there and not a zombie.</summary>
    public static bool IsAlive(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");

            // The name, in parentheses, may contain anything; the state follows the last one.
            int end = stat.LastIndexOf(')');
            return end < 0 || end + 2 >= stat.Length || stat[end + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
    }
}
