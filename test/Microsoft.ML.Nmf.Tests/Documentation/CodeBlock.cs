namespace Microsoft.ML.Nmf.Tests.Documentation;

/// <summary>A piece of C# that a reader may copy.</summary>
/// <param name="Place">Where it stands: a page's path from the root of the repository, or the id of a documented member.</param>
/// <param name="Line">The line of its first line, from 1.</param>
/// <param name="Code">What is to be compiled and run.</param>
internal sealed record CodeBlock(string Place, int Line, string Code)
{
    /// <summary>The code, with the place for the compiler's messages.</summary>
    public string CodeWithPlace => $"#nullable enable\n#line {Line} \"{Place}\"\n{Code}\n";
}
