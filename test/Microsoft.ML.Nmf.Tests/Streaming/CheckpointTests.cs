using System.Reflection;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Streaming;

/// <summary>What a training in batches leaves on the disk while it runs, and what it leaves when it is cut off.</summary>
public class CheckpointTests : IDisposable
{
    private const int Count = 600;

    private readonly MLContext _context = new(1);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nmf-tests-");

    private string File => Path.Combine(_folder.FullName, "checkpoint.zip");

    public void Dispose() => _folder.Delete(recursive: true);

    public static TheoryData<string> Kinds => [.. Streamed.Kinds];

    [Theory, MemberData(nameof(Kinds))]
    public void A_source_that_throws_leaves_the_last_whole_model_and_a_training_goes_on_from_it(string kind)
    {
        var problem = new IOException("the wire was cut");
        WatchedView data = Watched((pass, row) =>
        {
            if ((pass, row) == (2, Count / 2))
                throw problem;
        });
        Assert.Same(problem, Assert.Throws<IOException>(() => Fit(kind, data, 5)));
        Assert.Equal(0, data.Open);
        Assert.Equal(["checkpoint.zip"], _folder.GetFiles().Select(file => file.Name));
        ITransformer left = SavedModels.Single(_context.Model.Load(File, out DataViewSchema schema));
        Assert.Equal(["Features", "Weight", "Label"], schema.Select(column => column.Name));
        Assert.Equal((TrainingEnd.Stopped, Count), (Streamed.History(left).End, Streamed.Examples(left)));
        Assert.Equal(Count, Streamed.Statistics(left)!.Weight, 1e-6);
        AssertUsable(left);

        ITransformer next = Streamed.Fit(_context, kind, Rows(), options => options.ForgettingFactor = 0, left);
        Assert.True(Streamed.Objective(next) <= Streamed.History(next)[0].Objective * 1.001);
        ITransformer whole = Streamed.Fit(_context, kind, Rows(), options => options.MaximumNumberOfIterations = 12);
        Assert.InRange(Streamed.Objective(next), 0, 1.1 * Streamed.Objective(whole));
    }

    [Fact]
    public void Checkpoints_come_after_as_many_batches_as_were_asked_for_and_are_the_model_of_then()
    {
        var times = new List<DateTime>();
        int[]? bits = null;
        // Ten batches a pass: 7, 14, 21 and 28 of 30.
        WatchedView data = Watched((_, _) =>
        {
            if (!System.IO.File.Exists(File))
                return;
            System.IO.File.Move(File, File + times.Count, overwrite: true);
            times.Add(DateTime.UtcNow);
        });
        ITransformer model = Streamed.Fit(_context, "Nmf, β = 2", data, options
            => (options.CheckpointPath, options.CheckpointInterval, options.BatchSize, options.MaximumNumberOfIterations) = (File, 7, 60, 3));
        Assert.True(times.Count + (System.IO.File.Exists(File) ? 1 : 0) is 3 or 4);
        foreach (FileInfo file in _folder.GetFiles())
        {
            ITransformer at = SavedModels.Single(_context.Model.Load(file.FullName, out _));
            AssertUsable(at);
            Assert.NotEqual(bits, bits = Streamed.Bits(at));
        }

        // Writing them changes nothing.
        Assert.Equal(Streamed.Bits(Streamed.Fit(_context, "Nmf, β = 2", Rows(), options => (options.BatchSize, options.MaximumNumberOfIterations) = (60, 3))), Streamed.Bits(model));
        Assert.Null(Streamed.Statistics(model));
    }

    [Fact]
    public void A_file_that_was_there_stays_whole_until_the_new_one_is()
    {
        System.IO.File.WriteAllText(File, "before");
        WatchedView data = Watched((pass, _) => Assert.StartsWith(pass == 0 ? "before" : "PK", System.IO.File.ReadAllText(File)));
        Fit("Nmf, β = 2", data, 5);
        Assert.Equal(["checkpoint.zip"], _folder.GetFiles().Select(file => file.Name));
        AssertUsable(_context.Model.Load(File, out _));
    }

    [Theory]
    [InlineData("Nmf, β = 2", true)]
    [InlineData("Nmf, β = 1", false)]
    [InlineData("DeepNmf, β = 1", true)]
    public void Cancelling_in_a_pass_leaves_nothing_but_whole_checkpoints(string kind, bool byToken)
    {
        using var source = new CancellationTokenSource();
        var context = new MLContext(1);
        WatchedView data = Watched((pass, row) =>
        {
            if ((pass, row) != (1, 400))
                return;
            if (byToken)
                source.Cancel();
            else
                typeof(MLContext).GetMethod("CancelExecution", BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(context, null);
        });
        Assert.Throws<OperationCanceledException>(() => Streamed.Fit(context, kind, data, options => options.CancellationToken = source.Token));
        Assert.Equal(0, data.Open);
        Assert.InRange(data.Given[^1], 400, 400 + 1024);
        Assert.Empty(_folder.GetFiles());
    }

    [Fact]
    public void A_folder_that_is_not_there_or_cannot_be_written_is_named()
    {
        string missing = Path.Combine(_folder.FullName, "missing", "model.zip");
        WatchedView unread = Watched((_, _) => Assert.Fail("Nothing is to be read."));
        string message = Assert.Throws<DirectoryNotFoundException>(() => Streamed.Fit(_context, "Nmf, β = 2", unread, options => options.CheckpointPath = missing)).Message;
        Assert.Equal($"CheckpointPath is '{missing}', but there is no folder '{Path.GetDirectoryName(missing)}'. Make it first, or name a file in another.", message);

        // A folder of the name cannot be replaced by a file.
        Directory.CreateDirectory(File);
        var problem = Assert.ThrowsAny<IOException>(() => Fit("Nmf, β = 2", Watched((_, _) => { }), 1));
        Assert.Contains(File, problem.Message);
        Assert.Empty(_folder.GetFiles());
    }

    private ITransformer Fit(string kind, IDataView data, int interval)
        => Streamed.Fit(_context, kind, data, options => (options.CheckpointPath, options.CheckpointInterval) = (File, interval));

    private IDataView Rows() => PlantedRows.View(_context, PlantedRows.Of(Count));

    private WatchedView Watched(Action<int, int> before) => new(Rows()) { BeforeRow = before };

    private void AssertUsable(ITransformer model)
    {
        float[][] topics = Reference.Rows.Topics(model.Transform(PlantedRows.View(_context, PlantedRows.Of(20, seed: 2))));
        Assert.All(topics, row => Assert.All(row, value => Assert.True(value >= 0 && float.IsFinite(value))));
        Assert.All(topics, row => Assert.True(row.Max() > 0));
    }
}
