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
