using Microsoft.ML;
using Microsoft.ML.Nmf;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Examining;
using Microsoft.ML.Nmf.Exporting;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Streaming;
using Microsoft.ML.Nmf.Transforming;

[assembly: LoadableClass(typeof(NmfTransformer), typeof(TransformerLoader<NmfTransformer>), null, typeof(SignatureLoadModel),
    "Non-negative matrix factorization", NmfTransformer.LoaderSignature)]

namespace Microsoft.ML.Nmf;

/// <summary>
/// Adds a column of activations: for each row x the h ≥ 0, of as many values as the model has components, that minimises
/// <c>D_β(x ‖ h Wᵀ) + l1 Σ h + l2/2 Σ h²</c> with the learned templates W. Features count with their weights, where the model has some; where it was trained
/// with
/// <see cref="MissingValues.AreMissing"/>, the features that a row has count alone, and a row that has none gets zeros.
/// </summary>
/// <remarks>
/// For β = 2 h is the exact non-negative least-squares solution (block principal pivoting, <see href="https://doi.org/10.1137/110821172">Kim and Park
/// 2011</see>), for 1 ≤ β &lt; 2 the minimum to a millionth of the objective (Newton's method), for every other β the end of multiplicative updates from a
/// fixed start. A row gives the same bits alone, in any batch and order, on any thread, and after saving and loading; a row of zeros gives zeros. The slots
/// are named by the first words of their topics when the training column had slot names, and by what a topic was renamed to.
/// </remarks>
public sealed class NmfTransformer : ActivationTransformerBase, ILoadableTransformer<NmfTransformer>
{
    internal const string LoaderSignature = "NmfTransformer";

    private readonly ActivationSettings _settings;
    private readonly int[] _outputs;
    private readonly Lazy<ActivationProblem> _problem;

    internal NmfTransformer(
        ComponentHost host, ColumnNames columns, NmfModel model, ActivationSettings settings, ReadingSettings reading, int[]? outputs = null)
        : base(host, columns)
    {
        Model = model;
        _settings = settings;
        Reading = reading;
        _outputs = outputs ?? new int[columns.Outputs.Count];
        _problem = new(() => ActivationProblem.Create(model.Templates, settings, reading.FeatureWeights));
    }

