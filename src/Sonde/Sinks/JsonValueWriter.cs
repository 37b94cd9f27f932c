using System.Collections.Immutable;
using System.Text;
using System.Text.Unicode;
using Sonde.Values;

namespace Sonde.Sinks;

/// <summary>Writes values in the JSON of docs/events.md.</summary>
internal sealed class JsonValueWriter(Utf8Output output, JsonSinkOptions options)
{
    /// <summary>An object of named values.</summary>
    public void WriteObject(ImmutableArray<NamedValue> values, bool doubleDollar = true)
    {
        output.Byte((byte)'{');
        for (int i = 0; i < values.Length; i++)
        {
            if (i > 0)
                output.Byte((byte)',');
            JsonText.Write(output, values[i].Name, doubleDollar);
            output.Byte((byte)':');
            Write(values[i].Value);
        }

        output.Byte((byte)'}');
    }

    /// <summary>One value.</summary>
    public void Write(Value value)
    {
        if (!options.ShowTypes || value is MissingValue or DynamicValue)
        {
            WriteBare(value);
            return;
        }

        output.Raw("{\"$type\":"u8);
        JsonText.Write(output, value.TypeName);
        output.Raw(",\"$value\":"u8);
        WriteBare(value);
        output.Byte((byte)'}');
    }

    /// <summary>The frames of a stack; the last says why it ends early.</summary>
    public void WriteStack(StackValue stack)
    {
        output.Byte((byte)'[');
        for (int i = 0; i < stack.Frames.Length; i++)
        {
            if (i > 0)
                output.Byte((byte)',');
            WriteFrame(stack.Frames[i]);
        }

        if (stack.End is { } reason)
        {
            if (stack.Frames.Length > 0)
                output.Byte((byte)',');
            output.Text($"{{\"$missing\":\"{ContractNames.Of(reason)}\"}}");
        }

        output.Byte((byte)']');
    }

    private void WriteFrame(in StackFrame frame)
    {
        output.Raw("{\"function\":"u8);
        if (frame.Function is { } function)
            JsonText.Write(output, function);
        else
            output.Raw("null"u8);
        if (frame.File is { } file)
        {
            output.Raw(",\"file\":"u8);
            JsonText.Write(output, file);
        }

        if (frame.Line > 0)
            output.Text($",\"line\":{frame.Line}");
        if (frame.Address != 0)
            output.Text($",\"address\":\"0x{frame.Address:x}\"");
        output.Text($",\"inlined\":{(frame.Inlined ? "true" : "false")}}}");
    }

