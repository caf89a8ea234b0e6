using Xunit.Sdk;

namespace Microsoft.ML.Nmf.Tests.Documentation;

/// <summary>What a reader copies from a page compiles and runs, from its first block to its last.</summary>
[Collection("Documentation")]
public sealed class PageCodeTests
{
    public static TheoryData<string> PagesWithCode => [.. Pages.All.Where(page => Blocks(page).Any())];

    [Theory]
    [MemberData(nameof(PagesWithCode))]
    public async Task Every_block_compiles_and_runs_after_those_before_it(string page)
        => await CodeRun.Run([.. Pages.Preamble(page), .. Blocks(page)]);

    [Theory]
    [MemberData(nameof(PagesWithCode))]
    public void A_block_that_declares_types_is_a_program_by_itself(string page)
        => Assert.All(Blocks(page).Where(CodeRun.IsProgram), CodeRun.CompileAlone);

    [Fact]
    public void No_block_is_left_out()
    {
        Assert.Contains("README.md", Pages.All);
        Assert.All(Pages.All, page =>
        {
            Assert.Equal(Pages.Read(page).Split("```csharp").Length - 1, Blocks(page).Count());
            Assert.All(Pages.Fences(page), fence => Assert.Contains(fence.Language, Pages.Languages));
        });
    }

    [Theory]
    [InlineData("int topics = 20", "page.md(7,16): error CS1002")]
    [InlineData("int topics = \"twenty\";", "page.md(7,14): error CS0029")]
    [InlineData("int topics = word.Length;", "throws NullReferenceException")]
    [InlineData("IDataView data = null!;", "page.md(7,1): error CS0246")]
    [InlineData("[Obsolete] static void Old() { }\nOld();", "page.md(8,1): warning CS0612")]
    public async Task A_broken_block_is_named(string broken, string fault)
    {
        var start = new CodeBlock("page.md", 1, "string word = null!;");
        Assert.Contains(fault, (await Assert.ThrowsAsync<XunitException>(() => CodeRun.Run([start, new CodeBlock("page.md", 7, broken)]))).Message);
    }

    [Fact]
    public async Task A_block_may_dispose_what_it_makes()
        => await CodeRun.Run([new CodeBlock("page.md", 1, "using var stop = new CancellationTokenSource();\nstop.Cancel();")]);

    [Fact]
    public void A_program_brings_its_own_usings()
    {
        var program = new CodeBlock("page.md", 1, "Console.WriteLine(new MLContext(seed: 1) + new Note().Text);\nclass Note { public string Text = \"\"; }");
        Assert.True(CodeRun.IsProgram(program));
        Assert.Contains("CS0246", Assert.Throws<XunitException>(() => CodeRun.CompileAlone(program)).Message);
        CodeRun.CompileAlone(program with { Code = $"using Microsoft.ML;\n{program.Code}" });
    }

    private static IEnumerable<CodeBlock> Blocks(string page) => Pages.Fences(page).Where(fence => fence.Language == "csharp").Select(fence => fence.Block);
}
