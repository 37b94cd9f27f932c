using System.Diagnostics;
using System.Text;
using Sonde.Kernel.Assembly;
using Sonde.Kernel.Features;
using Sonde.Kernel.Objects;
using Sonde.Kernel.Syscalls;
using Sonde.Sites;
using Sonde.Tests.Sites;
using Xunit;
using static Sonde.Kernel.Assembly.Register;
using static Sonde.Kernel.Assembly.Verbs;

namespace Sonde.KernelTests.Sites;

/// <summary>
/// The rules against the kernel itself: what it refuses must be refused, whatever else we refuse besides (7.2 takes a
/// segment prefix on a no-op, which older ones do not).
/// </summary>
public sealed class UprobeRulesOracleTests
{
    private const int Slot = 16;

    // Never executed, so anything may stand here.
    private static readonly string[] s_encodings =
    [
        "90", "55", "54", "4157", "4855", "6655", "eb10", "e900000000", "f2e900000000", "e800000000", "7610", "0f8600000000", "e3fe", "e2fe",
        "f30f1efa", "4889e5", "4883ec28", "c3", "c20800", "5d", "c9", "6a08", "ff25f0ffffff", "ff15f0ffffff", "ffe0", "ffd0",
        "64488b0c25f8ffffff", "65488b042500000000", "488b05f0ffffff", "f390", "6690", "0f1f00", "0f1f4000", "0f1f440000", "660f1f440000",
        "2e660f1f840000000000", "662e0f1f840000000000", "3effe0", "3e7610", "f0480fb10f", "66e800000000", "66e900000000", "667610", "660f8600000000",
        "62f17c481000", "62f1fe486f07", "c5fdefc0", "c5fdebc1", "c5f970c1ee", "c5f877", "c5fa6f07", "c5fe7f07", "c5fb1007", "c5fb58c1", "c4e279180f",
        "c5fac2c100", "c4e1f96ec7", "cc", "cd80", "f4", "fa", "fb", "ec", "ee", "e400", "6c", "f1", "cf", "9c", "9d", "8ed0", "8ec0", "f348ab", "f3a4", "a4",
        "4190", "87c0", "678b05f0ffffff", "678b00", "0f05", "0f0b", "0fa2", "0f31", "0f01d0", "0f10c1", "660f3800c1", "660f3a0fc108", "f20f10c1",
        "48a1f0ffffffffffffff", "dd00", "d9c0", "9b", "98", "4898", "c8080000", "0fc80f", "0fa3c1", "480fc70f", "f00fc70f", "06", "60", "ea", "d6", "82c000",
    ];

    [Fact]
    public void What_the_kernel_refuses_is_refused()
    {
        LinuxKernel kernel = Require.Kernel();
        Require.Feature(KernelFeature.UprobeMulti);
        string directory = Directory.CreateTempSubdirectory("sonde-rules-").FullName;
        try
        {
            string path = Compile(directory);
            using Process process = Process.Start(new ProcessStartInfo(path) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
            Assert.Equal("ready", process.StandardOutput.ReadLine());
            ProgramBlueprint blueprint = new()
            {
                Name = "nothing",
                AttachType = AttachType.BPF_TRACE_UPROBE_MULTI,
                Code = Assembler.Assemble([MovImm(R0, 0), Exit()]),
            };
            using BpfProgram program = BpfProgram.Load(kernel, blueprint);
            (_, FunctionCode code, long offset) = ElfFunctions.ReadWithOffsets(path).Single(f => f.Name == "encodings");
            int refused = 0;
            for (int i = 0; i < s_encodings.Length; i++)
            {
                byte[] bytes = Convert.FromHexString(s_encodings[i]);
                Assert.True(code.Code.Span.Slice(i * Slot, bytes.Length).SequenceEqual(bytes));
                UprobeHandling handling = UprobeRules.Classify(bytes, KernelTraits.Floor, out _);
                using UprobeMultiLink? link = UprobeMultiLink.TryAttach(
                    kernel, program, $"/proc/{process.Id}/exe", [new UprobeSite((ulong)(offset + i * Slot))], process.Id, false, out Errno errno);
                Assert.True(link is not null || handling == UprobeHandling.Refused, $"{s_encodings[i]}: the kernel says {errno}, the rules {handling}");
                refused += link is null ? 1 : 0;
            }
            Assert.InRange(refused, 20, s_encodings.Length - 40);
            process.StandardInput.Close();
            process.WaitForExit();
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static string Compile(string directory)
    {
        StringBuilder assembly = new(".globl encodings\\n.type encodings,@function\\n.p2align 4\\nencodings:\\n");
        foreach (string encoding in s_encodings)
        {
            IEnumerable<string> bytes = Convert.FromHexString(encoding).Concat(Enumerable.Repeat((byte)0x90, Slot)).Take(Slot).Select(b => $"0x{b:x2}");
            assembly.Append(".byte ").AppendJoin(',', bytes).Append("\\n");
        }
        assembly.Append(".size encodings, . - encodings\\n");
        string source = Path.Combine(directory, "rules.c");
        string binary = Path.Combine(directory, "rules");
        File.WriteAllText(source, $"#include <stdio.h>\nasm(\"{assembly}\");\nint main(void) {{ puts(\"ready\"); fflush(stdout); getchar(); return 0; }}\n");
        using Process gcc = Process.Start("gcc", ["-O1", "-o", binary, source]);
        gcc.WaitForExit();
        Assert.Equal(0, gcc.ExitCode);
        return binary;
    }
}
