using Microsoft.ML;
using Microsoft.ML.Nmf;

namespace ModelLoader;

/// <summary>The one part of the program that names the library: it is compiled when a training goes on, and not before.</summary>
internal static class Training
{
    /// <summary>Goes on with the training of a loaded model, and returns the rows of its templates.</summary>
    public static IEnumerable<float[]> GoOn(MLContext context, ITransformer loaded, IDataView data)
    {
        ITransformer model = loaded is IEnumerable<ITransformer> chain ? chain.Single() : loaded;
        return model switch
        {
            NmfTransformer nmf => RowsOf(context.Transforms.Nmf(Set(new NmfEstimator.Options { Rank = nmf.Model.Rank, Beta = nmf.Model.Beta })).Fit(data, nmf).Model.Templates),
            DeepNmfTransformer deep => context.Transforms.DeepNmf(Set(new DeepNmfEstimator.Options
            {
                Ranks = [.. deep.Model.Layers.Select(layer => layer.Rank)],
                Beta = deep.Model.Beta,
            })).Fit(data, deep).Model.Layers.SelectMany(layer => RowsOf(layer.Templates)),
            NeuralNmfTransformer neural => context.Transforms.NeuralNmf(Set(new NeuralNmfEstimator.Options
            {
                Ranks = [.. neural.Model.Layers.Select(layer => layer.Rank)],
            })).Fit(data, neural).Model.Layers.SelectMany(layer => RowsOf(layer.Templates)),
            _ => throw new ArgumentException($"{model}", nameof(loaded)),
        };
    }

    private static T Set<T>(T options)
        where T : FactorizationOptions
    {
        (options.OutputColumnName, options.InputColumnName, options.BatchSize) = ("Topics", "Features", 16);
        (options.MaximumNumberOfIterations, options.Tolerance, options.Seed, options.NumberOfThreads) = (3, 0, 4, 1);
        options.Engine = TrainingEngine.Managed;
        return options;
    }

    private static IEnumerable<float[]> RowsOf(FactorMatrix matrix)
        => Enumerable.Range(0, matrix.Rows).Select(i => Enumerable.Range(0, matrix.Columns).Select(k => matrix[i, k]).ToArray());
}
