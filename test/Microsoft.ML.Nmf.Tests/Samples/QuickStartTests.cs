using System.Reflection;

namespace Microsoft.ML.Nmf.Tests.Samples;

/// <summary>The README shows the core of the quick start.</summary>
public class QuickStartTests
{
    // Where the texts come from: a table of its own there, what the command line says here.
    private static readonly string[] _own =
        ["using Microsoft.ML.Data;", "IDataView notes = ", "    .Append(mlContext.Transforms.Nmf(", "var note = new Note", "    [LoadColumn(2)] public string Text"];

    [Fact]
    public void The_code_of_the_README_is_that_of_the_sample()
    {
        string root = Path.GetFullPath(Path.Combine(typeof(QuickStartTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Sources").Value!, ".."));
        string readme = File.ReadAllText(Path.Combine(root, "README.md"));
        string block = readme.Split("## Quick start")[1].Split("```csharp")[1].Split("```")[0];
        string[] shown = [.. block.Split('\n').Where(line => line.Trim().Length > 0)], sample = File.ReadAllLines(Path.Combine(root, "samples/QuickStart/Program.cs"));
        Assert.InRange(shown.Length, 20, 40);
        Assert.Equal(_own.Length, shown.Count(line => _own.Any(start => line.StartsWith(start, StringComparison.Ordinal))));
        int at = 0;
        foreach (string line in shown.Where(line => !_own.Any(start => line.StartsWith(start, StringComparison.Ordinal))))
        {
            int found = Array.IndexOf(sample, line, at);
            Assert.True(found >= 0, $"The sample does not have this line, or has it earlier: {line}");
            at = found + 1;
        }
    }
}
