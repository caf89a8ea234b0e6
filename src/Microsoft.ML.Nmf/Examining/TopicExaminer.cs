using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Topics;

namespace Microsoft.ML.Nmf.Examining;

/// <summary>
/// Examines the topics of a model, or of a layer, in one pass over some data. What it keeps does not grow with the number of rows: counts, sums, and the rows
/// that are told.
/// </summary>
/// <param name="transformer">The transformer.</param>
/// <param name="topics">The topics.</param>
/// <param name="layer">Their layer.</param>
/// <param name="beta">β.</param>
internal sealed class TopicExaminer(ActivationTransformerBase transformer, TopicSet topics, int layer, double beta)
{
    /// <summary>How often a pass asks whether it is to go on.</summary>
    public const int RowsBetweenChecks = 1024;

    private readonly RowResidual _residual = new(topics.Components, topics.ComponentSums, beta, transformer.Reading.FeatureWeights);

    /// <summary>An examiner of one layer of a model.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such layer.</exception>
    public static TopicExaminer Of(ActivationTransformerBase transformer, IReadOnlyList<TopicSet> layers, int? layer, double beta)
    {
        int index = layer ?? layers.Count - 1;
        if (index < 0 || index >= layers.Count)
            throw new ArgumentOutOfRangeException(nameof(layer), layer, $"The layer is {layer}, but the model has layers 0 to {layers.Count - 1}.");
        return new(transformer, layers[index], index, beta);
    }

    /// <summary>Reads the residual of each row, in the order of the view, while they are enumerated.</summary>
    public IEnumerable<double> ReadResiduals(IDataView view)
    {
        FeatureColumn features = transformer.FindInput(view.Schema);
        return Read();

        IEnumerable<double> Read()
        {
            using DataViewRowCursor cursor = view.GetRowCursor([features.Column]);
            var row = new ExaminedRowReader(cursor, features, transformer.Reading, transformer.CreateRowActivations(layer), _residual, topics.ComponentSums);
            while (cursor.MoveNext())
            {
                Check(cursor);
                row.Read();
                yield return row.Residual;
            }
        }
    }

    /// <summary>Examines.</summary>
    public TopicExamination Examine(IDataView view, TopicExamination.Options options)
    {
        FeatureColumn features = transformer.FindInput(view.Schema);
        DataViewSchema.Column? text = options.TextColumnName is { } textName ? ColumnSearch.FindText(view.Schema, textName) : null;
        DataViewSchema.Column? time = options.TimeColumnName is { } timeName ? ColumnSearch.FindTime(view.Schema, timeName) : null;
        LabelColumn[] groups = [.. options.GroupColumnNames.Select(name => GroupShares.Find(view.Schema, name))];
        TimeBins? bins = time is not { } ofRows ? null
            : options.NumberOfPeriods is { } periods ? EqualBins.Read(view, ofRows, periods, transformer.CheckAlive) : new CalendarBins(options.TimeUnit);

        IReadOnlyList<Topic> words = topics.GetTopics(options.WordsPerTopic);
        var together = new WordCooccurrence([.. words.Select(topic => topic.Words.Select(word => word.Feature).ToArray())]);
        var all = new TopicAmounts(topics.Rank);
        BestRows[] examples = [.. words.Select(_ => new BestRows(options.ExamplesPerTopic))];
        var leastExplained = new BestRows(options.NumberOfLargestResiduals);
        double residuals = 0;

        DataViewSchema.Column?[] columns = [features.Column, text, time, .. groups.Select(group => (DataViewSchema.Column?)group.Column)];
        using (DataViewRowCursor cursor = view.GetRowCursor(columns.OfType<DataViewSchema.Column>()))
        {
            var row = new ExaminedRowReader(cursor, features, transformer.Reading, transformer.CreateRowActivations(layer), _residual, topics.ComponentSums);
            var quoted = new RowQuoter(cursor, text);
            GroupShares[] groupShares = [.. groups.Select(group => new GroupShares(cursor, group, topics.Rank))];
            PeriodShares? periodShares = bins is null ? null : new PeriodShares(cursor, time!.Value, bins, topics.Rank);
            while (cursor.MoveNext())
            {
                Check(cursor);
                row.Read();
                together.Add(row.Features);
                all.Add(row.Amounts);
                residuals += row.Residual;
                foreach (GroupShares group in groupShares)
                    group.Add(row.Amounts);
                periodShares?.Add(row.Amounts);
                for (int k = 0; k < examples.Length; k++)
                {
                    double explained = row.ShareOf(k) * Math.Max(0, 1 - row.Residual);
                    if (examples[k].Takes(explained))
                        examples[k].Add(quoted.Quote(k, row.ShareOf(k), row.Residual), explained);
                }

                if (leastExplained.Takes(row.Residual))
                    leastExplained.Add(quoted.Quote(row.MainTopic, row.MainTopic < 0 ? 0 : row.ShareOf(row.MainTopic), row.Residual), row.Residual);
            }

            if (all.Rows == 0)
                throw new InvalidOperationException($"Column '{features.Name}': the data has no rows, so there is nothing to examine topics in.");
            double[] npmi = together.NormalizedPointwiseMutualInformation(), umass = together.UMass(), prevalence = all.Shares();
            return new TopicExamination
            {
                NumberOfRows = all.Rows,
                Layer = layer,
                Topics =
                [
                    .. words.Select((topic, k)
                        => new ExaminedTopic { Topic = topic, Prevalence = prevalence[k], Npmi = npmi[k], UMass = umass[k], Examples = examples[k].Finish() }),
                ],
                MeanResidual = residuals / all.Rows,
                LargestResiduals = leastExplained.Finish(),
                Groups = [.. groupShares.Select(group => group.Finish())],
                Periods = periodShares?.Finish() ?? [],
            };
        }
    }

    private void Check(DataViewRowCursor cursor)
    {
        if (cursor.Position % RowsBetweenChecks == 0)
            transformer.CheckAlive();
    }
}
