using System.Text;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Transforming;

namespace Microsoft.ML.Nmf;

/// <summary>Where a training over several parts of the data stands: all that a part has to know to say what its rows know about the templates.</summary>
public sealed class PartitionState
{
    private const ulong Signature = 0x54415453464D4E01;
    private const uint Version = 0x00010001;

    internal PartitionState(int iteration, double unit, bool observes, IReadOnlyList<FactorMatrix> templates)
    {
        Iteration = iteration;
        Unit = unit;
        Observes = observes;
        Templates = templates;
    }

    /// <summary>How many iterations were made; 0 at the start.</summary>
    public int Iteration { get; }

    /// <summary>By what the rows are divided.</summary>
    internal double Unit { get; }

    /// <summary>Whether entries are listed one by one, since values are missing or have weights that cannot be multiplied in.</summary>
    internal bool Observes { get; }

    /// <summary>The templates of each layer, in the unit of the stored data.</summary>
    internal IReadOnlyList<FactorMatrix> Templates { get; }

    /// <summary>The bytes that <see cref="Write"/> writes.</summary>
    public long Bytes => sizeof(ulong) + sizeof(uint) + sizeof(int) + sizeof(double) + sizeof(bool) + sizeof(int)
        + Templates.Sum(layer => 2 * sizeof(int) + sizeof(float) * (long)layer.Values.Length);

    // *** Binary format ***, little-endian
    // ulong: 0x54415453464D4E01
    // uint: the version, 0x00010001
    // int: the iterations made
    // double: by what rows are divided, a power of 4
    // bool: whether entries are listed one by one
    // int: the number of layers, and for each a matrix of its templates, in the unit of the stored data
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
        writer.Write(Iteration);
        writer.Write(Unit);
        writer.Write(Observes);
        writer.Write(Templates.Count);
        foreach (FactorMatrix layer in Templates)
            ModelFormat.Write(writer, layer);
    }

    /// <summary>Reads what <see cref="Write"/> has written.</summary>
    /// <param name="stream">Where to read; a stream that can seek.</param>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is null.</exception>
    /// <exception cref="FormatException">Something else is there, or it is damaged.</exception>
    public static PartitionState Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var reader = new ModelReader(stream, stream.Length, ModelReader.FirstVersion);
        ModelReader.Check(reader.Read<ulong>() == Signature, "there is no state of a training");
        ModelReader.Check(reader.Read<uint>() == Version, "the state is of another version of this library");
        int iteration = reader.Read<int>();
        double unit = reader.Read<double>();
        bool observes = reader.ReadBoolean();
        ModelReader.Check(iteration >= 0 && unit > 0 && double.IsFinite(unit), "a number of the state is not possible");
        var templates = new FactorMatrix[reader.ReadCount(1, short.MaxValue, 2 * sizeof(int), "layers of the state")];
        for (int i = 0; i < templates.Length; i++)
            templates[i] = ModelFormat.ReadMatrix(reader, mayBeNegative: true);
        return new PartitionState(iteration, unit, observes, templates);
    }
}
