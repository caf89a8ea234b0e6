using System.CommandLine;
using TopicModel;

namespace Microsoft.ML.Nmf.Tests.Samples;

/// <summary>The sample refuses options that cannot work before it reads or computes anything, and says what to give instead.</summary>
public sealed class TopicCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nmf-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("--labels-known 0.1", "--labels-known is for --model neural, but --model is nmf. Give --model neural", "--labels-known 0.1 --model neural")]
    [InlineData("--model deep --labels-known 0.1", "--labels-known is for --model neural, but --model is deep", "--model deep")]
    [InlineData("--model neural --labels-known 0", "--labels-known is 0, but must be above 0 and at most 1.", "--model neural --labels-known 1")]
    [InlineData("--model neural --labels-known 1.5", "--labels-known is 1.5, but must be above 0 and at most 1.", "--model neural --labels-known 0.5")]
    [InlineData("--model neural --labels-known NaN", "--labels-known is NaN", "--model neural")]
    [InlineData("--model deep --rank 20", "--rank is for --model nmf, but --model is deep. Give the layers' numbers of topics with --ranks",
        "--model deep --ranks 50,20,8")]
    [InlineData("--model neural --rank 20", "--rank is for --model nmf, but --model is neural.", "--model neural --ranks 50,20,8")]
    [InlineData("--ranks 20,8", "--ranks is for --model deep or neural, but --model is nmf. Give the number of topics with --rank, or --model deep.",
        "--ranks 20,8 --model deep")]
    [InlineData("--rank 0", "--rank is 0, but must be at least 1.", "--rank 1")]
    [InlineData("--model deep --ranks 20,x", "--ranks is '20,x', but must be numbers from 1 with commas between, such as 50,20,8.",
        "--model deep --ranks 50,20,8")]
    [InlineData("--model deep --ranks 20,0", "--ranks is '20,0', but must be numbers from 1", "--model deep --ranks 20,1")]
    [InlineData("--model neural --ranks 8,20", "--ranks is '8,20', but 20 is more than the number before it. Give the most topics first, the fewest last.",
        "--model neural --ranks 20,8")]
    [InlineData("--model neural --beta 1", "--beta is 1, but must be 2 with --model neural", "--model neural")]
    [InlineData("--beta NaN", "--beta is NaN, but must be a finite number.", "--beta 1.5")]
    [InlineData("--iterations 0", "--iterations is 0, but must be at least 1.", "--iterations 1")]
    [InlineData("--min-documents 0", "--min-documents is 0, but must be at least 1.", "--min-documents 1")]
    [InlineData("--engine 7", "--engine is 7, but must be Automatic, Managed or Torch.", "--engine Managed")]
    [InlineData("--layer 1", "--layer is for --compare. Leave it out.", "")]
    [InlineData("--data nothing.tsv", "--data is 'nothing.tsv', but there is no such file.", "")]
    public void What_cannot_work_is_refused_at_once_and_the_advice_is_taken(string options, string message, string mended)
    {
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => Run($"{options} --out {_folder.FullName}/model.zip")).Message);
        Assert.NotNull(Run($"{mended} --out {_folder.FullName}/model.zip"));
        Assert.Empty(_folder.EnumerateFileSystemInfos());
    }

    [Theory]
    [InlineData("--compare A", "--compare needs two model files, such as --out wrote, but 1 were named.", "--compare A B")]
    [InlineData("--compare A B B", "--compare needs two model files, such as --out wrote, but 3 were named.", "--compare A B")]
    [InlineData("--compare A missing.zip", "--compare names 'missing.zip', but there is no such file.", "--compare A --compare B")]
    [InlineData("--compare A B --rank 5", "--rank is for finding topics, but --compare only reads two models. Leave one of them out.", "--compare A B")]
    [InlineData("--compare A B --export topics.csv", "--export is for finding topics", "--layer 0 --compare A B")]
    [InlineData("--compare A B --layer -1", "--layer is -1, but must be at least 0", "--compare A B --layer 0")]
    public void A_comparison_that_cannot_work_is_refused_at_once_and_the_advice_is_taken(string options, string message, string mended)
    {
        string first = Path.Combine(_folder.FullName, "first.zip"), second = Path.Combine(_folder.FullName, "second.zip");
        File.WriteAllText(first, "");
        File.WriteAllText(second, "");
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => Invoke(WithFiles(options))).Message);
        ComparisonRequest? asked = Invoke(WithFiles(mended)).Comparison;
        Assert.Equal(new ComparisonRequest(first, second, mended.Contains("--layer", StringComparison.Ordinal) ? 0 : null), asked);

        string WithFiles(string text) => string.Join(' ', text.Split(' ').Select(part => part == "A" ? first : part == "B" ? second : part));
    }

    [Fact]
    public void A_model_file_that_cannot_be_written_is_refused_at_once()
    {
        string folder = _folder.FullName, missing = Path.Combine(folder, "missing", "model.zip"), file = Path.Combine(folder, "model.zip");
        Assert.StartsWith($"--out is '{folder}', but that is a folder. Name a file in it, such as '{file}'.", Refusal(folder));
        Assert.StartsWith($"--out is '{missing}', but there is no folder '{Path.GetDirectoryName(missing)}'. Make it first", Refusal(missing));
        Assert.Empty(_folder.EnumerateFileSystemInfos());
        using (File.Open(file, FileMode.Create, FileAccess.Write, FileShare.None))
            Assert.StartsWith($"--out is '{file}', but it cannot be written (", Refusal(file));
        Assert.StartsWith($"--report is '{missing}', but there is no folder", Assert.Throws<ArgumentException>(() => Run($"--out {file} --report {missing}")).Message);
        string table = Assert.Throws<ArgumentException>(() => Run($"--out {file} --export {missing}")).Message;
        Assert.StartsWith($"--export is '{missing}', but there is no folder", table);
        Directory.CreateDirectory(Path.GetDirectoryName(missing)!);
        Assert.Equal(missing, Run($"--out {file} --export {missing}").Export);
        Assert.Equal(missing, Run($"--out {missing}").Output);
        // The test of an older model leaves it as it is.
        File.WriteAllText(file, "an older model");
        Assert.Equal(file, Run($"--out {file}").Output);
        Assert.Equal("an older model", File.ReadAllText(file));
    }

    private static string Refusal(string output) => Assert.Throws<ArgumentException>(() => Run($"--out {output}")).Message;

    private static Request Run(string options) => Invoke(options).Training!;

    // Returns what would be done.
    private static (Request? Training, ComparisonRequest? Comparison) Invoke(string options)
    {
        (Request? Training, ComparisonRequest? Comparison) asked = default;
        RootCommand command = TopicCommand.Create(request => asked.Training = request, request => asked.Comparison = request);
        int status = command.Parse(options).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        Assert.Equal(0, status);
        return asked;
    }
}
