namespace Microsoft.ML.Nmf.Internals;

/// <summary>A transformer that can be read back from a model file.</summary>
/// <typeparam name="TSelf">The transformer itself.</typeparam>
internal interface ILoadableTransformer<TSelf>
    where TSelf : ITransformer
{
    /// <summary>The header it is written with.</summary>
    static abstract ModelFormat Format { get; }

    /// <summary>Reads what the transformer wrote after its columns.</summary>
    /// <param name="host">The transformer's host.</param>
    /// <param name="columns">The columns it was written with.</param>
    /// <param name="reader">Where to read.</param>
    /// <exception cref="FormatException">What is read cannot have been written by it.</exception>
    static abstract TSelf Read(ComponentHost host, ActivationColumns columns, BinaryReader reader);
}
