using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Streaming;

namespace Microsoft.ML.Nmf;

/// <summary>
/// What some rows say about the templates of a model, as sums over the rows: all that is needed of them to improve the templates, in memory that does not depend
/// on how many there are. Sums of different rows merge by addition, so that parts of the data may be seen at different times, or on different machines.
/// </summary>
/// <remarks>
/// Immutable for everyone outside the library. <see cref="Merge(TrainingStatistics)"/> is associative and commutative but for the last bits of double: whoever
/// wants the same bits each time merges in the same order.
/// <see href="https://www.jmlr.org/papers/v11/mairal10a.html">Mairal, Bach, Ponce and Sapiro 2010</see>, equation 11, for β = 2;
/// <see href="https://doi.org/10.48550/arXiv.1106.4198">Lefèvre, Bach and Févotte 2011</see>, equation 8, for β = 0, and the same step for every other.
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class TrainingStatistics
{
    // Says what it is, and is read before anything is allocated.
    private const ulong Signature = 0x53544154464D4E01;
    private const uint Version = 0x00010001;

    internal TrainingStatistics(double beta, double unit, IReadOnlyList<LayerStatistics> layers)
    {
        Beta = beta;
        Unit = unit;
        Layers = layers;
    }

    /// <summary>The number of rows that were seen, whatever they count for now.</summary>
    public long Rows { get; internal set; }

    /// <summary>As how many rows they count: less than <see cref="Rows"/> where some of it was forgotten, more where rows have weights above 1.</summary>
    public double Weight { get; internal set; }

    /// <summary>The number of features, m.</summary>
    public int Features => Layers[0].Rows;

    /// <summary>The number of layers that the sums are of; deep NMF has one, of all its templates together.</summary>
    public int NumberOfLayers => Layers.Count;

    /// <summary>β.</summary>
    public double Beta { get; }

    /// <summary>By what the rows and, by its root, both factors are divided.</summary>
    internal double Unit { get; }

    /// <summary>The sums of each layer.</summary>
    internal IReadOnlyList<LayerStatistics> Layers { get; }

    /// <summary>Whether they are of entries that were listed one by one with their weights; null where they are of the same form either way.</summary>
    internal bool? AreListed => Beta is BetaDivergence.Euclidean or BetaDivergence.KullbackLeibler ? Layers[0].Form == CurvatureForm.Entries : null;

    /// <summary>The divergence of the rows, each with the templates that it met, or the loss, over <see cref="Unit"/>.</summary>
    internal double Divergence { get; set; }

    /// <summary>The penalty on the activations of the rows, over <see cref="Unit"/>.</summary>
    internal double Penalty { get; set; }

    /// <summary>The bytes that <see cref="Write(Stream)"/> writes.</summary>
    public long Bytes => sizeof(ulong) + sizeof(uint) + 5 * sizeof(double) + sizeof(long) + sizeof(int)
        + Layers.Sum(layer => 3L * sizeof(int) + sizeof(double) * layer.Parts.Sum(part => (long)part.Length));

    /// <summary>The statistics of these rows and others together.</summary>
    /// <param name="other">Those of other rows, of the same training.</param>
    /// <exception cref="ArgumentNullException"><paramref name="other"/> is null.</exception>
    /// <exception cref="ArgumentException">It is of another training: β, the unit of the data or the shape of the templates differ.</exception>
    public TrainingStatistics Merge(TrainingStatistics other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!Fits(other))
        {
            throw new ArgumentException($"Statistics of one training merge, but these are of two: {this}, and {other}. Compute both from the state of one training.",
                nameof(other));
        }

        TrainingStatistics merged = Empty();
        merged.Add(this);
        merged.Add(other);
        return merged;
    }

    /// <summary>The same statistics with every row counting as often as before times a factor: below 1 rows are forgotten.</summary>
    /// <param name="factor">From 0 on.</param>
    /// <exception cref="ArgumentOutOfRangeException">The factor is negative or not finite.</exception>
    public TrainingStatistics Scale(double factor)
    {
        if (!(factor >= 0 && double.IsFinite(factor)))
            throw new ArgumentOutOfRangeException(nameof(factor), factor, "The factor must be a finite number of at least 0.");
        TrainingStatistics scaled = Empty();
        scaled.Add(this, factor);
        return scaled;
    }

    // *** Binary format ***, little-endian
    // ulong: 0x53544154464D4E01
    // uint: the version, 0x00010001
    // double: β; the unit of the data, a power of 4; the weight; the divergence; the penalty
    // long: the number of rows
    // int: the number of layers, and for each:
    //   int: the rows of its templates, their columns, and the form of the curvature (CurvatureForm)
    //   double: products, row after row; curvature, row after row; sums of the activations, and of their products, rank × rank
    // 0x00010001: initial

    /// <summary>Writes them, to be read by <see cref="Read(Stream)"/> in any process.</summary>
    /// <param name="stream">Where to write; it stays open.</param>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        Write(writer);
    }

    /// <summary>Reads what <see cref="Write(Stream)"/> has written.</summary>
    /// <param name="stream">Where to read; a stream that can seek.</param>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    /// <exception cref="FormatException">Something else is there, or it is damaged.</exception>
    public static TrainingStatistics Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Read(new ModelReader(stream, stream.Length, ModelReader.FirstVersion));
    }

    /// <summary>The size and what they are of, for people to read.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"statistics of {Rows:N0} rows, beta {Beta}, {string.Join(", ", Layers.Select(layer => $"{layer.Rows} × {layer.Rank}"))}, unit {Unit:G3}");

    /// <summary>Writes them as a part of a file.</summary>
    internal void Write(BinaryWriter writer)
    {
        writer.Write(Signature);
        writer.Write(Version);
        foreach (double value in (double[])[Beta, Unit, Weight, Divergence, Penalty])
            writer.Write(value);
        writer.Write(Rows);
        writer.Write(Layers.Count);
        foreach (LayerStatistics layer in Layers)
        {
            writer.Write(layer.Rows);
            writer.Write(layer.Rank);
            writer.Write((int)layer.Form);
            foreach (double[] part in layer.Parts)
                writer.Write(LittleEndian.BytesOf<double>(part));
        }
    }

    /// <summary>Reads them as a part of a file.</summary>
    /// <exception cref="FormatException">Something else is there, or it is damaged.</exception>
    internal static TrainingStatistics Read(ModelReader reader)
    {
        ModelReader.Check(reader.Read<ulong>() == Signature, "there are no statistics");
        ModelReader.Check(reader.Read<uint>() == Version, "the statistics are of another version of this library");
        double beta = reader.Read<double>(), unit = reader.Read<double>(), weight = reader.Read<double>();
        double divergence = reader.Read<double>(), penalty = reader.Read<double>();
        long rows = reader.Read<long>();
        bool isPossible = double.IsFinite(beta) && unit > 0 && weight >= 0 && rows >= 0 && double.IsFinite(unit + weight + divergence + penalty);
        ModelReader.Check(isPossible, "a number of the statistics is not possible");
        var layers = new LayerStatistics[reader.ReadCount(1, short.MaxValue, 3 * sizeof(int), "layers of the statistics")];
        for (int i = 0; i < layers.Length; i++)
            layers[i] = ReadLayer(reader);
        return new TrainingStatistics(beta, unit, layers) { Rows = rows, Weight = weight, Divergence = divergence, Penalty = penalty };
    }

    /// <summary>Whether others are of the same training.</summary>
    internal bool Fits(TrainingStatistics other)
        => Beta == other.Beta && Unit == other.Unit && Layers.Count == other.Layers.Count && Layers.Zip(other.Layers).All(pair => pair.First.Fits(pair.Second));

    /// <summary>Statistics of no rows.</summary>
    internal TrainingStatistics Empty() => new(Beta, Unit, [.. Layers.Select(layer => layer.Empty())]);

    /// <summary>Adds others of the same training, as often as they are to count.</summary>
    internal void Add(TrainingStatistics other, double weight = 1)
    {
        Rows += other.Rows;
        Weight += weight * other.Weight;
        Divergence += weight * other.Divergence;
        Penalty += weight * other.Penalty;
        for (int i = 0; i < Layers.Count; i++)
            Layers[i].Add(other.Layers[i], weight);
    }

    /// <summary>Makes them those of no rows.</summary>
    internal void Clear()
    {
        (Rows, Weight, Divergence, Penalty) = (0, 0, 0, 0);
        foreach (double[] part in Layers.SelectMany(layer => layer.Parts))
            Array.Clear(part);
    }

    /// <summary>Lets the rows so far count as often.</summary>
    internal void ScaleInPlace(double factor)
    {
        Weight *= factor;
        Divergence *= factor;
        Penalty *= factor;
        foreach (LayerStatistics layer in Layers)
            layer.Scale(factor);
    }

    /// <summary>The same for other sums of the layers.</summary>
    internal TrainingStatistics With(IReadOnlyList<LayerStatistics> layers)
        => new(Beta, Unit, layers) { Rows = Rows, Weight = Weight, Divergence = Divergence, Penalty = Penalty };

    /// <summary>The sums of the activations of a layer over the rows, and the mean of their products hᵀh, in the unit of the data.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="unit">By what activations are divided.</param>
    internal (double[] Sums, double[] MeanProducts) ActivationsOf(int layer, double unit)
    {
        LayerStatistics sums = Layers[layer];
        // As many rows as were seen: those that were forgotten had activations as well.
        double whole = Weight > 0 ? Rows / Weight : 0;
        // What has faded may leave rounding below zero.
        return ([.. sums.Sums.Select(sum => Math.Max(whole * unit * sum, 0))],
            [.. sums.Squares.Select(square => Weight > 0 ? Math.Max(unit * unit * square / Weight, 0) : 0)]);
    }

    private static LayerStatistics ReadLayer(ModelReader reader)
    {
        int rows = reader.Read<int>(), rank = reader.Read<int>();
        var form = (CurvatureForm)reader.Read<int>();
        ModelReader.Check(rows > 0 && rank is > 0 and <= RankLimit.Most && Enum.IsDefined(form), "the shape of the statistics is not possible");
        reader.CheckLeft(rank * ((long)rows + 1 + rank + LayerStatistics.CurvaturesOf(rows, rank, form)), sizeof(double));
        var layer = new LayerStatistics(rows, rank, form);
        foreach (double[] part in layer.Parts)
        {
            reader.ReadInto<double>(part);
            ModelReader.Check(Array.TrueForAll(part, double.IsFinite), "the statistics are not finite");
        }

        return layer;
    }
}
