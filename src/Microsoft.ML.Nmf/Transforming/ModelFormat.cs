using System.Runtime.CompilerServices;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Reading;

namespace Microsoft.ML.Nmf.Transforming;

/// <summary>Writes, reads and checks the parts that model files of this library are made of. Little-endian, without padding.</summary>
internal static class ModelFormat
{
    private const int MostLayers = (1 << 10) - 1;

    // The engine rounds rows and columns up to as many floats at most.
    private const long Padding = 16;

    // Few calls, and no piece of more bytes than an int counts.
    private const int ValuesAtOnce = 1 << 20;

    // *** Binary format of a matrix ***
    // int: rows, at least 1
    // int: columns, from 1 to RankLimit.Most, whose Gram matrix can be held when transforming
    // float, rows × columns: the values, row after row

    /// <summary>Writes a matrix.</summary>
    public static void Write(BinaryWriter writer, FactorMatrix matrix)
    {
        writer.Write(matrix.Rows);
        writer.Write(matrix.Columns);
        WriteValues(writer, matrix);
    }

    /// <summary>Writes the values of a matrix alone.</summary>
    public static void WriteValues(BinaryWriter writer, FactorMatrix matrix)
    {
        ReadOnlySpan<float> values = matrix.Values;
        for (; values.Length > ValuesAtOnce; values = values[ValuesAtOnce..])
            writer.Write(LittleEndian.BytesOf(values[..ValuesAtOnce]));
        writer.Write(LittleEndian.BytesOf(values));
    }

    /// <summary>Reads a matrix whose values must be finite and not negative.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="mayBeNegative">Whether they may be negative.</param>
    /// <exception cref="FormatException">
    /// A value is neither, there are more columns than <see cref="RankLimit.Most"/>, or fewer values follow than its size says.
    /// </exception>
    public static FactorMatrix ReadMatrix(ModelReader reader, bool mayBeNegative = false)
    {
        int rows = reader.Read<int>(), columns = reader.Read<int>();
        ModelReader.Check(rows > 0 && columns > 0, "the size of a matrix is not possible");
        if (columns > RankLimit.Most || (rows + Padding) * (columns + Padding) > Array.MaxLength)
        {
            throw new FormatException($"The model has a layer of {rows} × {columns} values, which cannot be transformed with: a layer may have "
                + $"{RankLimit.Most} components at most, whose Gram matrix takes 2 GB, and no more values than one array holds ({Array.MaxLength}).");
        }

        FactorMatrix matrix = ReadValues(reader, rows, columns);
        float least = mayBeNegative ? float.MinValue : 0;
        ModelReader.Check(AreTemplates(matrix.Values, least), $"a matrix has a value that is {(mayBeNegative ? "" : "negative or ")}not finite");
        return matrix;
    }

    // Optimised at once: it is called once for each layer, of a large model with millions of values.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool AreTemplates(ReadOnlySpan<float> values, float least)
    {
        foreach (float value in values)
        {
            if (!(value >= least && value <= float.MaxValue))
                return false;
        }

        return true;
    }

