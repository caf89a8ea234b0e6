using Microsoft.ML;
using Microsoft.ML.Nmf;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Examining;
using Microsoft.ML.Nmf.Exporting;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Streaming;
using Microsoft.ML.Nmf.Transforming;

[assembly: LoadableClass(typeof(DeepNmfTransformer), typeof(TransformerLoader<DeepNmfTransformer>), null, typeof(SignatureLoadModel),
    "Deep non-negative matrix factorization", DeepNmfTransformer.LoaderSignature)]

namespace Microsoft.ML.Nmf;

/// <summary>
/// Adds a column with the activations of the deepest layer of a deep factorization, and columns of other layers where they were asked for.
/// </summary>
/// <remarks>
/// The deepest activations of a row x are the h ≥ 0 that minimises <c>D_β(x ‖ h V_Lᵀ) + l1 Σ h + l2/2 Σ h²</c> with V_L = W_0 W_1 … W_L, as in
/// training: the exact non-negative least-squares solution for β = 2, the end of multiplicative updates from a fixed start for every other β. The
/// activations of the other layers follow from them through the factors, H_(i−1) = H_i W_iᵀ, and are not solved for on their own: every layer then
/// describes the same approximation of the row, which is what the factors were trained to give. A row gives the same bits alone, in any batch and
/// order, on any thread, and after saving and loading; a row of zeros gives zeros. The slots are named by the first words of their topics when the
/// training column had slot names, and by what a topic was renamed to.
/// </remarks>
public sealed class DeepNmfTransformer : ActivationTransformerBase, ILoadableTransformer<DeepNmfTransformer>
{
    internal const string LoaderSignature = "DeepNmfTransformer";

    private readonly ActivationSettings _settings;
    private readonly int[] _outputs;
    private readonly Lazy<ActivationProblem> _problem;
    private readonly Lazy<ActivationScale>[] _scales;

    internal DeepNmfTransformer(
        ComponentHost host, ColumnNames columns, DeepNmfModel model, ActivationSettings settings, ReadingSettings reading, int[] outputs)
        : base(host, columns)
    {
        Model = model;
        _settings = settings;
        Reading = reading;
        _outputs = outputs;
        _problem = new(() => ActivationProblem.Create(model.Deepest.EffectiveTemplates, settings, reading.FeatureWeights));
        _scales = [.. model.Layers.Select(layer => new Lazy<ActivationScale>(() => model.ScaleOf(layer)))];
    }

    /// <summary>What was learned.</summary>
    public DeepNmfModel Model { get; }

    /// <summary>
    /// Finds out what the topics are in some data, in one pass over it: their coherence there, their prevalence, the rows that show each best, their shares
    /// by groups and over time, and the rows that they explain least. What is kept does not grow with the number of rows.
    /// </summary>
    /// <param name="view">
    /// Data with the column <see cref="HostedTransformer.InputColumnName"/>, and with those that the options name: the training data, or other data as
    /// reference corpus. What a fitted pipeline makes of raw data has them all: <c>transformer.Examine(pipeline.Transform(data))</c>.
    /// </param>
    /// <param name="options">What to find out; null for coherence, prevalence, and rows without their texts.</param>
    /// <exception cref="ArgumentNullException"><paramref name="view"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such layer, or a column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">
    /// There are no rows, a value is negative or not finite, or a group column or the time has too many values.
    /// </exception>
    /// <exception cref="OperationCanceledException">The execution of the context was cancelled.</exception>
    public TopicExamination Examine(IDataView view, TopicExamination.Options? options = null)
    {
        ArgumentNullException.ThrowIfNull(view);
        options ??= new();
        return TopicExaminer.Of(this, Model.Layers, options.Layer, Model.Beta).Examine(view, options);
    }

    /// <summary>
    /// What the topics leave unexplained of each row (<see cref="ExaminedRow.Residual"/>), in the order of the view, read while it is enumerated.
    /// </summary>
    /// <param name="view">Data with the column <see cref="HostedTransformer.InputColumnName"/>.</param>
    /// <param name="layer">The layer whose topics are meant, from 0 for the one next to the features; null for the deepest.</param>
    /// <exception cref="ArgumentNullException"><paramref name="view"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such layer, or the column is missing or does not fit the model.</exception>
    public IEnumerable<double> ReadResiduals(IDataView view, int? layer = null)
    {
        ArgumentNullException.ThrowIfNull(view);
        return TopicExaminer.Of(this, Model.Layers, layer, Model.Beta).ReadResiduals(view);
    }

