namespace Microsoft.ML.Nmf;

/// <summary>Writes and reads a deep model, but for β, which its transformer keeps.</summary>
internal static class DeepNmfModelFormat
{
    // *** Binary format ***
    // int: the number of layers
    // matrix, for each layer from the features on: its templates
    // names: of the features, or none
    // int: the number of training examples
    // double, for each component of the deepest layer: the sum of its activations
    // int: the number of phases
    // string and history, for each phase

    /// <summary>Writes a model.</summary>
    public static void Write(BinaryWriter writer, DeepNmfModel model)
    {
        writer.Write(model.Layers.Count);
        foreach (DeepNmfLayer layer in model.Layers)
            ModelDecoding.Write(writer, layer.Templates);
        ModelDecoding.Write(writer, model.FeatureNames);
        writer.Write(model.NumberOfExamples);
        foreach (double sum in model.Deepest.ActivationSums)
            writer.Write(sum);
        writer.Write(model.Phases.Count);
        foreach (TrainingPhase phase in model.Phases)
        {
            writer.Write(phase.Name);
            ModelDecoding.Write(writer, phase.History);
        }
    }

    /// <summary>Reads a model.</summary>
    public static DeepNmfModel Read(BinaryReader reader, double beta)
    {
        int depth = reader.ReadInt32();
        ModelDecoding.Check(depth is > 0 and < 1 << 10, "the number of layers is not possible");
        var templates = new FactorMatrix[depth];
        for (int i = 0; i < depth; i++)
        {
            templates[i] = ModelDecoding.ReadMatrix(reader);
            ModelDecoding.Check(i == 0 || templates[i].Rows == templates[i - 1].Columns, "two layers do not fit each other");
        }

        string[]? names = ModelDecoding.ReadNames(reader, templates[0].Rows);
        int examples = reader.ReadInt32();
        ModelDecoding.Check(examples > 0, "the number of training examples is not positive");
        double[] sums = [.. Enumerable.Range(0, templates[^1].Columns).Select(_ => reader.ReadDouble())];
        ModelDecoding.Check(sums.All(sum => sum >= 0 && double.IsFinite(sum)), "a sum of activations is negative or not finite");
        int count = reader.ReadInt32();
        ModelDecoding.Check(count is > 0 and < 1 << 12, "the number of phases is not possible");
        var phases = new List<TrainingPhase>();
        for (int i = 0; i < count; i++)
            phases.Add(new TrainingPhase(reader.ReadString(), ModelDecoding.ReadHistory(reader)));
        return new DeepNmfModel(templates, names, beta, examples, sums, phases);
    }
}
