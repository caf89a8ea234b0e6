using System.ComponentModel;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

/// <summary>How the layers of a factorization start for which no initial templates are given.</summary>
public enum LayerInitialization
{
    /// <summary>Layer by layer: the data is factorized, then its activations, then theirs, each as an ordinary NMF.</summary>
    LayerWise,

    /// <summary>Uniform random values.</summary>
    Random,
}

/// <summary>
/// The options that factorizations in layers share. Layers are numbered from 0, which is the one next to the features. Every setter validates its
/// value; values that do not fit each other are refused when the estimator is made.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public abstract class LayeredFactorizationOptions : FactorizationOptions
{
    private int[] _ranks;
    private string?[]? _layerOutputColumnNames;
    private LayerInitialization _initialization;
    private FactorMatrix?[]? _initialTemplates;
    private int _pretrainingIterations = 50;

    private protected LayeredFactorizationOptions(IReadOnlyList<int> ranks) => _ranks = [.. ranks];

    /// <summary>
    /// The number of components of each layer, from the one next to the features to the deepest: at least one layer, 1 to 16,000 components each, none
    /// with more than the layer before. The estimator states its default.
    /// </summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no rank, or one is below 1, above 16,000 or above the one before.</exception>
    public IReadOnlyList<int> Ranks
    {
        get => _ranks;
        set
        {
            ArgumentNullException.ThrowIfNull(value, nameof(Ranks));
            if (value.Count == 0)
                throw new ArgumentOutOfRangeException(nameof(Ranks), "none", "Ranks has no rank, but a factorization in layers needs at least one.");
            for (int i = 0; i < value.Count; i++)
            {
                OptionRange.Rank(value[i], $"{nameof(Ranks)}[{i}]");
                if (i > 0 && value[i] > value[i - 1])
                {
                    throw new ArgumentOutOfRangeException($"{nameof(Ranks)}[{i}]", value[i],
                        $"Ranks[{i}] is {value[i]}, but must not be above Ranks[{i - 1}], which is {value[i - 1]}: "
                        + "ranks go from the widest layer to the deepest.");
                }
            }

            _ranks = [.. value];
        }
    }

    /// <summary>
    /// Names for columns with the activations of the layers before the deepest, from layer 0 on; null for a layer whose column is not wanted. Null,
    /// the default, or one entry for each layer but the deepest.
    /// </summary>
    /// <exception cref="ArgumentException">A name is empty.</exception>
    public IReadOnlyList<string?>? LayerOutputColumnNames
    {
        get => _layerOutputColumnNames;
        set
        {
            foreach (string? name in value ?? [])
            {
                if (name is not null)
                    ArgumentException.ThrowIfNullOrEmpty(name, nameof(LayerOutputColumnNames));
            }

            _layerOutputColumnNames = value is null ? null : [.. value];
        }
    }

    /// <summary>How layers without initial templates start. Layer by layer unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of the named ones.</exception>
    public LayerInitialization Initialization
    {
        get => _initialization;
        set => _initialization = OptionRange.Named(value, nameof(Initialization));
    }

    /// <summary>
    /// Templates to start from, one entry for each layer, null for a layer without: features × rank for layer 0, rank of the layer before × rank for
    /// every other. Pre-training leaves them as they are. Null, the default, for none at all.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A value is negative or not finite. The estimator throws it for a wrong shape, fitting for a wrong number of features.
    /// </exception>
    public IReadOnlyList<FactorMatrix?>? InitialTemplates
    {
        get => _initialTemplates;
        set => _initialTemplates = value is null ? null : [.. value.Select((templates, i) => OptionRange.Start(templates, $"{nameof(InitialTemplates)}[{i}]"))];
    }

    /// <summary>The most iterations of the pre-training of each layer, at least 1. 50 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int PretrainingIterations
    {
        get => _pretrainingIterations;
        set => _pretrainingIterations = OptionRange.AtLeastOne(value, nameof(PretrainingIterations));
    }

    /// <summary>When the pre-training of one layer ends; reaching the limit is expected there.</summary>
    internal StoppingRule Pretraining => new(PretrainingIterations, Tolerance, IsBudget: true);

    /// <summary>The templates that a layer starts from, or null.</summary>
    internal FactorMatrix? InitialTemplatesOf(int layer) => _initialTemplates?[layer];

    /// <summary>Divides the initial templates of the layer next to the features by their unit.</summary>
    private protected void DivideInitialTemplates(double unit)
        => _initialTemplates = _initialTemplates is null ? null : [FactorUnits.Divide(_initialTemplates[0], unit), .. _initialTemplates.Skip(1)];

    /// <summary>Multiplies the rows of the initial templates of the layer next to the features.</summary>
    private protected void ScaleInitialTemplates(float[]? scales)
        => _initialTemplates = _initialTemplates is null ? null : [ExampleWeights.Scale(_initialTemplates[0], scales), .. _initialTemplates.Skip(1)];

    /// <summary>The rank of each layer, with its name.</summary>
    internal IEnumerable<(string Option, int Rank)> RanksByOption => _ranks.Select((rank, layer) => ($"{nameof(Ranks)}[{layer}]", rank));

    /// <summary>The activation columns and their layers: the deepest first, then the others that were asked for, from the features on.</summary>
    internal (string Name, int Layer)[] LayerOutputs =>
    [
        (OutputColumnName, _ranks.Length - 1),
        .. (_layerOutputColumnNames ?? []).Select((name, layer) => (Name: name!, layer)).Where(output => output.Name is not null),
    ];

    /// <inheritdoc />
    private protected override void StartRandomly() => _initialization = LayerInitialization.Random;

    /// <inheritdoc />
    internal override void Resolve()
    {
        int depth = _ranks.Length;
        if (_layerOutputColumnNames is { Length: > 0 } names && names.Length != depth - 1)
        {
            throw new ArgumentOutOfRangeException(nameof(LayerOutputColumnNames), names.Length,
                $"LayerOutputColumnNames has {names.Length} names, but must have {depth - 1}: "
                + "one for each layer but the deepest, or null where no column is wanted.");
        }

        CheckStarts(_initialTemplates?.Any(templates => templates is not null) == true);
        if (_initialTemplates is not { } templates)
            return;
        if (templates.Length != depth)
        {
            throw new ArgumentOutOfRangeException(nameof(InitialTemplates), templates.Length,
                $"InitialTemplates has {templates.Length} entries, but Ranks has {depth}: give one for each layer, null for a layer without.");
        }

        for (int i = 0; i < depth; i++)
        {
            // How many features there are is not known before fitting.
            int rows = i == 0 ? templates[0]?.Rows ?? 0 : _ranks[i - 1];
            OptionRange.Shape(templates[i], rows, _ranks[i], i == 0 ? "feature" : $"component of layer {i - 1}", $"{nameof(InitialTemplates)}[{i}]");
        }
    }

    /// <summary>Refuses two output columns of one name.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are.</exception>
    internal static void CheckDistinct(IEnumerable<string> names, string options)
    {
        if (names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentOutOfRangeException(nameof(LayerOutputColumnNames), twice.Key, $"{options} name the column '{twice.Key}' twice.");
    }

    /// <summary>Refuses an output column in the place of one that is read and holds something else.</summary>
    /// <param name="option">The option that names the column that is read.</param>
    /// <param name="name">Its name, or null.</param>
    /// <param name="outputs">The names of the output columns that must not replace it.</param>
    /// <exception cref="ArgumentOutOfRangeException">One does.</exception>
    internal static void CheckKept(string option, string? name, IEnumerable<string> outputs)
    {
        if (name is not null && outputs.Contains(name))
            throw new ArgumentOutOfRangeException(option, name, $"{option} is '{name}', but so is an output column's name. Give the output column another.");
    }
}
