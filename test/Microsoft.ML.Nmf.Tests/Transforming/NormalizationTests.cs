using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Transforming;

/// <summary>Activations as columns, scaled, against the same model's activations as they are.</summary>
public class NormalizationTests
{
    private readonly MLContext _context = new(1);
    private readonly IDataView _data;

    public NormalizationTests() => _data = NeuralRows.GroupView(_context, [.. Rows.Values(), new float[Rows.Size]]);

    public static TheoryData<string, ActivationNormalization> Models()
    {
        var data = new TheoryData<string, ActivationNormalization>();
        foreach (string model in new[] { "Nmf", "Nmf, beta 1", "DeepNmf", "NeuralNmf" })
        {
            foreach (ActivationNormalization normalization in Enum.GetValues<ActivationNormalization>())
                data.Add(model, normalization);
        }

        return data;
    }

    [Theory, MemberData(nameof(Models))]
    public void A_column_has_the_size_that_its_normalization_says_before_and_after_saving(string name, ActivationNormalization normalization)
    {
        ITransformer scaled = Fit(name, normalization), plain = Fit(name, ActivationNormalization.None);
        var file = new MemoryStream();
        _context.Model.Save(scaled, _data.Schema, file);
        foreach (ITransformer model in new[] { scaled, _context.Model.Load(file, out _) })
        {
            foreach ((string column, FactorMatrix templates) in Columns(plain))
            {
                float[][] raw = Rows.Topics(plain.Transform(_data), column), values = Rows.Topics(model.Transform(_data), column);
                double[][] expected = [.. raw.Select(row => Expected(normalization, row, raw, templates))];
                for (int i = 0; i < raw.Length; i++)
                {
                    for (int k = 0; k < raw[i].Length; k++)
                        Assert.Equal(expected[i][k], values[i][k], 2e-3 * Math.Max(1, expected[i].Max()));
                }
            }
        }
    }

    [Fact]
    public void The_default_gives_every_slot_unit_mean_square_whatever_the_unit_of_the_data()
    {
        foreach (string name in new[] { "Nmf", "NeuralNmf" })
        {
            foreach ((string column, _) in Columns(Fit(name, ActivationNormalization.None)))
            {
                float[][] values = Rows.Topics(Fit(name, new NmfEstimator.Options().Normalization).Transform(_data), column);
                for (int k = 0; k < values[0].Length; k++)
                    Assert.Equal(1, values.Average(row => (double)row[k] * row[k]), 1e-3);
            }
        }

        float[][] thousandfold = [.. Rows.Values().Select(row => row.Select(v => 1000 * v).ToArray())];
        float[][] small = Activations(Rows.Values()), large = Activations(thousandfold);
        for (int i = 0; i < small.Length; i++)
        {
            for (int k = 0; k < small[i].Length; k++)
                Assert.Equal(small[i][k], large[i][k], 1e-3);
        }

        float[][] Activations(float[][] rows)
        {
            IDataView view = Rows.View(_context, rows);
            return Rows.Topics(_context.Transforms.Nmf("Topics", "Features", rank: 3, seed: 1).Fit(view).Transform(view));
        }
    }

    [Theory, MemberData(nameof(Models))]
    public void A_row_is_reconstructed_from_its_column_up_to_what_the_normalization_takes_away(string name, ActivationNormalization normalization)
    {
        ITransformer scaled = Fit(name, normalization), plain = Fit(name, ActivationNormalization.None);
        float[] from = Rows.Topics(scaled.Transform(_data))[4], unscaled = Rows.Topics(plain.Transform(_data))[4];
        float[] approximation = Reconstruct(scaled, from), expected = Reconstruct(plain, unscaled);
        double multiple = normalization is ActivationNormalization.Shares or ActivationNormalization.UnitNorm ? expected.Sum() / approximation.Sum() : 1;
        for (int j = 0; j < expected.Length; j++)
            Assert.Equal(expected[j], multiple * approximation[j], 1e-4 * expected.Max());
    }

