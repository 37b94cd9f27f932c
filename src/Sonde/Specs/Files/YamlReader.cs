using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Sonde.Specs.Files;

/// <summary>
/// Reads one YAML document into nodes with places, from the parser's events. Aliases are refused: probe files have no use for them,
/// and ten lines of them make a billion nodes.
/// </summary>
internal sealed class YamlReader
{
    public const int MaxText = 1 << 20;
    private const int MaxDepth = 16;

    private readonly string[] _lines;
    private readonly Parser _parser;
    private int _depth;

    private YamlReader(string text)
    {
        _lines = text.Split('\n');
        _parser = new Parser(new StringReader(text));
    }

    /// <summary>The document's root, or null when there is nothing in it.</summary>
    /// <exception cref="ProbeFileException">It is not YAML, or uses what is refused.</exception>
    public static YamlNode? Read(string text)
    {
        if (text.Length > MaxText)
            throw new ProbeFileException(1, 1, "a probe file of more than a megabyte is too long");
        var reader = new YamlReader(text);
        try
        {
            return reader.ReadDocument();
        }
        catch (YamlException e)
        {
            throw reader.NotYaml((int)e.Start.Line, (int)e.Start.Column, FirstClause(e.Message), e);
        }
        catch (InvalidOperationException e)
        {
            // YamlDotNet's scanner on some unfinished flow collections.
            throw reader.NotYaml((int)(reader._parser.Current?.End.Line ?? 1), (int)(reader._parser.Current?.End.Column ?? 1), "brackets or braces do not fit", e);
        }
    }

    /// <summary>What ends too early is reported behind the last character, not on a line that is not there.</summary>
    private ProbeFileException NotYaml(int line, int column, string reason, Exception e)
    {
        if (line > _lines.Length || (line == _lines.Length && line > 1 && _lines[line - 1].Length == 0))
            (line, column) = (_lines.Length, _lines[^1].Length + 1);
        return new ProbeFileException(line, column, "this is not YAML: " + reason, null, e);
    }

    private YamlNode? ReadDocument()
    {
        Take<StreamStart>();
        if (_parser.Current is StreamEnd)
            return null;
        Take<DocumentStart>();
        var root = ReadNode();
        Take<DocumentEnd>();
        if (_parser.Current is { } more and not StreamEnd)
            throw Error(more, "a probe file has one document", "join the lists of probes");
        return root;
    }

    private YamlNode ReadNode()
    {
        var e = _parser.Current!;
        if (e is AnchorAlias)
            throw Error(e, "aliases are not used in probe files");
        if (++_depth > MaxDepth)
            throw Error(e, "this is nested too deeply");
        YamlNode node = e switch
        {
            Scalar s => ReadScalar(s),
            SequenceStart => ReadList(e),
            MappingStart => ReadMap(e),
            _ => throw Error(e, "a value is expected here"),
        };
        _depth--;
        return node;
    }

    private YamlScalar ReadScalar(Scalar s)
    {
        _parser.MoveNext();
        int line = (int)s.Start.Line;
        int column = (int)s.Start.Column;
        int content = column + (s.Style is ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted ? 1 : 0);
        bool standsAsIs = s.Start.Line == s.End.Line && line - 1 < _lines.Length && string.CompareOrdinal(_lines[line - 1], content - 1, s.Value, 0, s.Value.Length) == 0;
        return new YamlScalar(s.Value, standsAsIs ? content : 0, s.Style == ScalarStyle.Plain, line, column);
    }

    private YamlList ReadList(ParsingEvent start)
    {
        _parser.MoveNext();
        var items = new List<YamlNode>();
        while (_parser.Current is not SequenceEnd)
            items.Add(ReadNode());
        _parser.MoveNext();
        return new YamlList(items, (int)start.Start.Line, (int)start.Start.Column);
    }

    private YamlMap ReadMap(ParsingEvent start)
    {
        _parser.MoveNext();
        var entries = new List<(YamlScalar, YamlNode)>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        while (_parser.Current is not MappingEnd)
        {
            var e = _parser.Current!;
            if (e is not Scalar)
                throw Error(e, "a key is a word");
            var key = (YamlScalar)ReadNode();
            if (!keys.Add(key.Value))
                throw Error(e, $"the key '{key.Value}' is there twice");
            entries.Add((key, ReadNode()));
        }

        _parser.MoveNext();
        return new YamlMap(entries, (int)start.Start.Line, (int)start.Start.Column);
    }

    private void Take<T>()
        where T : ParsingEvent
    {
        if (_parser.Current is null)
            _parser.MoveNext();
        if (_parser.Current is T)
            _parser.MoveNext();
    }

    private static ProbeFileException Error(ParsingEvent e, string message, string? hint = null) =>
        new((int)e.Start.Line, (int)e.Start.Column, message, hint);

    private static string FirstClause(string message)
    {
        // "(Line: 1, Col: 2, Idx: 3) - (Line: …): While scanning…"
        int at = message.LastIndexOf("): ", StringComparison.Ordinal);
        string clause = at < 0 ? message : message[(at + 3)..];
        return clause.ReplaceLineEndings(" ").TrimEnd('.');
    }
}
