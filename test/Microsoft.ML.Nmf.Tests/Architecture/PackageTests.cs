using System.Reflection;
using Microsoft.ML.Nmf.Torch;

namespace Microsoft.ML.Nmf.Tests.Architecture;

/// <summary>What the assemblies ask of the packages beside them.</summary>
public class PackageTests
{
    [Fact]
    public void Torch_asks_for_the_oldest_TorchSharp_that_will_do()
        => Assert.Equal(new Version(0, 106, 0, 0), TorchSharpOf(typeof(TorchRuntime).Assembly));

    [Fact]
    public void Core_does_not_know_TorchSharp() => Assert.Null(TorchSharpOf(typeof(NmfTransformer).Assembly));

    [Fact]
    public void Only_Analysis_knows_data_frames()
    {
        string[] Knowing(params Assembly[] assemblies)
            => [.. assemblies.Where(a => a.GetReferencedAssemblies().Any(r => r.Name is "Microsoft.Data.Analysis" or "Apache.Arrow")).Select(a => a.GetName().Name!)];
        Assert.Equal(["Microsoft.ML.Nmf.Analysis"], Knowing(Rooms.Library));
        Assert.Null(TorchSharpOf(typeof(FeatureDataFrameExtensions).Assembly));
    }

    [Fact]
    public void Only_Orleans_knows_clusters()
    {
        Assert.Equal(["Microsoft.ML.Nmf.Orleans"], Rooms.Library
            .Where(assembly => assembly.GetReferencedAssemblies().Any(r => r.Name!.StartsWith("Orleans", StringComparison.Ordinal))).Select(a => a.GetName().Name!));
        Assert.Null(TorchSharpOf(typeof(ClusterTrainingExtensions).Assembly));
    }

    [Fact]
    public void A_program_with_Core_alone_has_no_file_of_Torch()
    {
        string loader = AppContext.BaseDirectory.Replace("Microsoft.ML.Nmf.Tests", "ModelLoader");
        string[] names = [.. Directory.EnumerateFiles(loader, "*", SearchOption.AllDirectories).Select(file => Path.GetFileName(file))];
        Assert.Contains("Microsoft.ML.Nmf.dll", names);
        Assert.DoesNotContain(names, name => name.Contains("torch", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(names, name => name.Contains("Analysis", StringComparison.Ordinal) || name.Contains("Arrow", StringComparison.Ordinal));
        Assert.DoesNotContain(names, name => name.Contains("Orleans", StringComparison.Ordinal));
        Assert.DoesNotContain("torch", File.ReadAllText(Path.Combine(loader, "ModelLoader.deps.json")), StringComparison.OrdinalIgnoreCase);
    }

    private static Version? TorchSharpOf(Assembly assembly)
        => assembly.GetReferencedAssemblies().SingleOrDefault(reference => reference.Name == "TorchSharp")?.Version;
}
