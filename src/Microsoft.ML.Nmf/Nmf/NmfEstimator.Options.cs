using System.Globalization;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

public sealed partial class NmfEstimator
{
    /// <summary>
    /// The options of a non-negative matrix factorization. Every setter validates its value; values that do not fit each other are refused when the
    /// estimator is made.
    /// </summary>
    public sealed partial class Options : FactorizationOptions
    {
        private int _rank = Defaults.Rank;
        private DivergenceOptions _divergence = new();
        private NmfSolver _solver;
        private NmfInitialization _initialization;
        private FactorMatrix? _initialTemplates;
        private FactorMatrix? _initialActivations;
        private ActivationKeeping _keepActivations;
        private float _templatesL1Regularization;
        private float _templatesL2Regularization;
        private float _templatesOrthogonality;

        /// <summary>The number of components ("topics"), r: the size of the activations. From 1 to 16,000. 10 unless set.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is below 1 or above 16,000.</exception>
        public int Rank
        {
            get => _rank;
            set => _rank = OptionRange.Rank(value, nameof(Rank));
        }

        /// <summary>
        /// β of the divergence that is minimised (<see cref="BetaDivergence"/>), any finite number. 2 unless set. For β ≤ 0 the divergence of a zero
        /// is infinite, and values below 2⁻²³ times the mean of the data count as that.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is not finite.</exception>
        public double Beta
        {
            get => _divergence.Beta;
            set => _divergence.Beta = value;
        }

        /// <summary>How it is computed. <see cref="NmfSolver.Automatic"/> unless set.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is none of the named ones.</exception>
        public NmfSolver Solver
        {
            get => _solver;
            set => _solver = OptionRange.Named(value, nameof(Solver));
        }

        /// <summary>Where it starts, unless <see cref="InitialTemplates"/> is set. <see cref="NmfInitialization.Automatic"/> unless set.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is none of the named ones.</exception>
        public NmfInitialization Initialization
        {
            get => _initialization;
            set => _initialization = OptionRange.Named(value, nameof(Initialization));
        }

        /// <summary>Templates to start from, features × rank; null, the default, for <see cref="Initialization"/>.</summary>
        /// <exception cref="ArgumentOutOfRangeException">A value is negative or not finite, or all are 0. Fitting throws it for a wrong shape.</exception>
        public FactorMatrix? InitialTemplates
        {
            get => _initialTemplates;
            set => _initialTemplates = OptionRange.Start(value, nameof(InitialTemplates));
        }

        /// <summary>
        /// Activations to start from, examples × rank, together with <see cref="InitialTemplates"/>; null, the default, fits them to the initial
        /// templates first.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">A value is negative or not finite, or all are 0. Fitting throws it for a wrong shape.</exception>
        public FactorMatrix? InitialActivations
        {
            get => _initialActivations;
            set => _initialActivations = OptionRange.Start(value, nameof(InitialActivations));
        }

        /// <summary>
        /// Whether the activations of the training's rows, which are computed anyway, are kept for <see cref="NmfModel.TrainingActivations"/>, in the memory
        /// of rows × rank floats. <see cref="ActivationKeeping.None"/> unless set.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is none of the named ones.</exception>
        public ActivationKeeping KeepActivations
        {
            get => _keepActivations;
            set => _keepActivations = OptionRange.Named(value, nameof(KeepActivations));
        }

        /// <summary>
        /// Whether the penalties on templates are given for each example, and count as many times as there are examples. The divergence and the penalties on
        /// activations are sums over examples; with this, so are those on templates, and the same weights mean the same for any number of examples. False
        /// unless set.
        /// </summary>
        public bool PenaltiesArePerExample { get; set; }

        /// <summary>Weight of Σ W_jk in the objective: topics of fewer words. At least 0. 0 unless set.</summary>
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
        /// Weight of ½ Σ_j Σ_(k≠l) W_jk W_jl in the objective: topics that share few words. At least 0. 0 unless set. Not with
        /// <see cref="NmfSolver.AlternatingLeastSquares"/>.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
        public float TemplatesOrthogonality
        {
            get => _templatesOrthogonality;
            set => _templatesOrthogonality = OptionRange.NotNegative(value, nameof(TemplatesOrthogonality));
        }

        /// <summary>Weight of Σ H_ik in the objective, when transforming too: fewer topics for an example. At least 0. 0 unless set.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
        public float ActivationsL1Regularization
        {
            get => _divergence.ActivationsL1Regularization;
            set => _divergence.ActivationsL1Regularization = value;
        }

