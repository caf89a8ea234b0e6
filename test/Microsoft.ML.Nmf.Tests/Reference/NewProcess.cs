using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>Applies a saved model, or goes on with its training, in a process of its own; to apply it, no code that names the library runs there.</summary>
internal static class NewProcess
{
    /// <summary>The bits of a column of the transformed rows, a row a line.</summary>
    public static async Task<string[]> Transform(string folder, ITransformer model, DataViewSchema schema, IEnumerable<float[]> rows, string column)
    {
        string path = Path.Combine(folder, "model.zip");
        new MLContext().Model.Save(model, schema, path);
        return await Run(path, Write(folder, rows), column);
    }

    /// <summary>The bits of the templates of a saved model that was trained on with rows, a row of a layer a line.</summary>
    public static async Task<string[]> GoOn(string folder, string path, IEnumerable<float[]> rows) => await Run("go-on", path, Write(folder, rows));

    /// <summary>The options with which the other process goes on from a model of a kind.</summary>
    public static FactorizationOptions OptionsToGoOn(string kind)
    {
        FactorizationOptions options = Streamed.Options(kind);
        (options.BatchSize, options.MaximumNumberOfIterations, options.Seed, options.NumberOfThreads) = (16, 3, 4, 1);
        options.MostKeptBytes = new NmfEstimator.Options().MostKeptBytes;
        return options;
    }

    /// <summary>Rows as the other process reads them.</summary>
    public static IDataView Table(MLContext context, string folder, IReadOnlyList<float[]> rows)
    {
        TextLoader.Column[] columns = [new("Features", DataKind.Single, 0, rows[0].Length - 1)];
        return context.Data.CreateTextLoader(columns, separatorChar: '\t').Load(Write(folder, rows));
    }

    /// <summary>The same of rows that are here.</summary>
    public static string[] Bits(IEnumerable<float[]> rows) => [.. rows.Select(row => string.Join(' ', row.Select(v => BitConverter.SingleToUInt32Bits(v).ToString("x8"))))];

    private static string Write(string folder, IEnumerable<float[]> rows)
    {
        string table = Path.Combine(folder, "rows.tsv");
        File.WriteAllLines(table, rows.Select(r => string.Join('\t', r.Select(v => v.ToString("R", CultureInfo.InvariantCulture)))));
        return table;
    }

    private static async Task<string[]> Run(params string[] arguments)
    {
        string loader = Path.Combine(AppContext.BaseDirectory.Replace("Microsoft.ML.Nmf.Tests", "ModelLoader"), "ModelLoader.dll");
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [loader, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
