using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

public sealed partial class DeepNmfEstimator
{
    /// <summary>The options of a deep factorization. Every setter validates its value.</summary>
    public sealed class Options : BetaFactorizationOptions
    {
        private int[] _ranks = [.. Defaults.Ranks];
        private string?[]? _layerOutputColumnNames;
        private DeepNmfLayerOptions[]? _layers;
        private DeepNmfInitialization _initialization;
        private FactorMatrix? _initialActivations;
        private int _pretrainingIterations = 50;

        /// <summary>
        /// The components of each layer, from the one next to the features to the deepest: at least one layer, at least 1 component each, none with more than the layer
        /// before. 24, 10 and 4 unless set.
        /// </summary>
        /// <exception cref="ArgumentNullException">The value is null.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is no rank, or one is below 1 or above the one before.</exception>
        public IReadOnlyList<int> Ranks
        {
            get => _ranks;
            set => _ranks = LayerOptions.Ranks(value);
        }

        /// <summary>
        /// Names for columns of the activations of the layers above the deepest, from the one next to the features on; null for a layer whose column is not wanted. Null or one entry for each
        /// layer but the deepest.
        /// </summary>
        /// <exception cref="ArgumentException">A name is empty.</exception>
        public IReadOnlyList<string?>? LayerOutputColumnNames
        {
            get => _layerOutputColumnNames;
            set => _layerOutputColumnNames = LayerOptions.ColumnNames(value);
        }

        /// <summary>The penalties, fixed layers and initial templates of each layer, from the one next to the features on; null for none. One entry a layer.</summary>
        /// <exception cref="ArgumentNullException">An entry is null.</exception>
        public IReadOnlyList<DeepNmfLayerOptions>? Layers
        {
            get => _layers;
            set
            {
                foreach (DeepNmfLayerOptions layer in value ?? [])
                    ArgumentNullException.ThrowIfNull(layer, nameof(Layers));
                _layers = value is null ? null : [.. value];
            }
        }

        /// <summary>Where layers without initial templates start. Layer by layer unless set.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is none of the named ones.</exception>
        public DeepNmfInitialization Initialization
        {
            get => _initialization;
            set => _initialization = OptionRange.Named(value, nameof(Initialization));
        }

        /// <summary>The deepest activations to start from, examples × deepest rank; every layer must then have its initial templates, and nothing is pre-trained.</summary>
        /// <exception cref="ArgumentOutOfRangeException">A value is negative or not finite. Fitting throws it for a wrong shape.</exception>
        public FactorMatrix? InitialActivations
        {
            get => _initialActivations;
            set => _initialActivations = OptionRange.Factor(value, nameof(InitialActivations));
        }

        /// <summary>The most iterations of the pre-training of each layer, at least 1. 50 unless set.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
        public int PretrainingIterations
        {
            get => _pretrainingIterations;
            set => _pretrainingIterations = OptionRange.AtLeastOne(value, nameof(PretrainingIterations));
        }

        /// <inheritdoc />
        internal override FactorizationOptions Copy()
        {
            var copy = (Options)base.Copy();
            copy._layers = _layers is null ? null : [.. _layers.Select(layer => layer.Copy())];
            return copy;
        }
    }

    /// <summary>The values of the options that are not set.</summary>
    internal static class Defaults
    {
        /// <summary>Components of each layer.</summary>
        public static readonly IReadOnlyList<int> Ranks = [24, 10, 4];
    }
}
