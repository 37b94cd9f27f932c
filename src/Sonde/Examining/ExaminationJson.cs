using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sonde.Examining;

/// <summary>An examination as one JSON object.</summary>
internal static class ExaminationJson
{
    /// <summary>Writes it, ended by a newline.</summary>
    public static void Write(Examination examination, Stream output)
    {
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteBoolean("possible", examination.IsPossible);
            json.WriteBoolean("target_possible", examination.IsTargetPossible);
            if (examination.Facts.Cost is { } cost)
            {
                json.WriteStartObject("cost_ns");
                json.WriteNumber("emulated", Math.Round(cost.Emulated, 1));
                json.WriteNumber("stepped", Math.Round(cost.Stepped, 1));
                json.WriteNumber("return", Math.Round(cost.Return, 1));
                json.WriteEndObject();
            }

            json.WriteStartArray("findings");
            foreach (Finding finding in examination.Findings)
            {
                json.WriteStartObject();
                json.WriteString("group", finding.Group.ToString().ToLowerInvariant());
                json.WriteString("subject", finding.Subject);
                json.WriteString("state", ExaminationText.Name(finding.State).ToLowerInvariant());
                json.WriteString("text", finding.Text);
                if (finding.Hint is { } hint)
                    json.WriteString("hint", hint);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
    }
}
