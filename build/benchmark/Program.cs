using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf;
using TopicModel;

// Benchmark FILE TEXT LABEL [RANK] [ROUNDS]: β = 2 by coordinate descent for 50 iterations, here and in scikit-learn, in turn, on the TF-IDF of
// the same texts; prints the median seconds of the iterations alone, their ratio, and the errors both end with.
const int iterations = 50;
int rank = args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 50;
int rounds = args.Length > 4 ? int.Parse(args[4], CultureInfo.InvariantCulture) : 3;
Corpus corpus = Corpus.Open(args[0], args[1], args[2]);
var context = new MLContext(1);
IDataView documents = context.Data.LoadFromEnumerable(corpus.Documents);
IDataView features = context.Data.Cache(WordFeatures.Featurizer(context, 5).Fit(documents).Transform(documents), WordFeatures.Words);
string matrix = Path.Combine(Path.GetTempPath(), $"matrix-{Environment.ProcessId}.bin");
try
{
    double norm = MatrixFile.Write(features, matrix);
    var here = new List<double>();
    var there = new List<double>();
    for (int round = 0; round < rounds; round++)
    {
        NmfModel model = context.Transforms.Nmf(new NmfEstimator.Options
        {
            OutputColumnName = "Topics",
            InputColumnName = WordFeatures.Words,
            Rank = rank,
            MaximumNumberOfIterations = iterations,
            Tolerance = 0,
            Seed = round,
        }).Fit(features).Model;
        here.Add(model.History.Last.Seconds);
        Say($"this library  {here[^1],7:F2} s for {iterations} iterations, relative error {Math.Sqrt(2 * model.ReconstructionError) / norm:F5}");

        using Process python = Process.Start(new ProcessStartInfo("python3", [Path.Combine(AppContext.BaseDirectory, "scikit_learn.py"), matrix, $"{rank}", $"{iterations}", $"{round}"]) { RedirectStandardOutput = true })!;
        string[] result = python.StandardOutput.ReadToEnd().Split();
        python.WaitForExit();
        if (python.ExitCode != 0)
            return 1;
        there.Add(double.Parse(result[0], CultureInfo.InvariantCulture));
        Say($"scikit-learn  {there[^1],7:F2} s for {iterations} iterations, relative error {double.Parse(result[1], CultureInfo.InvariantCulture) / norm:F5}");
    }

    Say($"median of {rounds}: {Median(here):F2} s here, {Median(there):F2} s in scikit-learn, {Median(there) / Median(here):F1} times as fast");
    return 0;
}
finally
{
    File.Delete(matrix);
}

static void Say(FormattableString text) => Console.WriteLine(FormattableString.Invariant(text));

static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

internal static class MatrixFile
{
    /// <summary>
    /// Writes rows, columns and the number of entries, then the row starts, the columns and the values (int32, float32), and returns the Frobenius norm.
    /// </summary>
    public static double Write(IDataView view, string path)
    {
        DataViewSchema.Column column = view.Schema[WordFeatures.Words];
        var starts = new List<int> { 0 };
        var columns = new List<int>();
        var values = new List<float>();
        double squares = 0;
        using (DataViewRowCursor cursor = view.GetRowCursor([column]))
        {
            ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(column);
            VBuffer<float> row = default;
            while (cursor.MoveNext())
            {
                getter(ref row);
                foreach ((int j, float value) in row.Items().Where(item => item.Value != 0).Select(item => (item.Key, item.Value)))
                {
                    columns.Add(j);
                    values.Add(value);
                    squares += (double)value * value;
                }

                starts.Add(values.Count);
            }
        }

        using var writer = new BinaryWriter(File.Create(path));
        writer.Write(starts.Count - 1);
        writer.Write(((VectorDataViewType)column.Type).Size);
        writer.Write(values.Count);
        starts.ForEach(writer.Write);
        columns.ForEach(writer.Write);
        values.ForEach(writer.Write);
        return Math.Sqrt(squares);
    }
}
