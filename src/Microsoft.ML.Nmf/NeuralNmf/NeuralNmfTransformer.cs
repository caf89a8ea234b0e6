using Microsoft.ML;
using Microsoft.ML.Nmf;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Examining;
using Microsoft.ML.Nmf.Exporting;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Streaming;
using Microsoft.ML.Nmf.Transforming;

[assembly: LoadableClass(typeof(NeuralNmfTransformer), typeof(TransformerLoader<NeuralNmfTransformer>), null, typeof(SignatureLoadModel),
    "Neural non-negative matrix factorization", NeuralNmfTransformer.LoaderSignature)]

namespace Microsoft.ML.Nmf;

/// <summary>
/// Adds a column with the activations of the deepest layer of a neural factorization, columns of other layers where they were asked for, and, where
/// it was trained with labels, class scores and the predicted label.
/// </summary>
/// <remarks>
/// The activations of a row x are s_0 = argmin over s ≥ 0 of ‖x − s A_0ᵀ‖², then s_i = argmin over s ≥ 0 of ‖s_(i−1) − s A_iᵀ‖², each exact: the same
/// cascade as in training, in double. A row gives the same bits alone, in any batch and order, on any thread, and after saving and loading. A row
/// that was trained on gets what the training ended with up to the rounding of float32, about 1e-5 of its largest activation unless templates nearly
/// depend on each other. A row of zeros gives zeros, and scores that are the same for all such rows. The slots of activations are named by the first words of
/// their topics when the training column had slot names and by what a topic was renamed to, those of scores by the classes.
/// </remarks>
public sealed class NeuralNmfTransformer : ActivationTransformerBase, ILoadableTransformer<NeuralNmfTransformer>
{
    internal const string LoaderSignature = "NeuralNmfTransformer";

    // The first version with the scores that features and topics give.
    private const uint FirstWithScores = 0x00010005;

    /// <summary>The output column that holds class scores, among those that hold layers, which are numbered from 0.</summary>
    internal const int Scores = -1;

    /// <summary>The output column that holds the predicted label.</summary>
    internal const int PredictedLabel = -2;

    // Euclidean, without penalties: exact least squares.
    private static readonly ActivationSettings _exact = new(BetaDivergence.Euclidean, 0, 0, 1, 0);

    private readonly int[] _outputs;
    private readonly ClassKeys? _classes;
    private readonly Lazy<string[]?> _classNames;
    private readonly Lazy<ActivationProblem[]> _problems;
    private readonly Lazy<ActivationScale>[] _scales;

    internal NeuralNmfTransformer(
        ComponentHost host, ColumnNames columns, NeuralNmfModel model, ReadingSettings reading, int[] outputs, ClassKeys? classes)
        : base(host, columns)
    {
        Reading = reading;
        Model = model;
        _outputs = outputs;
        _classes = classes;
        _classNames = new(() => classes?.Names);
        _problems = new(() => [.. model.Layers.Select(layer => ActivationProblem.Create(layer.Templates, _exact))]);
        _scales = [.. model.Layers.Select(layer => new Lazy<ActivationScale>(() => model.ScaleOf(layer)))];
    }