    static FileHeader ILoadableTransformer<DeepNmfTransformer>.Header => new(
        Signature: "DEEP NMF",
        // 0x00010001: initial
        // 0x00010002: a checksum, which covers the columns too; a history says why the training ended
        // 0x00010003: a history may have ended because it was stopped
        // 0x00010004: how activations are scaled, their mean squares, and the sums of every layer; what topics were renamed to
        // 0x00010005: how values are read, with the weights of features; columns that explain rows; the statistics of the training
        Version: 0x00010005,
        ReadableBy: 0x00010005,
        ReadsBackTo: 0x00010001,
        LoaderSignature);

    private protected override FileHeader Header => HeaderOf<DeepNmfTransformer>();

    private protected override int FeatureCount => Model.Layers[0].Templates.Rows;

    internal override ReadingSettings Reading { get; }

    private protected override object Learned => Model;

    private protected override OutputColumn OutputAt(int output) => _outputs[output] switch
    {
        Reconstruction => OutputColumn.Reconstruction(FeatureCount, Model.FeatureNames),
        Residual => OutputColumn.Residual(),
        int layer => OutputColumn.Vector(Model.Layers[layer].Rank, Model.Layers[layer].SlotNames, _scales[layer].Value),
    };

    private protected override RowResidual CreateResidual()
        => new(Model.Deepest.Components, Model.Deepest.ComponentSums, Model.Beta, Reading.FeatureWeights);

    private protected override IRowActivations CreateRowActivations() => new RowActivations(this, _outputs);

    internal override IRowActivations CreateRowActivations(int layer) => new RowActivations(this, [layer]);

    private protected override IReadOnlyList<string> Export(OnnxGraph graph, string rows)
    {
        var activations = new string[Model.Layers.Count];
        TopicLayer deepest = Model.Deepest;
        activations[^1] = OnnxActivations.Add(graph, rows, deepest.EffectiveTemplates, _settings, Model.ScaleOf(deepest).Factors, Reading.FeatureWeights);
        for (int i = activations.Length - 1; i > WidestOf(_outputs); i--)
            activations[i - 1] = OnnxMatrix.Expand(graph, activations[i], Model.Layers[i].Templates);
        var explanation = new OnnxExplanation(graph, rows, activations[^1], deepest.EffectiveTemplates, Model.Beta, Reading.FeatureWeights);
        return [.. _outputs.Select(output => output switch
        {
            Reconstruction => explanation.Reconstruction,
            Residual => explanation.Residual,
            int layer => activations[layer],
        })];
    }

    // *** Binary format ***, after the header and the columns; ModelFormat and TrainingHistory have the parts
    // activation settings: how activations of new rows are found, β among them
    // reading settings, from version 0x00010005 on
    // int, for each output column: its layer; from version 0x00010005 on −3 for the approximation of the row, −4 for what is left of it
    // int: the number of layers
    // matrix, for each layer from the features on: its templates; their product is finite in float32, as in any training, which computes it
    // names: of the features, or none
    // int: the number of training examples
    // activations of each layer; before version 0x00010004 double, for each component of the deepest layer: the sum of its activations
    // topic names of each layer, from version 0x00010004 on
    // phases: of the training
    // statistics of the training, from version 0x00010005 on
    private protected override void Write(BinaryWriter writer)
    {
        ModelFormat.Write(writer, _settings);
        ModelFormat.Write(writer, Reading);
        foreach (int output in _outputs)
            writer.Write(output);
        ModelFormat.Write(writer, Model.Layers.Select(layer => layer.Templates));
        ModelFormat.Write(writer, Model.FeatureNames);
        writer.Write(Model.NumberOfExamples);
        ModelFormat.Write(writer, Model.Normalization, Model.Layers.Select(layer => layer.Moments));
        ModelFormat.WriteTopicNames(writer, Model.Layers.Select(layer => layer.GivenNames));
        TrainingPhase.Write(writer, Model.Phases);
        StatisticsFormat.Write(writer, Model.Statistics);
    }

