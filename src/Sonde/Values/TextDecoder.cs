using Sonde.Types;

namespace Sonde.Values;

/// <summary>Texts of every form: behind a pointer with a length, behind a pointer up to a zero, in the value itself.</summary>
internal static class TextDecoder
{
    /// <summary>The text whose header, or characters, <paramref name="view"/> is.</summary>
    public static Value Decode(TypeNode type, TextShape text, FrameView view, FrameReader memory)
    {
        uint unit = text.CharacterSize;
        if (unit is not (1 or 2 or 4))
            return new MissingValue(type.Name, MissingReason.Unsupported);
        return text.Form switch
        {
            TextForm.Counted => DecodeCounted(type, text, view, memory),
            TextForm.Terminated => DecodeTerminated(type, unit, view, memory),
            TextForm.Inline => DecodeInline(type, unit, view, memory),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static Value DecodeCounted(TypeNode type, TextShape text, FrameView view, FrameReader memory)
    {
        MissingReason reason = MissingReason.Unsupported;
        if (text.Length is null || !ElementCount.TryRead(text.Length, text.CharacterSize, view, out ulong length, out reason))
            return new MissingValue(type.Name, reason);
        if (length == 0)
            return new TextValue(type.Name, default, 0, false);
        if (view.Lacks(text.PointerOffset, 8, out reason))
            return new MissingValue(type.Name, reason);
        ulong shown = Math.Min(length, (ulong)memory.StringBytes / text.CharacterSize) * text.CharacterSize;
        if (!memory.TryFind(view.Word(text.PointerOffset), shown, shown, view, out MemoryLocation place, out reason))
            return new MissingValue(type.Name, reason);
        ulong bytes = Math.Min((ulong)place.Length, (ulong)memory.StringBytes);
        bytes = Math.Min(bytes / text.CharacterSize, length) * text.CharacterSize;
        return TextBytes.Make(
            type.Name, memory.Bytes(place)[..(int)bytes], text.CharacterSize, (long)length, bytes < length * text.CharacterSize);
    }

    private static Value DecodeTerminated(TypeNode type, uint unit, FrameView view, FrameReader memory)
    {
        if (view.Lacks(0, 8, out MissingReason reason))
            return new MissingValue(type.Name, reason);
        ulong address = view.Word(0);
        if (address == 0)
            return new NilValue(type.Name);
        if (!memory.TryFind(address, 1, (ulong)memory.StringBytes + 1, view, out MemoryLocation place, out reason))
            return new MissingValue(type.Name, reason);
        if (place.State == MemoryState.Unknown)
            return new AddressValue(type.Name, address);
        ReadOnlySpan<byte> there = memory.Bytes(place);
        int zero = TextBytes.IndexOfZero(there, unit);
        return Limited(type, unit, zero >= 0 ? there[..zero] : there[..(int)(there.Length / unit * unit)], zero >= 0, memory);
    }

    private static Value DecodeInline(TypeNode type, uint unit, FrameView view, FrameReader memory)
    {
        int there = view.Prefix(type.Size, out MissingReason reason);
        ReadOnlySpan<byte> bytes = view.Bytes(0, (ulong)there - (ulong)there % unit);
        int zero = TextBytes.IndexOfZero(bytes, unit);
        if (zero < 0 && (ulong)there < type.Size && reason != MissingReason.SizeLimit)
            return new MissingValue(type.Name, reason);
        return Limited(type, unit, zero >= 0 ? bytes[..zero] : bytes, zero >= 0 || (ulong)there >= type.Size, memory);
    }

    /// <summary>A text whose end is known or not, shown up to the limit.</summary>
    private static TextValue Limited(TypeNode type, uint unit, ReadOnlySpan<byte> bytes, bool endIsKnown, FrameReader memory)
    {
        int most = memory.StringBytes - memory.StringBytes % (int)unit;
        bool isCut = !endIsKnown || bytes.Length > most;
        return TextBytes.Make(
            type.Name, bytes.Length > most ? bytes[..most] : bytes, unit, endIsKnown ? bytes.Length / (int)unit : null, isCut);
    }
}
