using System.Globalization;
using Sonde.Sites;
using Xunit;

namespace Sonde.Tests.Sites;

/// <summary>
/// Line tables of real compilers as <c>offset:line</c>, a minus behind rows that begin no statement. The function of the C
/// cases is, from line 3: <c>int work(int *v, int n, int k) { int sum = 0; for (…) { if (v[i] > k &amp;&amp; v[i] != 7) sum += v[i];
/// else sum -= k; g = sum; } for (…) sum += j ^ g; while (sum > 1000) { sum /= 2; g++; } switch (k) { … } return sum; }</c>.
/// </summary>
public sealed class LineSitesTests
{
    private const string CUnoptimised = "554889e548897de88975e48955e0c745fc00000000c745f800000000eb648b45f84898488d148500000000488b45e84801d08b003945e07d368b45f84898488d148500000000488b45e84801d08b0083f807741b8b45f84898488d148500000000488b45e84801d08b000145fceb068b45e02945fc8b45fc8905652e00008345f8018b45f83b45e47c94c745f400000000eb108b054a2e00003345f40145fc8345f401837df4027eeaeb1e8b45fc89c2c1ea1f01d0d1f88945fc8b05232e000083c00189051a2e0000817dfce80300007fd9837de0017408837de002740eeb12c705f92d000005000000eb098345fc01eb03f75dfc8b45fc5dc3";
    private const string CUnoptimisedRows = "0:4 14:5 21:6 28:6 30:7 52:7 57:7 79:7 84:8 106:8 111:10 117:11 126:6 130:6 138:13 145:13 147:13 156:13 159:13 163:13 169:14 171:14 186:14 201:14 210:15 224:16 234:16 236:17 240:17 242:18 245:20 248:21 250:end";
    private const string COptimised = "89d185f60f8ea60000004863f631c0488d34b7eb180f1f0039ca7e1801d04883c7048905642e00004839fe74188b1783fa0775e429c84883c70489054c2e00004839fe75e88b15412e000001d08b15392e000083f20101c28b052e2e000083f00201d03de80300007e1e660f1f4400008b15162e0000d1f883c20189150b2e00003de80300007fe883f901741389c283c001f7da83f9020f45c2c30f1f440000c705e22d000005000000c30f1f44000031c0eb91";
    private const string COptimisedRows = "0:4 0:5 0:6 0:6 0:6 0:4- 2:6- 13:6- 13:5- 19:5- 24:7- 28:8 28:8- 30:11 30:6- 34:11- 40:6 40:6 45:7 45:7- 47:7- 52:10 52:10- 54:11 54:6- 58:11- 64:6 64:6 69:6- 69:13 69:13 69:13- 75:13- 77:13 77:13 77:13 77:13- 86:13- 88:13 88:13 88:13 88:13- 97:13- 99:13 99:13 99:13- 99:14 112:14 112:14- 118:14- 120:14 120:14- 129:14 136:15 141:18- 146:18- 148:18- 160:16 160:16- 170:16 170:21- 176:5- 180:end";
    private const string GoLoop = "488944240831c931d2eb0a0fb634084801f248ffc14839cb7ff14889d0c3";
    private const string GoLoopRows = "0:34- 5:36 7:36- 15:37 18:36 24:36- 26:39 29:39- 30:end";
    private const string GoRecursive = "4c8da42430ffffff4d3b66100f86c0000000554889e54881ec48010000488d54241cbe04000000440f113a440f117a10440f117a20440f117a304883c2406690ffce75e3440f113a440f117a10440f117a1c4889c248c1f83f4889c148b8073a6da0d3063a6d4889d348f7ea48c1fa074829ca4869d22c0100004889d84829d34881fb2c010000733ec6441c1c014885c0751b488d44241cbb2c01000089d990e8fbfcffff4881c4480100005dc348ffc8e84affffff0fb64c241c4801c84881c4480100005dc3b82c010000e8ef2ffeff904889442408e8a413feff488b442408e91affffff";
    private const string GoRecursiveRows = "0:64 22:64 29:65 34:65- 82:66 85:66- 142:67 145:67- 147:68 152:68- 160:68 165:68- 174:70 177:70- 199:66- 209:66 210:64 230:end";