    /// <summary>What was learned.</summary>
    public NeuralNmfModel Model { get; }

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
        return TopicExaminer.Of(this, Model.Layers, options.Layer, BetaDivergence.Euclidean).Examine(view, options);
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
        return TopicExaminer.Of(this, Model.Layers, layer, BetaDivergence.Euclidean).ReadResiduals(view);
    }

    static FileHeader ILoadableTransformer<NeuralNmfTransformer>.Header => new(
        Signature: "NEURLNMF",
        // 0x00010001: initial
        // 0x00010002: a checksum, which covers the columns too; a history says why the training ended
        // 0x00010003: a history may have ended because it was stopped
        // 0x00010004: how activations are scaled, and their mean squares; what topics were renamed to
        // 0x00010005: the scores that features and topics give
        // 0x00010006: how values are read; columns that explain rows; the statistics of the training
        Version: 0x00010006,
        ReadableBy: 0x00010006,
        ReadsBackTo: 0x00010001,
        LoaderSignature);

    private protected override FileHeader Header => HeaderOf<NeuralNmfTransformer>();

    private protected override int FeatureCount => Model.Layers[0].Templates.Rows;

    internal override ReadingSettings Reading { get; }

    private protected override object Learned => Model;

    private protected override OutputColumn OutputAt(int output) => _outputs[output] switch
    {
        Scores => OutputColumn.Vector(_classes!.Count, _classNames.Value, ActivationScale.None),
        PredictedLabel => OutputColumn.Key(_classes!.Count, _classes.Annotate),
        Reconstruction => OutputColumn.Reconstruction(FeatureCount, Model.FeatureNames),
        Residual => OutputColumn.Residual(),
        int layer => OutputColumn.Vector(Model.Layers[layer].Rank, Model.Layers[layer].SlotNames, _scales[layer].Value),
    };

    private protected override RowResidual CreateResidual() => new(Model.Deepest.Components, Model.Deepest.ComponentSums, BetaDivergence.Euclidean);

    private protected override IRowActivations CreateRowActivations() => new RowActivations(this, _outputs);

    internal override IRowActivations CreateRowActivations(int layer) => new RowActivations(this, [layer]);

    private protected override IReadOnlyList<string> Export(OnnxGraph graph, string rows)
    {
        // What the outputs need: layers from the features on, all of them for scores and explanations.
        int needed = _outputs.Min() < 0 ? Model.Layers.Count : _outputs.Max() + 1;
        var activations = new string[needed];
        for (int i = 0; i < needed; i++)
        {
            string before = i == 0 ? rows : OnnxScale.Limit(graph, activations[i - 1]);
            activations[i] = OnnxActivations.Add(graph, before, Model.Layers[i].Templates, _exact, _scales[i].Value.Factors);
        }

        bool hasScores = _outputs.Any(output => output is Scores or PredictedLabel);
        (string scores, string key) = hasScores ? OnnxScores.Add(graph, rows, activations, Model) : ("", "");
        var explanation = new OnnxExplanation(graph, rows, activations[^1], Model.Deepest.EffectiveTemplates, BetaDivergence.Euclidean);
        return [.. _outputs.Select(output => output switch
        {
            Scores => scores,
            PredictedLabel => key,
            Reconstruction => explanation.Reconstruction,
            Residual => explanation.Residual,
            int layer => activations[layer],
        })];
    }

    // *** Binary format ***, after the header and the columns; ModelFormat has the parts
    // reading settings, from version 0x00010006 on
    // int, for each output column: its layer, −1 for class scores, −2 for the predicted label; from version 0x00010006 on −3 for the approximation of the row,
    //   −4 for what is left of it
    // bool: whether there are classes
    // if so, the classes: see ClassKeys
    // the model: see WriteModel
    // statistics of the training, from version 0x00010006 on
    private protected override void Write(BinaryWriter writer)
    {
        ModelFormat.Write(writer, Reading);
        foreach (int output in _outputs)
            writer.Write(output);
        writer.Write(_classes is not null);
        _classes?.Write(writer);
        WriteModel(writer, Model);
        StatisticsFormat.Write(writer, Model.Statistics);
    }

    static NeuralNmfTransformer ILoadableTransformer<NeuralNmfTransformer>.Read(ComponentHost host, ColumnNames columns, ModelReader reader)
    {
        ReadingSettings reading = ModelFormat.ReadReadingSettings(reader, ModelReader.FirstWithReading + 1, knowsHoles: false);
        ModelReader.Check(reading.FeatureWeights is null, "the model has feature weights, which it does not know");
        int[] outputs = [.. columns.Outputs.Select(_ => reader.Read<int>())];
        ClassKeys? classes = reader.ReadBoolean() ? ClassKeys.Read(reader) : null;
        NeuralNmfModel model = ReadModel(reader, classes);
        model.Statistics = StatisticsFormat.Read(reader, ModelReader.FirstWithReading + 1, BetaDivergence.Euclidean,
            [.. model.Layers.Select(layer => (layer.Templates.Rows, layer.Templates.Columns))]);
        int least = classes is null ? 0 : PredictedLabel;
        bool mayExplain = reader.Version > ModelReader.FirstWithReading;
        ModelReader.Check(
            outputs.All(output => (output >= least && output < model.Layers.Count) || (mayExplain && output is Reconstruction or Residual)),
            "an output column belongs to nothing");
        return new NeuralNmfTransformer(host, columns, model, reading, outputs, classes);
    }

    // *** Binary format of the model ***
    // int: the number of layers
    // matrix, for each layer from the features on: its templates
    // activations of each layer; before version 0x00010004 double, for each layer and component: the sum of its activations
    // topic names of each layer, from version 0x00010004 on
    // names: of the features, or none
    // int: the number of training examples
    // int: the loss
    // phases: of the training
    // int: the number of epochs, the start included, as many as the last phase has entries, which has their seconds
    // int: the number of layer losses of each, that of the layers for the energy, 1 for the reconstruction
    // double × (5 + layer losses), for each: loss, label loss, validation loss, learning rate, optimality residual, layer losses; NaN for what there is not
    // where there are classes:
    //   int: the label loss
    //   float, classes × deepest rank: the classification layer, row after row, finite
    //   bool: whether features and topics give the scores; before version 0x00010005 they do not, and nothing follows
    //   if so, float, features × classes: the weights of the features, row after row, finite
    //   float, for each layer, rank × classes: the weights of its topics, row after row, finite
    //   float, for each class: its bias, finite
    //   double: the sharpness, above 0 and finite
    // Templates and classification layer may be as large as float32 allows, since transforming works in double and ends with Float32Range.

    /// <summary>Writes a model.</summary>
    internal static void WriteModel(BinaryWriter writer, NeuralNmfModel model)
    {
        ModelFormat.Write(writer, model.Layers.Select(layer => layer.Templates));
        ModelFormat.Write(writer, model.Normalization, model.Layers.Select(layer => layer.Moments));
        ModelFormat.WriteTopicNames(writer, model.Layers.Select(layer => layer.GivenNames));
        ModelFormat.Write(writer, model.FeatureNames);
        writer.Write(model.NumberOfExamples);
        writer.Write((int)model.Loss);
        TrainingPhase.Write(writer, model.Phases);
        writer.Write(model.Epochs.Count);
        writer.Write(model.Epochs[0].LayerLosses.Count);
        foreach (NeuralNmfEpoch epoch in model.Epochs)
        {
            double[] values = [epoch.Loss, epoch.LabelLoss, epoch.ValidationLoss, epoch.LearningRate, epoch.OptimalityResidual, .. epoch.LayerLosses];
            foreach (double value in values)
                writer.Write(value);
        }

        if (model.Classifier is not { } classifier)
            return;
        writer.Write((int)classifier.Loss);
        ModelFormat.WriteValues(writer, classifier.Weights);
        writer.Write(model.Scores is not null);
        if (model.Scores is not { } scores)
            return;
        ModelFormat.WriteValues(writer, scores.FeatureWeights);
        foreach (FactorMatrix topics in scores.TopicWeights)
            ModelFormat.WriteValues(writer, topics);
        foreach (float value in scores.Bias)
            writer.Write(value);
        writer.Write(scores.Sharpness);
    }

    /// <summary>Reads a model.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="classes">The classes, or null without labels.</param>
    /// <exception cref="FormatException">What is read cannot have been written by this library.</exception>
    internal static NeuralNmfModel ReadModel(ModelReader reader, ClassKeys? classes)
    {
        FactorMatrix[] templates = ModelFormat.ReadLayers(reader);
        (ActivationNormalization normalization, ActivationMoments[] moments) = ModelFormat.ReadActivations(
            reader, templates, () => [.. templates.Select(layer => new ActivationMoments(ModelFormat.ReadSums(reader, layer.Columns), []))]);
        string?[][] topics = ModelFormat.ReadTopicNames(reader, templates);
        string[]? names = ModelFormat.ReadNames(reader, templates[0].Rows);
        int examples = ModelFormat.ReadNumberOfExamples(reader);
        var loss = reader.ReadNamed<NeuralNmfLoss>("the loss");
        List<TrainingPhase> phases = TrainingPhase.Read(reader);
        List<NeuralNmfEpoch> epochs = ReadEpochs(reader, phases[^1].History, loss == NeuralNmfLoss.Energy ? templates.Length : 1);
        NeuralNmfClassifier? classifier = classes is null ? null : ReadClassifier(reader, classes, templates[^1].Columns);
        LinearScores? scores = classifier is null || reader.Version < FirstWithScores || !reader.ReadBoolean()
            ? null
            : ReadScores(reader, templates, classifier.Weights.Rows, classifier.Loss);
        var model = new NeuralNmfModel(templates, names, loss, examples, moments, normalization, phases, epochs, classifier, scores);
        model.Restore(topics);
        return model;
    }

    private static List<NeuralNmfEpoch> ReadEpochs(ModelReader reader, TrainingHistory history, int parts)
    {
        int count = reader.Read<int>();
        ModelReader.Check(count == history.Count && reader.Read<int>() == parts, "the epochs do not fit the training history or the loss");
        reader.CheckLeft(count, (5 + parts) * sizeof(double));
        var epochs = new List<NeuralNmfEpoch>(count);
        for (int i = 0; i < count; i++)
        {
            epochs.Add(new NeuralNmfEpoch
            {
                Number = i,
                Loss = reader.Read<double>(),
                LabelLoss = reader.Read<double>(),
                ValidationLoss = reader.Read<double>(),
                LearningRate = reader.Read<double>(),
                OptimalityResidual = reader.Read<double>(),
                LayerLosses = ReadLosses(reader, parts),
                Seconds = history[i].Seconds,
            });
            NeuralNmfEpoch epoch = epochs[i];
            ModelReader.Check(double.IsFinite(epoch.Loss) && double.IsFinite(epoch.OptimalityResidual) && epoch.LayerLosses.All(double.IsFinite),
                "an epoch is not finite");
            ModelReader.Check(!(epoch.LabelLoss < 0 || epoch.ValidationLoss < 0 || epoch.LearningRate < 0), "an epoch is negative");
        }

        return epochs;
    }

    private static double[] ReadLosses(ModelReader reader, int parts)
    {
        var losses = new double[parts];
        reader.ReadInto<double>(losses);
        return losses;
    }

    private static LinearScores ReadScores(ModelReader reader, FactorMatrix[] templates, int classes, NeuralNmfLabelLoss loss)
    {
        FactorMatrix features = ReadFinite(reader, templates[0].Rows, classes);
        FactorMatrix[] topics = [.. templates.Select(layer => ReadFinite(reader, layer.Columns, classes))];
        float[] bias = ReadFinite(reader, 1, classes).Values.ToArray();
        double sharpness = reader.Read<double>();
        ModelReader.Check(sharpness > 0 && double.IsFinite(sharpness), "the sharpness of the scores is not possible");
        return new LinearScores(features, topics, bias, sharpness, loss);
    }

    private static NeuralNmfClassifier ReadClassifier(ModelReader reader, ClassKeys classes, int rank)
    {
        var loss = reader.ReadNamed<NeuralNmfLabelLoss>("the label loss");
        return new NeuralNmfClassifier(ReadFinite(reader, classes.Count, rank), loss, classes.Names);
    }

    private static FactorMatrix ReadFinite(ModelReader reader, int rows, int columns)
    {
        FactorMatrix weights = ModelFormat.ReadValues(reader, rows, columns);
        foreach (float weight in weights.Values)
            ModelReader.Check(float.IsFinite(weight), "a weight of the scores is not finite");
        return weights;
    }

    private sealed class RowActivations : IRowActivations
    {
        private readonly ActivationSolver[] _solvers;
        private readonly float[][] _activations;
        private readonly int[] _positive;
        private readonly float[] _values;
        private readonly int[] _outputs;
        private readonly NeuralNmfClassifier? _classifier;
        private readonly LinearScores? _linear;
        private readonly double[] _sums;
        private readonly float[] _scores;

        public RowActivations(NeuralNmfTransformer transformer, int[] outputs)
        {
            _solvers = [.. transformer._problems.Value.Select(problem => problem.CreateSolver())];
            _activations = [.. transformer.Model.Layers.Select(layer => new float[layer.Rank])];
            _positive = new int[_activations[0].Length];
            _values = new float[_activations[0].Length];
            _outputs = outputs;
            _classifier = transformer.Model.Classifier;
            _linear = transformer.Model.Scores;
            _scores = new float[_classifier?.Weights.Rows ?? 0];
            _sums = new double[_scores.Length];
        }

        public uint Key { get; private set; }

        public void Compute(ReadOnlySpan<int> features, ReadOnlySpan<float> values, bool hasHoles)
        {
            _solvers[0].Solve(features, values, hasHoles, _activations[0]);
            Float32Range.Limit(_activations[0]);
            for (int i = 1; i < _solvers.Length; i++)
            {
                int count = 0;
                for (int k = 0; k < _activations[i - 1].Length; k++)
                {
                    if (_activations[i - 1][k] == 0)
                        continue;
                    _positive[count] = k;
                    _values[count++] = _activations[i - 1][k];
                }

                _solvers[i].Solve(_positive.AsSpan(0, count), _values.AsSpan(0, count), hasHoles: false, _activations[i]);
                Float32Range.Limit(_activations[i]);
            }

            if (_linear is not null)
                Key = (uint)_linear.Compute(features, values, _activations, _sums, _scores) + 1;
            else if (_classifier is not null)
                Key = (uint)_classifier.ScoreUnscaled(_activations[^1], _scores) + 1;
        }

        public ReadOnlySpan<float> Deepest => _activations[^1];

        public ReadOnlySpan<float> Output(int output) => _outputs[output] == Scores ? _scores : _activations[_outputs[output]];
    }
}
