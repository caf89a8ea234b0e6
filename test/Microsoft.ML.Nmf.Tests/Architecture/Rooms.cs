using System.Reflection;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Nmf.Tests.Architecture;

/// <summary>Where every type of the library is written: the folder of its source file below its project, with dots for slashes; "Torch", "Analysis" and "Orleans" for the assemblies beside Core.</summary>
internal static partial class Rooms
{
    // In the order of the assemblies; the types of Core are in folders.
    private static readonly string[] _ofAssemblies = ["", "Torch", "Analysis", "Orleans"];

    private static readonly Dictionary<string, string> _folders = Read();

    /// <summary>The assemblies of the library.</summary>
    public static readonly Assembly[] Library =
        [
            typeof(NmfEstimator).Assembly, typeof(NonnegativeLeastSquaresModule).Assembly, typeof(FeatureDataFrameExtensions).Assembly,
            typeof(ClusterTrainingExtensions).Assembly,
        ];

    /// <summary>The folder of the sources.</summary>
    public static string Sources
        => Path.GetFullPath(typeof(Rooms).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Sources").Value!);

    /// <summary>All types that are written in the sources.</summary>
    public static IEnumerable<Type> Types => Library.SelectMany(assembly => assembly.GetTypes()).Where(type => Find(type) is not null);

    /// <summary>The folder of a type; null for one that is not the library's, or that the compiler made.</summary>
    public static string? Find(Type type)
    {
        while (type.DeclaringType is { } outer)
            type = outer;
        return Library.Contains(type.Assembly) ? _folders.GetValueOrDefault(NameOf(type)) : null;
    }

    private static string NameOf(Type type) => $"{_ofAssemblies[Array.IndexOf(Library, type.Assembly)]}:{type.Namespace}.{type.Name.Split('`')[0]}";

    private static Dictionary<string, string> Read()
    {
        string root = Sources;
        var folders = new Dictionary<string, string>();
        foreach (string file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories))
        {
            string[] parts = Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar);
            if (parts.Contains("obj") || parts.Contains("bin"))
                continue;
            string room = _ofAssemblies.FirstOrDefault(name => name.Length > 0 && parts[0].EndsWith($".{name}", StringComparison.Ordinal), "");
            string text = File.ReadAllText(file), scope = Namespace().Match(text).Groups[1].Value;
            foreach (Match type in Declaration().Matches(text))
                folders[$"{room}:{scope}.{type.Groups[1].Value}"] = room.Length > 0 ? room : string.Join('.', parts[1..^1]);
        }

        return folders;
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    // Types outside of others start in the first column.
    [GeneratedRegex(@"^(?:public |internal |static |sealed |abstract |readonly |ref |partial |unsafe )+(?:class|struct|interface|enum|record struct|record) (\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
