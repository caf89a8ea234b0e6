using Microsoft.ML.Nmf.Transforming;

namespace Microsoft.ML.Nmf.DeepNmf;

/// <summary>Writes and reads a deep model, but for β, which its transformer keeps.</summary>
internal static class DeepNmfModelFormat
{
    // *** Binary format ***
    // int: the number of layers
    // matrix, for each layer from the features on: its templates
    // names: of the features, or none
    // int: the number of training examples
    // double, for each component of the deepest layer: the sum of its activations
    // phases: see ModelDecoding

    /// <summary>Writes a model.</summary>
    public static void Write(BinaryWriter writer, DeepNmfModel model)
    {
        writer.Write(model.Layers.Count);
        foreach (TopicLayer layer in model.Layers)
            ModelDecoding.Write(writer, layer.Templates);
        ModelDecoding.Write(writer, model.FeatureNames);
        writer.Write(model.NumberOfExamples);
        foreach (double sum in model.Deepest.ActivationSums)
            writer.Write(sum);
        ModelDecoding.Write(writer, model.Phases);
    }

    /// <summary>Reads a model.</summary>
    public static DeepNmfModel Read(BinaryReader reader, double beta)
    {
        FactorMatrix[] templates = ModelDecoding.ReadLayers(reader);
        string[]? names = ModelDecoding.ReadNames(reader, templates[0].Rows);
        int examples = reader.ReadInt32();
        ModelDecoding.Check(examples > 0, "the number of training examples is not positive");
        double[] sums = [.. Enumerable.Range(0, templates[^1].Columns).Select(_ => reader.ReadDouble())];
        ModelDecoding.Check(sums.All(sum => sum >= 0 && double.IsFinite(sum)), "a sum of activations is negative or not finite");
        List<TrainingPhase> phases = ModelDecoding.ReadPhases(reader);
        return new DeepNmfModel(templates, names, beta, examples, sums, phases);
    }
}
