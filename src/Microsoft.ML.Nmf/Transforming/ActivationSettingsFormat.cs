using Microsoft.ML.Nmf.Engine.Managed;

namespace Microsoft.ML.Nmf.Transforming;

/// <summary>Writes and reads how activations of new rows are found.</summary>
internal static class ActivationSettingsFormat
{
    // *** Binary format ***
    // double: β
    // float: l1 of the activations
    // float: l2 of the activations
    // int: the most iterations of a row
    // float: the tolerance of a row

    /// <summary>Writes settings.</summary>
    public static void Write(BinaryWriter writer, ActivationSettings settings)
    {
        writer.Write(settings.Beta);
        writer.Write(settings.L1);
        writer.Write(settings.L2);
        writer.Write(settings.MaximumNumberOfIterations);
        writer.Write(settings.Tolerance);
    }

    /// <summary>Reads settings.</summary>
    public static ActivationSettings Read(BinaryReader reader)
    {
        var settings = new ActivationSettings(reader.ReadDouble(), reader.ReadSingle(), reader.ReadSingle(), reader.ReadInt32(), reader.ReadSingle());
        ModelDecoding.Check(double.IsFinite(settings.Beta), "beta is not finite");
        ModelDecoding.Check(settings.L1 >= 0 && settings.L2 >= 0 && float.IsFinite(settings.L1 + settings.L2), "a penalty is negative or not finite");
        ModelDecoding.Check(settings.MaximumNumberOfIterations > 0 && settings.Tolerance is >= 0 and < 1, "the iterations or the tolerance of a row are out of range");
        return settings;
    }
}
