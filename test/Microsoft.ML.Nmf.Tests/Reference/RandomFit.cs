using Microsoft.ML.Nmf.DeepNmf;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Nmf;
using Microsoft.ML.Nmf.Torch;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>
/// A training drawn from a seed: data of some kind, shape and unit, and the model, β, solver, start and penalties it is given. It checks that the factors are
/// finite, that the objective never rises, and that what is reported is what the returned factors give in double.
/// </summary>
internal sealed class RandomFit
{
    private static readonly double[] _betas =
        [2, 2, 2, 2, 1, 1, 0, 0.5, 1.5, 3, 2.5, -1, 4, -4, 0.9999999999999999, 1.00001, 1.0001, 0.99, 1e-16, -1.4e-16, 1e-5, 1.9999999, 0.3];

    private readonly Random _random;
    private readonly ComputeEngine _engine;
    private readonly List<string> _problems = [];
    private bool _isDeep;
    private bool _isNeural;
    private double _rounding = 1e-12;

    private RandomFit(int seed, ComputeEngine engine)
    {
        _random = new Random(seed);
        _engine = engine;
        Beta = Pick(_betas);
        X = Data();
        Description = $"seed {seed}";
    }

    /// <summary>X.</summary>
    private double[,] X { get; }

    private double Beta { get; }

    private string Description { get; set; }

    private int Rows => X.GetLength(0);

    private int Columns => X.GetLength(1);

    // The Torch engine sums terms that cancel where β is far from 0, 1 and 2.
    private double SmallestRise => _engine is TorchEngine && Beta != 2 ? 1e-3 : 1e-5;

    private double Mean => X.Cast<double>().Average();

    /// <summary>Trains, and says what does not hold; nothing where all does.</summary>
    public static IEnumerable<string> Check(int seed, ComputeEngine engine)
    {
        var fit = new RandomFit(seed, engine);
        try
        {
            switch (fit._random.Next(10))
            {
                case < 6: fit.RunNmf(); break;
                case < 8: fit.RunDeep(); break;
                default: fit.RunNeural(); break;
            }
        }
        catch (InvalidOperationException refused) when (refused.Message.Contains("Choose a Beta", StringComparison.Ordinal))
        {
            // Powers that do not fit float32 are refused before they are taken.
        }

        return fit._problems.Select(problem => $"{fit.Description}: {problem}");
    }

    private void RunNmf()
    {
        NmfSolver solver = Beta != 2 ? NmfSolver.MultiplicativeUpdates
            : Pick(NmfSolver.CoordinateDescent, NmfSolver.CoordinateDescent, NmfSolver.MultiplicativeUpdates, NmfSolver.AlternatingLeastSquares);
        var options = new NmfEstimator.Options
        {
            Rank = _random.Next(1, 10),
            Beta = Beta,
            Solver = solver,
            Initialization = Pick(NmfInitialization.Automatic, NmfInitialization.Random, NmfInitialization.Nndsvd, NmfInitialization.NndsvdA, NmfInitialization.NndsvdAr),
            MaximumNumberOfIterations = Pick(1, 5, 40),
            Tolerance = Pick(0, 1e-4),
            Seed = _random.Next(),
        };
        if (_random.Next(4) == 0)
        {
            // As strong on data of any unit: a share of the divergence over what the factors are.
            float linear = Weight(Math.Pow(Mean, Beta - 0.5)), square = Weight(Math.Pow(Mean, Beta - 1));
            (options.TemplatesL1Regularization, options.ActivationsL1Regularization) = (linear, linear);
            (options.TemplatesL2Regularization, options.ActivationsL2Regularization) = (square, square);
            options.TemplatesOrthogonality = solver == NmfSolver.AlternatingLeastSquares ? 0 : Weight(Math.Pow(Mean, Beta - 1));
        }

        // Dependent columns are solved for with a ridge.
        if (solver == NmfSolver.AlternatingLeastSquares)
            _rounding = 1e-7;
        options.Resolve();
        Description += $", NMF {Rows}×{Columns} rank {options.Rank} mean {Mean:G2} beta {Beta} {solver} from {options.Initialization}, {options.MaximumNumberOfIterations} "
            + $"iterations, l1 {options.TemplatesL1Regularization:G2}, l2 {options.TemplatesL2Regularization:G2}, o {options.TemplatesOrthogonality:G2}";
        ExampleMatrix examples = Examples();
        FactorUnits units = FactorUnits.For(examples, null, Beta);
        using DataMatrix data = _engine.Load(examples);
        using Factor w = _engine.Allocate(Columns, options.Rank), h = _engine.Allocate(Rows, options.Rank);
        TrainingHistory history = NmfTraining.Run(_engine, new FactorPair(data, w, h), options.InUnits(units), options.Stopping, new QuietMonitor(), "NMF");
        double[,] templates = Times(Build.Read(w), units.Templates), activations = Times(Build.Read(h), units.Activations);
        CheckFinite(templates);
        CheckFinite(activations);
        CheckHistory(history, SmallestRise);
        double divergence = Naive.Divergence(X, activations, templates, Beta);
        CheckReported(divergence, history.Last.Divergence, "divergence");
        CheckReported(divergence + PenaltyOf(templates, options.TemplatePenalty) + PenaltyOf(activations, options.ActivationPenalty),
            history.Last.Objective, "objective");
    }