    /// <summary>Reads the values of a matrix alone.</summary>
    /// <exception cref="FormatException">Fewer values follow.</exception>
    public static FactorMatrix ReadValues(ModelReader reader, int rows, int columns)
    {
        long count = (long)rows * columns;
        ModelReader.Check(count <= Array.MaxLength, "the size of a matrix is not possible");
        reader.CheckLeft(count, sizeof(float));
        // Many rows at once, and not cleared before: row by row took ten times as long.
        float[] values = GC.AllocateUninitializedArray<float>((int)count);
        for (int at = 0; at < values.Length; at += ValuesAtOnce)
            reader.ReadInto(values.AsSpan(at, Math.Min(ValuesAtOnce, values.Length - at)));
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
    public static string[]? ReadNames(ModelReader reader, int count)
    {
        int stored = reader.Read<int>();
        if (stored == -1)
            return null;
        ModelReader.Check(stored == count, "there are not as many names as features");
        reader.CheckLeft(count, 1);
        var names = new string[count];
        for (int i = 0; i < count; i++)
            names[i] = reader.ReadString();
        return names;
    }

    // *** Binary format of topic names ***
    // for each layer:
    //   int: how many of its topics were renamed
    //   for each, ascending: int: the topic; string: its name, not blank, and different from those of the others
    // Before version 0x00010004 nothing.

    /// <summary>Writes what the topics of each layer were renamed to; null for those that were not.</summary>
    public static void WriteTopicNames(BinaryWriter writer, IEnumerable<IReadOnlyList<string?>> layers)
    {
        foreach (IReadOnlyList<string?> names in layers)
        {
            writer.Write(names.Count(name => name is not null));
            for (int k = 0; k < names.Count; k++)
            {
                if (names[k] is not { } name)
                    continue;
                writer.Write(k);
                writer.Write(name);
            }
        }
    }

    /// <summary>Reads what the topics of each layer were renamed to; null for those that were not.</summary>
    /// <exception cref="FormatException">There is no such topic, or a name is blank or that of two topics.</exception>
    public static string?[][] ReadTopicNames(ModelReader reader, IReadOnlyList<FactorMatrix> templates)
    {
        string?[][] layers = [.. templates.Select(layer => new string?[layer.Columns])];
        if (reader.Version < ModelReader.FirstWithTopicNames)
            return layers;
        foreach (string?[] names in layers)
        {
            int last = -1;
            var taken = new HashSet<string>();
            for (int left = reader.ReadCount(0, names.Length, sizeof(int) + 2, "renamed topics"); left > 0; left--)
            {
                int topic = reader.Read<int>();
                ModelReader.Check(topic > last && topic < names.Length, "a renamed topic is not there");
                string name = reader.ReadString();
                ModelReader.Check(!string.IsNullOrWhiteSpace(name) && taken.Add(name), "the name of a topic is blank or that of another");
                names[last = topic] = name;
            }
        }

        return layers;
    }

    // *** Binary format of layers ***
    // int: how many there are, from 1 to 1023
    // matrix, for each, from the one next to the features on: its templates, no more columns than the one before

    /// <summary>Writes the templates of layers.</summary>
    public static void Write(BinaryWriter writer, IEnumerable<FactorMatrix> templates)
    {
        FactorMatrix[] layers = [.. templates];
        writer.Write(layers.Length);
        foreach (FactorMatrix layer in layers)
            Write(writer, layer);
    }

    /// <summary>Reads the templates of at least one layer.</summary>
    /// <exception cref="FormatException">There are too many, or two do not fit each other.</exception>
    public static FactorMatrix[] ReadLayers(ModelReader reader)
    {
        var templates = new FactorMatrix[reader.ReadCount(1, MostLayers, 2 * sizeof(int) + sizeof(float), "layers")];
        for (int i = 0; i < templates.Length; i++)
        {
            templates[i] = ReadMatrix(reader);
            ModelReader.Check(i == 0 || (templates[i].Rows == templates[i - 1].Columns && templates[i].Columns <= templates[i].Rows),
                "two layers do not fit each other");
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
    public static ActivationSettings ReadActivationSettings(ModelReader reader)
    {
        var settings = new ActivationSettings(reader.Read<double>(), reader.Read<float>(), reader.Read<float>(), reader.Read<int>(), reader.Read<float>());
        ModelReader.Check(double.IsFinite(settings.Beta), "beta is not finite");
        ModelReader.Check(settings.L1 >= 0 && settings.L2 >= 0 && float.IsFinite(settings.L1 + settings.L2), "a penalty is negative or not finite");
        ModelReader.Check(settings.MaximumNumberOfIterations > 0 && settings.Tolerance is >= 0 and < 1,
            "the iterations or the tolerance of a row are out of range");
        return settings;
    }

    // *** Binary format of reading settings ***
    // byte: what missing values mean; 0, they are zero, for a model that knows no holes
    // byte: what happens to negative values; where they are kept, templates may be negative
    // int: how many feature weights there are, as many as features, or −1 for none
    // float, for each: the weight, finite and at least 0, one of them above 0
    // Before the version that the transformer names nothing: missing and negative values are refused, and every feature counts once.

    /// <summary>Writes how values are read.</summary>
    public static void Write(BinaryWriter writer, ReadingSettings settings)
    {
        writer.Write((byte)(settings.Missing ?? MissingValues.AreZero));
        writer.Write((byte)settings.Negative);
        writer.Write(settings.FeatureWeights?.Length ?? -1);
        writer.Write(LittleEndian.BytesOf<float>(settings.FeatureWeights));
    }

    /// <summary>Reads how values are read.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="first">The first version that says it.</param>
    /// <param name="knowsHoles">Whether missing values may be holes.</param>
    /// <param name="maySign">Whether templates may be negative.</param>
    /// <exception cref="FormatException">A value is not possible.</exception>
    public static ReadingSettings ReadReadingSettings(ModelReader reader, uint first, bool knowsHoles, bool maySign = false)
    {
        if (reader.Version < first)
            return new ReadingSettings(knowsHoles ? MissingValues.AreZero : null);
        var missing = (MissingValues)reader.Read<byte>();
        var negative = (NegativeValues)reader.Read<byte>();
        ModelReader.Check(Enum.IsDefined(missing) && (knowsHoles || missing == MissingValues.AreZero), "what missing values mean is not known");
        ModelReader.Check(Enum.IsDefined(negative) && (maySign || negative != NegativeValues.Keep), "what happens to negative values is not known");
        int count = reader.Read<int>();
        if (count == -1)
            return new ReadingSettings(knowsHoles ? missing : null, negative);
        ModelReader.Check(count > 0, "the number of feature weights is not possible");
        reader.CheckLeft(count, sizeof(float));
        var weights = new float[count];
        reader.ReadInto<float>(weights);
        ModelReader.Check(Array.TrueForAll(weights, weight => weight >= 0 && weight <= float.MaxValue) && Array.Exists(weights, weight => weight > 0),
            "a feature weight is not possible");
        return new ReadingSettings(knowsHoles ? missing : null, negative, weights);
    }

    /// <summary>Refuses feature weights of a model with another number of features.</summary>
    /// <exception cref="FormatException">There are.</exception>
    public static void Check(ReadingSettings settings, int features)
        => ModelReader.Check(
            settings.FeatureWeights is null || settings.FeatureWeights.Length == features, "there are not as many feature weights as features");

    // *** Binary format of activations ***
    // int: how they are scaled
    // for each layer:
    //   bool: whether the sums are known, as they are but where the model came from a file of an earlier version
    //   if so, double, for each component: the sum of its activations over the training examples, at most int.MaxValue · float.MaxValue
    //   bool: whether the mean squares are known, which must be so where they scale
    //   if so, double, for each component: the mean square of its activations over the training examples, at most float.MaxValue²
    // Before version 0x00010004 nothing is scaled, and of each layer there are the sums alone, or nothing.

    /// <summary>Writes how activations are scaled, and what they were over the training examples.</summary>
    public static void Write(BinaryWriter writer, ActivationNormalization normalization, IEnumerable<ActivationMoments> moments)
    {
        writer.Write((int)normalization);
        foreach (ActivationMoments layer in moments)
        {
            foreach (double[] values in (double[][])[layer.Sums, layer.MeanSquares])
            {
                writer.Write(values.Length > 0);
                foreach (double value in values)
                    writer.Write(value);
            }
        }
    }

    /// <summary>Reads how activations are scaled, and what they were over the training examples.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="templates">The templates of each layer.</param>
    /// <param name="readEarlier">Reads what a file of an earlier version has.</param>
    /// <exception cref="FormatException">A value is not possible, or what scales is not there.</exception>
    public static (ActivationNormalization Normalization, ActivationMoments[] Moments) ReadActivations(
        ModelReader reader, IReadOnlyList<FactorMatrix> templates, Func<ActivationMoments[]> readEarlier)
    {
        if (reader.Version < ModelReader.FirstWithNormalization)
            return (ActivationNormalization.None, readEarlier());
        var normalization = reader.ReadNamed<ActivationNormalization>("the normalization");
        var moments = new ActivationMoments[templates.Count];
        for (int i = 0; i < moments.Length; i++)
        {
            int rank = templates[i].Columns;
            double[] sums = reader.ReadBoolean() ? ReadSums(reader, rank) : [];
            double[] meanSquares = reader.ReadBoolean() ? Read(reader, rank, (double)float.MaxValue * float.MaxValue, "a mean square of activations") : [];
            ModelReader.Check(meanSquares.Length > 0 || normalization is ActivationNormalization.None or ActivationNormalization.Shares,
                "the mean squares that scale activations are missing");
            moments[i] = new ActivationMoments(sums, meanSquares);
        }

        return (normalization, moments);
    }

    /// <summary>Reads the sums of a layer's activations.</summary>
    /// <exception cref="FormatException">A sum is negative, or more than so many activations can be.</exception>
    public static double[] ReadSums(ModelReader reader, int rank) => Read(reader, rank, (double)int.MaxValue * float.MaxValue, "a sum of activations");

    private static double[] Read(ModelReader reader, int rank, double most, string what)
    {
        reader.CheckLeft(rank, sizeof(double));
        var values = new double[rank];
        reader.ReadInto<double>(values);
        ModelReader.Check(Array.TrueForAll(values, value => value >= 0 && value <= most), $"{what} is not possible");
        return values;
    }

    /// <summary>Reads a number of training examples.</summary>
    public static int ReadNumberOfExamples(ModelReader reader)
    {
        int examples = reader.Read<int>();
        ModelReader.Check(examples > 0, "the number of training examples is not positive");
        return examples;
    }
}
