using Microsoft.ML.Nmf.Hosting;

namespace Microsoft.ML.Nmf.Streaming;

/// <summary>The statistics of a training as a part of a model file, where they are kept.</summary>
internal static class StatisticsFormat
{
    // *** Binary format ***
    // bool: whether there are statistics
    // if so, statistics: TrainingStatistics says how

    /// <summary>Writes statistics or their absence.</summary>
    public static void Write(BinaryWriter writer, TrainingStatistics? statistics)
    {
        writer.Write(statistics is not null);
        statistics?.Write(writer);
    }

    /// <summary>Reads statistics, which must fit the model, or their absence.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="first">The first version that has them.</param>
    /// <param name="beta">β of the model.</param>
    /// <param name="shapes">The templates that each layer of the statistics is about.</param>
    /// <exception cref="FormatException">They do not fit the model.</exception>
    public static TrainingStatistics? Read(ModelReader reader, uint first, double beta, IReadOnlyList<(int Rows, int Rank)> shapes)
    {
        if (reader.Version < first || !reader.ReadBoolean())
            return null;
        TrainingStatistics statistics = TrainingStatistics.Read(reader);
        ModelReader.Check(statistics.Beta == beta && statistics.Layers.Select(layer => (layer.Rows, layer.Rank)).SequenceEqual(shapes),
            "the statistics do not fit the model");
        return statistics;
    }
}
