using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Streaming;

/// <summary>Training in batches on the Torch engine is what it is on the managed one.</summary>
public class TorchStreamedFitTests
{
    private readonly MLContext _context = new(1);

    [TorchTheory]
    [InlineData("Nmf, β = 2", false)]
    [InlineData("Nmf, β = 1", false)]
    [InlineData("Nmf, β = 0", false)]
    [InlineData("Nmf, β = 3", false)]
    [InlineData("Nmf, β = 2", true)]
    [InlineData("Nmf, β = 1", true)]
    [InlineData("DeepNmf, β = 2", false)]
    [InlineData("DeepNmf, β = 1", false)]
    public void Objective_of_each_pass_and_statistics_are_those_of_the_managed_engine(string kind, bool hasHoles)
    {
        float[][] rows = [.. PlantedRows.Of(120).Select((row, i) => row.Select((value, j) => hasHoles && (i + j) % 5 == 0 ? float.NaN : value).ToArray())];
        IDataView data = PlantedRows.View(_context, rows);
        ITransformer managed = Fit(TrainingEngine.Managed, null), torch = Fit(TrainingEngine.Torch, null);
        Same(managed, torch);
        // A model of one engine is gone on from on the other.
        Same(Fit(TrainingEngine.Managed, torch), Fit(TrainingEngine.Torch, managed));

        ITransformer Fit(TrainingEngine engine, ITransformer? previous) => Streamed.Fit(_context, kind, data, options =>
        {
            (options.Engine, options.NumberOfThreads, options.KeepStatistics, options.MaximumNumberOfIterations, options.BatchSize) = (engine, 1, true, 3, 40);
            if (hasHoles)
                ((NmfEstimator.Options)options).MissingValues = MissingValues.AreMissing;
        }, previous);

        static void Same(ITransformer managed, ITransformer torch)
        {
            // Rows are solved to a tolerance by each in its own way where β is not 2.
            foreach ((TrainingIteration expected, TrainingIteration actual) in Streamed.History(managed).Zip(Streamed.History(torch)))
                Near.Equal(expected.Objective, actual.Objective, 0.02);
            Near.Equal(Streamed.Objective(managed), Streamed.Objective(torch), 0.02);
            TrainingStatistics ofManaged = Streamed.Statistics(managed)!, ofTorch = Streamed.Statistics(torch)!;
            Assert.Equal($"{ofManaged}", $"{ofTorch}");
            Near.Equal(ofManaged.Weight, ofTorch.Weight, 1e-9);
            ofManaged.Merge(ofTorch);
        }
    }
}