        /// <summary>Weight of ½ Σ H_ik² in the objective, when transforming too. At least 0. 0 unless set.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
        public float ActivationsL2Regularization
        {
            get => _divergence.ActivationsL2Regularization;
            set => _divergence.ActivationsL2Regularization = value;
        }

        /// <summary>
        /// For β ≠ 2: the most steps by which the activations of a row are found when transforming, at least 1. 500 unless set. For β from 1 to below 2 they
        /// are steps of Newton's method, of which a row takes about five; each costs up to rank² times the non-zeros of the row for β = 1, and rank² times
        /// all features above. For any other β they are multiplicative updates, each of which costs three times rank times all features.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
        public int TransformMaximumNumberOfIterations
        {
            get => _divergence.TransformMaximumNumberOfIterations;
            set => _divergence.TransformMaximumNumberOfIterations = value;
        }

        /// <summary>
        /// For β ≠ 2: how exactly a row is transformed. For β from 1 to below 2 its objective is estimated to be above the minimum by less than a hundredth of
        /// this share when it is done, which is 1e-6 unless set, or by less than float32 can tell. For any other β a row is done when an update changes no
        /// activation by more than this share of the largest. From 0 to below 1. 1e-4 unless set.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is negative, not finite, or 1 or more.</exception>
        public float TransformTolerance
        {
            get => _divergence.TransformTolerance;
            set => _divergence.TransformTolerance = value;
        }

        /// <summary>Whether the start was left to us.</summary>
        internal bool IsStartAutomatic { get; private set; }

        /// <summary>Whether the start was left to us, and may come from some of the rows.</summary>
        internal bool MayStartFromSample { get; private set; }

        /// <summary>Whether the solver was left to us, and multiplicative updates may be longer than they are in the literature.</summary>
        internal bool IsOverrelaxed { get; private set; }

        /// <summary>The penalty on the templates.</summary>
        internal Penalty TemplatePenalty => new(_templatesL1Regularization, _templatesL2Regularization, _templatesOrthogonality, NumberFixed);

        /// <summary>The same options with the penalties on templates for so many examples.</summary>
        internal Options ForExamples(int examples)
        {
            if (!PenaltiesArePerExample)
                return this;
            var copy = (Options)Copy();
            copy.PenaltiesArePerExample = false;
            copy._templatesL1Regularization *= examples;
            copy._templatesL2Regularization *= examples;
            copy._templatesOrthogonality *= examples;
            return copy;
        }

        /// <summary>The penalty on the templates for as many rows.</summary>
        internal Penalty TemplatePenaltyFor(double rows)
        {
            float factor = PenaltiesArePerExample ? (float)rows : 1;
            return new Penalty(factor * _templatesL1Regularization, factor * _templatesL2Regularization, factor * _templatesOrthogonality, NumberFixed);
        }

        /// <summary>The same options with other penalties, in place of measures of sparseness.</summary>
        internal Options WithPenalties(Penalty activations, Penalty templates)
        {
            var copy = (Options)Copy();
            (copy._templatesSparseness, copy._activationsSparseness) = (null, null);
            copy._divergence = _divergence.With(activations);
            (copy._templatesL1Regularization, copy._templatesL2Regularization) = (templates.L1, templates.L2);
            return copy;
        }

        /// <inheritdoc />
        internal override FactorizationOptions Copy()
        {
            var copy = (Options)base.Copy();
            copy._seedWords = new(_seedWords);
            return copy;
        }

        /// <summary>The penalty on the activations.</summary>
        internal Penalty ActivationPenalty => _divergence.ActivationPenalty;

        /// <inheritdoc />
        internal override ReadingPlan Reading => _divergence.ToReadingPlan(
            TemplatesMayBeNegative && NegativeValues == NegativeValues.Refuse ? NegativeValues.Keep : NegativeValues, TemplatePenalty);

        /// <summary>How the activations of new rows are found.</summary>
        internal ActivationSettings ToActivationSettings() => _divergence.ToActivationSettings();

