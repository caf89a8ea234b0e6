namespace Microsoft.ML;

/// <summary>What a component says of the format that it writes, and who reads it.</summary>
internal readonly struct VersionInfo
{
    public readonly ulong ModelSignature;

    public readonly uint VerWrittenCur;

    public readonly uint VerReadableCur;

    public readonly uint VerWeCanReadBack;

    public readonly string LoaderAssemblyName;

    public readonly string LoaderSignature;

    public readonly string LoaderSignatureAlt;

    public VersionInfo(string modelSignature, uint verWrittenCur, uint verReadableCur, uint verWeCanReadBack, string loaderAssemblyName,
        string loaderSignature = null, string loaderSignatureAlt = null)
    {
        Contracts.Check(modelSignature?.Length == 8, "Model signature must be eight characters");
        ModelSignature = 0;
        for (int i = 0; i < modelSignature.Length; i++)
        {
            Contracts.Check(modelSignature[i] <= 0xFF);
            if (modelSignature[i] != ' ')
                ModelSignature |= (ulong)modelSignature[i] << (i * 8);
        }

        (VerWrittenCur, VerReadableCur, VerWeCanReadBack) = (verWrittenCur, verReadableCur, verWeCanReadBack);
        (LoaderAssemblyName, LoaderSignature, LoaderSignatureAlt) = (loaderAssemblyName, loaderSignature, loaderSignatureAlt);
    }
}
