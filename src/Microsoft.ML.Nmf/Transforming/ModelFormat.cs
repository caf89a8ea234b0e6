using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Transforming;

/// <summary>Writes, reads and checks the parts that model files of this library are made of. Little-endian, without padding.</summary>
internal static class ModelFormat
{
    /// <summary>Refuses a file that cannot have been written by this library.</summary>
    /// <exception cref="FormatException">The condition does not hold.</exception>
    public static void Check(bool condition, string problem)
    {
        if (!condition)
            throw new FormatException($"The model file is damaged or was not written by this library: {problem}.");
    }

    // *** Binary format of a matrix ***
    // int: rows
    // int: columns
    // float, rows × columns: the values, row after row

    /// <summary>Writes a matrix.</summary>
    public static void Write(BinaryWriter writer, FactorMatrix matrix)
    {
        writer.Write(matrix.Rows);
        writer.Write(matrix.Columns);
        foreach (float value in matrix.Values)
            writer.Write(value);
    }

    /// <summary>Reads a matrix whose values must be finite and not negative.</summary>
    public static FactorMatrix ReadMatrix(BinaryReader reader)
    {
        int rows = reader.ReadInt32();
        int columns = reader.ReadInt32();
        Check(rows > 0 && columns > 0 && (long)rows * columns <= Array.MaxLength, "the size of a matrix is not possible");
        var values = new float[rows * columns];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = reader.ReadSingle();
            Check(values[i] >= 0 && values[i] <= float.MaxValue, "a matrix has a value that is negative or not finite");
        }

        return FactorMatrix.TakeOver(values, rows, columns);
    }

    // *** Binary format of names ***
    // int: how many there are, −1 for none at all
    // string, for each: the name, UTF-8 after its length

    /// <summary>Writes names or their absence.</summary>
    public static void Write(BinaryWriter writer, IReadOnlyList<string>? names)
    {
        writer.Write(names?.Count ?? -1);
        foreach (string name in names ?? [])
            writer.Write(name);
    }

    /// <summary>Reads as many names as there must be, or none.</summary>
    public static string[]? ReadNames(BinaryReader reader, int count)
    {
        int stored = reader.ReadInt32();
        if (stored == -1)
            return null;
        Check(stored == count, "there are not as many names as features");
        var names = new string[count];
        for (int i = 0; i < count; i++)
            names[i] = reader.ReadString();
        return names;
    }

    // *** Binary format of layers ***
    // int: how many there are
    // matrix, for each, from the one next to the features on: its templates

    /// <summary>Writes the templates of layers.</summary>
    public static void Write(BinaryWriter writer, IEnumerable<FactorMatrix> templates)
    {
        FactorMatrix[] layers = [.. templates];
        writer.Write(layers.Length);
        foreach (FactorMatrix layer in layers)
            Write(writer, layer);
    }

    /// <summary>Reads the templates of at least one layer.</summary>
    public static FactorMatrix[] ReadLayers(BinaryReader reader)
    {
        int depth = reader.ReadInt32();
        Check(depth is > 0 and < 1 << 10, "the number of layers is not possible");
        var templates = new FactorMatrix[depth];
        for (int i = 0; i < depth; i++)
        {
            templates[i] = ReadMatrix(reader);
            Check(i == 0 || templates[i].Rows == templates[i - 1].Columns, "two layers do not fit each other");
        }

        return templates;
    }

    // *** Binary format of activation settings ***
    // double: β
    // float: l1 of the activations
    // float: l2 of the activations
    // int: the most iterations of a row
    // float: the tolerance of a row

    /// <summary>Writes how activations of new rows are found.</summary>
    public static void Write(BinaryWriter writer, ActivationSettings settings)
    {
        writer.Write(settings.Beta);
        writer.Write(settings.L1);
        writer.Write(settings.L2);
        writer.Write(settings.MaximumNumberOfIterations);
        writer.Write(settings.Tolerance);
    }

    /// <summary>Reads how activations of new rows are found.</summary>
    public static ActivationSettings ReadActivationSettings(BinaryReader reader)
    {
        var settings = new ActivationSettings(reader.ReadDouble(), reader.ReadSingle(), reader.ReadSingle(), reader.ReadInt32(), reader.ReadSingle());
        Check(double.IsFinite(settings.Beta), "beta is not finite");
        Check(settings.L1 >= 0 && settings.L2 >= 0 && float.IsFinite(settings.L1 + settings.L2), "a penalty is negative or not finite");
        Check(settings.MaximumNumberOfIterations > 0 && settings.Tolerance is >= 0 and < 1, "the iterations or the tolerance of a row are out of range");
        return settings;
    }

    // *** Binary format of sums ***
    // double, for each component of a layer: the sum of its activations over the training examples

    /// <summary>Writes the sums of a layer's activations.</summary>
    public static void Write(BinaryWriter writer, double[] sums)
    {
        foreach (double sum in sums)
            writer.Write(sum);
    }

    /// <summary>Reads the sums of a layer's activations.</summary>
    public static double[] ReadSums(BinaryReader reader, int rank)
    {
        double[] sums = [.. Enumerable.Range(0, rank).Select(_ => reader.ReadDouble())];
        Check(sums.All(sum => sum >= 0 && double.IsFinite(sum)), "a sum of activations is negative or not finite");
        return sums;
    }

    /// <summary>Reads a number of training examples.</summary>
    public static int ReadNumberOfExamples(BinaryReader reader)
    {
        int examples = reader.ReadInt32();
        Check(examples > 0, "the number of training examples is not positive");
        return examples;
    }
}
