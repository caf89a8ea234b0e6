using Microsoft.ML.Trainers.Offline;

namespace Microsoft.ML.Trainers;

/// <summary>The base of linear trainers that minimize their loss by L-BFGS; the loss is that of a softmax over the classes.</summary>
/// <typeparam name="TOptions">The type of the options.</typeparam>
/// <typeparam name="TTransformer">The type of the transformer.</typeparam>
/// <typeparam name="TModel">The type of what is learnt.</typeparam>
public abstract class LbfgsTrainerBase<TOptions, TTransformer, TModel> : TrainerEstimatorBase<TTransformer, TModel>
    where TOptions : LbfgsTrainerBase<TOptions, TTransformer, TModel>.OptionsBase, new()
    where TTransformer : ISingleFeaturePredictionTransformer<TModel>
    where TModel : class
{
    private static readonly TrainerInfo _info = new(caching: true, supportIncrementalTrain: true);

    private protected int NumFeatures;

    /// <summary>The bias of each class, then the weights of each class.</summary>
    private protected VBuffer<float> CurrentWeights;

    private protected readonly TOptions LbfgsTrainerOptions;

    internal LbfgsTrainerBase(IHostEnvironment env, TOptions options, SchemaShape.Column labelColumn, Action<TOptions> advancedSettings = null)
        : base(Contracts.CheckRef(env, nameof(env)).Register("LbfgsTrainerBase"), TrainerUtils.MakeR4VecFeature(options.FeatureColumnName),
            labelColumn, TrainerUtils.MakeR4ScalarWeightColumn(options.ExampleWeightColumnName))
    {
        Host.CheckValue(options, nameof(options));
        advancedSettings?.Invoke(options);
        LbfgsTrainerOptions = options;
        Host.CheckUserArg(options.NumberOfThreads is null or > 0, nameof(options.NumberOfThreads), "Must be positive (or empty for default)");
        Host.CheckUserArg(options.L2Regularization >= 0, nameof(options.L2Regularization), "Must be non-negative");
        Host.CheckUserArg(options.L1Regularization >= 0, nameof(options.L1Regularization), "Must be non-negative");
        Host.CheckUserArg(options.OptimizationTolerance > 0, nameof(options.OptimizationTolerance), "Must be positive");
        Host.CheckUserArg(options.HistorySize > 0, nameof(options.HistorySize), "Must be positive");
        Host.CheckUserArg(options.MaximumNumberOfIterations > 0, nameof(options.MaximumNumberOfIterations), "Must be positive");
        if (options.StochasticGradientDescentInitilaizationTolerance != 0)
            throw Host.ExceptNotSupp("This stand-in does not initialize by stochastic gradient descent.");
    }

    public override TrainerInfo Info => _info;

    private protected virtual int ClassCount => 1;

    private protected abstract void CheckLabel(RoleMappedData data);

    private protected abstract TModel CreatePredictor();

    private protected abstract VBuffer<float> InitializeWeightsFromPredictor(IPredictor srcPredictor);

    private protected override TModel TrainModelCore(TrainContext context)
    {
        Contracts.CheckValue(context, nameof(context));
        context.TrainingSet.CheckFeatureFloatVector(out NumFeatures);
        CheckLabel(context.TrainingSet);
        Host.CheckParam(NumFeatures < Utils.ArrayMaxSize / ClassCount, "data", "Too many model parameters.");
        using var channel = Host.Start("Training");
        var initial = context.InitialPredictor is { } predictor ? InitializeWeightsFromPredictor(predictor) : RandomWeights();
        Minimize(channel, TrainingRows.Load(Host, context.TrainingSet), initial);
        return CreatePredictor();
    }

    private VBuffer<float> RandomWeights()
    {
        float diameter = LbfgsTrainerOptions.InitialWeightsDiameter;
        return new(ClassCount * (NumFeatures + 1), Utils.BuildArray(ClassCount * (NumFeatures + 1), _ => diameter > 0 ? diameter * (Host.Rand.NextSingle() - 0.5f) : 0));
    }

    private void Minimize(IChannel channel, TrainingRows rows, VBuffer<float> initial)
    {
        channel.Check(rows.Count > 0, NoTrainingInstancesMessage);
        if (rows.SkippedCount > 0)
            channel.Warning("Skipped {0} instances with missing features/label/weight during training", rows.SkippedCount);

        var options = LbfgsTrainerOptions;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.NumberOfThreads ?? -1 };
        var layout = new WeightLayout(ClassCount, NumFeatures);
        var settings = new LbfgsSettings
        {
            BiasCount = ClassCount,
            L1 = options.L1Regularization / rows.Count,
            HistorySize = options.HistorySize,
            Tolerance = options.OptimizationTolerance,
            MaximumNumberOfIterations = options.MaximumNumberOfIterations,
            EnforcesNonNegativity = options.EnforceNonNegativity,
            Parallel = parallel,
        };
        var loss = new SoftmaxLoss(rows, layout, options.L2Regularization, parallel);
        float[] best = LbfgsOptimizer.Minimize(Host, channel, loss, settings, layout.ByFeature(in initial));
        CurrentWeights = layout.ByClass(best);
    }

    public abstract class OptionsBase : TrainerInputBaseWithWeight
    {
        public float L2Regularization = Defaults.L2Regularization;

        public float L1Regularization = Defaults.L1Regularization;

        public float OptimizationTolerance = Defaults.OptimizationTolerance;

        public int HistorySize = Defaults.HistorySize;

        public int MaximumNumberOfIterations = Defaults.MaximumNumberOfIterations;

        public float StochasticGradientDescentInitilaizationTolerance = 0;

        public bool Quiet = false;

        public float InitialWeightsDiameter = 0;

        public int? NumberOfThreads;

        public bool DenseOptimizer = false;

        public bool EnforceNonNegativity = Defaults.EnforceNonNegativity;

        internal static class Defaults
        {
            public const float L2Regularization = 1;
            public const float L1Regularization = 1;
            public const float OptimizationTolerance = 1e-7f;
            public const int HistorySize = 20;
            public const int MaximumNumberOfIterations = int.MaxValue;
            public const bool EnforceNonNegativity = false;
        }
    }
}
