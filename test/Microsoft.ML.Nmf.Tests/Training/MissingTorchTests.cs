using System.Diagnostics;

namespace Microsoft.ML.Nmf.Tests.Training;

/// <summary>An application without TorchSharp's native library, or without TorchSharp at all, trains and transforms; asked for Torch, it is told in one sentence what to add.</summary>
public sealed class MissingTorchTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nmf-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("LibTorchSharp")]
    [InlineData("TorchSharp.dll")]
    public async Task Without_it_everything_but_Torch_works_and_Torch_says_what_to_add(string missing)
    {
        string application = CopyWithout(missing);
        foreach (string engine in new[] { "Automatic", "Managed" })
        {
            string[] lines = await Run(application, engine);
            Assert.Equal(2, lines.Length);
            Assert.Contains("; engine managed", lines[0]);
            Assert.Equal("20 rows", lines[1]);
        }

        // TorchSharp's own loader may say more before.
        string message = (await Run(application, "Torch"))[^1];
        Assert.StartsWith("Engine is Torch, but TorchSharp's native library is missing", message);
        Assert.Contains("TorchSharp-cpu", message);
    }

    // The program as it was built, without the files of the name.
    private string CopyWithout(string name)
    {
        string source = AppContext.BaseDirectory.Replace("Microsoft.ML.Nmf.Tests", "EngineProbe");
        foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(file).Contains(name, StringComparison.OrdinalIgnoreCase))
                continue;
            string target = Path.Combine(_folder.FullName, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return Path.Combine(_folder.FullName, "EngineProbe.dll");
    }

    private static async Task<string[]> Run(string application, string engine)
    {
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [application, engine]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