    [Fact]
    public void Scores_of_a_column_are_those_of_the_score_column_or_refused()
    {
        foreach (ActivationNormalization normalization in Enum.GetValues<ActivationNormalization>())
        {
            var transformer = (NeuralNmfTransformer)Fit("NeuralNmf", normalization);
            IDataView output = transformer.Transform(_data);
            float[] topics = Rows.Topics(output)[1], scores = new float[3];
            if (normalization is ActivationNormalization.Shares or ActivationNormalization.UnitNorm)
            {
                Assert.Contains("Read the column of scores instead",
                    Assert.Throws<InvalidOperationException>(() => transformer.Model.Classifier!.Score(topics, scores)).Message);
                continue;
            }

            transformer.Model.Classifier!.Score(topics, scores);
            float[] expected = Rows.Topics(output, "Score")[1];
            for (int c = 0; c < scores.Length; c++)
                Assert.Equal(expected[c], scores[c], 1e-5);
        }
    }

    [Fact]
    public void A_topic_that_is_never_there_keeps_its_scale()
    {
        var scale = ActivationScale.Of(ActivationNormalization.UnitMeanSquare, [0, 4], () => throw new InvalidOperationException());
        float[] result = new float[2];
        scale.Apply([3, 3], result);
        Assert.Equal([3, 1.5f], result);
        Assert.Equal([3f, 3f], scale.Undo(result));
    }

    private static double[] Expected(ActivationNormalization normalization, float[] row, float[][] rows, FactorMatrix templates)
    {
        double[] sums = [.. row.Select((_, k) => Enumerable.Range(0, templates.Rows).Sum(j => (double)templates[j, k]))];
        double[] shares = [.. row.Select((h, k) => h * sums[k])];
        double[] unit = [.. row.Select((h, k) => h / Math.Sqrt(rows.Average(other => (double)other[k] * other[k])))];
        double norm = Math.Sqrt(unit.Sum(v => v * v));
        return normalization switch
        {
            ActivationNormalization.None => [.. row.Select(h => (double)h)],
            ActivationNormalization.UnitMeanSquare => unit,
            ActivationNormalization.Shares => [.. shares.Select(v => row.Max() == 0 ? 0 : v / shares.Sum())],
            _ => [.. unit.Select(v => norm == 0 ? 0 : v / norm)],
        };
    }

    private static float[] Reconstruct(ITransformer model, float[] activations) => model switch
    {
        NmfTransformer nmf => nmf.Model.Reconstruct(activations),
        DeepNmfTransformer deep => deep.Model.Reconstruct(activations),
        _ => ((NeuralNmfTransformer)model).Model.Reconstruct(activations),
    };

    private static IEnumerable<(string Column, FactorMatrix Templates)> Columns(ITransformer model) => model switch
    {
        NmfTransformer nmf => [("Topics", nmf.Model.Templates)],
        DeepNmfTransformer deep => [("Topics", deep.Model.Deepest.EffectiveTemplates), ("Fine", deep.Model.Layers[0].Templates)],
        _ => [("Topics", ((NeuralNmfTransformer)model).Model.Deepest.EffectiveTemplates), ("Fine", ((NeuralNmfTransformer)model).Model.Layers[0].Templates)],
    };

    // Trained until activations hardly move, so that those of the training are those of transforming.
    private ITransformer Fit(string name, ActivationNormalization normalization) => name switch
    {
        "DeepNmf" => _context.Transforms.DeepNmf(new DeepNmfEstimator.Options
        {
            OutputColumnName = "Topics",
            InputColumnName = "Features",
            LayerOutputColumnNames = ["Fine"],
            Ranks = [5, 3],
            MaximumNumberOfIterations = 3000,
            Tolerance = 1e-9,
            Normalization = normalization,
            Seed = 1,
        }).Fit(_data),
        "NeuralNmf" => _context.Transforms.NeuralNmf(NeuralRows.Options(new() { Ranks = [5, 3], LayerOutputColumnNames = ["Fine"], Normalization = normalization, ScoreSource = NeuralNmfScoreSource.DeepestTopics })).Fit(_data),
        _ => _context.Transforms.Nmf(new NmfEstimator.Options
        {
            OutputColumnName = "Topics",
            InputColumnName = "Features",
            Rank = 3,
            Beta = name == "Nmf" ? 2 : 1,
            MaximumNumberOfIterations = 3000,
            Tolerance = 1e-9,
            TransformTolerance = 1e-6f,
            TransformMaximumNumberOfIterations = 5000,
            Normalization = normalization,
            Seed = 1,
        }).Fit(_data),
    };
}
