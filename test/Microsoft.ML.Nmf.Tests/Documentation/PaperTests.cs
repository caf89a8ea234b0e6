using System.Text.RegularExpressions;

namespace Microsoft.ML.Nmf.Tests.Documentation;

/// <summary>The papers that the XML documentation names can be followed, and are those that the page on the algorithms lists.</summary>
public sealed partial class PaperTests
{
    [Fact]
    public void Every_paper_of_the_XML_documentation_is_among_the_sources()
    {
        string[] sources = [.. Links(Pages.Read("docs/algorithms.md"))];
        string[] cited = [.. XmlExamples.Assemblies.SelectMany(assembly => Links(XmlExamples.Read(assembly))).Distinct()];
        Assert.NotEmpty(cited);
        Assert.All(cited, paper => Assert.Contains(paper, sources));
        Assert.Equal(sources.Length, sources.Distinct().Count());
    }

    private static IEnumerable<string> Links(string text) => Link().Matches(text).Select(link => link.Value);

    [GeneratedRegex("https://doi[.]org/[^\")\\s]+")]
    private static partial Regex Link();
}
