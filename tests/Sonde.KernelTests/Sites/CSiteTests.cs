using System.Diagnostics;
using System.Globalization;

using Sonde.Kernel.Objects;
using Sonde.Kernel.Syscalls;
using Sonde.KernelTests.Objects;
using Sonde.Sites;
using Sonde.Tests.Sites;

using Xunit;

namespace Sonde.KernelTests.Sites;

/// <summary>Entry and return sites of C functions fire once per call, and the target survives return probes behind its entry.</summary>
public sealed class CSiteTests(ITestOutputHelper output)
{
    private const string Source =
        """
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #define KEEP __attribute__((noinline, noclone, noipa))
        volatile int g;
        KEEP int leaf(int a, int b) { return a * 3 + b; }
        KEEP int loops(int n) { int s = 0; for (int i = 0; i < n; i++) s += i ^ g; return s; }
        KEEP int chooses(int k, int v) { switch (k) { case 0: return v * 3; case 1: return v - 9; case 2: g = v; return 4; case 3: return abs(v);
            case 4: return leaf(v, k); case 5: return v ^ 77; case 6: g++; return 1; default: return 0; } }
        KEEP int buffer(const char *p, int n) { char t[300]; memcpy(t, p, n); return t[n / 2] + leaf(n, 1); }
        /* The store behind the call keeps it a call. */
        KEEP int recurses(int n) { if (n <= 0) return g; int r = recurses(n - 1); g = g; return 1 + r * 3; }
        KEEP int tail(int a, int b) { return a == 7 ? 0 : leaf(b, a); }
        KEEP long many(long a, long b, long c, long d, long e, long f, long h, long i) { return a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + h * 7 + i * 8 + g; }
        int main(void) {
            char text[300] = "text";
            long sum = 0;
            puts("ready"); fflush(stdout); getchar();
            for (int i = 0; i < 3000; i++) {
                sum += leaf(i, 1) + loops(i % 9) + chooses(i % 8, i) + buffer(text, i % 300) + recurses(4) + tail(8, i) + many(1, 2, 3, 4, 5, 6, 7, i);
            }
            printf("%ld\n", sum);
            return 0;
        }
        """;

    [Theory]
    [InlineData("gcc", "-O0")]
    [InlineData("gcc", "-O2")]
    [InlineData("gcc", "-O2 -fcf-protection -fomit-frame-pointer")]
    [InlineData("clang", "-O0")]
    [InlineData("clang", "-O2")]
    public void Entries_and_returns_are_counted_to_the_last_one(string compiler, string flags)
    {
        LinuxKernel kernel = Require.Kernel();
        string directory = Directory.CreateTempSubdirectory("sonde-c-").FullName;
        try
        {
            string path = Compile(directory, compiler, flags);
            string alone = Run(path, null);
            Dictionary<string, (FunctionCode Code, long Offset)> functions = ElfFunctions.ReadWithOffsets(path).ToDictionary(f => f.Name, f => (f.Code, f.Offset));
            EntryRequest request = new() { Convention = CallConvention.SystemV, Wanted = CallConvention.SystemV.EntryRegisters, StackArgumentBytes = 16 };
            foreach ((string name, long calls) in new (string, long)[]
                { ("loops", 3000), ("chooses", 3000), ("buffer", 3000), ("recurses", 15000), ("tail", 3000), ("many", 3000), ("leaf", 9375) })
            {
                (FunctionCode code, long offset) = functions[name];
                DecodedFunction function = FunctionDecoder.Decode(code);
                SiteChoice entry = SiteSelector.SelectEntry(function, request).Choice!;
                SiteChoice both = SiteSelector.SelectReturnProbe(function, request).Choice!;
                Assert.True(both.HoldsReturnAddress);
                long[] entries = [], returns = [];
                string answer = Run(path, pid =>
                {
                    string executable = $"/proc/{pid}/exe";
                    Counting first = Counting.Attach(kernel, true, executable, [new UprobeSite((ulong)offset + entry.Address - code.Address, 1)], pid, false);
                    Counting second = Counting.Attach(kernel, true, executable, [new UprobeSite((ulong)offset + both.Address - code.Address, 1)], pid, true);
                    return () =>
                    {
                        (entries, returns) = (first.Counts, second.Counts);
                        first.Dispose();
                        second.Dispose();
                    };
                });
                output.WriteLine($"{compiler} {flags} {name}: +{entry.Address - code.Address} {entry.Cost}, return probe +{both.Address - code.Address}: {entries[1]}, {returns[1]} of {calls}");
                Assert.Equal(alone, answer);
                Assert.True(entries[1] == calls, name);
                Assert.True(returns[1] == calls, $"{name}, returns");
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static string Run(string path, Func<int, Action>? attach)
    {
        using Process process = Process.Start(new ProcessStartInfo(path) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.Equal("ready", process.StandardOutput.ReadLine());
        Action? detach = attach?.Invoke(process.Id);
        process.StandardInput.Close();
        string answer = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        detach?.Invoke();
        Assert.Equal(0, process.ExitCode);
        Assert.True(long.TryParse(answer, CultureInfo.InvariantCulture, out _));
        return answer;
    }

    private static string Compile(string directory, string compiler, string flags)
    {
        string source = Path.Combine(directory, "sites.c");
        string binary = Path.Combine(directory, "sites");
        File.WriteAllText(source, Source.Replace("noipa", compiler == "clang" ? "used" : "noipa", StringComparison.Ordinal)
            .Replace("noclone, ", compiler == "clang" ? "" : "noclone, ", StringComparison.Ordinal));
        try
        {
            using Process build = Process.Start(compiler, [.. flags.Split(' '), "-o", binary, source]);
            build.WaitForExit();
            Assert.Equal(0, build.ExitCode);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            Require.Refuse($"{compiler} cannot be run: {e.Message}");
        }
        return binary;
    }
}
