using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf;

public sealed partial class NmfEstimator
{
    public sealed partial class Options
    {
        /// <summary>
        /// What NaN means, and in sparse vectors a value that is not stored. <see cref="MissingValues.AreZero"/> unless set. With
        /// <see cref="MissingValues.AreMissing"/> the objective counts observed values alone, in training and when transforming. Not with
        /// <see cref="NmfSolver.AlternatingLeastSquares"/>.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is none of the named ones.</exception>
        public MissingValues MissingValues
        {
            get => _divergence.MissingValues;
            set => _divergence.MissingValues = value;
        }

        /// <summary>
        /// The name of a column, Single or Double, that says how often each row of the training data counts, its penalty on activations included: at least 0
        /// and finite. 2 is the same as the row twice, 0 as without it. The activations of a row do not depend on its own weight. Null, the default, for once.
        /// </summary>
        /// <exception cref="ArgumentException">The name is empty.</exception>
        public string? ExampleWeightColumnName
        {
            get => _divergence.ExampleWeightColumnName;
            set => _divergence.ExampleWeightColumnName = value;
        }

        /// <summary>
        /// How often each feature counts, its penalties on templates included: one weight for each, finite and at least 0, and one above 0. They count when
        /// transforming too; a feature of weight 0 gets templates of 0 and is ignored. Null, the default, for once.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">A weight is negative or not finite, or none is above 0. Fitting throws it for a wrong
        /// number.</exception>
        public IReadOnlyList<float>? FeatureWeights
        {
            get => _divergence.FeatureWeights;
            set => _divergence.FeatureWeights = value;
        }

        /// <summary>The same options for data whose rows and columns were multiplied.</summary>
        internal Options Weighted(ExampleWeights? weights)
        {
            if (weights is null)
                return this;
            var weighted = (Options)Copy();
            weighted._initialTemplates = ExampleWeights.Scale(_initialTemplates, weights.ColumnScales);
            weighted._fixedTemplates = ExampleWeights.Scale(_fixedTemplates, weights.ColumnScales);
            weighted._initialActivations = ExampleWeights.Scale(_initialActivations, weights.RowScales);
            return weighted;
        }

        // The rows of a factor share one Gram matrix, which they do not where each has other entries, or another penalty.
        private void CheckLeastSquares()
        {
            if (MissingValues == MissingValues.AreMissing)
            {
                throw new ArgumentOutOfRangeException(nameof(MissingValues), MissingValues,
                    $"MissingValues is {MissingValues}, but {_solver} cannot leave out values. Choose {NmfSolver.CoordinateDescent}.");
            }

            bool isPenalised = (ExampleWeightColumnName is not null && ActivationPenalty.L1 > 0) || (FeatureWeights is not null && TemplatePenalty.L1 > 0);
            if (isPenalised)
            {
                throw new ArgumentOutOfRangeException(nameof(Solver), _solver,
                    $"Solver is {_solver}, which cannot have weights and an L1 penalty on the same side. Choose {NmfSolver.CoordinateDescent}.");
            }
        }
    }
}
