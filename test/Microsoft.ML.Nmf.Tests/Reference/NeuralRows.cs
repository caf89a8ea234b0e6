using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>Views with labels of any type, and options for small neural factorizations of them.</summary>
internal static class NeuralRows
{
    public sealed class Labelled<T>
    {
        [VectorType(Rows.Size)]
        public float[] Features { get; set; } = [];

        public T Label { get; set; } = default!;
    }

    public sealed class Predicted
    {
        public float[] Topics { get; set; } = [];

        public float[] Fine { get; set; } = [];

        public float[] Score { get; set; } = [];

        public uint PredictedLabel { get; set; }
    }

    /// <summary>Rows of <see cref="Rows.Values"/>, whose group is the place modulo 3, with labels as given.</summary>
    public static IDataView View<T>(MLContext context, IEnumerable<float[]> rows, Func<int, T> label)
        => context.Data.LoadFromEnumerable(rows.Select((r, i) => new Labelled<T> { Features = r, Label = label(i) }));

    /// <summary>The same with the labels made keys, in the order in which they come.</summary>
    public static IDataView KeyView<T>(MLContext context, IEnumerable<float[]> rows, Func<int, T> label)
    {
        IDataView view = View(context, rows, label);
        return context.Transforms.Conversion.MapValueToKey("Label").Fit(view).Transform(view);
    }

    /// <summary>Text labels, every fifth of them missing.</summary>
    public static string Group(int row) => row % 5 == 4 ? "" : "group " + row % 3;

    public static IDataView GroupView(MLContext context, IEnumerable<float[]> rows) => KeyView(context, rows, Group);

    /// <summary>With names for the features too.</summary>
    public static IDataView NamedGroupView(MLContext context, IEnumerable<float[]> rows)
    {
        IDataView view = Rows.NamedView(context, rows);
        return context.Transforms.Conversion.MapValueToKey("Label").Fit(view).Transform(view);
    }

    /// <summary>The given options for these views, with ranks 6 and 3 and few epochs where not set otherwise.</summary>
    public static NeuralNmfEstimator.Options Options(NeuralNmfEstimator.Options options, string? label = "Label")
    {
        options.OutputColumnName = "Topics";
        options.InputColumnName = "Features";
        options.LabelColumnName = label;
        if (options.Ranks.SequenceEqual([20, 8]))
            options.Ranks = [6, 3];
        if (options.MaximumNumberOfIterations == 200)
            options.MaximumNumberOfIterations = 30;
        options.Seed ??= 2;
        return options;
    }

    public static NeuralNmfTransformer Loaded(MLContext context, ITransformer transformer, DataViewSchema schema)
    {
        var file = new MemoryStream();
        context.Model.Save(transformer, schema, file);
        file.Position = 0;
        ITransformer loaded = new MLContext(99).Model.Load(file, out _);
        return (NeuralNmfTransformer)(loaded is TransformerChain<ITransformer> chain ? chain.Single() : loaded);
    }

    public static uint[] Keys(IDataView view, string column = "PredictedLabel") => [.. view.GetColumn<uint>(column)];
}