    /// <summary>What was learned.</summary>
    public NmfModel Model { get; }

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
        return TopicExaminer.Of(this, [Model], options.Layer, Model.Beta).Examine(view, options);
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
        return TopicExaminer.Of(this, [Model], layer, Model.Beta).ReadResiduals(view);
    }

    static FileHeader ILoadableTransformer<NmfTransformer>.Header => new(
        Signature: "NMF MODL",
        // 0x00010001: initial
        // 0x00010002: a checksum, which covers the columns too; a history says why the training ended
        // 0x00010003: a history may have ended because it was stopped
        // 0x00010004: how activations are scaled, and their sums and mean squares; what topics were renamed to
        // 0x00010005: how values are read, with the weights of features; what each column holds; the statistics of the training
        Version: 0x00010005,
        ReadableBy: 0x00010005,
        ReadsBackTo: 0x00010001,
        LoaderSignature);

    private protected override FileHeader Header => HeaderOf<NmfTransformer>();

    private protected override int FeatureCount => Model.Templates.Rows;

    internal override ReadingSettings Reading { get; }

    private protected override object Learned => Model;

    private protected override OutputColumn OutputAt(int output) => _outputs[output] switch
    {
        Reconstruction => OutputColumn.Reconstruction(FeatureCount, Model.FeatureNames),
        Residual => OutputColumn.Residual(),
        _ => OutputColumn.Vector(Model.Rank, Model.SlotNames, Model.Scale),
    };

    private protected override RowResidual CreateResidual() => new(Model.Components, Model.ComponentSums, Model.Beta, Reading.FeatureWeights);

    private protected override IRowActivations CreateRowActivations() => new RowActivations(_problem.Value.CreateSolver(), Model.Rank);

    internal override IRowActivations CreateRowActivations(int layer) => CreateRowActivations();

    private protected override IReadOnlyList<string> Export(OnnxGraph graph, string rows)
    {
        string activations = OnnxActivations.Add(graph, rows, Model.Templates, _settings, Model.Scale.Factors, Reading.FeatureWeights);
        var explanation = new OnnxExplanation(graph, rows, activations, Model.Templates, Model.Beta, Reading.FeatureWeights);
        return [.. _outputs.Select(output => output switch
        {
            Reconstruction => explanation.Reconstruction,
            Residual => explanation.Residual,
            _ => activations,
        })];
    }

    // *** Binary format ***, after the header and the columns; ModelFormat and TrainingHistory have the parts
    // activation settings: how activations of new rows are found, β among them
    // reading settings, from version 0x00010005 on
    // matrix: the templates, features × rank
    // names: of the features, or none
    // int: the number of training examples
    // activations, from version 0x00010004 on
    // topic names, from version 0x00010004 on
    // int, for each output column, from version 0x00010005 on: 0 for activations, −3 for the approximation of the row, −4 for what is left of it
    // history: of the training
    // statistics of the training, from version 0x00010005 on
    private protected override void Write(BinaryWriter writer)
    {
        ModelFormat.Write(writer, _settings);
        ModelFormat.Write(writer, Reading);
        ModelFormat.Write(writer, Model.Templates);
        ModelFormat.Write(writer, Model.FeatureNames);
        writer.Write(Model.NumberOfExamples);
        ModelFormat.Write(writer, Model.Normalization, [Model.Moments]);
        ModelFormat.WriteTopicNames(writer, [Model.GivenNames]);
        foreach (int output in _outputs)
            writer.Write(output);
        Model.History.Write(writer);
        StatisticsFormat.Write(writer, Model.Statistics);
    }

    static NmfTransformer ILoadableTransformer<NmfTransformer>.Read(ComponentHost host, ColumnNames columns, ModelReader reader)
    {
        ActivationSettings settings = ModelFormat.ReadActivationSettings(reader);
        ReadingSettings reading = ModelFormat.ReadReadingSettings(reader, ModelReader.FirstWithReading, knowsHoles: true, maySign: true);
        FactorMatrix templates = ModelFormat.ReadMatrix(reader, reading.Negative == NegativeValues.Keep);
        ModelFormat.Check(reading, templates.Rows);
        string[]? names = ModelFormat.ReadNames(reader, templates.Rows);
        int examples = ModelFormat.ReadNumberOfExamples(reader);
        (ActivationNormalization normalization, ActivationMoments[] moments) = ModelFormat.ReadActivations(reader, [templates], () => [ActivationMoments.Unknown]);
        string?[][] topics = ModelFormat.ReadTopicNames(reader, [templates]);
        int[] outputs = reader.Version < ModelReader.FirstWithReading
            ? new int[columns.Outputs.Count]
            : [.. columns.Outputs.Select(_ => reader.Read<int>())];
        ModelReader.Check(outputs.All(output => output is 0 or Reconstruction or Residual), "an output column holds nothing that is known");
        var model = new NmfModel(templates, names, settings.Beta, examples, moments[0], normalization, TrainingHistory.Read(reader))
        {
            Statistics = StatisticsFormat.Read(reader, ModelReader.FirstWithReading, settings.Beta, [(templates.Rows, templates.Columns)]),
        };
        model.Restore(topics[0]);
        return new NmfTransformer(host, columns, model, settings, reading, outputs);
    }

    private sealed class RowActivations(ActivationSolver solver, int rank) : IRowActivations
    {
        private readonly float[] _activations = new float[rank];

        public void Compute(ReadOnlySpan<int> features, ReadOnlySpan<float> values, bool hasHoles)
        {
            solver.Solve(features, values, hasHoles, _activations);
            Float32Range.Limit(_activations);
        }

        public ReadOnlySpan<float> Deepest => _activations;

        public ReadOnlySpan<float> Output(int output) => _activations;
    }
}
