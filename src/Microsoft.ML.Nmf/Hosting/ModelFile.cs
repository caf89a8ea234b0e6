using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Nmf.Hosting;

/// <summary>
/// The header of a transformer in a model file. ML.NET writes it, then the transformer's own part: its columns, then what it writes itself, then four
/// bytes with the <see cref="Checksum"/> of both. Files of version 0x00010001 have no checksum.
/// </summary>
/// <param name="Signature">Eight characters that say what was written.</param>
/// <param name="Version">The version that is written.</param>
/// <param name="ReadableBy">The oldest version of the reader that can read what is written.</param>
/// <param name="ReadsBackTo">The oldest version that this reader reads.</param>
/// <param name="LoaderSignature">At most 24 characters by which ML.NET finds the loader.</param>
internal readonly record struct FileHeader(string Signature, uint Version, uint ReadableBy, uint ReadsBackTo, string LoaderSignature)
{
    // "Microsoft.ML.Nmf, Version=0.2.0.0, …", which ML.NET's header needs anyway.
    private static string LibraryVersion => typeof(FileHeader).Assembly.FullName!.Split('=', ',')[2];

    /// <summary>The header as ML.NET writes and checks it. It names this assembly, so that ML.NET loads it by itself wherever the file is read.</summary>
    public VersionInfo ToVersionInfo() => new(
        modelSignature: Signature,
        verWrittenCur: Version,
        verReadableCur: ReadableBy,
        verWeCanReadBack: ReadsBackTo,
        loaderAssemblyName: typeof(FileHeader).Assembly.FullName,
        loaderSignature: LoaderSignature);

    /// <summary>Refuses what a later version of this library wrote: ML.NET would say that ML.NET is too old.</summary>
    /// <param name="file">Where to read.</param>
    /// <exception cref="FormatException">A later version wrote it, and this one cannot read it.</exception>
    public void CheckNotNewer(ModelLoadContext file)
    {
        if (file.Header.ModelSignature != ToVersionInfo().ModelSignature || file.Header.ModelVerReadable <= Version)
            return;
        throw new FormatException(string.Create(CultureInfo.InvariantCulture,
            $"The model file was written by a later version of Nmf.MLExtension: its part '{LoaderSignature}' has the format 0x{file.Header.ModelVerWritten:X8}, ")
            + string.Create(CultureInfo.InvariantCulture, $"and version {LibraryVersion}, which is reading it, knows no later one than 0x{Version:X8}. ")
            + "Give the application the version of the package Nmf.MLExtension.Core that wrote the file, or a later one.");
    }
}

/// <summary>The columns of a transformer.</summary>
/// <param name="Input">The column that it reads.</param>
/// <param name="Outputs">The columns that it adds, at least one.</param>
internal sealed record ColumnNames(string Input, IReadOnlyList<string> Outputs)
{
    private const int MostOutputs = 1 << 16;

    // *** Binary format ***
    // name: of the input column, not empty
    // int: how many output columns there are
    // name, for each: not empty, and different from all others
    // where a name is, from version 0x00010002 on, its UTF-8 after its length; before, the int of ML.NET's table of strings

    /// <summary>Reads the names.</summary>
    /// <param name="reader">Where to read.</param>
    /// <param name="strings">ML.NET's table of strings.</param>
    /// <exception cref="FormatException">A name is empty or is there twice.</exception>
    public static ColumnNames Read(ModelReader reader, IReadOnlyList<string> strings)
    {
        string input = ReadName(reader, strings);
        var outputs = new string[reader.ReadCount(1, MostOutputs, 2, "output columns")];
        for (int i = 0; i < outputs.Length; i++)
            outputs[i] = ReadName(reader, strings);
        ModelReader.Check(outputs.Distinct().Count() == outputs.Length, "two output columns have one name");
        return new ColumnNames(input, outputs);
    }

    /// <summary>Writes the names.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write(Input);
        writer.Write(Outputs.Count);
        foreach (string output in Outputs)
            writer.Write(output);
    }

    private static string ReadName(ModelReader reader, IReadOnlyList<string> strings)
    {
        string name;
        if (reader.Version == ModelReader.FirstVersion)
        {
            int place = reader.Read<int>();
            ModelReader.Check(place >= 0 && place < strings.Count, "a column has no name");
            name = strings[place];
        }
        else
        {
            name = reader.ReadString();
        }

        ModelReader.Check(name.Length > 0, "the name of a column is empty");
        return name;
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
    /// <param name="reader">Where to read, to its end.</param>
    /// <exception cref="FormatException">What is read cannot have been written by it.</exception>
    static abstract TSelf Read(ComponentHost host, ColumnNames columns, ModelReader reader);
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
        TTransformer.Header.CheckNotNewer(ctx);
        ctx.CheckAtModel(TTransformer.Header.ToVersionInfo());
        var reader = new ModelReader(ctx.Reader.BaseStream, ctx.FpMin + ctx.Header.FpModel + ctx.Header.CbModel, ctx.Header.ModelVerWritten);
        if (reader.Version != ModelReader.FirstVersion)
            reader.VerifyChecksum();
        TTransformer transformer = TTransformer.Read(host, ColumnNames.Read(reader, ctx.Strings ?? []), reader);
        reader.Close();
        return transformer;
    }
}
