namespace Microsoft.ML.Nmf;

/// <summary>What a value that is not there means: NaN, and in a sparse vector a value that is not stored.</summary>
public enum MissingValues
{
    /// <summary>A value that is not stored is 0, as ML.NET has it, and NaN is refused.</summary>
    AreZero,

    /// <summary>
    /// Both are holes: the objective counts the observed values alone, zeros that are stored among them, in training and when transforming. Reconstructions
    /// predict what is missing.
    /// </summary>
    AreMissing,
}

/// <summary>What happens to negative values.</summary>
public enum NegativeValues
{
    /// <summary>They end the reading with an exception that names the row and the value.</summary>
    Refuse,

    /// <summary>They count as 0, negative infinity too, in training and when transforming.</summary>
    Clip,

    /// <summary>
    /// They count as they are. Only with <see cref="NmfEstimator.Options.TemplatesMayBeNegative"/>, where it takes the place of <see cref="Refuse"/>.
    /// </summary>
    Keep,
}
