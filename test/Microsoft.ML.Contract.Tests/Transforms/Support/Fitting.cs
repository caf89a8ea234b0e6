namespace Microsoft.ML.Contract.Transforms.Support;

/// <summary>Fits on the spot, and sends transformers through a model file.</summary>
internal static class Fitting
{
    public static IDataView Apply<TTransformer>(this IDataView data, IEstimator<TTransformer> estimator)
        where TTransformer : class, ITransformer
        => estimator.Fit(data).Transform(data);

    public static ITransformer Reload(this MLContext ml, ITransformer transformer, DataViewSchema inputSchema)
    {
        using var stream = new MemoryStream();
        ml.Model.Save(transformer, inputSchema, stream);
        stream.Position = 0;
        return new MLContext(seed: 99).Model.Load(stream, out _);
    }
}
