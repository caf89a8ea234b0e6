namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>The models that are trained in batches, of <see cref="PlantedRows"/>.</summary>
internal static class Streamed
{
    /// <summary>The kinds of models, for a theory.</summary>
    public static string[] Kinds => ["Nmf, β = 2", "Nmf, β = 1", "Nmf, β = 0", "DeepNmf, β = 2", "DeepNmf, β = 1", "NeuralNmf, β = 2"];

    /// <summary>Those whose rows may have weights, and that parts of the data may train.</summary>
    public static IEnumerable<string> Weighted => Kinds.Where(kind => !kind.StartsWith("NeuralNmf", StringComparison.Ordinal));

    /// <summary>Options for a kind, of ten passes in batches of 64 rows.</summary>
    public static FactorizationOptions Options(string kind)
    {
        double beta = double.Parse(kind[(kind.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
        FactorizationOptions options = kind.StartsWith("DeepNmf", StringComparison.Ordinal)
            ? new DeepNmfEstimator.Options { Ranks = [6, PlantedRows.Rank], Beta = beta, Normalization = ActivationNormalization.None }
            : kind.StartsWith("NeuralNmf", StringComparison.Ordinal)
            ? new NeuralNmfEstimator.Options { Ranks = [6, PlantedRows.Rank], Normalization = ActivationNormalization.None }
            : new NmfEstimator.Options { Rank = PlantedRows.Rank, Beta = beta, Normalization = ActivationNormalization.None };
        options.OutputColumnName = "Topics";
        options.InputColumnName = "Features";
        options.BatchSize = 64;
        options.MaximumNumberOfIterations = 10;
        options.Tolerance = 0;
        options.Seed = 3;
        options.NumberOfThreads = 2;
        options.Engine = TrainingEngine.Managed;
        // Otherwise so few rows would be read once.
        options.MostKeptBytes = 0;
        return options;
    }

    /// <summary>Trains, or goes on.</summary>
    public static ITransformer Fit(MLContext context, FactorizationOptions options, IDataView data, ITransformer? previous = null) => options switch
    {
        NmfEstimator.Options nmf => previous is null ? context.Transforms.Nmf(nmf).Fit(data) : context.Transforms.Nmf(nmf).Fit(data, (NmfTransformer)previous),
        DeepNmfEstimator.Options deep
            => previous is null ? context.Transforms.DeepNmf(deep).Fit(data) : context.Transforms.DeepNmf(deep).Fit(data, (DeepNmfTransformer)previous),
        NeuralNmfEstimator.Options neural
            => previous is null ? context.Transforms.NeuralNmf(neural).Fit(data) : context.Transforms.NeuralNmf(neural).Fit(data, (NeuralNmfTransformer)previous),
        _ => throw new ArgumentException($"{options}", nameof(options)),
    };

    /// <summary>The same with changed options.</summary>
    public static ITransformer Fit(MLContext context, string kind, IDataView data, Action<FactorizationOptions>? change = null, ITransformer? previous = null)
    {
        FactorizationOptions options = Options(kind);
        change?.Invoke(options);
        return Fit(context, options, data, previous);
    }

    /// <summary>The history of all layers together.</summary>
    public static TrainingHistory History(ITransformer model) => model switch
    {
        NmfTransformer nmf => nmf.Model.History,
        DeepNmfTransformer deep => deep.Model.History,
        NeuralNmfTransformer neural => neural.Model.History,
        _ => throw new ArgumentException($"{model}", nameof(model)),
    };

    /// <summary>The objective that a training ended with.</summary>
    public static double Objective(ITransformer model) => History(model).Last.Objective;

    /// <summary>The statistics that a model keeps.</summary>
    public static TrainingStatistics? Statistics(ITransformer model) => model switch
    {
        NmfTransformer nmf => nmf.Model.Statistics,
        DeepNmfTransformer deep => deep.Model.Statistics,
        NeuralNmfTransformer neural => neural.Model.Statistics,
        _ => throw new ArgumentException($"{model}", nameof(model)),
    };

    /// <summary>The number of rows that a model says it was trained on.</summary>
    public static int Examples(ITransformer model) => model switch
    {
        NmfTransformer nmf => nmf.Model.NumberOfExamples,
        DeepNmfTransformer deep => deep.Model.NumberOfExamples,
        NeuralNmfTransformer neural => neural.Model.NumberOfExamples,
        _ => throw new ArgumentException($"{model}", nameof(model)),
    };

    /// <summary>The templates of each layer, from the features on.</summary>
    public static FactorMatrix[] Templates(ITransformer model) => model switch
    {
        NmfTransformer nmf => [nmf.Model.Templates],
        DeepNmfTransformer deep => [.. deep.Model.Layers.Select(layer => layer.Templates)],
        NeuralNmfTransformer neural => [.. neural.Model.Layers.Select(layer => layer.Templates)],
        _ => throw new ArgumentException($"{model}", nameof(model)),
    };

    /// <summary>The product of all templates, features × deepest rank.</summary>
    public static double[,] Product(ITransformer model) => Templates(model).Select(Matrix).Aggregate(Naive.Multiply);

    /// <summary>The bits of all templates.</summary>
    public static int[] Bits(ITransformer model) => [.. Templates(model).SelectMany(layer => layer.Values.ToArray()).Select(BitConverter.SingleToInt32Bits)];

    /// <summary>A matrix in double.</summary>
    public static double[,] Matrix(FactorMatrix matrix)
    {
        var values = new double[matrix.Rows, matrix.Columns];
        for (int i = 0; i < matrix.Rows; i++)
        {
            for (int k = 0; k < matrix.Columns; k++)
                values[i, k] = matrix[i, k];
        }

        return values;
    }

    /// <summary>Rows in double.</summary>
    public static double[,] Matrix(IReadOnlyList<float[]> rows)
    {
        var values = new double[rows.Count, rows[0].Length];
        for (int i = 0; i < rows.Count; i++)
        {
            for (int j = 0; j < rows[0].Length; j++)
                values[i, j] = rows[i][j];
        }

        return values;
    }
}