    static DeepNmfTransformer ILoadableTransformer<DeepNmfTransformer>.Read(ComponentHost host, ColumnNames columns, ModelReader reader)
    {
        ActivationSettings settings = ModelFormat.ReadActivationSettings(reader);
        ReadingSettings reading = ModelFormat.ReadReadingSettings(reader, ModelReader.FirstWithReading, knowsHoles: true);
        int[] outputs = [.. columns.Outputs.Select(_ => reader.Read<int>())];
        FactorMatrix[] templates = ModelFormat.ReadLayers(reader);
        ModelFormat.Check(reading, templates[0].Rows);
        string[]? names = ModelFormat.ReadNames(reader, templates[0].Rows);
        int examples = ModelFormat.ReadNumberOfExamples(reader);
        (ActivationNormalization normalization, ActivationMoments[] moments) = ModelFormat.ReadActivations(
            reader, templates, () => ActivationMoments.OfSums(templates, ModelFormat.ReadSums(reader, templates[^1].Columns)));
        string?[][] topics = ModelFormat.ReadTopicNames(reader, templates);
        var model = new DeepNmfModel(templates, names, settings.Beta, examples, moments, normalization, TrainingPhase.Read(reader))
        {
            Statistics = StatisticsFormat.Read(reader, ModelReader.FirstWithReading, settings.Beta, [(templates[0].Rows, templates[^1].Columns)]),
        };
        bool mayExplain = reader.Version >= ModelReader.FirstWithReading;
        ModelReader.Check(outputs.All(output => (output >= 0 && output < templates.Length) || (mayExplain && output is Reconstruction or Residual)),
            "an output column belongs to no layer");
        ModelReader.Check(model.Layers.All(layer => layer.Moments.Sums.All(double.IsFinite)), "the sums of activations are not finite");
        CheckProduct(model);
        model.Restore(topics);
        return new DeepNmfTransformer(host, columns, model, settings, reading, outputs);
    }

    // The layer next to the features that a column holds; the deepest where there is none.
    private int WidestOf(int[] outputs) => outputs.Where(output => output >= 0).DefaultIfEmpty(Model.Layers.Count - 1).Min();

    // No entry of the product is above the product of the largest column sums, so it seldom has to be computed.
    private static void CheckProduct(DeepNmfModel model)
    {
        double bound = 1;
        foreach (TopicLayer layer in model.Layers)
            bound *= layer.Templates.ColumnSums().Max();

        if (bound <= float.MaxValue)
            return;
        foreach (float value in model.Deepest.EffectiveTemplates.Values)
            ModelReader.Check(value <= float.MaxValue, "the product of the templates does not fit float32");
    }

    private sealed class RowActivations : IRowActivations
    {
        private readonly IReadOnlyList<TopicLayer> _model;
        private readonly int[] _outputs;
        private readonly int _widest;
        private readonly ActivationSolver _solver;
        private readonly float[][] _activations;

        public RowActivations(DeepNmfTransformer transformer, int[] outputs)
        {
            _model = transformer.Model.Layers;
            _outputs = outputs;
            _widest = transformer.WidestOf(outputs);
            _solver = transformer._problem.Value.CreateSolver();
            _activations = [.. _model.Select(layer => new float[layer.Rank])];
        }

        public void Compute(ReadOnlySpan<int> features, ReadOnlySpan<float> values, bool hasHoles)
        {
            _solver.Solve(features, values, hasHoles, _activations[^1]);
            Float32Range.Limit(_activations[^1]);
            for (int i = _model.Count - 1; i > _widest; i--)
            {
                FactorMatrix templates = _model[i].Templates;
                for (int l = 0; l < templates.Rows; l++)
                {
                    ReadOnlySpan<float> weights = templates.Row(l);
                    double sum = 0;
                    for (int k = 0; k < weights.Length; k++)
                        sum += (double)_activations[i][k] * weights[k];
                    _activations[i - 1][l] = Float32Range.Limit(sum);
                }
            }
        }

        public ReadOnlySpan<float> Deepest => _activations[^1];

        public ReadOnlySpan<float> Output(int output) => _activations[_outputs[output]];
    }
}
