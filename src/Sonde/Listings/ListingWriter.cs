using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sonde.Types;

namespace Sonde.Listings;

/// <summary>Writes what <c>sonde ls</c> lists: a line, or a JSON object, for each thing.</summary>
internal sealed class ListingWriter(Stream output, bool json) : IDisposable
{
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly StreamWriter _text = new(output, new System.Text.UTF8Encoding(false), 64 << 10);

    /// <summary>A function.</summary>
    /// <param name="function">The function.</param>
    /// <param name="checkedSite">Whether it was found out if a probe can go there.</param>
    /// <param name="refusal">Why none can.</param>
    public void Write(in ListedFunction function, bool checkedSite, string? refusal)
    {
        if (json)
        {
            WriteJson(function, checkedSite, refusal);
            return;
        }

        _text.Write(OneLine(function.Name));
        if (function.Signature.Length > 0)
            _text.Write($"  {OneLine(function.Signature)}");
        if (function.File is { } file)
            _text.Write($"  {file}{(function.Line > 0 ? string.Create(CultureInfo.InvariantCulture, $":{function.Line}") : "")}");
        if (function.Language != SourceLanguage.Unknown)
            _text.Write($"  {NameOf(function.Language)}");
        if (function.Address.Value == 0)
            _text.Write("  no code of its own");
        else if (function.Size > 0)
            _text.Write(string.Create(CultureInfo.InvariantCulture, $"  {function.Size} bytes"));
        if (function.Inlined > 0)
            _text.Write(string.Create(CultureInfo.InvariantCulture, $"  inlined at {function.Inlined} site{(function.Inlined > 1 ? "s" : "")}"));
        if (checkedSite)
            _text.Write(refusal is null ? "  can be probed" : $"  cannot be probed: {refusal}");
        _text.Write('\n');
    }

    /// <summary>A line that can take a probe.</summary>
    public void WriteLine(string file, int line)
    {
        if (!json)
        {
            _text.Write(string.Create(CultureInfo.InvariantCulture, $"{file}:{line}\n"));
            return;
        }

        Object(writer =>
        {
            writer.WriteString("file", file);
            writer.WriteNumber("line", line);
        });
    }

    /// <summary>The layout of a type.</summary>
    public void Write(TypeLayout layout)
    {
        if (!json)
        {
            layout.Write(_text);
            return;
        }

        Object(writer =>
        {
            writer.WriteString("type", layout.Name);
            writer.WriteString("kind", layout.Kind);
            writer.WriteNumber("size", layout.Size);
            Place(writer, layout.File, layout.Line);
            writer.WriteString("language", NameOf(layout.Language));
            writer.WriteStartArray("members");
            foreach (LayoutMember member in layout.Members)
            {
                writer.WriteStartObject();
                writer.WriteString("name", member.Name);
                writer.WriteString("type", member.Type);
                if (member.Offset is { } offset)
                    writer.WriteNumber("offset", offset);
                writer.WriteNumber("size", member.Size);
                if (member.BitOffset is { } bit)
                {
                    writer.WriteNumber("bit_offset", bit);
                    writer.WriteNumber("bit_size", member.BitSize);
                }

                if (member.IsVirtual)
                    writer.WriteBoolean("virtual", true);
                if (member.Discriminant is { } discriminant)
                    writer.WriteString("discriminant", discriminant);
                if (member.Depth > 0)
                    writer.WriteNumber("depth", member.Depth);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _text.Dispose();

    private void WriteJson(ListedFunction function, bool checkedSite, string? refusal) => Object(writer =>
    {
        writer.WriteString("name", function.Name);
        if (function.Signature.Length > 0)
            writer.WriteString("signature", function.Signature);
        Place(writer, function.File, function.Line);
        writer.WriteString("language", NameOf(function.Language));
        if (function.Address.Value != 0)
        {
            writer.WriteString("address", function.Address.ToString());
            writer.WriteNumber("size", function.Size);
        }

        writer.WriteNumber("inlined", function.Inlined);
        if (checkedSite)
            writer.WriteBoolean("probeable", refusal is null);
        if (refusal is not null)
            writer.WriteString("reason", refusal);
    });

    private static void Place(Utf8JsonWriter writer, string? file, int line)
    {
        if (file is not null)
            writer.WriteString("file", file);
        if (line > 0)
            writer.WriteNumber("line", line);
    }

    private void Object(Action<Utf8JsonWriter> content)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, JsonOptions))
        {
            writer.WriteStartObject();
            content(writer);
            writer.WriteEndObject();
        }

        _text.Write(System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
        _text.Write('\n');
    }

    // Names come out of the binary: a hostile one must not move the terminal's cursor.
    private static string OneLine(string text)
    {
        foreach (char c in text)
        {
            if (char.IsControl(c))
                return string.Concat(text.Select(x => char.IsControl(x) ? '?' : x));
        }

        return text;
    }

    private static string NameOf(SourceLanguage language) => language switch
    {
        SourceLanguage.Cpp => "C++",
        SourceLanguage.Assembly => "assembly",
        SourceLanguage.Unknown => "unknown",
        _ => language.ToString(),
    };
}
