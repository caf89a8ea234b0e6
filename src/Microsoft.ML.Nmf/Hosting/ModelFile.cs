using System.Runtime.CompilerServices;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Nmf.Hosting;

/// <summary>The header of a transformer in a model file.</summary>
/// <param name="Signature">Eight characters that say what was written.</param>
/// <param name="Version">The version that is written.</param>
/// <param name="ReadableBy">The oldest version of the reader that can read what is written.</param>
/// <param name="ReadsBackTo">The oldest version that this reader reads.</param>
/// <param name="LoaderSignature">At most 24 characters by which ML.NET finds the loader.</param>
internal readonly record struct FileHeader(string Signature, uint Version, uint ReadableBy, uint ReadsBackTo, string LoaderSignature)
{
    /// <summary>The header as ML.NET writes and checks it. It names this assembly, so that ML.NET loads it by itself wherever the file is read.</summary>
    public VersionInfo ToVersionInfo() => new(
        modelSignature: Signature,
        verWrittenCur: Version,
        verReadableCur: ReadableBy,
        verWeCanReadBack: ReadsBackTo,
        loaderAssemblyName: typeof(FileHeader).Assembly.FullName,
        loaderSignature: LoaderSignature);
}

/// <summary>The columns of a transformer.</summary>
/// <param name="Input">The column that it reads.</param>
/// <param name="Outputs">The columns that it adds, at least one.</param>
internal sealed record ColumnNames(string Input, IReadOnlyList<string> Outputs)
{
    private const int MostOutputs = 1 << 16;

    // *** Binary format ***
    // string id: the input column's name
    // int: how many output columns there are
    // string id, for each: its name

    /// <summary>Reads the names.</summary>
    public static ColumnNames Load(ModelLoadContext ctx)
    {
        string input = ctx.LoadNonEmptyString();
        int count = ctx.Reader.ReadInt32();
        Contracts.CheckDecode(count is > 0 and < MostOutputs, "The number of output columns is not possible.");
        var outputs = new string[count];
        for (int i = 0; i < count; i++)
            outputs[i] = ctx.LoadNonEmptyString();
        return new ColumnNames(input, outputs);
    }

    /// <summary>Writes the names.</summary>
    public void Save(ModelSaveContext ctx)
    {
        ctx.SaveNonEmptyString(Input);
        ctx.Writer.Write(Outputs.Count);
        foreach (string output in Outputs)
            ctx.SaveNonEmptyString(output);
    }
}

/// <summary>A transformer that can be read from a model file.</summary>
/// <typeparam name="TSelf">The transformer itself.</typeparam>
internal interface ILoadableTransformer<TSelf>
    where TSelf : ITransformer
{
    /// <summary>The header it is written with.</summary>
    static abstract FileHeader Header { get; }

    /// <summary>Reads what the transformer wrote after its columns.</summary>
    /// <param name="host">The transformer's host.</param>
    /// <param name="columns">The columns it was written with.</param>
    /// <param name="reader">Where to read.</param>
    /// <exception cref="FormatException">What is read cannot have been written by it.</exception>
    static abstract TSelf Read(ComponentHost host, ColumnNames columns, BinaryReader reader);
}

/// <summary>What ML.NET calls to read a transformer of this library from a model file; it finds the method by its name and parameters.</summary>
/// <typeparam name="TTransformer">The transformer.</typeparam>
internal static class TransformerLoader<TTransformer>
    where TTransformer : HostedTransformer, ILoadableTransformer<TTransformer>
{
    private static TTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        MLNetVersion.Check();
        return Read(env, ctx);
    }

    // Apart, so that nothing of ML.NET's internals is loaded before its version is checked.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TTransformer Read(IHostEnvironment env, ModelLoadContext ctx)
    {
        ComponentHost host = ComponentHost.Register(env, typeof(TTransformer).Name);
        ctx.CheckAtModel(TTransformer.Header.ToVersionInfo());
        return TTransformer.Read(host, ColumnNames.Load(ctx), ctx.Reader);
    }
}
