using System.Globalization;

namespace Microsoft.ML.Nmf;

public sealed partial class NmfEstimator
{
    public sealed partial class Options
    {
        /// <summary>
        /// Whether templates, and values of the data, may be negative, while activations are not (semi-NMF, Ding, Li and Jordan 2010,
        /// <see href="https://doi.org/10.1109/TPAMI.2008.277"/>): for text embeddings and normalized columns. β = 2 only, without L1 and orthogonality penalty
        /// on the templates, seed words and templates that are given; <see cref="InitialActivations"/> may be given alone. False unless set.
        /// </summary>
        public bool TemplatesMayBeNegative { get; set; }

        /// <inheritdoc />
        internal override bool MayKeepNegativeValues => TemplatesMayBeNegative;

        private void CheckSigned()
        {
            (string? option, object? value, string remedy) = true switch
            {
                _ when Beta != BetaDivergence.Euclidean => (nameof(Beta), (object)Beta, "Set Beta to 2"),
                _ when _solver == NmfSolver.MultiplicativeUpdates => (nameof(Solver), _solver, $"Choose {NmfSolver.CoordinateDescent}"),
                _ when _initialization is not (NmfInitialization.Automatic or NmfInitialization.Random)
                    => (nameof(Initialization), _initialization, $"Choose {NmfInitialization.Automatic} or {NmfInitialization.Random}"),
                _ when _templatesL1Regularization > 0 => (nameof(TemplatesL1Regularization), _templatesL1Regularization, "Penalize templates by L2 alone"),
                _ when _templatesOrthogonality > 0 => (nameof(TemplatesOrthogonality), _templatesOrthogonality, "Penalize templates by L2 alone"),
                _ when _initialTemplates is not null => (nameof(InitialTemplates), "set", "Give InitialActivations alone"),
                _ when _fixedTemplates is not null => (nameof(FixedTemplates), "set", "Leave it out"),
                _ when _seedWords.Count > 0 => (nameof(SeedWords), "set", "Leave it out"),
                _ when _templatesSparseness is { } sparseness => (nameof(TemplatesSparseness), sparseness, "Leave it out"),
                _ when _activationsSparseness is { } sparseness => (nameof(ActivationsSparseness), sparseness, "Leave it out"),
                _ when MissingValues == MissingValues.AreMissing
                    => (nameof(MissingValues), MissingValues, "Replace missing values first, with ReplaceMissingValues"),
                _ when ExampleWeightColumnName is not null && ActivationPenalty.L1 > 0
                    => (nameof(ActivationsL1Regularization), ActivationsL1Regularization, "Leave out the weights, or penalize activations by L2 alone"),
                _ => (null, null, ""),
            };
            if (option is not null)
            {
                throw new ArgumentOutOfRangeException(option, value,
                    string.Create(CultureInfo.InvariantCulture, $"TemplatesMayBeNegative is true, but {option} is {value}, which needs templates that are not ")
                    + $"negative. {remedy}.");
            }
        }
    }
}
