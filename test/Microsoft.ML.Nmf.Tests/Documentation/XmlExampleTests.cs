using System.Reflection;

namespace Microsoft.ML.Nmf.Tests.Documentation;

/// <summary>The examples that an editor shows compile and run as they stand, with the usings of ML.NET and of the library alone.</summary>
[Collection("Documentation")]
public sealed class XmlExampleTests
{
    public static TheoryData<string, string> MembersWithCode
    {
        get
        {
            var members = new TheoryData<string, string>();
            foreach (string assembly in XmlExamples.Assemblies)
            {
                foreach (IGrouping<string, CodeBlock> member in XmlExamples.Blocks(assembly))
                    members.Add(assembly, member.Key);
            }

            return members;
        }
    }

    [Theory]
    [MemberData(nameof(MembersWithCode))]
    public async Task Every_example_compiles_and_runs_as_it_stands(string assembly, string member)
        => await CodeRun.Run(XmlExamples.Blocks(assembly)[member], "Microsoft.ML", "Microsoft.ML.Data", "Microsoft.ML.Nmf");

    [Fact]
    public void No_example_is_left_out()
        => Assert.All(XmlExamples.Assemblies, assembly => Assert.Equal(
            // The generator of regular expressions documents a pattern and its explanation.
            XmlExamples.Read(assembly).Split("<code>").Length - 1 - 2 * (XmlExamples.Read(assembly).Split("Pattern:").Length - 1),
            XmlExamples.Blocks(assembly).Sum(member => member.Count())));

    [Theory]
    [InlineData(typeof(NmfCatalog))]
    [InlineData(typeof(NmfRankCatalog))]
    [InlineData(typeof(DeepNmfCatalog))]
    [InlineData(typeof(NeuralNmfCatalog))]
    [InlineData(typeof(TopicWordsCatalog))]
    public void Every_overload_of_a_catalog_has_an_example(Type catalog)
    {
        ILookup<string, CodeBlock> examples = XmlExamples.Blocks(catalog.Assembly.GetName().Name!);
        int overloads = catalog.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly).Length;
        Assert.Equal(overloads, examples.Count(member => member.Key.StartsWith($"M:{catalog.FullName}.", StringComparison.Ordinal)));
    }
}
