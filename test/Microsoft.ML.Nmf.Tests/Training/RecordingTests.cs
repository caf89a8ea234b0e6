using System.Text;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf.Tests.Training;

/// <summary>What a recorder keeps, in memory and in a folder, whatever is trained.</summary>
public class RecordingTests
{
    private const int Bytes = 10 * 4 * sizeof(float) + 512;

    [Fact]
    public void A_training_without_a_recorder_copies_nothing_and_one_with_it_what_is_recorded_alone()
    {
        var solver = new Falling();
        TrainingLoop.Run(solver, new StoppingRule(20, 0), "Test", new QuietMonitor());
        Assert.Equal(0, solver.Reads);
        Record(new TrainingRecorder { Interval = 8 }, solver = new Falling(), 20);
        // 0, 8, 16 and the last.
        Assert.Equal(4, solver.Reads);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(33)]
    public void Memory_keeps_to_its_bound_the_first_and_the_last_stay_and_older_ones_are_sparser(int room)
    {
        var recorder = new TrainingRecorder { MaximumBytes = room * Bytes };
        Record(recorder, new Falling(), 200, at =>
        {
            IReadOnlyList<TrainingSnapshot> now = recorder.Snapshots;
            Assert.InRange(now.Count, 1, room);
            Assert.Equal((0, at), (now[0].Iteration.Number, now[^1].Iteration.Number));
        });
        int[] kept = [.. recorder.Snapshots.Select(snapshot => snapshot.Iteration.Number)];
        Assert.Equal(kept.Distinct().Order(), kept);
        Assert.True(kept.Length > room / 2, string.Join(' ', kept));
        int[] gaps = [.. kept.Zip(kept.Skip(1), (one, next) => next - one)];
        // From the first on no gap is wider than the one before, but for the last, which ends at the newest, and rounding by the place of the first.
        Assert.All(gaps.Zip(gaps.Skip(1)).Skip(1).SkipLast(1), pair => Assert.True(pair.Second <= pair.First, string.Join(' ', kept)));
    }

    [Fact]
    public void A_bound_without_room_for_two_is_refused_with_a_remedy()
    {
        var problem = Assert.Throws<InvalidOperationException>(() => Record(new TrainingRecorder { MaximumBytes = 2 * Bytes - 1 }, new Falling(), 5));
        Assert.Contains($"MaximumBytes is {2 * Bytes - 1}, but the first and the newest snapshot take {2 * Bytes} bytes", problem.Message);
        Assert.Contains("Raise it, record fewer Parts, or set a Folder", problem.Message);
    }

    [Fact]
    public void A_folder_reads_back_what_memory_has()
        => InFolder(folder =>
        {
            var memory = new TrainingRecorder { Parts = RecordedParts.All, Interval = 3 };
            var file = new TrainingRecorder { Parts = RecordedParts.All, Interval = 3, Folder = folder, MaximumBytes = 1 };
            Record(memory, new Falling(), 10);
            // Read while it is written.
            Record(file, new Falling(), 10, at => Assert.Equal(at, TrainingRecorder.Open(folder).Snapshots[^1].Iteration.Number), interval: 3);
            Assert.Empty(TrainingRecorder.Open(folder).FinalOrder);
            file.Finish([[1, 0, 2], [0, 1]]);
            TrainingRecorder opened = TrainingRecorder.Open(folder);
            Assert.Equal([[1, 0, 2], [0, 1]], opened.FinalOrder);
            Assert.Equal([0, 3, 6, 9, 10], opened.Snapshots.Select(at => at.Iteration.Number));
            foreach (TrainingRecorder other in new[] { file, opened })
            {
                foreach ((TrainingSnapshot expected, TrainingSnapshot actual) in memory.Snapshots.Zip(other.Snapshots))
                {
                    Assert.Equal(Numbers(expected), Numbers(actual));
                    Assert.Equal(expected.LayerLosses, actual.LayerLosses);
                    Assert.Equal(expected.GradientNorms, actual.GradientNorms);
                    Assert.Equal(Values(expected.Templates), Values(actual.Templates));
                    Assert.Equal(Values(expected.Activations), Values(actual.Activations));
                    Assert.Equal(Values(expected.Gradients), Values(actual.Gradients));
                }
            }

            static (string, int, double, double, double, double, double) Numbers(TrainingSnapshot at) => (
                at.Phase, at.Iteration.Number, at.Iteration.Objective, at.Iteration.Divergence, at.StepLength, at.LabelLoss, at.ValidationLoss);
            static IEnumerable<(int, int, float[])> Values(IEnumerable<FactorMatrix> matrices) => matrices.Select(m => (m.Rows, m.Columns, m.Values.ToArray()));
        });

