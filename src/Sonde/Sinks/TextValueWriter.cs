using System.Collections.Immutable;
using Sonde.Languages;
using Sonde.Values;

namespace Sonde.Sinks;

/// <summary>Writes values in a language's syntax, on one line or indented over several.</summary>
internal sealed class TextValueWriter(Utf8Output output, TextPen pen, TextSinkOptions options)
{
    private const string Indent = "    ";

    private int _level;

    /// <summary>The language of the values to come.</summary>
    public ValueSyntax Syntax { get; set; } = ValueSyntax.Of(Types.SourceLanguage.Unknown);

    /// <summary>Names and values as parameters are written: <c>a=1, b=2</c>.</summary>
    public void WriteNamed(ImmutableArray<NamedValue> values, string assign, string separator)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (i > 0)
                pen.Own(separator);
            WriteNamed(values[i], assign);
        }
    }

    /// <summary>A name and its value.</summary>
    public void WriteNamed(NamedValue named, string assign)
    {
        pen.Begin(Ink.Name);
        pen.Foreign(named.Name);
        pen.End();
        if (options.ShowTypes)
        {
            pen.Own("(");
            pen.Foreign(named.Value.TypeName);
            pen.Own(")");
        }

        pen.Own(assign);
        Write(named.Value);
    }

    /// <summary>A function of a stack: <c>main.handle (main.go:42)</c>, or its address.</summary>
    public void WriteFrame(in StackFrame frame)
    {
        if (frame.Function is { } function)
            pen.Foreign(function);
        else
            pen.Own($"0x{frame.Address:x}");
        if (frame.File is null)
            return;
        pen.Own(" (");
        pen.Foreign(Path.GetFileName(frame.File));
        pen.Own(frame.Line > 0 ? $":{frame.Line})" : ")");
    }

    /// <summary>One value; <paramref name="within"/> is the type of the collection that it is an item of.</summary>
    public void Write(Value value, string? within = null)
    {
        switch (value)
        {
            case IntegerValue integer:
                output.Number(integer.Number, integer.Signed);
                break;
            case TextValue text:
                TextQuotes.Text(output, text.Utf8.Span, text.IsCut, Syntax);
                if (text is { IsCut: true, Length: { } length })
                    WriteLength(length);
                break;
            case PointerValue pointer:
                pen.Own(Syntax.PointerPrefix(pointer.TypeName));
                Write(pointer.Target);
                break;
            case RecordValue record:
                bool elided = within is not null && Syntax.ElidesName(within, record.TypeName);
                WriteFields(elided ? "" : Syntax.RecordName(record.TypeName), record.Fields);
                break;
            case SequenceValue sequence:
                WriteSequence(sequence, within);
                break;
            case BooleanValue boolean:
                pen.Own(boolean.Truth ? "true" : "false");
                break;
            case FloatValue number:
                WriteFloat(number.Number, number.Bits, Syntax.WholeFloatSuffix);
                break;
            case NilValue:
                pen.Own(Syntax.Nil);
                break;
            case AddressValue address:
                pen.Own("0x");
                output.Hex(address.Address);
                break;
            case EnumValue { Name: { } name }:
                pen.Foreign(name);
                break;
            case EnumValue constant:
                output.Number(constant.Number);
                break;
            case BytesValue bytes:
                WriteBytes(bytes);
                break;
            case CharacterValue character:
                TextQuotes.Character(output, character.CodePoint, character.Bits, Syntax);
                break;
            case ComplexValue complex:
                pen.Own("(");
                WriteFloat(complex.Real, complex.Bits, "");
                bool hasSign = double.IsFinite(complex.Imaginary)
                    ? double.IsNegative(complex.Imaginary)
                    : Syntax.NotFinite(complex.Imaginary)[0] is '+' or '-';
                if (!hasSign)
                    pen.Own("+");
                WriteFloat(complex.Imaginary, complex.Bits, "");
                pen.Own("i)");
                break;
            case MapValue map:
                WriteMap(map);
                break;
            case DynamicValue dynamic:
                WriteDynamic(dynamic);
                break;
            case VariantValue variant:
                WriteVariant(variant);
                break;
            case FunctionValue function:
                pen.Foreign(function.Name);
                if (!function.Captures.IsDefaultOrEmpty)
                    WriteFields("", function.Captures);
                break;
            case ChannelValue channel:
                pen.Foreign(channel.TypeName);
                WriteItems(channel.Items, Syntax.Sequence, channel.Items.Length < channel.Length, null);
                pen.Own($"({channel.Length}/{channel.Capacity})");
                break;
            case TimeValue time:
                pen.Own(TimeText.Rfc3339(time));
                break;
            case DurationValue duration:
                pen.Own(TimeText.Exact(duration.Nanoseconds));
                break;
            case CycleValue cycle:
                pen.Own($"<cycle {cycle.Levels}>");
                break;
            case StackValue stack:
                for (int i = 0; i < stack.Frames.Length; i++)
                {
                    pen.Own(i > 0 ? " < " : "");
                    WriteFrame(stack.Frames[i]);
                }

                if (stack.End is { } reason)
                    pen.Own($" < <{ContractNames.Of(reason)}>");
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

    private void WriteFields(string name, ImmutableArray<NamedValue> fields)
    {
        pen.Foreign(name);
        if (fields.IsEmpty)
        {
            // Rust writes a record without fields as its bare name.
            if (name.Length == 0 || Syntax.Record.Open == "{")
                pen.Own("{}");
            return;
        }

        (string open, string close) = Syntax.Record;
        pen.Own(options.Pretty ? open.TrimEnd() : name.Length == 0 ? open.TrimStart() : open);
        _level++;
        for (int i = 0; i < fields.Length; i++)
        {
            if (i > 0)
                pen.Own(options.Pretty ? Syntax.FieldSeparator.TrimEnd() : Syntax.FieldSeparator);
            NewLine();
            WriteNamed(fields[i], options.Pretty ? Syntax.Assign.TrimEnd() + (Syntax.Assign == "=" ? "" : " ") : Syntax.Assign);
        }

        _level--;
        NewLine();
        pen.Own(options.Pretty ? close.TrimStart() : close);
    }

    private void WriteSequence(SequenceValue sequence, string? within)
    {
        if (!sequence.IsTuple && !(within is not null && Syntax.ElidesName(within, sequence.TypeName)))
            pen.Foreign(Syntax.CollectionName(sequence.TypeName));
        WriteItems(sequence.Items, sequence.IsTuple ? Syntax.Tuple : Syntax.Sequence, sequence.IsCut, sequence.IsTuple ? null : sequence.TypeName);
        if (sequence.IsCut)
            WriteLength(sequence.Length);
    }

    private void WriteItems(ImmutableArray<Value> items, (string Open, string Close) around, bool isCut, string? within)
    {
        pen.Own(around.Open);
        // Only what is itself of several lines needs lines of its own.
        bool lines = options.Pretty && items.Any(i => Structure(i));
        if (lines)
            _level++;
        for (int i = 0; i < items.Length; i++)
        {
            if (i > 0)
                pen.Own(lines ? Syntax.ItemSeparator.TrimEnd() : Syntax.ItemSeparator);
            if (lines)
                NewLine();
            Write(items[i], within);
        }

        if (isCut)
            pen.Own(items.IsEmpty ? "…" : Syntax.ItemSeparator + "…");
        if (lines)
        {
            _level--;
            NewLine();
        }

        pen.Own(around.Close);
    }

    private void WriteMap(MapValue map)
    {
        (string open, string close) = ("{", "}");
        pen.Foreign(Syntax.CollectionName(map.TypeName));
        pen.Own(open);
        bool lines = options.Pretty && map.Entries.Length > 0;
        if (lines)
            _level++;
        for (int i = 0; i < map.Entries.Length; i++)
        {
            if (i > 0)
                pen.Own(lines ? Syntax.ItemSeparator.TrimEnd() : Syntax.ItemSeparator);
            if (lines)
                NewLine();
            Write(map.Entries[i].Key, map.TypeName);
            pen.Own(Syntax.KeySeparator);
            Write(map.Entries[i].Value, map.TypeName);
        }

        if (map.IsCut)
            pen.Own(map.Entries.IsEmpty ? "…" : Syntax.ItemSeparator + "…");
        if (lines)
        {
            _level--;
            NewLine();
        }

        pen.Own(close);
        if (map.IsCut)
            WriteLength(map.Length);
    }

    /// <summary><c>*main.Cat{…}</c>, <c>int(5)</c>, <c>*fs.PathError("open x: …")</c>.</summary>
    private void WriteDynamic(DynamicValue dynamic)
    {
        string name = Syntax.CollectionName(dynamic.DynamicTypeName);
        if (name.Length == 0)
            name = dynamic.DynamicTypeName;
        Value inner = dynamic.Inner is PointerValue { Target: RecordValue target } ? target : dynamic.Inner;
        if (dynamic.Text is not null)
        {
            pen.Foreign(name);
            pen.Own("(");
            TextQuotes.Text(output, System.Text.Encoding.UTF8.GetBytes(dynamic.Text), false, Syntax);
            pen.Own(")");
        }
        else if (inner is RecordValue record)
        {
            WriteFields(name, record.Fields);
        }
        else if (inner is SequenceValue { IsTuple: false } or MapValue or VariantValue or DynamicValue && Syntax.CollectionName("x").Length > 0)
        {
            Write(inner);
        }
        else
        {
            pen.Foreign(name);
            pen.Own("(");
            Write(inner);
            pen.Own(")");
        }
    }

    private void WriteVariant(VariantValue variant)
    {
        if (variant is { IsNewtype: false, Payload: RecordValue record })
        {
            WriteFields(variant.Case, record.Fields);
            return;
        }

        pen.Foreign(variant.Case);
        switch (variant.Payload)
        {
            case null:
                break;
            case SequenceValue { IsTuple: true } tuple when !variant.IsNewtype:
                WriteItems(tuple.Items, ("(", ")"), false, null);
                break;
            default:
                pen.Own("(");
                Write(variant.Payload);
                pen.Own(")");
                break;
        }
    }

    private void WriteBytes(BytesValue value)
    {
        ReadOnlySpan<byte> bytes = value.Bytes.Span;
        ReadOnlySpan<byte> whole = value.IsCut ? bytes[..TextBytes.CompleteLength(bytes)] : bytes;
        if (UnsafeCharacters.IsPlainText(whole))
        {
            TextQuotes.Text(output, whole, value.IsCut, Syntax);
        }
        else
        {
            pen.Own("0x");
            output.Hex(bytes);
            if (value.IsCut)
                pen.Own("…");
        }

        if (value.IsCut)
            WriteLength(value.Length);
    }

    private void WriteFloat(double number, int bits, string wholeSuffix)
    {
        if (!double.IsFinite(number))
        {
            pen.Own(Syntax.NotFinite(number));
            return;
        }

        output.Number(number, bits);
        if (wholeSuffix.Length > 0 && number == Math.Truncate(number) && Math.Abs(number) < 1e15)
            pen.Own(wholeSuffix);
    }

    private void WriteMissing(MissingValue missing)
    {
        pen.Begin(Ink.Missing);
        pen.Own("<");
        pen.Own(ContractNames.Of(missing.Reason));
        if (missing.Reason == MissingReason.Unsupported)
        {
            pen.Own(" ");
            pen.Foreign(missing.TypeName);
        }

        pen.Own(">");
        pen.End();
    }

    private void WriteLength(long length)
    {
        pen.Own("(");
        output.Number(length);
        pen.Own(")");
    }

    private static bool Structure(Value value) => value switch
    {
        RecordValue record => !record.Fields.IsEmpty,
        PointerValue pointer => Structure(pointer.Target),
        DynamicValue dynamic => dynamic.Text is null && Structure(dynamic.Inner),
        VariantValue { Payload: { } payload } => Structure(payload),
        MapValue map => !map.Entries.IsEmpty,
        SequenceValue sequence => sequence.Items.Any(Structure),
        _ => false,
    };

    /// <summary>In pretty mode a new line at the present depth.</summary>
    private void NewLine()
    {
        if (!options.Pretty)
            return;
        output.Byte((byte)'\n');
        // One more than the depth of the value: it is itself below the line of its event.
        for (int i = 0; i <= _level; i++)
            pen.Own(Indent);
    }
}
