using System.Text.RegularExpressions;
using Xunit;

namespace Sonde.Tests.Documents;

/// <summary>Relative links in the documents lead somewhere.</summary>
public sealed partial class LinkTests
{
    [Fact]
    public void Each_relative_link_leads_somewhere()
    {
        IEnumerable<string> documents = Directory.EnumerateFiles(RepositoryFiles.Root, "*.md")
            .Concat(new[] { "docs", "samples", "tests/Targets", "tests/EndToEnd-cases" }
                .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(RepositoryFiles.Root, folder), "*.md", SearchOption.AllDirectories)));
        IEnumerable<string> broken =
            from document in documents
            from Match link in Link().Matches(File.ReadAllText(document))
            let target = Path.Combine(Path.GetDirectoryName(document)!, link.Groups[1].Value)
            where !File.Exists(target) && !Directory.Exists(target)
            select $"{document}: {link.Groups[1].Value}";
        Assert.Empty(broken);
    }

    [GeneratedRegex(@"\]\(([^)#:\s]+)\)")]
    private static partial Regex Link();
}