        /// <inheritdoc />
        internal override IEnumerable<string> Warnings()
        {
            if (StartWarning.Escape([(ActivationPenalty, false), (TemplatePenalty, NumberFixed > 0)], "activations or templates") is { } escape)
                yield return escape;
            if (_solver != NmfSolver.MultiplicativeUpdates)
                yield break;
            if (_initialTemplates is null && _initialization == NmfInitialization.Nndsvd)
            {
                yield return $"Initialization is {NmfInitialization.Nndsvd}, whose zeros multiplicative updates never leave: "
                    + $"the fit is much worse than it could be. Choose {NmfInitialization.NndsvdA} or {NmfInitialization.Random}.";
            }

            foreach (string warning in StartWarning.Zeros((_initialTemplates, nameof(InitialTemplates)), (_initialActivations, nameof(InitialActivations))))
                yield return warning;
        }

        /// <summary>The same options for data and factors over their units.</summary>
        internal Options InUnits(FactorUnits units)
        {
            var scaled = (Options)Copy();
            scaled._initialTemplates = FactorUnits.Divide(_initialTemplates, units.Templates);
            scaled._fixedTemplates = FactorUnits.Divide(_fixedTemplates, units.Templates);
            scaled._initialActivations = FactorUnits.Divide(_initialActivations, units.Activations);
            Penalty templates = units.Of(TemplatePenalty, units.Templates);
            (scaled._templatesL1Regularization, scaled._templatesL2Regularization, scaled._templatesOrthogonality) =
                (templates.L1, templates.L2, templates.Orthogonality);
            scaled._divergence = _divergence.With(units.Of(ActivationPenalty, units.Activations));
            return scaled;
        }

        /// <inheritdoc />
        private protected override void StartRandomly()
        {
            _initialization = NmfInitialization.Random;
            MayStartFromSample = false;
        }

        /// <inheritdoc />
        internal override void Resolve()
        {
            bool isEuclidean = Beta == BetaDivergence.Euclidean;
            bool isChosen = _solver == NmfSolver.Automatic;
            if (isChosen)
                _solver = isEuclidean ? NmfSolver.CoordinateDescent : NmfSolver.MultiplicativeUpdates;
            if (_solver != NmfSolver.MultiplicativeUpdates && !isEuclidean)
            {
                throw new ArgumentOutOfRangeException(nameof(Solver), _solver, string.Create(CultureInfo.InvariantCulture,
                    $"Solver is {_solver}, which needs Beta = 2, but Beta is {Beta}. Choose {NmfSolver.MultiplicativeUpdates} or {NmfSolver.Automatic}."));
            }

            if (_solver == NmfSolver.AlternatingLeastSquares && _templatesOrthogonality > 0)
            {
                throw new ArgumentOutOfRangeException(nameof(TemplatesOrthogonality), _templatesOrthogonality,
                    $"TemplatesOrthogonality is {_templatesOrthogonality}, but {_solver} cannot have one: its problem would not be convex. "
                    + $"Choose {NmfSolver.CoordinateDescent}.");
            }

            if (_solver == NmfSolver.AlternatingLeastSquares)
                CheckLeastSquares();
            if (TemplatesMayBeNegative)
                CheckSigned();
            if (_initialActivations is not null && _initialTemplates is null && !TemplatesMayBeNegative)
            {
                throw new ArgumentOutOfRangeException(nameof(InitialTemplates), null,
                    "InitialActivations is set, but InitialTemplates is not: a factorization starts from templates, with or without activations. Set both.");
            }

            CheckStarts(_initialTemplates is not null || _initialActivations is not null);
            CheckBatches((nameof(KeepActivations), KeepActivations != ActivationKeeping.None), (nameof(InitialActivations), _initialActivations is not null),
                (nameof(TemplatesSparseness), _templatesSparseness is not null), (nameof(ActivationsSparseness), _activationsSparseness is not null));
            KeptActivations.Check(KeepActivations, Reading);
            RefuseGuidance();
            RefuseSparseness();

            // How many features there are is not known before fitting.
            OptionRange.Shape(_initialTemplates, _initialTemplates?.Rows ?? 0, _rank, "feature", nameof(InitialTemplates));
            IsOverrelaxed = isChosen && _solver == NmfSolver.MultiplicativeUpdates;
            if (_initialization != NmfInitialization.Automatic)
                return;
            IsStartAutomatic = true;
            MayStartFromSample = _solver != NmfSolver.MultiplicativeUpdates && !TemplatesMayBeNegative;
            _initialization = _solver == NmfSolver.MultiplicativeUpdates ? NmfInitialization.NndsvdA : NmfInitialization.Nndsvd;
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

        /// <summary>The pull of seed words.</summary>
        public const float SeedStrength = 1;
    }
}
