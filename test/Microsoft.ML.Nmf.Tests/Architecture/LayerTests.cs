using System.Reflection;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Reading;

namespace Microsoft.ML.Nmf.Tests.Architecture;

/// <summary>The arrows between the folders of the library go one way, whether a type is public or not.</summary>
public class LayerTests
{
    // What the types of a folder may refer to, besides those of their own.
    private static readonly Dictionary<string, string[]> _arrows = new()
    {
        ["Engine.Managed"] = ["Engine"],
        ["Engine"] = ["Engine.Managed"],
        ["Hosting"] = [],
        ["Reading"] = ["Hosting", "Engine"],
        ["Words"] = ["Reading", "Hosting"],
        ["Topics"] = ["Hosting", "Engine"],
        ["Exporting"] = ["Hosting", "Engine"],
        ["Transforming"] = ["Exporting", "Reading", "Hosting", "Engine"],
        ["Examining"] = ["Topics", "Transforming", "Reading", "Hosting", "Engine"],
        ["Reporting"] = ["Examining", "Topics", "Training", "Hosting", "Engine"],
        ["Training"] = ["Transforming", "Reading", "Hosting", "Engine"],
        ["Streaming"] = ["Training", "Transforming", "Reading", "Hosting", "Engine"],
        ["Nmf"] = ["Streaming", "Reporting", "Examining", "Topics", "Training", "Exporting", "Transforming", "Reading", "Hosting", "Engine"],
        ["Ranks"] = ["Nmf", "Examining", "Topics", "Training", "Reading", "Hosting", "Engine"],
        ["DeepNmf"] = ["Nmf", "Streaming", "Reporting", "Examining", "Topics", "Training", "Exporting", "Transforming", "Reading", "Hosting", "Engine"],
        ["NeuralNmf"] = ["Nmf", "Streaming", "Reporting", "Examining", "Topics", "Training", "Exporting", "Transforming", "Reading", "Hosting", "Engine"],
        ["Torch"] = ["Engine"],
        ["Analysis"] = ["Ranks", "Nmf", "DeepNmf", "NeuralNmf", "Examining", "Topics", "Training", "Reading", "Engine"],
    };

    public static TheoryData<string> Folders => [.. _arrows.Keys];

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_folder_refers_only_to_those_below_it(string folder)
        => Assert.Empty(from type in Rooms.Types
                        where Rooms.Find(type) == folder
                        from member in ReferencesOf.Type(type)
                        let target = Rooms.Find(TypeOf(member))
                        where target is not null && target != folder && !_arrows[folder].Contains(target)
                        select $"{type} refers to {TypeOf(member)}.{member.Name}, {folder} to {target}");

    [Fact]
    public void Every_folder_has_its_arrows()
        => Assert.Equal(_arrows.Keys.Order(), Rooms.Types.Select(Rooms.Find).Where(folder => folder!.Length > 0).Distinct().Order());

    [Fact]
    public void The_engine_knows_no_type_of_MLNet()
        => Assert.Empty(from type in Rooms.Types
                        where Rooms.Find(type) is "Engine" or "Engine.Managed" or "Torch"
                        from member in ReferencesOf.Type(type)
                        where IsMLNet(member)
                        select $"{type} refers to {member}");

    [Fact]
    public void Only_hosting_knows_internals_of_MLNet()
        => Assert.Empty(from type in Rooms.Types
                        where Rooms.Find(type) != "Hosting"
                        from member in ReferencesOf.Type(type)
                        where IsMLNet(member) && !IsVisible(member)
                        select $"{type} refers to {member.DeclaringType}.{member}");

    [Fact]
    public void The_tests_above_can_see_a_reference()
    {
        Assert.Contains(ReferencesOf.Type(typeof(FeatureColumn)), IsMLNet);
        Assert.Contains(ReferencesOf.Type(typeof(ComponentHost)), member => IsMLNet(member) && !IsVisible(member));
        Assert.Contains(ReferencesOf.Type(typeof(NmfEstimator)), member => Rooms.Find(TypeOf(member)) == "Training");
        Assert.Contains(ReferencesOf.Type(typeof(ExampleReader)), member => Rooms.Find(TypeOf(member)) == "Engine");
    }

    [Fact]
    public void Every_type_is_found_in_the_sources()
        => Assert.DoesNotContain(Rooms.Library.SelectMany(assembly => assembly.GetTypes()),
            type => Rooms.Find(type) is null && type.Namespace?.StartsWith("Microsoft.ML", StringComparison.Ordinal) == true);

    [Fact]
    public void The_namespace_of_an_internal_type_is_its_folder()
        => Assert.Empty(from type in Rooms.Types
                        where type is { IsVisible: false, IsNested: false } && type.Namespace!.StartsWith("Microsoft.ML", StringComparison.Ordinal)
                        where type.Namespace != $"Microsoft.ML.Nmf.{Rooms.Find(type)}"
                        select $"{type} is in {Rooms.Find(type)}");

    [Fact]
    public void Every_public_type_is_in_one_of_two_namespaces()
        => Assert.All(Rooms.Library.SelectMany(a => a.GetExportedTypes()), t => Assert.Contains(t.Namespace, new[] { "Microsoft.ML", "Microsoft.ML.Nmf" }));

    private static Type TypeOf(MemberInfo member) => member as Type ?? member.DeclaringType!;

    private static bool IsMLNet(MemberInfo member)
        => TypeOf(member).Assembly is { } assembly && !Rooms.Library.Contains(assembly) && assembly.GetName().Name!.StartsWith("Microsoft.ML.", StringComparison.Ordinal);

    [Fact]
    public void No_number_becomes_a_TorchSharp_scalar_in_a_call()
    {
        string[] found = [.. from type in Rooms.Types
                             where Rooms.Find(type) == "Torch" && type.Name != "TorchScalars"
                             from member in ReferencesOf.Type(type)
                             where MakesScalar(member, [])
                             select $"{type} refers to {member} of {member.DeclaringType}"];
        Assert.True(found.Length == 0, string.Join(Environment.NewLine, found));
    }

    // Whether it is a conversion to a scalar or a method of TorchSharp that calls one itself, as a + b does for its factor of 1.
    private static bool MakesScalar(MemberInfo member, HashSet<MemberInfo> seen)
        => member is MethodBase { DeclaringType.Assembly: { } assembly } method && assembly.GetName().Name == "TorchSharp" && seen.Add(member)
            && (member is { Name: "op_Implicit" or ".ctor" or "ToScalar", DeclaringType.FullName: "TorchSharp.Scalar" or "TorchSharp.ScalarExtensionMethods" }
                || ReferencesOf.Body(method).Any(next => MakesScalar(next, seen)));

    private static bool IsVisible(MemberInfo member) => member switch
    {
        Type type => type.IsVisible,
        MethodBase method => method.DeclaringType!.IsVisible && (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly),
        FieldInfo field => field.DeclaringType!.IsVisible && (field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly),
        _ => member.DeclaringType!.IsVisible,
    };
}
