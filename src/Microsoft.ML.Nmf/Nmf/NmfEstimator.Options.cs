using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

public sealed partial class NmfEstimator
{
    /// <summary>The options of a non-negative matrix factorization. Every setter validates its value.</summary>
    public sealed class Options : BetaFactorizationOptions
    {
        private int _rank = Defaults.Rank;
        private NmfSolver _solver;
        private NmfInitialization _initialization;
        private FactorMatrix? _initialTemplates;
        private FactorMatrix? _initialActivations;
        private float _templatesL1Regularization;
        private float _templatesL2Regularization;
        private float _templatesOrthogonality;

        /// <summary>The number of components ("topics"), r: the size of the activations. At least 1. 10 unless set.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
        public int Rank
        {
            get => _rank;
            set => _rank = OptionRange.AtLeastOne(value, nameof(Rank));
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
