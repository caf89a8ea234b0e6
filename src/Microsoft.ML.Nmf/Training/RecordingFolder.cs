using System.Globalization;
using System.Text;

namespace Microsoft.ML.Nmf.Training;

/// <summary>The folder of a <see cref="TrainingRecorder"/>.</summary>
/// <remarks>A line of the table is written after the matrices that it counts, so that whoever reads meanwhile finds them whole.</remarks>
internal sealed class RecordingFolder
{
    /// <summary>The parts that are matrices.</summary>
    public static readonly RecordedParts[] MatrixParts = [RecordedParts.Templates, RecordedParts.Activations, RecordedParts.Gradients];

    private const string TableName = "snapshots.tsv";

    // *** Format of a folder ***
    // snapshots.tsv, UTF-8: the line below, then a line for each snapshot, values divided by tabs and those of a list by semicolons; numbers in the invariant
    //     culture, NaN for what there is not. The last three say how many matrices of each kind there are, one a layer, from the features on.
    // NNNNNN-templates-L.npy, NNNNNN-activations-L.npy, NNNNNN-gradients-L.npy: float32 matrices of the snapshot in line N, from 0 on, and of layer L
    // order-L.npy, once the training is done: int32, the final order of the topics of layer L
    // Versions: this is the first.
    private const string Heading =
        "phase\titeration\tobjective\tdivergence\tseconds\tstep_length\tlabel_loss\tvalidation_loss\tlayer_losses\tgradient_norms\ttemplates\tactivations\tgradients";

    private readonly string _path;

    private RecordingFolder(string path) => _path = path;

    private string Table => Path.Combine(_path, TableName);

    /// <summary>Makes the folder and an empty table in it.</summary>
    /// <exception cref="InvalidOperationException">There are snapshots in it already.</exception>
    public static RecordingFolder Create(string path)
    {
        var folder = new RecordingFolder(Path.GetFullPath(path));
        Directory.CreateDirectory(folder._path);
        // A fit that was refused before its training began leaves an empty table.
        if (File.Exists(folder.Table) && File.ReadAllText(folder.Table) != Heading + "\n")
            throw new InvalidOperationException($"The Recorder's Folder '{path}' holds the snapshots of another training. Name another folder, or delete it.");
        File.WriteAllText(folder.Table, Heading + "\n");
        return folder;
    }

    /// <summary>The snapshots of a folder; their matrices are read when they are asked for.</summary>
    /// <exception cref="DirectoryNotFoundException">There are none.</exception>
    /// <exception cref="FormatException">The table is not one.</exception>
    public static IEnumerable<TrainingSnapshot> ReadSnapshots(string path)
    {
        var folder = new RecordingFolder(Path.GetFullPath(path));
        if (!File.Exists(folder.Table))
            throw new DirectoryNotFoundException($"'{path}' does not hold the snapshots of a training: it has no file {TableName}.");
        using var stream = new FileStream(folder.Table, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        // What follows the last line end is a line that is being written.
        string[] lines = reader.ReadToEnd().Split('\n')[..^1];
        if (lines.Length == 0 || lines[0] != Heading)
            throw new FormatException($"'{folder.Table}' is not the table of a training's snapshots.");
        return lines.Skip(1).Select(folder.Parse);
    }

    /// <summary>The final order of the topics of each layer; empty where the training is not done.</summary>
    public static int[][] ReadOrder(string path)
    {
        var order = new List<int[]>();
        for (string file; File.Exists(file = OrderFile(path, order.Count));)
            order.Add(NumpyFile.ReadIntegers(file));
        return [.. order];
    }

    /// <summary>Reads the matrices of one part of a snapshot.</summary>
    /// <param name="index">The snapshot.</param>
    /// <param name="counts">How many there are of each part.</param>
    public Func<RecordedParts, IReadOnlyList<FactorMatrix>> ReaderOf(int index, Func<RecordedParts, int> counts)
    {
        int[] known = [.. MatrixParts.Select(counts)];
        return part => [.. Enumerable.Range(0, known[Array.IndexOf(MatrixParts, part)]).Select(layer => NumpyFile.ReadMatrix(MatrixFile(index, part, layer)))];
    }

    /// <summary>Writes a snapshot: first its matrices, then its line.</summary>
    public void Write(int index, TrainingSnapshot snapshot, Func<RecordedParts, IReadOnlyList<FactorMatrix>> matrices)
    {
        foreach (RecordedParts part in MatrixParts)
        {
            IReadOnlyList<FactorMatrix> those = matrices(part);
            for (int layer = 0; layer < those.Count; layer++)
                NumpyFile.Write(MatrixFile(index, part, layer), those[layer]);
        }

        TrainingIteration at = snapshot.Iteration;
        string line = string.Join('\t',
        [
            snapshot.Phase,
            at.Number.ToString(CultureInfo.InvariantCulture),
            .. new[] { at.Objective, at.Divergence, at.Seconds, snapshot.StepLength, snapshot.LabelLoss, snapshot.ValidationLoss }.Select(Write),
            string.Join(';', snapshot.LayerLosses.Select(Write)),
            string.Join(';', snapshot.GradientNorms.Select(Write)),
            .. MatrixParts.Select(part => matrices(part).Count.ToString(CultureInfo.InvariantCulture)),
        ]);
        using var stream = new FileStream(Table, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
    }

    /// <summary>Writes the final order of the topics of each layer.</summary>
    public void WriteOrder(int[][] order)
    {
        for (int layer = 0; layer < order.Length; layer++)
            NumpyFile.Write(OrderFile(_path, layer), order[layer]);
    }

    private static string OrderFile(string path, int layer) => Path.Combine(path, string.Create(CultureInfo.InvariantCulture, $"order-{layer}.npy"));

    private static string NameOf(RecordedParts part) => part switch
    {
        RecordedParts.Templates => "templates",
        RecordedParts.Activations => "activations",
        _ => "gradients",
    };

    private static string Write(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private string MatrixFile(int index, RecordedParts part, int layer)
        => Path.Combine(_path, string.Create(CultureInfo.InvariantCulture, $"{index:D6}-{NameOf(part)}-{layer}.npy"));

    private TrainingSnapshot Parse(string line, int index)
    {
        string[] values = line.Split('\t');
        if (values.Length != Heading.Split('\t').Length)
            throw Refuse();
        int[] counts = [.. values[^3..].Select(Count)];
        return new TrainingSnapshot(ReaderOf(index, part => counts[Array.IndexOf(MatrixParts, part)]))
        {
            Phase = values[0],
            Iteration = new TrainingIteration { Number = Count(values[1]), Objective = Number(values[2]), Divergence = Number(values[3]), Seconds = Number(values[4]) },
            StepLength = Number(values[5]),
            LabelLoss = Number(values[6]),
            ValidationLoss = Number(values[7]),
            LayerLosses = Numbers(values[8]),
            GradientNorms = Numbers(values[9]),
        };

        double[] Numbers(string list) => list.Length == 0 ? [] : [.. list.Split(';').Select(Number)];
        double Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : throw Refuse();
        int Count(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : throw Refuse();
        FormatException Refuse() => new($"Line {index + 2} of '{Table}' is not a snapshot: \"{line}\".");
    }
}
