using System.Reflection;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Nmf.Tests.Documentation;

/// <summary>The Markdown pages of the repository, and the blocks of C# in them.</summary>
internal static partial class Pages
{
    private static readonly string _root = Path.GetFullPath(
        typeof(Pages).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Repository").Value!);

    /// <summary>The languages that fences name: a block of C# under another name would not be run.</summary>
    public static readonly string[] Languages = ["", "bash", "csharp", "xml"];

    /// <summary>Every page, by its path from the root.</summary>
    public static IEnumerable<string> All => Directory.EnumerateFiles(_root, "*.md", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(_root, file).Replace('\\', '/'))
        .Where(page => !page.Split('/').Any(part => part is "bin" or "obj" || part.StartsWith('.')))
        .Order(StringComparer.Ordinal);

    public static string Read(string page) => File.ReadAllText(Path.Combine(_root, page));

    /// <summary>What a page leaves to the reader, such as the data: the code of Preambles, of which every page gets the first.</summary>
    public static IEnumerable<CodeBlock> Preamble(string page)
    {
        foreach (string name in new[] { "every-page.csx", $"{page.Replace('/', '-')}.csx" })
        {
            string file = Path.Combine(AppContext.BaseDirectory, "Documentation", "Preambles", name);
            if (File.Exists(file))
                yield return new CodeBlock(name, 1, File.ReadAllText(file));
        }
    }

    /// <summary>The fences of a page: the language that each names, and what it holds.</summary>
    public static IEnumerable<(string Language, CodeBlock Block)> Fences(string page)
    {
        string? language = null;
        int first = 0;
        List<string> code = [];
        string[] lines = Read(page).ReplaceLineEndings("\n").Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (Fence().Match(lines[i]) is not { Success: true } fence)
                code.Add(lines[i]);
            else if (language is null)
                (language, first, code) = (fence.Groups[1].Value, i + 2, []);
            else
            {
                yield return (language, new CodeBlock(page, first, string.Join('\n', code)));
                language = null;
            }
        }

        Assert.True(language is null, $"{page}: the block from line {first} on does not end.");
    }

    [GeneratedRegex(@"^\s*```\s*(.*?)\s*$")]
    private static partial Regex Fence();
}
