using System.Reflection;

namespace Microsoft.ML.Nmf.Tests.Architecture;

/// <summary>Arrows go one way: catalog → estimators → algorithms → engine; and one folder knows ML.NET's internals.</summary>
public class LayerTests
{
    private static readonly Assembly _library = typeof(NmfEstimator).Assembly;
    private static readonly Type[] _types = [.. _library.GetTypes()];

    [Fact]
    public void Algorithms_and_engine_know_no_type_of_MLNet()
        => Assert.Empty(from type in In("Algorithms", "Engine")
                        from member in ReferencesOf.Type(type)
                        where IsMLNet(member)
                        select $"{type} refers to {member}");

    [Fact]
    public void The_engine_knows_no_algorithm()
        => Assert.Empty(from type in In("Engine")
                        from member in ReferencesOf.Type(type)
                        where IsIn(member as Type ?? member.DeclaringType!, "Algorithms", "Insight", "Input", "Internals")
                        select $"{type} refers to {member}");

    [Fact]
    public void Algorithms_know_no_estimator_no_reader_and_no_insight()
        => Assert.Empty(from type in In("Algorithms")
                        from member in ReferencesOf.Type(type)
                        where IsIn(member as Type ?? member.DeclaringType!, "Insight", "Input", "Internals")
                        select $"{type} refers to {member}");

    [Fact]
    public void Only_one_folder_knows_internals_of_MLNet()
        => Assert.Empty(from type in _types
                        where !IsIn(type, "Internals") && !IsWithin(type, typeof(ActivationTransformerBase))
                        from member in ReferencesOf.Type(type)
                        where IsMLNet(member) && !IsVisible(member)
                        select $"{type} refers to {member.DeclaringType}.{member}");

    [Fact]
    public void The_tests_above_can_see_a_reference()
    {
        Assert.Contains(ReferencesOf.Type(typeof(Nmf.Input.FeatureColumn)), IsMLNet);
        Assert.Contains(ReferencesOf.Type(typeof(Nmf.Internals.ComponentHost)), member => IsMLNet(member) && !IsVisible(member));
        Assert.Contains(ReferencesOf.Type(typeof(NmfEstimator)), member => member as Type == typeof(Nmf.Algorithms.NmfSettings));
    }

    [Fact]
    public void Every_public_type_is_in_one_of_two_namespaces()
        => Assert.All(_types.Where(t => t.IsVisible), t => Assert.Contains(t.Namespace, new[] { "Microsoft.ML", "Microsoft.ML.Nmf" }));

    private static IEnumerable<Type> In(params string[] folders) => _types.Where(t => IsIn(t, folders));

    private static bool IsIn(Type type, params string[] folders)
        => type.Assembly == _library && folders.Any(f => $"{type.Namespace}.".StartsWith($"Microsoft.ML.Nmf.{f}.", StringComparison.Ordinal));

    private static bool IsWithin(Type type, Type outer) => type == outer || (type.DeclaringType is { } declaring && IsWithin(declaring, outer));

    private static bool IsMLNet(MemberInfo member)
        => (member as Type ?? member.DeclaringType!).Assembly is { } assembly && assembly != _library && assembly.GetName().Name!.StartsWith("Microsoft.ML.", StringComparison.Ordinal);

    private static bool IsVisible(MemberInfo member) => member switch
    {
        Type type => type.IsVisible,
        MethodBase method => method.DeclaringType!.IsVisible && (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly),
        FieldInfo field => field.DeclaringType!.IsVisible && (field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly),
        _ => member.DeclaringType!.IsVisible,
    };
}