    private void RunDeep()
    {
        _isDeep = true;
        int first = _random.Next(1, 10), second = _random.Next(1, first + 1);
        var options = new DeepNmfEstimator.Options
        {
            Ranks = Pick<int[]>([first, second], [first, second, _random.Next(1, second + 1)]),
            Beta = Beta,
            Initialization = Pick(LayerInitialization.LayerWise, LayerInitialization.Random),
            PretrainingIterations = 5,
            MaximumNumberOfIterations = Pick(1, 5, 30),
            Seed = _random.Next(),
        };
        options.Resolve();
        Description += $", deep {Rows}×{Columns} ranks {string.Join(',', options.Ranks)} mean {Mean:G2} beta {Beta} from {options.Initialization}";
        DeepNmfResult result = DeepNmfTraining.Run(_engine, Examples(), options, new QuietMonitor());
        foreach (FactorMatrix templates in result.Templates)
            CheckFinite(NeuralData.Read(templates));
        if (result.Moments.Any(layer => layer.Sums.Concat(layer.MeanSquares).Any(value => !double.IsFinite(value))))
            _problems.Add("a sum of activations is not finite");
        CheckHistory(result.Phases[^1].History, SmallestRise);
    }

    private void RunNeural()
    {
        _isNeural = true;
        int first = _random.Next(1, 7), second = _random.Next(1, first + 1);
        NeuralNmfEstimator.Options options = NeuralData.Options([first, second], Pick(1, 6), Pick(NeuralNmfLoss.Energy, NeuralNmfLoss.Reconstruction));
        options.Initialization = Pick(LayerInitialization.LayerWise, LayerInitialization.Random);
        options.Resolve();
        Description += $", neural {Rows}×{Columns} ranks {first},{second} mean {Mean:G2} {options.Loss} from {options.Initialization}";
        NeuralNmfResult result = NeuralNmfTraining.Run(_engine, Examples(), options, new QuietMonitor());
        double[][,] templates = [.. result.Templates.Select(NeuralData.Read)];
        foreach (double[,] layer in templates)
            CheckFinite(layer);
        CheckHistory(result.Phases[^1].History, 1e-5);
        double loss = NaiveNeural.Loss(X, templates, NaiveNeural.Forward(X, templates), options.Loss, null);
        double scale = X.Cast<double>().Average(x => x * x), reported = result.Phases[^1].History.Last.Objective;
        // Rows with dependent templates have other minimisers, whose deeper losses differ: the loss is then checked to be possible alone.
        if (!(Math.Abs(loss - reported) <= 2e-3 * loss + 1e-6 * scale) && !HasDependentColumns(templates))
            _problems.Add($"loss: reported {reported}, in double {loss}");
    }

    // --- Data ---

    private double[,] Data()
    {
        int n = Pick(1, 2, 5, 12, 30, 40), m = Pick(1, 2, 4, 9, 20, 33);
        double density = Pick(0.05, 0.2, 0.5, 1), unit = Math.Pow(10, _random.Next(3) == 0 ? 0 : _random.Next(-28, 29));
        var x = new double[n, m];
        int kind = _random.Next(8);
        int patterns = _random.Next(1, 5);
        double[,] first = Positive(n, patterns), second = Positive(m, patterns);
        for (int i = 0; i < n; i++)
        {
            int hot = _random.Next(m);
            for (int j = 0; j < m; j++)
            {
                double value = kind switch
                {
                    0 => _random.NextDouble(),
                    1 => _random.Next(4),
                    2 => j == hot ? 1 : 0,
                    3 => (i % patterns * 7 + j) % 3,
                    4 => Enumerable.Range(0, patterns).Sum(k => first[i, k] * second[j, k]),
                    5 => 1,
                    6 => Math.Pow(10, 6 * _random.NextDouble()),
                    _ => i == 0 ? 1e4 * _random.NextDouble() : _random.NextDouble(),
                };
                bool isKept = kind is 2 or 4 or 5 || _random.NextDouble() < density;
                // As float32, as the library reads it.
                x[i, j] = isKept ? (float)(value * unit) : 0;
            }
        }

        if (_random.Next(4) == 0)
        {
            for (int j = 0; j < m; j++)
                x[_random.Next(n), j] = 0;
        }

        if (x.Cast<double>().All(v => v == 0))
            x[0, 0] = (float)unit;
        return x;
    }

