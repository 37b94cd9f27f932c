using System.Collections.Immutable;
using Sonde.ObjectFile.Dwarf;
using Sonde.Types;
using Sonde.Values;

namespace Sonde.Languages.Go;

/// <summary>
/// <c>time.Time</c> (time/time.go, the same from go1.15 to go1.27): <c>wall</c> holds nanoseconds and, when its top bit is set,
/// seconds since 1885; else <c>ext</c> holds seconds since year 1. The zone is that which the location used last, if it covers
/// the time; where it cannot be told the time is shown in UTC, which is the same instant.
/// </summary>
internal sealed record GoTime : RefinedPresentation, IValueRefinement
{
    private const ulong HasMonotonic = 1UL << 63;
    private const long SecondsTo1885 = 59_453_308_800, SecondsTo1970 = 62_135_596_800;

    /// <summary>The shape: of the location only what tells the zone, which is no hop.</summary>
    public static Shape? ShapeOf(Die type, TypeReader reader)
    {
        if (!Members.TryFind(type, "wall", out Die wall, out ulong wallAt) || !Members.TryFind(type, "ext", out Die ext, out ulong extAt)
            || !Members.TryFind(type, "loc", out Die loc, out ulong locAt) || !loc.TryGetType(out Die pointer) || !pointer.TryGetType(out Die location))
            return null;
        TypeGraph graph = reader.Graph;
        ImmutableArray<Field> fields = [new("wall", wallAt, reader.ReadTypeOf(wall)), new("ext", extAt, reader.ReadTypeOf(ext))];
        if (!Members.TryFind(location, "cacheStart", out Die start, out ulong startAt) || !Members.TryFind(location, "cacheEnd", out Die end, out ulong endAt)
            || !Members.TryFind(location, "cacheZone", out Die cache, out ulong cacheAt) || !cache.TryGetType(out Die zonePointer)
            || !zonePointer.TryGetType(out Die zone) || !Members.TryFind(zone, "offset", out Die offset, out ulong offsetAt))
            return new RecordShape(fields);
        TypeId zoneType = graph.Add("zone", TypeReader.SizeOf(zone), new RecordShape([new("offset", offsetAt, reader.ReadTypeOf(offset))]));
        TypeId locationType = graph.Add("location", TypeReader.SizeOf(location), new RecordShape(
        [
            new("start", startAt, reader.ReadTypeOf(start)), new("end", endAt, reader.ReadTypeOf(end)),
            new("zone", cacheAt, graph.Add("zone", 8, new PointerShape(zoneType, IsTransparent: true))),
        ]));
        return new RecordShape([.. fields, new("loc", locAt, graph.Add("location", 8, new PointerShape(locationType, IsTransparent: true)))]);
    }

    /// <inheritdoc/>
    public Value? Refine(Value value)
    {
        if (value is not RecordValue record || record.Field("wall") is not IntegerValue wallValue || record.Number("ext") is not { } ext)
            return null;
        ulong wall = (ulong)wallValue.Unsigned;
        Int128 seconds = (wall & HasMonotonic) != 0 ? (Int128)((wall << 1) >> 31) + SecondsTo1885 : ext;
        long nanoseconds = (long)(wall & 0x3fff_ffff);
        Int128 unix = seconds - SecondsTo1970;
        long offset = OffsetAt(record.Field("loc") as RecordValue, unix);
        Int128 ticks = (seconds * TimeSpan.TicksPerSecond) + (nanoseconds / 100);
        if (nanoseconds > 999_999_999 || ticks < 0 || ticks > DateTime.MaxValue.Ticks || offset % 60 != 0 || Math.Abs(offset) > 14 * 3600)
            return null;
        Int128 local = ticks + (offset * TimeSpan.TicksPerSecond);
        if (local < 0 || local > DateTime.MaxValue.Ticks)
            (local, offset) = (ticks, 0);
        return new TimeValue(value.TypeName, new DateTimeOffset((long)local, TimeSpan.FromSeconds(offset)), (int)(nanoseconds % 100));
    }

    private static long OffsetAt(RecordValue? location, Int128 unix) =>
        location?.Number("start") is { } start && location.Number("end") is { } end && start <= unix && unix < end
        && location.Field("zone") is RecordValue zone && zone.Number("offset") is { } offset && offset > -86_400 && offset < 86_400
            ? (long)offset : 0;
}
