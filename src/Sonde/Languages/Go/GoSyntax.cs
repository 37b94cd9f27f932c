using System.Text;

namespace Sonde.Languages.Go;

/// <summary>Go, as <c>%#v</c> writes it: <c>&amp;main.User{ID:7, Tags:[]string{"a","b"}}</c>.</summary>
internal sealed class GoSyntax : ValueSyntax
{
    public static readonly GoSyntax Instance = new();

    public override string Nil => "nil";

    public override string Assign => ":";

    public override string ItemSeparator => ",";

    public override string KeySeparator => ":";

    public override (string Open, string Close) Tuple => ("(", ")");

    public override string RecordName(string typeName) => ShortName(typeName);

    public override string CollectionName(string typeName) => ShortName(typeName);

    public override bool ElidesName(string collectionType, string itemType) =>
        collectionType.Length > itemType.Length && collectionType.EndsWith(itemType, StringComparison.Ordinal)
        && collectionType[collectionType.Length - itemType.Length - 1] == ']';

    public override string NotFinite(double number) => double.IsNaN(number) ? "NaN" : number > 0 ? "+Inf" : "-Inf";

    /// <summary>Package names instead of import paths: <c>map[string]*example.com/shop/cart.Item</c> is <c>map[string]*cart.Item</c>.</summary>
    public static string ShortName(string typeName)
    {
        if (!typeName.Contains('/', StringComparison.Ordinal))
            return typeName;
        var text = new StringBuilder(typeName.Length);
        int start = 0;
        foreach (char c in typeName)
        {
            if (c == '/')
            {
                text.Length = start;
                continue;
            }

            text.Append(c);
            if (c is '[' or ']' or '*' or '(' or ')' or ',' or ' ' or '{' or '}' or ';' or '"')
                start = text.Length;
        }

        return text.ToString();
    }
}
