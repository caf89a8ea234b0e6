using Microsoft.ML;
using Microsoft.ML.Nmf;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.NeuralNmf;
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
/// depend on each other. A row of zeros gives zeros, and with cross-entropy even scores. The slots of activations are named by the first words of
/// their topics when the training column had slot names, those of scores by the classes.
/// </remarks>
public sealed class NeuralNmfTransformer : ActivationTransformerBase, ILoadableTransformer<NeuralNmfTransformer>
{
    internal const string LoaderSignature = "NeuralNmfTransformer";

    /// <summary>The output column that holds class scores, among those that hold layers, which are numbered from 0.</summary>
    internal const int Scores = -1;

    /// <summary>The output column that holds the predicted label.</summary>
    internal const int PredictedLabel = -2;

    // Euclidean, without penalties: exact least squares.
    private static readonly ActivationSettings _exact = new(BetaDivergence.Euclidean, 0, 0, 1, 0);

    private readonly int[] _outputs;
    private readonly ClassKeys? _classes;
    private readonly Lazy<ActivationProblem[]> _problems;
    private readonly Lazy<OutputColumn[]> _columns;

    internal NeuralNmfTransformer(ComponentHost host, ColumnNames columns, NeuralNmfModel model, int[] outputs, ClassKeys? classes)
        : base(host, columns)
    {
        Model = model;
        _outputs = outputs;
        _classes = classes;
        _problems = new(() => [.. model.Layers.Select(layer => ActivationProblem.Create(layer.Templates, _exact))]);
        _columns = new(() => [.. outputs.Select(Describe)]);
    }

    /// <summary>What was learned.</summary>
    public NeuralNmfModel Model { get; }

    static FileHeader ILoadableTransformer<NeuralNmfTransformer>.Header => new(
        Signature: "NEURLNMF",
        // 0x00010001: initial
        Version: 0x00010001,
        ReadableBy: 0x00010001,
        ReadsBackTo: 0x00010001,
        LoaderSignature);

    private protected override FileHeader Header => HeaderOf<NeuralNmfTransformer>();

    private protected override int FeatureCount => Model.Layers[0].Templates.Rows;

    private protected override OutputColumn OutputAt(int output) => _columns.Value[output];

    private protected override IRowActivations CreateRowActivations() => new RowActivations(this);

    // *** Binary format ***, after the header and the columns; ModelFormat has the parts
    // int, for each output column: its layer, −1 for class scores, −2 for the predicted label
    // bool: whether there are classes
    // if so, the classes: see ClassKeys
    // the model: see WriteModel
    private protected override void Write(BinaryWriter writer)
    {
        foreach (int output in _outputs)
            writer.Write(output);
        writer.Write(_classes is not null);
        _classes?.Write(writer);
        WriteModel(writer, Model);
    }

    static NeuralNmfTransformer ILoadableTransformer<NeuralNmfTransformer>.Read(ComponentHost host, ColumnNames columns, BinaryReader reader)
    {
        int[] outputs = [.. columns.Outputs.Select(_ => reader.ReadInt32())];
        ClassKeys? classes = reader.ReadBoolean() ? ClassKeys.Read(reader) : null;
        NeuralNmfModel model = ReadModel(reader, classes);
        int least = classes is null ? 0 : PredictedLabel;
        ModelFormat.Check(outputs.All(output => output >= least && output < model.Layers.Count), "an output column belongs to nothing");
        return new NeuralNmfTransformer(host, columns, model, outputs, classes);
    }

    // *** Binary format of the model ***
    // int: the number of layers
    // matrix, for each layer from the features on: its templates
    // double, for each layer and component: the sum of its activations
    // names: of the features, or none
    // int: the number of training examples
    // int: the loss
    // phases: of the training
    // int: the number of epochs, the start included, as many as the last phase has entries, which has their seconds
    // int: the number of layer losses of each
    // double × (5 + layer losses), for each: loss, label loss, validation loss, learning rate, optimality residual, layer losses
    // where there are classes:
    //   int: the label loss
    //   float, classes × deepest rank: the classification layer, row after row

    /// <summary>Writes a model.</summary>
    internal static void WriteModel(BinaryWriter writer, NeuralNmfModel model)
    {
        ModelFormat.Write(writer, model.Layers.Select(layer => layer.Templates));
        foreach (TopicLayer layer in model.Layers)
            ModelFormat.Write(writer, layer.ActivationSums);
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
        foreach (float weight in classifier.Weights.Values)
            writer.Write(weight);
    }

