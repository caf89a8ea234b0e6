using Microsoft.ML.Data;

namespace Microsoft.ML.Contract.Transforms.Support;

/// <summary>Learns schema shapes through the public API: a chain shows every estimator in it the shape it will be given.</summary>
internal static class Shapes
{
    /// <summary>The shape that an estimator promises for its output, given this data.</summary>
    public static SchemaShape Promised<TTransformer>(IEstimator<TTransformer> estimator, IDataView data)
        where TTransformer : class, ITransformer
        => estimator.GetOutputSchema(Of(data));

    /// <summary>The shape of a view's actual schema.</summary>
    public static SchemaShape Of(IDataView data)
    {
        var witness = new Witness();
        new EstimatorChain<ITransformer>().Append(witness).Fit(data);
        return witness.Seen!;
    }

    /// <summary>One line a column, comparable as text.</summary>
    public static string[] Describe(SchemaShape shape)
        => [.. shape.Select(column => $"{Describe(column)} [{string.Join("; ", column.Annotations.Select(Describe).Order(StringComparer.Ordinal))}]").Order(StringComparer.Ordinal)];

    private static string Describe(SchemaShape.Column column)
        => $"{column.Name}: {column.Kind} of {column.ItemType}{(column.IsKey ? " key" : "")}";

    private sealed class Witness : IEstimator<ITransformer>
    {
        public SchemaShape? Seen { get; private set; }

        public SchemaShape GetOutputSchema(SchemaShape inputSchema)
        {
            Seen = inputSchema;
            return inputSchema;
        }

        public ITransformer Fit(IDataView input) => new TransformerChain<ITransformer>();
    }
}
