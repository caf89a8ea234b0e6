namespace Microsoft.ML.Nmf.Internals;

/// <summary>The header of a component in a model file.</summary>
/// <param name="Signature">Eight characters that say what was written.</param>
/// <param name="Version">The version that is written.</param>
/// <param name="ReadableBy">The oldest version of the reader that can read what is written.</param>
/// <param name="ReadsBackTo">The oldest version that this reader reads.</param>
/// <param name="LoaderSignature">At most 24 characters by which ML.NET finds the loader.</param>
internal readonly record struct ModelFormat(string Signature, uint Version, uint ReadableBy, uint ReadsBackTo, string LoaderSignature)
{
    /// <summary>
    /// The header as ML.NET writes and checks it. It names this assembly, which ML.NET then loads by itself wherever the file is read.
    /// </summary>
    public VersionInfo ToVersionInfo() => new(
        modelSignature: Signature,
        verWrittenCur: Version,
        verReadableCur: ReadableBy,
        verWeCanReadBack: ReadsBackTo,
        loaderAssemblyName: typeof(ModelFormat).Assembly.FullName,
        loaderSignature: LoaderSignature);
}
