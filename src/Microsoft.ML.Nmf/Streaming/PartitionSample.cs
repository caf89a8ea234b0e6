using System.Text;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Streaming;
using Microsoft.ML.Nmf.Transforming;

namespace Microsoft.ML.Nmf;

/// <summary>Some rows of one or several parts of the data, and the names of the features: what a training over parts starts from.</summary>
public sealed class PartitionSample
{
    private const ulong Signature = 0x4C504D53464D4E01;
    private const uint Version = 0x00010001;

    internal PartitionSample(int features, string[]? featureNames, IReadOnlyList<SampledRow> rows)
    {
        Features = features;
        FeatureNames = featureNames;
        Sampled = rows;
    }

    /// <summary>The number of features, m.</summary>
    public int Features { get; }

    /// <summary>The number of rows.</summary>
    public int Rows => Sampled.Count;

    /// <summary>The names of the features, or null.</summary>
    internal string[]? FeatureNames { get; }

    /// <summary>The rows.</summary>
    internal IReadOnlyList<SampledRow> Sampled { get; }

    /// <summary>The rows of this sample and, after them, those of another.</summary>
    /// <param name="other">A sample of another part of the same data.</param>
    /// <exception cref="ArgumentNullException"><paramref name="other"/> is null.</exception>
    /// <exception cref="ArgumentException">It has other features.</exception>
    public PartitionSample Merge(PartitionSample other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (Features != other.Features)
            throw new ArgumentException($"One part of the data has {Features} features and another {other.Features}. Give all parts the same features.", nameof(other));
        int different = (FeatureNames ?? []).Zip(other.FeatureNames ?? []).TakeWhile(pair => pair.First == pair.Second).Count();
        if (FeatureNames is { } names && other.FeatureNames is { } others && different < names.Length)
        {
            throw new ArgumentException($"Feature {different} is '{names[different]}' in one part of the data and '{others[different]}' in another. Give all parts the same "
                + "features, for instance by one fitted featurizer.", nameof(other));
        }

        return new PartitionSample(Features, FeatureNames ?? other.FeatureNames, [.. Sampled, .. other.Sampled]);
    }

    // *** Binary format ***, little-endian
    // ulong: 0x4C504D53464D4E01
    // uint: the version, 0x00010001
    // int: the number of features
    // names: of the features, or none
    // int: the number of rows, and for each:
    //   float: its weight
    //   int: how many entries it has
    //   int, for each: its feature, ascending; float, for each: its value
    // 0x00010001: initial

    /// <summary>Writes it, to be read by <see cref="Read"/> in any process.</summary>
    /// <param name="stream">Where to write; it stays open.</param>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Signature);
        writer.Write(Version);
        writer.Write(Features);
        ModelFormat.Write(writer, FeatureNames);
        writer.Write(Rows);
        foreach (SampledRow row in Sampled)
        {
            writer.Write(row.Weight);
            writer.Write(row.Features.Length);
            writer.Write(LittleEndian.BytesOf<int>(row.Features));
            writer.Write(LittleEndian.BytesOf<float>(row.Values));
        }
    }

    /// <summary>Reads what <see cref="Write"/> has written.</summary>
    /// <param name="stream">Where to read; a stream that can seek.</param>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    /// <exception cref="FormatException">Something else is there, or it is damaged.</exception>
    public static PartitionSample Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var reader = new ModelReader(stream, stream.Length, ModelReader.FirstVersion);
        ModelReader.Check(reader.Read<ulong>() == Signature, "there is no sample of a part");
        ModelReader.Check(reader.Read<uint>() == Version, "the sample is of another version of this library");
        int features = reader.Read<int>();
        ModelReader.Check(features > 0, "the number of features is not possible");
        string[]? names = ModelFormat.ReadNames(reader, features);
        var rows = new SampledRow[reader.ReadCount(1, Array.MaxLength, sizeof(float) + sizeof(int), "rows of the sample")];
        for (int i = 0; i < rows.Length; i++)
        {
            float weight = reader.Read<float>();
            int count = reader.ReadCount(0, features, sizeof(int) + sizeof(float), "entries of a row");
            var row = rows[i] = new SampledRow(weight, new int[count], new float[count]);
            reader.ReadInto<int>(row.Features);
            reader.ReadInto<float>(row.Values);
            bool isAscending = row.Features.Zip(row.Features.Skip(1)).All(pair => pair.First < pair.Second);
            ModelReader.Check(isAscending && (count == 0 || (row.Features[0] >= 0 && row.Features[^1] < features)), "the features of a row are not possible");
            ModelReader.Check(weight > 0 && float.IsFinite(weight) && Array.TrueForAll(row.Values, float.IsFinite), "a value of a row is not possible");
        }

        return new PartitionSample(features, names, rows);
    }
}
