namespace Sonde.Specs.Files;

/// <summary>A YAML node with its place; lines and columns count from 1.</summary>
internal abstract record YamlNode(int Line, int Column);

/// <param name="Value">The text.</param>
/// <param name="ContentColumn">Where the text itself stands, when it stands in the file as it is; else 0.</param>
/// <param name="IsPlain">True when it was written without quotes.</param>
/// <param name="Line">Its line.</param>
/// <param name="Column">Its column.</param>
internal sealed record YamlScalar(string Value, int ContentColumn, bool IsPlain, int Line, int Column) : YamlNode(Line, Column)
{
    public bool IsNull => IsPlain && Value is "" or "~" or "null";
}

internal sealed record YamlList(IReadOnlyList<YamlNode> Items, int Line, int Column) : YamlNode(Line, Column);

internal sealed record YamlMap(IReadOnlyList<(YamlScalar Key, YamlNode Value)> Entries, int Line, int Column) : YamlNode(Line, Column);
