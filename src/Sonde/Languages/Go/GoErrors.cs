using System.Globalization;
using System.Text;
using Sonde.Types;
using Sonde.Values;

namespace Sonde.Languages.Go;

/// <summary>
/// The texts of errors whose data holds them: what <c>Error()</c> of the standard library's types returns (files named below, the
/// same from go1.15 to go1.27 but for where PathError lives). Errors of other types have no text: only running their code would tell.
/// </summary>
internal sealed record GoErrors : RefinedPresentation, IValueRefinement
{
    /// <summary>The dynamic types with a text, as DWARF spells them.</summary>
    private static readonly Dictionary<string, Func<Value, string?>> Texts = new()
    {
        ["*errors.errorString"] = v => Field(v, "s"), // errors/errors.go
        ["*errors.joinError"] = Joined, // errors/join.go
        ["*fmt.wrapError"] = v => Field(v, "msg"), // fmt/errors.go
        ["*fmt.wrapErrors"] = v => Field(v, "msg"),
        ["*io/fs.PathError"] = v => Line(v, r => $"{r.Text("Op")!} {r.Text("Path")!}: {Of(r, "Err")}", "Op", "Path"), // io/fs/fs.go
        ["*os.PathError"] = v => Line(v, r => $"{r.Text("Op")} {r.Text("Path")}: {Of(r, "Err")}", "Op", "Path"),
        ["*os.LinkError"] = v => Line(v, r => $"{r.Text("Op")} {r.Text("Old")} {r.Text("New")}: {Of(r, "Err")}", "Op", "Old", "New"), // os/file.go
        ["*os.SyscallError"] = v => Line(v, r => $"{r.Text("Syscall")}: {Of(r, "Err")}", "Syscall"), // os/error.go
        ["syscall.Errno"] = v => v is IntegerValue n ? GoErrno.TextOf(n.Number) : v is EnumValue e ? GoErrno.TextOf(e.Number) : null,
        ["*strconv.NumError"] = v => Line(v, r => $"strconv.{r.Text("Func")}: parsing {Quoted(r.Text("Num")!)}: {Of(r, "Err")}", "Func", "Num"), // strconv/atoi.go
        ["*net.OpError"] = Operation, // net/net.go
        ["*net.AddrError"] = v => Line(v, r => r.Text("Addr") is { Length: > 0 } a ? $"address {a}: {r.Text("Err")}" : r.Text("Err")!, "Err", "Addr"),
        ["*net.DNSError"] = v => Line(v, r => $"lookup {r.Text("Name")}{(r.Text("Server") is { Length: > 0 } s ? $" on {s}" : "")}: {r.Text("Err")}", "Err", "Name", "Server"),
        ["*net/url.Error"] = v => Line(v, r => $"{r.Text("Op")} {Quoted(r.Text("URL")!)}: {Of(r, "Err")}", "Op", "URL"), // net/url/url.go
        ["*os/exec.Error"] = v => Line(v, r => $"exec: {Quoted(r.Text("Name")!)}: {Of(r, "Err")}", "Name"), // os/exec/exec.go
        ["*encoding/json.SyntaxError"] = v => Field(v, "msg"), // encoding/json/scanner.go
        ["*net/http.ProtocolError"] = v => Field(v, "ErrorString"), // net/http/request.go
        ["context.deadlineExceededError"] = _ => "context deadline exceeded", // context/context.go
        ["*internal/poll.DeadlineExceededError"] = _ => "i/o timeout", // internal/poll/fd.go
        ["runtime.errorString"] = v => GoFields.TextOf(v) is { } text ? $"runtime error: {text}" : null, // runtime/error.go
        ["runtime.plainError"] = GoFields.TextOf,
    };

    /// <summary>For every interface type: an error may be in any.</summary>
    public static readonly GoErrors Instance = new();

    /// <summary>Whether values of a dynamic type have a text, so that following them must not end at the depth.</summary>
    public static bool HasText(string dynamicType) => Texts.ContainsKey(dynamicType);

