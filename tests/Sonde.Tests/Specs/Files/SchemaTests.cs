using System.Text.Json;
using Sonde.Specs.Files;
using Sonde.Tests.Documents;
using Xunit;

namespace Sonde.Tests.Specs.Files;

/// <summary>The schema for editors and the reader agree on files that are good or are not.</summary>
public sealed class SchemaTests
{
    private static readonly JsonElement s_schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs", "probe-file.schema.json"))).RootElement;

    public static TheoryData<string, bool> Samples => new()
    {
        { """{"probes":[{"name":"a","where":"main.f"}]}""", true },
        { """{"probes":[]}""", true },
        { """{"probes":[{"name":"a","where":"call:main.f","capture":["x","n=len(y)"],"when":"x > 1","message":"{x}","limits":{"depth":3,"items":20,"strings":"4K"},"rate":"100/s","redact":["pin"],"ttl":"30m"}]}""", true },
        { """{"probes":[{"name":"a","where":"main.f","capture":{"n":"len(y)"},"limits":"full","redact":false}],"rate":"5/s","ttl":"10s"}""", true },
        { """{"probes":[{"name":"a"}]}""", false },
        { """{"probes":[{"where":"main.f"}]}""", false },
        { """{"probes":[{"name":"a","where":"main.f","wenn":"x"}]}""", false },
        { """{"probes":[{"name":"a","where":"main.f","limits":{"deep":3}}]}""", false },
        { """{"probes":[{"name":"a","where":["main.f"]}]}""", false },
        { """{"probes":[{"name":"a","where":"main.f"}],"count":3}""", false },
        { """{"limits":"full"}""", false },
    };

    // JSON is YAML: the reader takes the same files.
    [Theory]
    [MemberData(nameof(Samples))]
    public void Both_say_the_same(string file, bool good)
    {
        Assert.Equal(good, SchemaCheck.IsValid(s_schema, JsonDocument.Parse(file).RootElement));
        if (good)
            ProbeFile.Parse(file);
        else
            Assert.Throws<ProbeFileException>(() => ProbeFile.Parse(file));
    }
}

/// <summary>As much of JSON Schema as the probe file's schema uses.</summary>
internal static class SchemaCheck
{
    public static bool IsValid(JsonElement root, JsonElement value) => IsValid(root, root, value);

    private static bool IsValid(JsonElement root, JsonElement schema, JsonElement value)
    {
        foreach (JsonProperty rule in schema.EnumerateObject())
        {
            bool holds = rule.Name switch
            {
                "$ref" => IsValid(root, root.GetProperty("$defs").GetProperty(rule.Value.GetString()!["#/$defs/".Length..]), value),
                "type" => rule.Value.ValueKind == JsonValueKind.Array ? rule.Value.EnumerateArray().Any(t => HasType(value, t.GetString()!)) : HasType(value, rule.Value.GetString()!),
                "oneOf" or "anyOf" => rule.Value.EnumerateArray().Any(s => IsValid(root, s, value)),
                "const" => value.ValueKind == rule.Value.ValueKind && value.GetRawText() == rule.Value.GetRawText(),
                "enum" => rule.Value.EnumerateArray().Any(e => e.GetRawText() == value.GetRawText()),
                "required" => value.ValueKind != JsonValueKind.Object || rule.Value.EnumerateArray().All(k => value.TryGetProperty(k.GetString()!, out _)),
                "minLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.Length >= rule.Value.GetInt32(),
                "items" => value.ValueKind != JsonValueKind.Array || value.EnumerateArray().All(i => IsValid(root, rule.Value, i)),
                "properties" => value.ValueKind != JsonValueKind.Object || value.EnumerateObject().All(p => !rule.Value.TryGetProperty(p.Name, out JsonElement s) || IsValid(root, s, p.Value)),
                "additionalProperties" => value.ValueKind != JsonValueKind.Object || value.EnumerateObject().All(p =>
                    (schema.TryGetProperty("properties", out JsonElement known) && known.TryGetProperty(p.Name, out _))
                    || (rule.Value.ValueKind == JsonValueKind.Object && IsValid(root, rule.Value, p.Value))),
                "pattern" => value.ValueKind != JsonValueKind.String || System.Text.RegularExpressions.Regex.IsMatch(value.GetString()!, rule.Value.GetString()!),
                _ => true,
            };
            if (!holds)
                return false;
        }

        return true;
    }

    private static bool HasType(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        _ => true,
    };
}