    private void WriteBare(Value value)
    {
        switch (value)
        {
            case IntegerValue integer:
                WriteInteger(integer);
                break;
            case TextValue text:
                WriteText(text);
                break;
            case PointerValue pointer:
                // The pointer's own type says it all; a second wrapping would show the same type without the star.
                WriteBare(pointer.Target);
                break;
            case RecordValue record:
                WriteObject(record.Fields);
                break;
            case SequenceValue sequence:
                WriteItems(sequence.Items, sequence.IsCut ? sequence.Length : null);
                break;
            case BooleanValue boolean:
                output.Raw(boolean.Truth ? "true"u8 : "false"u8);
                break;
            case FloatValue number:
                WriteFloat(number.Number, number.Bits);
                break;
            case NilValue:
                output.Raw("null"u8);
                break;
            case AddressValue address:
                output.Raw("{\"$ptr\":\"0x"u8);
                output.Hex(address.Address);
                output.Raw("\"}"u8);
                break;
            case EnumValue { Name: { } name }:
                JsonText.Write(output, name);
                break;
            case EnumValue constant:
                WriteNumber(constant.Number, constant.Number >= int.MinValue && constant.Number <= uint.MaxValue ? 32 : 64, true);
                break;
            case BytesValue bytes:
                WriteBytes(bytes);
                break;
            case CharacterValue character:
                WriteCharacter(character);
                break;
            case ComplexValue complex:
                output.Byte((byte)'[');
                WriteFloat(complex.Real, complex.Bits);
                output.Byte((byte)',');
                WriteFloat(complex.Imaginary, complex.Bits);
                output.Byte((byte)']');
                break;
            case MapValue map:
                WriteMap(map);
                break;
            case DynamicValue dynamic:
                WriteDynamic(dynamic);
                break;
            case VariantValue { Payload: null } variant:
                JsonText.Write(output, variant.Case);
                break;
            case VariantValue variant:
                output.Byte((byte)'{');
                JsonText.Write(output, variant.Case, doubleDollar: true);
                output.Byte((byte)':');
                Write(variant.Payload);
                output.Byte((byte)'}');
                break;
            case FunctionValue function:
                output.Raw("{\"$func\":"u8);
                JsonText.Write(output, function.Name);
                if (!function.Captures.IsDefaultOrEmpty)
                {
                    output.Raw(",\"$captures\":"u8);
                    WriteObject(function.Captures);
                }

                output.Byte((byte)'}');
                break;
            case ChannelValue channel:
                output.Raw("{\"$chan\":"u8);
                JsonText.Write(output, channel.ElementType);
                output.Raw(",\"$len\":"u8);
                output.Number(channel.Length);
                output.Raw(",\"$cap\":"u8);
                output.Number(channel.Capacity);
                output.Raw(",\"$items\":"u8);
                WriteItems(channel.Items, null);
                if (channel.IsClosed)
                    output.Raw(",\"$closed\":true"u8);
                output.Byte((byte)'}');
                break;
            case TimeValue time:
                JsonText.Write(output, TimeText.Rfc3339(time));
                break;
            case DurationValue duration:
                WriteNumber(duration.Nanoseconds, 64, true);
                break;
            case CycleValue cycle:
                output.Raw("{\"$cycle\":"u8);
                output.Number(cycle.Levels);
                output.Byte((byte)'}');
                break;
            case StackValue stack:
                WriteStack(stack);
                break;
            case CallerValue caller:
                WriteFrame(caller.Caller);
                break;
            case MissingValue missing:
                WriteMissing(missing);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private void WriteInteger(IntegerValue integer)
    {
        if (integer.Bits < 64)
            output.Number((long)integer.Number);
        else
            WriteNumber(integer.Number, integer.Bits, integer.Signed);
    }

    /// <summary>128-bit types are strings always; other numbers when they do not fit or when asked for.</summary>
    private void WriteNumber(Int128 number, int bits, bool signed)
    {
        bool fits = number <= ulong.MaxValue && (signed ? number >= long.MinValue : number >= 0);
        bool quoted = bits > 64 || !fits || (options.NumbersAsStrings && bits > 53);
        if (quoted)
            output.Byte((byte)'"');
        output.Number(number, signed);
        if (quoted)
            output.Byte((byte)'"');
    }

    private void WriteFloat(double number, int bits)
    {
        if (double.IsFinite(number))
            output.Number(number, bits);
        else
            output.Raw(double.IsNaN(number) ? "\"NaN\""u8 : number > 0 ? "\"+Inf\""u8 : "\"-Inf\""u8);
    }

    private void WriteText(TextValue text)
    {
        ReadOnlySpan<byte> bytes = text.Utf8.Span;
        WriteString(bytes, Utf8.IsValid(bytes), text.IsCut, text.Length);
    }

    private void WriteBytes(BytesValue value)
    {
        ReadOnlySpan<byte> bytes = value.Bytes.Span;
        ReadOnlySpan<byte> whole = value.IsCut ? bytes[..TextBytes.CompleteLength(bytes)] : bytes;
        bool isText = UnsafeCharacters.IsPlainText(whole);
        WriteString(isText ? whole : bytes, isText, value.IsCut, value.Length);
    }

    private void WriteString(ReadOnlySpan<byte> bytes, bool isText, bool isCut, long? length)
    {
        if (isText && !isCut)
        {
            JsonText.Write(output, bytes);
            return;
        }

        output.Byte((byte)'{');
        if (isCut)
        {
            output.Raw("\"$len\":"u8);
            if (length is { } whole)
                output.Number(whole);
            else
                output.Raw("null"u8);
            output.Byte((byte)',');
        }

        if (isText)
        {
            output.Raw("\"$prefix\":"u8);
            JsonText.Write(output, bytes);
        }
        else
        {
            output.Raw("\"$hex\":\""u8);
            output.Hex(bytes);
            output.Byte((byte)'"');
        }

        output.Byte((byte)'}');
    }

    /// <summary>A whole character is a string of one; a code unit that is none by itself is its number.</summary>
    private void WriteCharacter(CharacterValue character)
    {
        if (!Rune.TryCreate(character.CodePoint, out Rune rune) || (character.Bits == 8 && !rune.IsAscii))
        {
            output.Number(character.CodePoint);
            return;
        }

        Span<byte> utf8 = stackalloc byte[4];
        JsonText.Write(output, utf8[..rune.EncodeToUtf8(utf8)]);
    }

    private void WriteItems(ImmutableArray<Value> items, long? cutLength)
    {
        if (cutLength is { } length)
        {
            output.Raw("{\"$len\":"u8);
            output.Number(length);
            output.Raw(",\"$items\":"u8);
        }

        output.Byte((byte)'[');
        for (int i = 0; i < items.Length; i++)
        {
            if (i > 0)
                output.Byte((byte)',');
            Write(items[i]);
        }

        output.Byte((byte)']');
        if (cutLength is not null)
            output.Byte((byte)'}');
    }

    private void WriteMap(MapValue map)
    {
        if (MapKeys.MakeAnObject(map))
        {
            output.Byte((byte)'{');
            for (int i = 0; i < map.Entries.Length; i++)
            {
                if (i > 0)
                    output.Byte((byte)',');
                JsonText.Write(output, ((TextValue)map.Entries[i].Key).Utf8.Span, doubleDollar: true);
                output.Byte((byte)':');
                Write(map.Entries[i].Value);
            }

            output.Byte((byte)'}');
            return;
        }

        output.Byte((byte)'{');
        if (map.IsCut)
        {
            output.Raw("\"$len\":"u8);
            output.Number(map.Length);
            output.Byte((byte)',');
        }

        output.Raw("\"$entries\":["u8);
        for (int i = 0; i < map.Entries.Length; i++)
        {
            output.Raw(i == 0 ? "["u8 : ",["u8);
            Write(map.Entries[i].Key);
            output.Byte((byte)',');
            Write(map.Entries[i].Value);
            output.Byte((byte)']');
        }

        output.Raw("]}"u8);
    }

    private void WriteDynamic(DynamicValue dynamic)
    {
        output.Raw("{\"$type\":"u8);
        JsonText.Write(output, dynamic.DynamicTypeName);
        output.Raw(",\"$value\":"u8);
        WriteBare(dynamic.Inner);
        if (dynamic.Text is not null)
        {
            output.Raw(",\"$text\":"u8);
            JsonText.Write(output, dynamic.Text);
        }

        output.Byte((byte)'}');
    }

    private void WriteMissing(MissingValue missing)
    {
        output.Raw("{\"$missing\":\""u8);
        output.Text(ContractNames.Of(missing.Reason));
        output.Byte((byte)'"');
        if (missing.Reason == MissingReason.Unsupported)
        {
            output.Raw(",\"$type\":"u8);
            JsonText.Write(output, missing.TypeName);
        }

        output.Byte((byte)'}');
    }
}
