using Microsoft.ML.Nmf.Transforming;

namespace Microsoft.ML.Nmf.NeuralNmf;

/// <summary>Writes and reads a neural model.</summary>
internal static class NeuralNmfModelFormat
{
    // *** Binary format ***
    // int: the number of layers
    // matrix, for each layer from the features on: its templates
    // double, for each layer and component: the sum of its activations
    // names: of the features, or none
    // int: the number of training examples
    // int: the loss
    // phases: see ModelDecoding
    // int: the number of epochs, the start included
    // int: the number of layer losses of each
    // double × (5 + layer losses), for each: loss, label loss, validation loss, learning rate, optimality residual, layer losses; its seconds are those of the last phase
    // where there are classes:
    //   int: the label loss
    //   float, classes × deepest rank: the classification layer, row after row

    /// <summary>Writes a model.</summary>
    public static void Write(BinaryWriter writer, NeuralNmfModel model)
    {
        writer.Write(model.Layers.Count);
        foreach (TopicLayer layer in model.Layers)
            ModelDecoding.Write(writer, layer.Templates);
        foreach (double sum in model.Layers.SelectMany(layer => layer.ActivationSums))
            writer.Write(sum);
        ModelDecoding.Write(writer, model.FeatureNames);
        writer.Write(model.NumberOfExamples);
        writer.Write((int)model.Loss);
        ModelDecoding.Write(writer, model.Phases);
        writer.Write(model.History.Count);
        writer.Write(model.History[0].LayerLosses.Count);
        foreach (NeuralNmfEpoch epoch in model.History)
        {
            foreach (double value in (double[])[epoch.Loss, epoch.LabelLoss, epoch.ValidationLoss, epoch.LearningRate, epoch.OptimalityResidual, .. epoch.LayerLosses])
                writer.Write(value);
        }

        if (model.Classifier is not { } classifier)
            return;
        writer.Write((int)classifier.Loss);
        foreach (float weight in classifier.Weights.Values)
            writer.Write(weight);
    }

    /// <summary>Reads a model.</summary>
    public static NeuralNmfModel Read(BinaryReader reader, ClassKeys? classes)
    {
        FactorMatrix[] templates = ModelDecoding.ReadLayers(reader);
        double[][] sums = [.. templates.Select(t => ReadSums(reader, t.Columns))];
        string[]? names = ModelDecoding.ReadNames(reader, templates[0].Rows);
        int examples = reader.ReadInt32();
        ModelDecoding.Check(examples > 0, "the number of training examples is not positive");
        var loss = (NeuralNmfLoss)reader.ReadInt32();
        ModelDecoding.Check(Enum.IsDefined(loss), "the loss is not known");
        List<TrainingPhase> phases = ModelDecoding.ReadPhases(reader);
        List<NeuralNmfEpoch> epochs = ReadEpochs(reader, phases[^1].History);
        NeuralNmfClassifier? classifier = classes is null ? null : ReadClassifier(reader, classes, templates[^1].Columns);
        return new NeuralNmfModel(templates, sums, names, examples, loss, phases, epochs, classifier);
    }

    private static double[] ReadSums(BinaryReader reader, int rank)
    {
        double[] sums = [.. Enumerable.Range(0, rank).Select(_ => reader.ReadDouble())];
        ModelDecoding.Check(sums.All(sum => sum >= 0 && double.IsFinite(sum)), "a sum of activations is negative or not finite");
        return sums;
    }

    private static List<NeuralNmfEpoch> ReadEpochs(BinaryReader reader, TrainingHistory history)
    {
        int count = reader.ReadInt32(), parts = reader.ReadInt32();
        ModelDecoding.Check(count == history.Count && parts is > 0 and < 1 << 10, "the epochs do not fit the training history");
        var epochs = new List<NeuralNmfEpoch>();
        for (int i = 0; i < count; i++)
        {
            double[] values = [.. Enumerable.Range(0, 5 + parts).Select(_ => reader.ReadDouble())];
            epochs.Add(new NeuralNmfEpoch(i, values[0], values[5..], values[1], values[2], values[3], values[4], history[i].Seconds));
        }

        return epochs;
    }

    private static NeuralNmfClassifier ReadClassifier(BinaryReader reader, ClassKeys classes, int rank)
    {
        var loss = (NeuralNmfLabelLoss)reader.ReadInt32();
        ModelDecoding.Check(Enum.IsDefined(loss), "the label loss is not known");
        ModelDecoding.Check((long)classes.Count * rank <= Array.MaxLength, "the size of the classification layer is not possible");
        var weights = new float[classes.Count * rank];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = reader.ReadSingle();
            ModelDecoding.Check(float.IsFinite(weights[i]), "the classification layer has a value that is not finite");
        }

        return new NeuralNmfClassifier(FactorMatrix.TakeOver(weights, classes.Count, rank), loss, classes.Names);
    }
}
