using System.Diagnostics;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Transforming;

/// <summary>
/// Thousands of damaged model files, in a process of its own with a quarter of a gigabyte: none may do anything but load and give finite numbers, or be
/// refused with a FormatException, and none may allocate more than fifty times its length.
/// </summary>
public class CorruptModelTests : IDisposable
{
    // ML.NET makes a folder for each model that it loads; in memory that is faster.
    private const string MemoryFolder = "/dev/shm";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nmf-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("Nmf, β = 2")]
    [InlineData("Nmf, β = 1")]
    [InlineData("DeepNmf")]
    [InlineData("NeuralNmf, text", "NeuralNmf, boolean", "NeuralNmf, number")]
    public async Task Ten_thousand_damaged_models_are_refused_or_give_finite_numbers(params string[] kinds)
    {
        foreach (string kind in kinds)
        {
            (ITransformer model, DataViewSchema schema) = SavedModels.Train(kind);
            foreach (TopicSet topics in SavedModels.Topics(model))
                topics.RenameTopic(1, "renamed");
            new MLContext().Model.Save(model, schema, Path.Combine(_folder.FullName, kind + ".zip"));
        }

        await Damage((10_000 + kinds.Length - 1) / kinds.Length, _folder.GetFiles("*.zip").Select(file => file.FullName));
    }

    [Fact]
    public async Task Damaged_models_of_the_first_version_without_a_checksum_are_refused_or_give_finite_numbers()
        => await Damage(500, Directory.GetFiles(OldModelTests.Folder, "*.zip").Where(path => !path.Contains("_version", StringComparison.Ordinal)));

    private static async Task Damage(int count, IEnumerable<string> models)
    {
        string program = Path.Combine(AppContext.BaseDirectory.Replace("Microsoft.ML.Nmf.Tests", "ModelFuzzer"), "ModelFuzzer.dll");
        var start = new ProcessStartInfo("dotnet", [program, $"{count}", "1", .. models]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_GCHeapHardLimit"] = "0x10000000";
        if (Directory.Exists(MemoryFolder))
            start.Environment["TMPDIR"] = MemoryFolder;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{output}{await errors}");
        // A line for each model, or its failures would not have been looked for.
        Assert.Equal(models.Count(), output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(line => line.Contains($" {count} damaged files")));
    }
}
