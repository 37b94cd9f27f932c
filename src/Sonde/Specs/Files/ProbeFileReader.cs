using Sonde.Specs.Expressions;
using Sonde.Specs.Names;

namespace Sonde.Specs.Files;

/// <summary>Makes probes of a YAML document. Every key is known or an error.</summary>
internal static class ProbeFileReader
{
    public static readonly string[] FileKeys = ["probes", "limits", "rate", "redact", "ttl"];
    public static readonly string[] ProbeKeys = ["name", "where", "capture", "when", "message", "limits", "rate", "redact", "ttl"];
    public static readonly string[] LimitKeys = ["depth", "items", "strings", "bytes"];

    private const int MaxProbes = 10_000;

    public static ProbeFile Read(string yaml, CaptureLimits limits)
    {
        if (YamlReader.Read(yaml) is not { } root)
            throw new ProbeFileException(1, 1, "the file is empty", "write 'probes:' and a list of probes with name and where");
        var file = Map(root, "a probe file", FileKeys);
        var common = ReadSettings(file, new ProbeDefinition { Probe = null!, Limits = limits });
        if (!file.TryGetValue("probes", out var list))
            throw Error(root, "there is no list of probes", "write 'probes:' and a list of probes with name and where");

        var probes = new List<ProbeDefinition>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in List(list, "the probes"))
        {
            var probe = ReadProbe(item, common);
            if (!names.Add(probe.Probe.Name!))
                throw Error(item, $"there are two probes named '{probe.Probe.Name}'");
            if (probes.Count == MaxProbes)
                throw Error(item, $"a file has at most {MaxProbes} probes");
            probes.Add(probe);
        }