    /// <summary>Reads a model.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="classes">The classes, or null without labels.</param>
    /// <exception cref="FormatException">What is read cannot have been written by this library.</exception>
    internal static NeuralNmfModel ReadModel(BinaryReader reader, ClassKeys? classes)
    {
        FactorMatrix[] templates = ModelFormat.ReadLayers(reader);
        double[][] sums = [.. templates.Select(layer => ModelFormat.ReadSums(reader, layer.Columns))];
        string[]? names = ModelFormat.ReadNames(reader, templates[0].Rows);
        int examples = ModelFormat.ReadNumberOfExamples(reader);
        var loss = (NeuralNmfLoss)reader.ReadInt32();
        ModelFormat.Check(Enum.IsDefined(loss), "the loss is not known");
        List<TrainingPhase> phases = TrainingPhase.Read(reader);
        List<NeuralNmfEpoch> epochs = ReadEpochs(reader, phases[^1].History);
        NeuralNmfClassifier? classifier = classes is null ? null : ReadClassifier(reader, classes, templates[^1].Columns);
        return new NeuralNmfModel(templates, names, loss, examples, sums, phases, epochs, classifier);
    }

    private static List<NeuralNmfEpoch> ReadEpochs(BinaryReader reader, TrainingHistory history)
    {
        int count = reader.ReadInt32(), parts = reader.ReadInt32();
        ModelFormat.Check(count == history.Count && parts is > 0 and < 1 << 10, "the epochs do not fit the training history");
        var epochs = new List<NeuralNmfEpoch>();
        for (int i = 0; i < count; i++)
        {
            epochs.Add(new NeuralNmfEpoch
            {
                Number = i,
                Loss = reader.ReadDouble(),
                LabelLoss = reader.ReadDouble(),
                ValidationLoss = reader.ReadDouble(),
                LearningRate = reader.ReadDouble(),
                OptimalityResidual = reader.ReadDouble(),
                LayerLosses = [.. Enumerable.Range(0, parts).Select(_ => reader.ReadDouble())],
                Seconds = history[i].Seconds,
            });
        }

        return epochs;
    }

    private static NeuralNmfClassifier ReadClassifier(BinaryReader reader, ClassKeys classes, int rank)
    {
        var loss = (NeuralNmfLabelLoss)reader.ReadInt32();
        ModelFormat.Check(Enum.IsDefined(loss), "the label loss is not known");
        ModelFormat.Check((long)classes.Count * rank <= Array.MaxLength, "the size of the classification layer is not possible");
        var weights = new float[ArraySize.Of(classes.Count, rank, "The class weights")];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = reader.ReadSingle();
            ModelFormat.Check(float.IsFinite(weights[i]), "the classification layer has a value that is not finite");
        }

        return new NeuralNmfClassifier(new FactorMatrix(weights, classes.Count, rank), loss, classes.Names);
    }

    private OutputColumn Describe(int output) => output switch
    {
        Scores => OutputColumn.Vector(_classes!.Count, _classes.Names),
        PredictedLabel => OutputColumn.Key(_classes!.Count, _classes.Annotate),
        _ => OutputColumn.Vector(Model.Layers[output].Rank, Topic.SlotNames(Model.Layers[output].EffectiveTemplates, Model.FeatureNames)),
    };

    private sealed class RowActivations : IRowActivations
    {
        private readonly ActivationSolver[] _solvers;
        private readonly float[][] _activations;
        private readonly int[] _positive;
        private readonly float[] _values;
        private readonly int[] _outputs;
        private readonly NeuralNmfClassifier? _classifier;
        private readonly float[] _scores;

        public RowActivations(NeuralNmfTransformer transformer)
        {
            _solvers = [.. transformer._problems.Value.Select(problem => problem.CreateSolver())];
            _activations = [.. transformer.Model.Layers.Select(layer => new float[layer.Rank])];
            _positive = new int[_activations[0].Length];
            _values = new float[_activations[0].Length];
            _outputs = transformer._outputs;
            _classifier = transformer.Model.Classifier;
            _scores = new float[_classifier?.Weights.Rows ?? 0];
        }

        public uint Key { get; private set; }

        public void Compute(ReadOnlySpan<int> features, ReadOnlySpan<float> values)
        {
            _solvers[0].Solve(features, values, _activations[0]);
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

                _solvers[i].Solve(_positive.AsSpan(0, count), _values.AsSpan(0, count), _activations[i]);
            }

            if (_classifier is not null)
                Key = (uint)_classifier.Score(_activations[^1], _scores) + 1;
        }

        public ReadOnlySpan<float> Output(int output) => _outputs[output] == Scores ? _scores : _activations[_outputs[output]];
    }
}