    private ExampleMatrix Examples() => ExampleMatrixBuilder.From(Build.Matrix(X)).BuildInUnit();

    private double[,] Positive(int rows, int columns)
    {
        var values = new double[rows, columns];
        for (int i = 0; i < rows; i++)
        {
            for (int k = 0; k < columns; k++)
                values[i, k] = _random.NextDouble();
        }

        return values;
    }

    private float Weight(double unit) => (float)Math.Min(unit * Pick(0, 0.01, 1, 100), 1e30);

    private T Pick<T>(params T[] values) => values[_random.Next(values.Length)];

    // --- What must hold ---

    private void CheckFinite(double[,] factor)
    {
        if (factor.Cast<double>().Any(value => !double.IsFinite(value) || value < 0))
            _problems.Add("a factor has a value that is negative or not finite");
    }

    // An approximation below the floor counts as the floor, so that nothing is gained while it grows up to it, and other entries pay for it. That is seen for
    // β < 0, where zeros count as the floor, and in chains that start at random, whose products may be small beside small entries.
    private bool IsTransient => Beta switch
    {
        _ when _isNeural => false,
        < 0 => X.Cast<double>().Any(x => x < 1e-3 * Mean),
        not 2 => _isDeep && X.Cast<double>().Any(x => x > 0 && x < 1e-2 * Mean),
        _ => false,
    };

    // Rounding of the factors moves every x̂ by 1e-7 of itself: a good fit rises by the root of its share of Σ x^β times that.
    private void CheckHistory(TrainingHistory history, double share)
    {
        double scale = ScaleOf(history);
        for (int i = 0; i < history.Count; i++)
        {
            double before = i == 0 ? double.PositiveInfinity : history[i - 1].Objective, objective = history[i].Objective;
            if (!double.IsFinite(objective) || objective < 0)
                _problems.Add($"the objective is {objective} after {i} iterations");
            else if (!IsTransient && objective > before * (1 + share) + 1e-6 * Math.Sqrt(before * scale) + _rounding * scale)
                _problems.Add($"the objective rose from {before} to {objective} in iteration {i} (start {history[0].Objective})");
        }
    }

    private double ScaleOf(TrainingHistory history)
    {
        double beta = _isNeural ? 2 : Beta, scale = ExactDivergence.ScaleOf(Examples(), beta, threads: 1) * Math.Pow(Mean, beta);
        return Math.Max(_isNeural ? scale / X.Length : scale, history[^1].Objective);
    }

    private void CheckReported(double expected, double reported, string what)
    {
        // Sparse data at beta 1 counts zeros of the approximation as they are, dense data as the floor.
        double floor = Beta == 1 ? 2e-7 * X.Cast<double>().Sum() : 0;
        double scale = Math.Pow(Mean, Beta) * ExactDivergence.ScaleOf(Examples(), Beta, threads: 1);
        // For β ≤ 0 zeros count as the floor, which is right to the rounding of float32.
        double rounding = 1e-13 * scale + (Beta <= 0 ? 2e-7 * Math.Sqrt(expected * scale) : 0);
        if (!(Math.Abs(expected - reported) <= 1e-3 * expected + floor + rounding))
            _problems.Add($"{what}: reported {reported}, in double {expected}");
    }

    private static double PenaltyOf(double[,] factor, Penalty penalty)
    {
        double total = 0;
        for (int i = 0; i < factor.GetLength(0); i++)
        {
            double[] row = Naive.Row(factor, i);
            double sum = row.Sum(), squares = row.Sum(v => v * v);
            total += penalty.L1 * sum + 0.5 * penalty.L2 * squares + 0.5 * penalty.Orthogonality * (sum * sum - squares);
        }

        return total;
    }

    private static bool HasDependentColumns(IEnumerable<double[,]> layers) => layers.Any(layer =>
    {
        double[,] gram = Naive.Gram(layer);
        int rank = gram.GetLength(0);
        for (int k = 0; k < rank; k++)
        {
            for (int l = 0; l < rank; l++)
                gram[k, l] /= Math.Sqrt(Naive.Gram(layer)[k, k] * Naive.Gram(layer)[l, l]);
        }

        for (int k = 0; k < rank; k++)
        {
            int[] others = [.. Enumerable.Range(0, rank).Where(l => l != k)];
            double[] target = [.. Enumerable.Range(0, rank).Select(l => gram[l, k])];
            double[]? by = others.Length == 0 ? [] : Naive.Solve(gram, target, others);
            if (by is null || !(1 - others.Select((l, i) => by[i] * gram[l, k]).Sum() > 1e-3))
                return true;
        }

        return false;
    });

    private static double[,] Times(double[,] factor, double unit)
    {
        var scaled = (double[,])factor.Clone();
        for (int i = 0; i < factor.GetLength(0); i++)
        {
            for (int k = 0; k < factor.GetLength(1); k++)
                scaled[i, k] *= unit;
        }

        return scaled;
    }
}