        return new ProbeFile { Probes = probes };
    }

    private static ProbeDefinition ReadProbe(YamlNode node, ProbeDefinition common)
    {
        var keys = Map(node, "a probe", ProbeKeys);
        string name = Text(Required(keys, node, "name"), "the name").Trim();
        var whereNode = Scalar(Required(keys, node, "where"), "where");
        var (kind, isExplicit, where) = Within(whereNode, SpecParser.ParseWhere);
        List<Capture> captures = keys.TryGetValue("capture", out var captureNode) ? ReadCaptures(captureNode) : [];
        var when = keys.TryGetValue("when", out var whenNode) ? Scalar(whenNode, "when") : null;
        var message = keys.TryGetValue("message", out var messageNode) ? Scalar(messageNode, "message") : null;
        Template? template = message is null ? null : Within(message, TemplateParser.Parse);
        Expr? condition = when is null ? null : Within(when, SpecParser.ParseExpression);
        var spec = new ProbeSpec
        {
            Text = whereNode.Value.Trim(),
            Name = name,
            Kind = kind,
            KindIsExplicit = isExplicit,
            Where = where,
            Captures = captures,
            Template = template,
            Condition = condition,
            ConditionText = when?.Value.Trim(),
            Sources = Sources(captureNode, captures, when, condition, message, template),
        };
        return ReadSettings(keys, common) with { Probe = spec, Line = node.Line };
    }

    // Where each expression stands, for what is found wrong with it later.
    private static List<ExpressionSource> Sources(YamlNode? captureNode, List<Capture> captures, YamlScalar? when, Expr? condition, YamlScalar? message, Template? template)
    {
        YamlNode[] nodes = captureNode switch
        {
            YamlMap map => [.. map.Entries.Select(e => e.Value)],
            YamlList list => [.. list.Items],
            { } one => [one],
            null => [],
        };
        var sources = new List<ExpressionSource>();
        for (int i = 0; i < Math.Min(nodes.Length, captures.Count); i++)
            Add(captures[i].Expression, nodes[i] as YamlScalar);
        Add(condition, when);
        foreach (TemplatePart part in template?.Parts ?? [])
            Add((part as TemplatePart.Value)?.Expression, message);
        return sources;

        void Add(Expr? expression, YamlScalar? scalar)
        {
            if (expression is not null && scalar is not null)
                sources.Add(new ExpressionSource(expression, scalar.Value, "", scalar.Line, scalar.ContentColumn));
        }
    }

    /// <summary>A list of <c>expr</c> and <c>alias=expr</c>, or a map from alias to expression.</summary>
    private static List<Capture> ReadCaptures(YamlNode node)
    {
        var captures = new List<Capture>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        if (node is YamlMap map)
        {
            foreach (var (key, value) in map.Entries)
                captures.Add(new Capture(key.Value, Scalar(value, "an expression").Value.Trim(), Within(Scalar(value, "an expression"), SpecParser.ParseExpression)));
            return captures;
        }

        foreach (var item in node is YamlScalar ? [node] : List(node, "the captures"))
        {
            var capture = Within(Scalar(item, "a capture"), SpecParser.ParseCapture);
            if (!keys.Add(capture.Key))
                throw Error(item, $"'{capture.Key}' is captured twice", "give one of them a name: n=…");
            captures.Add(capture);
        }

        return captures;
    }

    private static ProbeDefinition ReadSettings(Dictionary<string, YamlNode> keys, ProbeDefinition settings)
    {
        if (keys.TryGetValue("limits", out var limits))
            settings = settings with { Limits = ReadLimits(limits, settings.Limits) };
        if (keys.TryGetValue("rate", out var rate))
            settings = settings with { Rate = Within(Scalar(rate, "rate"), Quantities.ParseRate) };
        if (keys.TryGetValue("ttl", out var ttl))
            settings = settings with { TimeToLive = Within(Scalar(ttl, "ttl"), Quantities.ParseDuration) };
        if (!keys.TryGetValue("redact", out var redact))
            return settings;
        if (redact is YamlScalar { IsPlain: true, Value: "true" or "false" } flag)
            return settings with { Redact = flag.Value == "true" };
        if (redact is YamlList words)
            return settings with { Redact = true, RedactWords = [.. settings.RedactWords, .. words.Items.Select(w => Text(w, "a word"))] };
        throw Error(redact, "redact is true, false, or a list of words");
    }

    private static CaptureLimits ReadLimits(YamlNode node, CaptureLimits limits)
    {
        if (node is YamlScalar { Value: "full" })
            return CaptureLimits.Full;
        var keys = Map(node, "limits", LimitKeys);
        return limits with
        {
            Depth = Limit("depth", limits.Depth, 0, 64),
            Items = Limit("items", limits.Items, 0, 1_000_000),
            StringBytes = Limit("strings", limits.StringBytes, 0, 1 << 20),
            EventBytes = Limit("bytes", limits.EventBytes, 64, 1 << 24),
        };

        int Limit(string key, int otherwise, long minimum, long maximum) =>
            keys.TryGetValue(key, out var value) ? (int)Within(Scalar(value, key), text => Quantities.ParseBytes(text, minimum, maximum)) : otherwise;
    }

    /// <summary>Reads a scalar by a parser of its own, whose complaint gets this file's line and column.</summary>
    private static T Within<T>(YamlScalar scalar, Func<string, T> parse)
    {
        try
        {
            return parse(scalar.Value);
        }
        catch (ProbeSyntaxException e)
        {
            int column = scalar.ContentColumn > 0 ? scalar.ContentColumn + e.Column - 1 : scalar.Column;
            throw new ProbeFileException(scalar.Line, column, e.Message, e.Hint, e);
        }
    }

    private static Dictionary<string, YamlNode> Map(YamlNode node, string what, string[] known)
    {
        if (node is not YamlMap map)
            throw Error(node, $"{what} is a list of keys and values", "the keys are " + string.Join(' ', known));
        var keys = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        foreach (var (key, value) in map.Entries)
        {
            if (!known.Contains(key.Value))
            {
                var near = Suggestions.Find(key.Value, known, 1);
                throw Error(key, $"'{key.Value}' is no key of {what}", near.Count > 0 ? $"did you mean {near[0]}?" : "the keys are " + string.Join(' ', known));
            }

            keys.Add(key.Value, value);
        }

        return keys;
    }

    private static YamlNode Required(Dictionary<string, YamlNode> keys, YamlNode node, string key) =>
        keys.GetValueOrDefault(key) ?? throw Error(node, $"this probe has no '{key}'");

    private static IReadOnlyList<YamlNode> List(YamlNode node, string what) =>
        node is YamlList list ? list.Items : throw Error(node, $"{what} are a list", "begin each with '- '");

    private static string Text(YamlNode node, string what) =>
        Scalar(node, what).Value is { Length: > 0 } text && !string.IsNullOrWhiteSpace(text) ? text : throw Error(node, $"{what} is empty");

    private static YamlScalar Scalar(YamlNode node, string what) => node switch
    {
        YamlScalar { IsNull: true } => throw Error(node, $"the value of {what} is missing"),
        YamlScalar scalar => scalar,
        _ => throw Error(node, $"{what} is one text", "put quotes around a text with { or [ at its beginning"),
    };

    private static ProbeFileException Error(YamlNode node, string message, string? hint = null) => new(node.Line, node.Column, message, hint);
}