    [Fact]
    public void A_matrix_file_is_numpys_format()
        => InFolder(folder =>
        {
            Directory.CreateDirectory(folder);
            string path = Path.Combine(folder, "matrix.npy");
            NumpyFile.Write(path, new FactorMatrix([1, 2, 3, 4, 5, 6.5f], 2, 3));
            // Written out by hand from the description of version 1.0 of the format, numpy.lib.format.
            byte[] expected =
            [
                0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. Encoding.ASCII.GetBytes("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".PadRight(117) + "\n"),
                .. new[] { 1, 2, 3, 4, 5, 6.5f }.SelectMany(BitConverter.GetBytes),
            ];
            Assert.Equal(expected, File.ReadAllBytes(path));

            // A list has a comma after its one length, as tuples of Python have.
            NumpyFile.Write(path, [3, -1, 256]);
            expected =
            [
                0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. Encoding.ASCII.GetBytes("{'descr': '<i4', 'fortran_order': False, 'shape': (3,), }".PadRight(117) + "\n"),
                3, 0, 0, 0, 255, 255, 255, 255, 0, 1, 0, 0,
            ];
            Assert.Equal(expected, File.ReadAllBytes(path));
        });

    [Fact]
    public void Damaged_files_are_refused_by_name()
        => InFolder(folder =>
        {
            Record(new TrainingRecorder { Folder = folder }, new Falling(), 1);
            string path = Path.Combine(folder, "000000-templates-0.npy"), table = Path.Combine(folder, "snapshots.tsv");
            byte[] whole = File.ReadAllBytes(path);
            foreach (int length in new[] { 0, 5, 9, 60, whole.Length - 1 })
            {
                File.WriteAllBytes(path, whole[..length]);
                Assert.Contains(path, Assert.Throws<FormatException>(() => TrainingRecorder.Open(folder).Snapshots[0].Templates).Message);
            }

            File.WriteAllBytes(path, [.. whole, 0]);
            Assert.Throws<FormatException>(() => TrainingRecorder.Open(folder).Snapshots[0].Templates);
            string lines = File.ReadAllText(table);
            // What is not ended yet is being written.
            File.WriteAllText(table, lines + "Test\t2");
            Assert.Equal(2, TrainingRecorder.Open(folder).Snapshots.Count);
            File.WriteAllText(table, lines + "Test\t2\n");
            Assert.Contains("Line 4", Assert.Throws<FormatException>(() => TrainingRecorder.Open(folder)).Message);
            File.WriteAllText(table, "nothing\n");
            Assert.Throws<FormatException>(() => TrainingRecorder.Open(folder));
            File.Delete(table);
            Assert.Throws<DirectoryNotFoundException>(() => TrainingRecorder.Open(folder));
        });

    [Fact]
    public void A_folder_and_a_recorder_take_one_training_at_a_time()
        => InFolder(folder =>
        {
            var recorder = new TrainingRecorder { Folder = folder };
            // A fit that ends before its training leaves the folder usable.
            recorder.Begin();
            Assert.Throws<InvalidOperationException>(recorder.Begin);
            recorder.End();
            Record(recorder, new Falling(), 1);
            Assert.Contains("Name another folder", Assert.Throws<InvalidOperationException>(recorder.Begin).Message);
            Assert.Throws<InvalidOperationException>(TrainingRecorder.Open(folder).Begin);
        });

    [Fact]
    public void Options_are_checked()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new TrainingRecorder { Interval = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new TrainingRecorder { MaximumBytes = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new TrainingRecorder { Parts = (RecordedParts)16 });
        Assert.Throws<ArgumentException>(() => new TrainingRecorder { Folder = "" });
    }

    private static void Record(TrainingRecorder recorder, Falling solver, int iterations, Action<int>? then = null, int interval = 1)
    {
        recorder.Begin();
        TrainingLoop.Run(solver, new StoppingRule(iterations, 0), "Test", new Monitor(recorder, at =>
        {
            if (at % interval == 0)
                then?.Invoke(at);
        }));
        recorder.End();
    }

    private static void InFolder(Action<string> test)
    {
        string folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            test(folder);
        }
        finally
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>An objective that falls, with factors of 10 × 4 that show the iteration.</summary>
    private sealed class Falling : IIterativeSolver
    {
        private int _iteration;

        public int Reads { get; private set; }

        public double Resolution => 0;

        public string Remedy => "";

        public (double Objective, double Divergence) Evaluate() => (1 / (1.0 + _iteration), double.NaN);

        public void Advance() => _iteration++;

        public SolverState ReadState(RecordedParts parts)
        {
            Reads++;
            var matrix = new FactorMatrix([.. Enumerable.Range(0, 40).Select(i => _iteration + i / 3f)], 10, 4);
            return new SolverState
            {
                Layers = 2,
                StepLength = _iteration / 7.0,
                LayerLosses = [_iteration, Math.PI],
                Templates = [matrix],
                Activations = parts.HasFlag(RecordedParts.Activations) ? [matrix, matrix.TakeColumns([1, 0])] : [],
                Gradients = _iteration > 0 && parts.HasFlag(RecordedParts.Gradients) ? [matrix] : [],
            };
        }
    }

    private sealed class Monitor(TrainingRecorder recorder, Action<int> then) : ITrainingMonitor
    {
        public TrainingRecorder? Recorder => recorder;

        public void CheckAlive()
        {
        }

        public void Report(TrainingProgress progress) => then(progress.Iteration.Number);

        public void Finish(string phase, TrainingHistory history, StoppingRule rule)
        {
        }
    }
}