    [Theory]
    [InlineData(4, "0")]
    [InlineData(5, "14")]
    [InlineData(6, "21 126")] // initialisation; increment, not the condition behind it
    [InlineData(7, "30")] // both halves of the condition are one execution
    [InlineData(8, "84")]
    [InlineData(11, "117")]
    [InlineData(13, "138")] // a loop on one line is one execution
    [InlineData(14, "169")]
    [InlineData(15, "214")] // past the cmp to the je, which is emulated
    [InlineData(17, "236")]
    [InlineData(20, "245")]
    public void Unoptimised_C(uint line, string sites) => Assert.Equal(sites, Find(CUnoptimised, CUnoptimisedRows, line, CallConvention.SystemV));

    [Theory]
    [InlineData(5, "0")] // no code of its own: where the next statement begins
    [InlineData(6, "0 43 67")]
    [InlineData(7, "45")]
    [InlineData(8, "28")]
    [InlineData(10, "52")]
    [InlineData(11, "30 54")] // the end of the body was duplicated
    [InlineData(13, "69")]
    [InlineData(14, "104")]
    [InlineData(15, "139")]
    [InlineData(16, "160")] // the break behind it is in the same block
    [InlineData(18, "141")] // only rows that begin no statement: where its code begins
    public void Optimised_C(uint line, string sites) => Assert.Equal(sites, Find(COptimised, COptimisedRows, line, CallConvention.SystemV));

    [Theory]
    [InlineData(GoLoop, GoLoopRows, 36, "5 18")]
    [InlineData(GoLoop, GoLoopRows, 37, "15")]
    [InlineData(GoLoop, GoLoopRows, 39, "26")]
    [InlineData(GoRecursive, GoRecursiveRows, 64, "18")] // the push behind the stack check, not the check, not morestack
    [InlineData(GoRecursive, GoRecursiveRows, 67, "145")]
    [InlineData(GoRecursive, GoRecursiveRows, 68, "147")] // one block: the second row of the line adds nothing
    public void Go(string code, string rows, uint line, string sites) => Assert.Equal(sites, Find(code, rows, line, CallConvention.GoRegister));

    [Fact]
    public void Hits_that_grow_the_stack_are_ignored_where_a_line_is_nothing_but_the_check()
    {
        // As GoRecursive, but the prologue behind the check belongs to line 65.
        var site = Assert.Single(Select(GoRecursive, "0:64 18:65 210:64 230:end", 64, CallConvention.GoRegister).Sites);
        Assert.Equal(Code.Address + 12, site.Address);
        Assert.Equal(new FlagsTest(0x41, true), site.Ignore);
    }

    [Fact]
    public void A_refused_instruction_is_passed_over_within_its_line()
    {
        // rep stosb; ret on one line
        Assert.Equal("2", Find("f3aa c3", "0:1 3:end", 1, CallConvention.SystemV));
        Assert.Equal(SiteRefusalCode.RefusedByKernel, Select("f3aa c3", "0:1 2:2 3:end", 1, CallConvention.SystemV).Refusal!.Value.Code);
    }

    [Theory]
    [InlineData(99)]
    [InlineData(0)]
    public void A_line_without_code_says_so(uint line) =>
        Assert.Equal(SiteRefusalCode.NoCodeForLine, Select(CUnoptimised, CUnoptimisedRows, line, CallConvention.SystemV).Refusal!.Value.Code);

    [Fact]
    public void Rows_that_are_no_instructions_or_outside_are_ignored() =>
        Assert.Equal("2", Find("89f8 90 c3", "1:7 2:7 900:7 4:end", 7, CallConvention.SystemV));

    [Fact]
    public void The_frame_is_known_at_the_sites()
    {
        var sites = Select(GoRecursive, GoRecursiveRows, 67, CallConvention.GoRegister).Sites;
        Assert.Equal(8 + 8 + 0x148, Assert.Single(sites).CfaOffset);
    }

