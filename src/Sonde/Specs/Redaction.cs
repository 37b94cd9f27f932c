using Sonde.Specs.Names;

namespace Sonde.Specs;

/// <summary>
/// Which values are confidential and never leave the decoder: texts under a name with one of the words, and values of the
/// types. Immutable.
/// </summary>
public sealed record Redaction
{
    /// <summary>
    /// The words that are always looked for, as whole words of a name in any case: <c>authToken</c>, <c>auth_token</c> and
    /// <c>Auth-Token</c> have "token", <c>tokenize</c> has not. Two words are two in a row, or written as one.
    /// </summary>
    public static readonly IReadOnlyList<string> UsualWords =
    [
        "password", "passwd", "passphrase", "pwd", "secret", "token", "jwt", "authorization", "cookie", "credential", "bearer",
        "api key", "private key", "access key", "secret key", "signing key", "encryption key",
    ];

    /// <summary>The usual words and nothing else.</summary>
    public static readonly Redaction Usual = new();

    /// <summary>Words beside the usual ones.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Types whose values are hidden whole, by their names in the program's spelling.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>Names with wildcards, in any case: <c>*Pin</c>, <c>card*</c>.</summary>
    public IReadOnlyList<string> Patterns { get; init; } = [];

    /// <summary>Whether conditions on hidden values are allowed: that an event comes, or does not, tells of the value.</summary>
    public bool AllowConditions { get; init; }
}

/// <summary>A <see cref="Redaction"/> ready to be asked. Safe for several threads.</summary>
internal sealed class RedactionRules
{
    private readonly HashSet<string> _words = new(StringComparer.Ordinal);
    private readonly HashSet<string> _pairs = new(StringComparer.Ordinal);
    private readonly HashSet<string> _types;
    private readonly Glob[] _patterns;
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, bool> _known = new();

    public RedactionRules(Redaction redaction)
    {
        AllowConditions = redaction.AllowConditions;
        foreach (string word in Redaction.UsualWords.Concat(redaction.Words))
        {
            string[] parts = [.. Words(word)];
            if (parts.Length > 1)
                _pairs.Add(string.Join(' ', parts));
            _words.Add(string.Concat(parts));
        }

        _types = [.. redaction.Types];
        _patterns = [.. redaction.Patterns.Select(p => Glob.Compile(p.ToLowerInvariant()))];
    }

    /// <summary>Whether a condition may ask for what is hidden.</summary>
    public bool AllowConditions { get; }

    /// <summary>Whether there are types to be hidden.</summary>
    public bool HasTypes => _types.Count > 0;

    /// <summary>Whether texts under a name are hidden.</summary>
    public bool HidesName(string name) => _known.GetOrAdd(name, Decide);

    /// <summary>Whether values of a type are hidden; a pointer to it is one of it.</summary>
    public bool HidesType(string type) => _types.Contains(type) || _types.Contains(type.TrimStart('*', '&').TrimEnd('*', '&', ' '));

    /// <summary>The words of a name in camelCase, snake_case, kebab-case or with blanks, in lower case.</summary>
    public static IEnumerable<string> Words(string name)
    {
        int start = -1;
        for (int i = 0; i <= name.Length; i++)
        {
            bool isLetter = i < name.Length && char.IsLetter(name[i]);

            // HTTPToken is HTTP and Token; authToken2 is auth and Token.
            bool begins = isLetter && start >= 0 && char.IsUpper(name[i])
                && (char.IsLower(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (start >= 0 && (!isLetter || begins))
            {
                yield return name[start..i].ToLowerInvariant();
                start = -1;
            }

            if (isLetter && start < 0)
                start = i;
        }
    }

    private bool Decide(string name)
    {
        string? before = null;
        foreach (string word in Words(name))
        {
            if (Has(word) || (before is not null && (_pairs.Contains($"{before} {word}") || _pairs.Contains($"{before} {Singular(word)}"))))
                return true;
            before = word;
        }

        string lower = name.ToLowerInvariant();
        return Array.Exists(_patterns, p => p.IsMatch(lower));
    }

    private bool Has(string word) => _words.Contains(word) || _words.Contains(Singular(word));

    private static string Singular(string word) => word is [.., 's'] ? word[..^1] : word;
}
