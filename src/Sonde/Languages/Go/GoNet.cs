using System.Net;
using System.Text;
using Sonde.ObjectFile.Dwarf;
using Sonde.Types;
using Sonde.Values;

namespace Sonde.Languages.Go;

/// <summary><c>net.IP</c> (net/ip.go): 4 or 16 bytes, of which IPv4 in either.</summary>
internal sealed record GoIP : RefinedPresentation, IValueRefinement
{
    /// <inheritdoc/>
    public Value? Refine(Value value) =>
        value is BytesValue { IsCut: false, Length: 4 or 16 } bytes
            ? new TextValue(value.TypeName, Encoding.ASCII.GetBytes(TextOf(bytes.Bytes.Span)), null, false)
            : null;

    /// <summary>The text of an address; IPv4 mapped into IPv6 is written as IPv4, as Go does.</summary>
    public static string TextOf(ReadOnlySpan<byte> bytes)
    {
        var address = new IPAddress(bytes);
        return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }
}

/// <summary>
/// <c>netip.Addr</c> (net/netip/netip.go): 128 bits and a handle that tells IPv4, IPv6 and the zone. Only from go1.23 on does
/// what the handle points to say which.
/// </summary>
internal sealed record GoNetip : RefinedPresentation, IValueRefinement
{
    /// <summary>The shape; null when it is laid out in another way.</summary>
    public static RecordShape? ShapeOf(Die type, TypeReader reader)
    {
        if (!Members.TryFind(type, "addr", out Die address, out ulong addressAt) || !address.TryGetType(out Die bits)
            || !Members.TryFind(bits, "hi", out Die high, out ulong highAt) || !Members.TryFind(bits, "lo", out Die low, out ulong lowAt)
            || !Members.TryFind(type, "z", out Die zone, out ulong zoneAt) || !zone.TryGetType(out Die handle)
            || !Members.TryFind(handle, "value", out Die pointer, out ulong valueAt) || !pointer.TryGetType(out Die pointerType)
            || !TypeReader.TryStrip(pointerType, out pointerType) || !pointerType.TryGetType(out Die detail)
            || !Members.TryFind(detail, "isV6", out _, out _))
            return null;
        TypeId details = reader.Graph.Add("zone", 8, new PointerShape(reader.Read(detail), IsTransparent: true));
        return new RecordShape(
        [
            new("hi", addressAt + highAt, reader.ReadTypeOf(high)), new("lo", addressAt + lowAt, reader.ReadTypeOf(low)),
            new("z", zoneAt + valueAt, details),
        ]);
    }

    /// <inheritdoc/>
    public Value? Refine(Value value)
    {
        if (value is not RecordValue record || record.Field("hi") is not IntegerValue high || record.Field("lo") is not IntegerValue low)
            return null;
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, (ulong)high.Unsigned);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], (ulong)low.Unsigned);
        string? text = record.Field("z") switch
        {
            NilValue => "invalid IP",
            RecordValue detail when detail.Field("isV6") is BooleanValue { Truth: false } => new IPAddress(bytes[12..]).ToString(),
            RecordValue detail when detail.Text("zoneV6") is { } zone => new IPAddress(bytes) + (zone.Length > 0 ? "%" + zone : ""),
            _ => null,
        };
        return text is null ? null : new TextValue(value.TypeName, Encoding.UTF8.GetBytes(text), null, false);
    }
}

/// <summary>
/// <c>url.URL</c> (net/url/url.go: String). Shown as a text only where nothing in it needs escaping, so that the text is what
/// Go would print.
/// </summary>
internal sealed record GoUrl : RefinedPresentation, IValueRefinement
{
    /// <inheritdoc/>
    public Value? Refine(Value value)
    {
        if (value is not RecordValue record || record.Field("User") is not NilValue || record.Text("Opaque") is not ""
            || record.Text("Scheme") is not { } scheme || record.Text("Host") is not { } host || record.Text("Path") is not { } path
            || record.Text("RawPath") is not { } rawPath || record.Text("RawQuery") is not { } query || record.Text("Fragment") is not { } fragment)
            return null;
        if (rawPath.Length > 0 || !IsPlain(path) || !IsPlain(fragment) || !IsPlain(host) || record.Field("ForceQuery") is BooleanValue { Truth: true })
            return null;
        var text = new StringBuilder();
        if (scheme.Length > 0)
            text.Append(scheme).Append(':');
        if (scheme.Length > 0 || host.Length > 0)
        {
            if (host.Length > 0 || path.Length > 0)
                text.Append("//");
            text.Append(host);
        }

        if (path.Length > 0 && path[0] != '/' && host.Length > 0)
            text.Append('/');
        text.Append(path);
        if (query.Length > 0)
            text.Append('?').Append(query);
        if (fragment.Length > 0)
            text.Append('#').Append(fragment);
        return new TextValue(value.TypeName, Encoding.UTF8.GetBytes(text.ToString()), null, false);
    }

    private static bool IsPlain(string part) => part.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_' or '.' or '~' or ':' or '[' or ']');
}
