using System.Globalization;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Nmf;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

/// <summary>
/// Learns a non-negative matrix factorization X ≈ H Wᵀ of a vector column: minimises
/// <c>D_β(X ‖ H Wᵀ) + l1 Σ H + l2/2 Σ H² + l1' Σ W + l2'/2 Σ W² + o/2 Σ_j Σ_(k≠l) W_jk W_jl</c> over H (examples × rank) and W (features × rank), neither
/// negative. The transformer gives each row its activations, a row of H.
/// </summary>
/// <remarks>
/// Lee and Seung, "Learning the parts of objects by non-negative matrix factorization", Nature 1999. The algorithms are named at <see cref="NmfSolver"/>, the
/// divergence at <see cref="BetaDivergence"/>. Computes in float32; the same seed, data and processor give the same bits on any number of threads.
/// </remarks>
public sealed partial class NmfEstimator : FactorizationEstimator<NmfTransformer>
{
    private readonly Options _options;
    private readonly NmfSettings _settings;

    /// <summary>Takes a copy of the options.</summary>
    internal NmfEstimator(ComponentHost host, Options options)
        : this((Options)options.Copy(), host)
    {
    }

    private NmfEstimator(Options options, ComponentHost host)
        : base(host, options)
    {
        _options = options;
        _settings = Resolve(options, Seed);
    }

    /// <inheritdoc />
    private protected override IReadOnlyList<string> OutputColumnNames => [_options.OutputColumnName];

    /// <inheritdoc />
    private protected override (int Example, int Feature) WorkingFloats
    {
        get
        {
            // The factor itself and its numerator; a denominator as large where updates are multiplicative.
            int factors = _settings.Solver == NmfSolver.MultiplicativeUpdates && _settings.Beta != BetaDivergence.KullbackLeibler ? 3 : 2;
            return (factors * _settings.Rank, factors * _settings.Rank);
        }
    }

    /// <inheritdoc />
    private protected override string Describe() => string.Create(CultureInfo.InvariantCulture,
        $"NMF of rank {_settings.Rank}, beta {_settings.Beta}, {_settings.Solver} from {(_settings.InitialTemplates is null ? _settings.Initialization.ToString() : "custom factors")}");

    /// <inheritdoc />
    private protected override NmfTransformer Train(ComputeEngine engine, TrainingInput input, HostMonitor monitor, ColumnNames columns)
    {
        OptionRange.Shape(_options.InitialTemplates, input.Examples.Columns, _settings.Rank, "feature");
        OptionRange.Shape(_options.InitialActivations, input.Examples.Rows, _settings.Rank, "example");
        NmfResult result = NmfTraining.Run(engine, input.Examples, _settings, monitor);
        var model = new NmfModel(result.Templates, input.FeatureNames, _settings.Beta, input.Examples.Rows, result.History);
        return new NmfTransformer(Host.Register(nameof(NmfTransformer)), columns, model, _options.ToActivationSettings());
    }

    // What Automatic means, and which options exclude each other.
    private static NmfSettings Resolve(Options options, int seed)
    {
        NmfSolver solver = options.Solver != NmfSolver.Automatic ? options.Solver
            : options.Beta == BetaDivergence.Euclidean ? NmfSolver.CoordinateDescent : NmfSolver.MultiplicativeUpdates;
        if (solver != NmfSolver.MultiplicativeUpdates && options.Beta != BetaDivergence.Euclidean)
            throw new ArgumentOutOfRangeException(nameof(options.Solver), solver, $"Solver is {solver}, which needs Beta = 2, but Beta is {options.Beta}. Choose {NmfSolver.MultiplicativeUpdates} or {NmfSolver.Automatic}.");
        if (solver == NmfSolver.AlternatingLeastSquares && options.TemplatesOrthogonality > 0)
            throw new ArgumentOutOfRangeException(nameof(options.TemplatesOrthogonality), options.TemplatesOrthogonality, $"TemplatesOrthogonality is {options.TemplatesOrthogonality}, but {solver} cannot have one: its problem would not be convex. Choose {NmfSolver.CoordinateDescent}.");
        if (options.InitialActivations is not null && options.InitialTemplates is null)
            throw new ArgumentOutOfRangeException(nameof(options.InitialTemplates), null, "InitialActivations is set, but InitialTemplates is not: a factorization starts from templates, with or without activations. Set both.");
        OptionRange.Shape(options.InitialTemplates, options.InitialTemplates?.Rows ?? 0, options.Rank, "feature");
        NmfInitialization initialization = options.Initialization != NmfInitialization.Automatic ? options.Initialization
            : solver == NmfSolver.MultiplicativeUpdates ? NmfInitialization.NndsvdA : NmfInitialization.Nndsvd;
        return new NmfSettings
        {
            Rank = options.Rank,
            Beta = options.Beta,
            Solver = solver,
            Initialization = initialization,
            InitialTemplates = options.InitialTemplates,
            InitialActivations = options.InitialActivations,
            Stopping = new StoppingRule(options.MaximumNumberOfIterations, options.Tolerance),
            TemplatePenalty = new Penalty(options.TemplatesL1Regularization, options.TemplatesL2Regularization, options.TemplatesOrthogonality),
            ActivationPenalty = new Penalty(options.ActivationsL1Regularization, options.ActivationsL2Regularization),
            Seed = seed,
        };
    }
}
