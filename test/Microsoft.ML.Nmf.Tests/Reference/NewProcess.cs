using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.Nmf.Tests.Reference;

/// <summary>Applies a saved model in a process of its own, whose code never names the library.</summary>
internal static class NewProcess
{
    /// <summary>The bits of a column of the transformed rows, a row a line.</summary>
    public static async Task<string[]> Transform(string folder, ITransformer model, DataViewSchema schema, IEnumerable<float[]> rows, string column)
    {
        string path = Path.Combine(folder, "model.zip"), table = Path.Combine(folder, "rows.tsv");
        new MLContext().Model.Save(model, schema, path);
        File.WriteAllLines(table, rows.Select(r => string.Join('\t', r.Select(v => v.ToString("R", CultureInfo.InvariantCulture)))));
        string loader = Path.Combine(AppContext.BaseDirectory.Replace("Microsoft.ML.Nmf.Tests", "ModelLoader"), "ModelLoader.dll");
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [loader, path, table, column]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    /// <summary>The same of rows that are here.</summary>
    public static string[] Bits(IEnumerable<float[]> rows) => [.. rows.Select(row => string.Join(' ', row.Select(v => BitConverter.SingleToUInt32Bits(v).ToString("x8"))))];
}
