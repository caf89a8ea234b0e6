using System.Xml.Linq;

namespace Microsoft.ML.Nmf.Tests.Documentation;

/// <summary>The examples in the XML documentation of the library, as the compiler writes it beside each assembly.</summary>
internal static class XmlExamples
{
    /// <summary>The assemblies, by name.</summary>
    public static readonly string[] Assemblies =
        [.. new[] { typeof(NmfModel), typeof(NonnegativeLeastSquaresModule) }.Select(type => type.Assembly.GetName().Name!)];

    public static string Read(string assembly) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, $"{assembly}.xml"));

    /// <summary>The blocks of code of each documented member, by its id.</summary>
    public static ILookup<string, CodeBlock> Blocks(string assembly)
        => XDocument.Parse(Read(assembly)).Descendants("member")
            // What the generator of regular expressions documents is no code of C#.
            .SelectMany(member => member.Descendants("code").Where(code => !code.Parent!.Value.TrimStart().StartsWith("Pattern:", StringComparison.Ordinal)).Select(code => new CodeBlock(member.Attribute("name")!.Value, 1, code.Value.Trim())))
            .ToLookup(block => block.Place);
}