    /// <summary>The same of a name without its package's path: <c>*fs.PathError</c>.</summary>
    public static bool MayHaveText(string shortName) => ShortNames.Contains(shortName);

    private static readonly HashSet<string> ShortNames = [.. Texts.Keys.Select(n => (n[0] == '*' ? "*" : "") + n[(Math.Max(n.LastIndexOf('/'), n.LastIndexOf('*')) + 1)..])];

    /// <inheritdoc/>
    public Value? Refine(Value value) =>
        value is DynamicValue { Text: null } dynamic && Texts.TryGetValue(dynamic.DynamicTypeName, out Func<Value, string?>? text) && text(dynamic.Inner) is { } found
            ? dynamic with { Text = found } : null;

    private static string? Field(Value value, string name) => GoFields.Record(value)?.Text(name);

    /// <summary>A text made of fields, all of which have to be there, and of an error in the field Err, if it is named in the text.</summary>
    private static string? Line(Value value, Func<RecordValue, string> make, params ReadOnlySpan<string> needed)
    {
        if (GoFields.Record(value) is not { } record)
            return null;
        foreach (string name in needed)
        {
            if (record.Text(name) is null)
                return null;
        }

        // A text that lacks its end would be a wrong one.
        return record.Field("Err") is DynamicValue { Text: null } or MissingValue or AddressValue ? null : make(record);
    }

    private static string Of(RecordValue record, string field) => record.Field(field) switch
    {
        DynamicValue { Text: { } text } => text,
        _ => "<nil>",
    };

    private static string? Joined(Value value)
    {
        if (GoFields.Record(value)?.Field("errs") is not SequenceValue { IsCut: false } errors)
            return null;
        var lines = new List<string>();
        foreach (Value error in errors.Items)
        {
            if (error is not DynamicValue { Text: { } text })
                return null;
            lines.Add(text);
        }

        return string.Join('\n', lines);
    }

    private static string? Operation(Value value) => Line(value, record =>
    {
        var text = new StringBuilder(record.Text("Op"));
        if (record.Text("Net") is { Length: > 0 } network)
            text.Append(' ').Append(network);
        string? source = Address(record.Field("Source")), address = Address(record.Field("Addr"));
        if (source is not null)
            text.Append(' ').Append(source);
        if (address is not null)
            text.Append(source is null ? " " : "->").Append(address);
        return text.Append(": ").Append(Of(record, "Err")).ToString();
    }, "Op", "Net") is { } line && AddressIsKnown(value, "Source") && AddressIsKnown(value, "Addr") ? line : null;

    private static bool AddressIsKnown(Value value, string field) =>
        GoFields.Record(value)?.Field(field) is NilValue or DynamicValue { Inner: NilValue } || Address(GoFields.Record(value)?.Field(field)) is not null;

    // net/tcpsock.go, net/udpsock.go, net/unixsock.go: String of the addresses.
    private static string? Address(Value? value)
    {
        if (value is not DynamicValue { DynamicTypeName: "*net.TCPAddr" or "*net.UDPAddr" or "*net.UnixAddr" } || GoFields.Record(value) is not { } record)
            return null;
        if (record.Text("Name") is { } path)
            return path;
        string? ip = record.Field("IP") is NilValue ? "" : record.Text("IP");
        if (ip is null || record.Number("Port") is not { } port || record.Text("Zone") is not { } zone)
            return null;
        string host = zone.Length > 0 ? $"{ip}%{zone}" : ip;
        return host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : $"{host}:{port}";
    }

    // strconv.Quote for what needs no more than this; other characters are escaped as Go does.
    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (Rune rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '"' or '\\':
                    quoted.Append('\\').Append((char)rune.Value);
                    break;
                case '\n':
                    quoted.Append("\\n");
                    break;
                case '\t':
                    quoted.Append("\\t");
                    break;
                case '\r':
                    quoted.Append("\\r");
                    break;
                case < 0x20 or 0x7f:
                    quoted.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
                    break;
                default:
                    quoted.Append(rune);
                    break;
            }
        }

        return quoted.Append('"').ToString();
    }
}