    [Fact]
    public void A_table_whose_rows_all_cover_everything_ends_in_time()
    {
        var code = new byte[100_000];
        code.AsSpan().Fill(0x90);
        var rows = new LineRow[100_000];
        for (var i = 0; i < rows.Length; i++) rows[i] = new LineRow(Code.Address + (ulong)(i % 2 == 0 ? 0 : code.Length), 1, 5, true, false);
        var function = FunctionDecoder.Decode(new FunctionCode(code, Code.Address));
        Assert.NotEmpty(LineSites.Find(function, rows, 1, 5, CallConvention.SystemV, KernelTraits.Floor).Sites);
    }

    [Fact]
    public void A_later_part_of_a_statement_is_no_execution() =>
        Assert.Equal("2", Find("85ff 7402 89f8 89f8 c3", "0:1 4:2 6:1 8:3 9:end", 1, CallConvention.SystemV)); // test; je 6; 4: mov; 6: mov

    [Fact]
    public void A_part_that_a_loop_comes_back_to_is_one() =>
        Assert.Equal("0 6", Find("31c0 89f8 39c8 75fa c3", "0:1 2:2 4:1 8:3 9:end", 1, CallConvention.SystemV)); // xor; 2: mov; cmp; jne 2

    [Theory]
    [InlineData(false, "6 15")]
    [InlineData(true, "6")]
    public void Behind_a_call_that_never_returns_nothing_goes_on(bool never, string sites)
    {
        // test; je 8; test; jmp 13; 8: call (a panic, of line 2); 13: mov (the compiler took it for line 2); mov; ret
        const string code = "85f6 7404 85ff eb05 e800000000 89f8 89f8 c3";
        Assert.Equal(sites, Find(code, "0:9 4:1 8:2 15:1 17:3 18:end", 1, CallConvention.SystemV, (in Iced.Intel.Instruction _) => never));
    }

    [Fact]
    public void Where_two_ways_meet_within_a_line_both_begin_it() =>
        Assert.Equal("4 8", Find("85ff 7404 89f8 eb02 89f0 01f0 c3", "0:9 4:1 8:0- 10:1 12:3 13:end", 1, CallConvention.SystemV)); // test; je 8; mov; jmp 10; 8: mov; 10: add

    [Theory]
    [InlineData("8b4424f8 8d0c00 50 c3", 7, "rax rcx")] // mov eax,[rsp-8]; lea ecx,[rax+rax]; push
    [InlineData("8b07 8d0c00 50 c3", 0, "")] // mov eax,[rdi] can fault: then the line was executed
    [InlineData("897c24f8 50 c3", 0, "")] // a store
    public void An_emulated_instruction_behind_loads_may_stand_in(string code, int later, string written)
    {
        var site = Assert.Single(Select(code, "0:1 90:end", 1, CallConvention.SystemV).Sites);
        Assert.Equal(UprobeHandling.Stepped, site.Cost);
        Assert.Equal(later == 0 ? 0 : Code.Address + (ulong)later, site.Later);
        Assert.Equal(written, site.Later == 0 ? "" : site.Written.Describe());
    }

    private static string Find(string code, string rows, uint line, CallConvention convention, NeverReturns? never = null) =>
        string.Join(' ', Select(code, rows, line, convention, never).Sites.Select(site => site.Address - Code.Address));

    private static LineSelection Select(string code, string rows, uint line, CallConvention convention, NeverReturns? never = null)
    {
        var table = rows.Split(' ').Select(row =>
        {
            var parts = row.TrimEnd('-').Split(':');
            var end = parts[1] == "end";
            return new LineRow(
                Code.Address + ulong.Parse(parts[0], CultureInfo.InvariantCulture), 1,
                end ? 0 : uint.Parse(parts[1], CultureInfo.InvariantCulture), !row.EndsWith('-') && !end, end);
        });
        return LineSites.Find(Code.Of(code), table.ToArray(), 1, line, convention, KernelTraits.Floor, never);
    }
}
