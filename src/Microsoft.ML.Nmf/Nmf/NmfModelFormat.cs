using Microsoft.ML.Nmf.Transforming;

namespace Microsoft.ML.Nmf.Nmf;

/// <summary>Writes and reads a model, but for β, which its transformer keeps.</summary>
internal static class NmfModelFormat
{
    // *** Binary format ***
    // matrix: the templates, features × rank
    // names: of the features, or none
    // int: the number of training examples
    // history: of the training

    /// <summary>Writes a model.</summary>
    public static void Write(BinaryWriter writer, NmfModel model)
    {
        ModelDecoding.Write(writer, model.Templates);
        ModelDecoding.Write(writer, model.FeatureNames);
        writer.Write(model.NumberOfExamples);
        ModelDecoding.Write(writer, model.History);
    }

    /// <summary>Reads a model.</summary>
    public static NmfModel Read(BinaryReader reader, double beta)
    {
        FactorMatrix templates = ModelDecoding.ReadMatrix(reader);
        string[]? names = ModelDecoding.ReadNames(reader, templates.Rows);
        int examples = reader.ReadInt32();
        ModelDecoding.Check(examples > 0, "the number of training examples is not positive");
        return new NmfModel(templates, names, beta, examples, ModelDecoding.ReadHistory(reader));
    }
}
