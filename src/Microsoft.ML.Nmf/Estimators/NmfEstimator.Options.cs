namespace Microsoft.ML.Nmf;

public sealed partial class NmfEstimator
{
    /// <summary>The options of a non-negative matrix factorization. Every setter validates its value.</summary>
    public sealed class Options : FactorizationOptions
    {
        private int _rank = Defaults.Rank;
        private double _beta = Defaults.Beta;
        private NmfSolver _solver;
        private NmfInitialization _initialization;
        private FactorMatrix? _initialTemplates;
        private FactorMatrix? _initialActivations;
        private float _templatesL1Regularization;
        private float _templatesL2Regularization;
        private float _activationsL1Regularization;
        private float _activationsL2Regularization;
        private float _templatesOrthogonality;
        private int _transformMaximumNumberOfIterations = 500;
        private float _transformTolerance = 1e-4f;

        /// <summary>The number of components ("topics"), r: the size of the activations. At least 1. 10 unless set.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
        public int Rank
        {
            get => _rank;
            set => _rank = OptionRange.AtLeastOne(value, nameof(Rank));
        }

        /// <summary>
        /// β of the divergence that is minimised (<see cref="BetaDivergence"/>), any finite number. 2 unless set. For β ≤ 0 the divergence of a zero is
        /// infinite, and values below 2⁻²³ times the mean of the data count as that.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is not finite.</exception>
        public double Beta
        {
            get => _beta;
            set => _beta = OptionRange.Finite(value, nameof(Beta));
        }

        /// <summary>How it is computed.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is none of the named ones.</exception>
        public NmfSolver Solver
        {
            get => _solver;
            set => _solver = OptionRange.Named(value, nameof(Solver));
        }

        /// <summary>Where it starts, unless <see cref="InitialTemplates"/> is set.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is none of the named ones.</exception>
        public NmfInitialization Initialization
        {
            get => _initialization;
            set => _initialization = OptionRange.Named(value, nameof(Initialization));
        }

        /// <summary>Templates to start from, features × rank; null for <see cref="Initialization"/>.</summary>
        /// <exception cref="ArgumentOutOfRangeException">A value is negative or not finite. Fitting throws it for a wrong shape.</exception>
        public FactorMatrix? InitialTemplates
        {
            get => _initialTemplates;
            set => _initialTemplates = OptionRange.Factor(value, nameof(InitialTemplates));
        }

        /// <summary>
        /// Activations to start from, examples × rank, together with <see cref="InitialTemplates"/>; null fits them to the initial templates first.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">A value is negative or not finite. Fitting throws it for a wrong shape.</exception>
        public FactorMatrix? InitialActivations
        {
            get => _initialActivations;
            set => _initialActivations = OptionRange.Factor(value, nameof(InitialActivations));
        }

        /// <summary>Weight of Σ W_jk in the objective: makes topics of fewer words. At least 0. 0 unless set.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
        public float TemplatesL1Regularization
        {
            get => _templatesL1Regularization;
            set => _templatesL1Regularization = OptionRange.NotNegative(value, nameof(TemplatesL1Regularization));
        }

        /// <summary>Weight of ½ Σ W_jk² in the objective. At least 0. 0 unless set.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
        public float TemplatesL2Regularization
        {
            get => _templatesL2Regularization;
            set => _templatesL2Regularization = OptionRange.NotNegative(value, nameof(TemplatesL2Regularization));
        }

        /// <summary>Weight of Σ H_ik in the objective: explains an example by fewer topics, when transforming too. At least 0. 0 unless set.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
        public float ActivationsL1Regularization
        {
            get => _activationsL1Regularization;
            set => _activationsL1Regularization = OptionRange.NotNegative(value, nameof(ActivationsL1Regularization));
        }

        /// <summary>Weight of ½ Σ H_ik² in the objective, when transforming too. At least 0. 0 unless set.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
        public float ActivationsL2Regularization
        {
            get => _activationsL2Regularization;
            set => _activationsL2Regularization = OptionRange.NotNegative(value, nameof(ActivationsL2Regularization));
        }

        /// <summary>
        /// Weight of ½ Σ_j Σ_(k≠l) W_jk W_jl in the objective: makes topics that share few words. At least 0. 0 unless set. Not with
        /// <see cref="NmfSolver.AlternatingLeastSquares"/>.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
        public float TemplatesOrthogonality
        {
            get => _templatesOrthogonality;
            set => _templatesOrthogonality = OptionRange.NotNegative(value, nameof(TemplatesOrthogonality));
        }

        /// <summary>For β ≠ 2: the most updates of the activations of a row when transforming, at least 1. 500 unless set.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
        public int TransformMaximumNumberOfIterations
        {
            get => _transformMaximumNumberOfIterations;
            set => _transformMaximumNumberOfIterations = OptionRange.AtLeastOne(value, nameof(TransformMaximumNumberOfIterations));
        }

        /// <summary>
        /// For β ≠ 2: a row is transformed when an update changes no activation by more than this share of the largest. From 0 to below 1. 1e-4 unless set.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is negative, not finite, or 1 or more.</exception>
        public float TransformTolerance
        {
            get => _transformTolerance;
            set => _transformTolerance = (float)OptionRange.Share(value, nameof(TransformTolerance));
        }
    }

    /// <summary>The values of the options that are not set.</summary>
    internal static class Defaults
    {
        /// <summary>Components.</summary>
        public const int Rank = 10;

        /// <summary>Euclidean.</summary>
        public const double Beta = BetaDivergence.Euclidean;

        /// <summary>Iterations.</summary>
        public const int MaximumNumberOfIterations = 200;
    }
}
