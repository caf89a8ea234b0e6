using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>Gets the shape of a schema the one public way there is: a pipeline shows it to its first estimator before it fits anything.</summary>
internal static class Shape
{
    public static SchemaShape Of(IDataView data)
    {
        var probe = new Probe();
        Assert.Throws<OperationCanceledException>(() => new EstimatorChain<ITransformer>().Append(probe).Fit(data));
        return probe.Seen!;
    }

    /// <summary>A column with its annotations, as text.</summary>
    public static string Describe(SchemaShape.Column column)
        => $"{column.Name} {column.Kind} {column.ItemType} {column.IsKey} [{string.Join(';', column.Annotations.Select(Describe).Order())}]";

    private sealed class Probe : IEstimator<ITransformer>
    {
        public SchemaShape? Seen { get; private set; }

        public ITransformer Fit(IDataView input) => throw new NotSupportedException();

        public SchemaShape GetOutputSchema(SchemaShape inputSchema)
        {
            Seen = inputSchema;
            throw new OperationCanceledException();
        }
    }
}
