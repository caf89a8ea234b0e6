using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Hosting;

public class MLNetVersionTests
{
    [Theory]
    [InlineData("5.0.1")]
    [InlineData("5.0.1+a4f730ec")]
    [InlineData("5.0.2")]
    [InlineData("5.0.1-preview")]
    [InlineData("5.0.12.7+hash")]
    public void The_versions_it_is_made_for_are_right(string version) => Assert.Null(MLNetVersion.ProblemOf("Microsoft.ML.Data", version));

    [Theory]
    [InlineData("5.1.0", "5.1.0")]
    [InlineData("5.1.0-preview.2+hash", "5.1.0-preview.2")]
    [InlineData("6.0.0", "6.0.0")]
    [InlineData("5.0.0", "5.0.0")]
    [InlineData("4.0.2+hash", "4.0.2")]
    public void Others_are_told_with_the_versions_that_are_right(string version, string told)
    {
        string problem = MLNetVersion.ProblemOf("Microsoft.ML.Data", version)!;
        Assert.Contains("Microsoft.ML 5.0.1 and later versions below 5.1.0", problem);
        Assert.Contains($"loaded Microsoft.ML.Data {told}:", problem);
        Assert.DoesNotContain('\n', problem);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("main")]
    [InlineData("5")]
    [InlineData("4.0")]
    [InlineData("4.x.2")]
    public void What_cannot_be_read_blocks_nobody(string? version) => Assert.Null(MLNetVersion.ProblemOf("Microsoft.ML.Data", version));

    [Fact]
    public void The_loaded_one_is_right() => MLNetVersion.Check();

    [Fact]
    public async Task An_application_with_another_one_is_told_at_its_first_use()
    {
        using var probe = new ProbeFolder();
        probe.CopyProgram();
        probe.Edit("Microsoft.ML.Data.dll", "5.0.", "5.1.");
        string message = Assert.Single(await probe.Run("Managed"));
        Assert.StartsWith("This version of Nmf.MLExtension is made for Microsoft.ML 5.0.1", message);
        Assert.Contains("the application loaded Microsoft.ML.Data 5.1.", message);
    }
}
