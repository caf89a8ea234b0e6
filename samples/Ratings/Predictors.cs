using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf;

namespace Ratings;

/// <summary>Ways to predict ratings: each learns from the known ones and predicts those that were held out, in their order.</summary>
internal static class Predictors
{
    // A mean counts as if there were so many more ratings of the mean of all.
    private const double Doubt = 5;

    /// <summary>The mean of all, and how far the user and the item usually are from it.</summary>
    public static float[] Means(RatingSet set)
    {
        double all = set.Known.Average(rating => rating.Value);
        double[] items = Deviations(set.Items, set.Known, rating => rating.Item, rating => rating.Value - all);
        double[] users = Deviations(set.Users, set.Known, rating => rating.User, rating => rating.Value - all - items[rating.Item]);
        return [.. set.HeldOut.Select(rating => (float)(all + items[rating.Item] + users[rating.User]))];
    }

    /// <summary>Non-negative factors of the ratings that are there.</summary>
    /// <param name="set">The ratings.</param>
    /// <param name="rank">The number of factors.</param>
    /// <param name="l2">The penalty on the squares of both factors.</param>
    public static float[] Nmf(RatingSet set, int rank, float l2)
    {
        var context = new MLContext(seed: 1);
        // A row for each user, in which what is not stored is missing rather than zero.
        ILookup<int, Rating> ofUsers = set.Known.ToLookup(rating => rating.User);
        SchemaDefinition schema = SchemaDefinition.Create(typeof(UserRow));
        schema[nameof(UserRow.Ratings)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, set.Items);
        IDataView users = context.Data.LoadFromEnumerable(
            Enumerable.Range(0, set.Users).Select(user => new UserRow { Ratings = RowOf(ofUsers[user], set.Items) }), schema);

        NmfTransformer transformer = context.Transforms.Nmf(new NmfEstimator.Options
        {
            OutputColumnName = "Taste",
            InputColumnName = nameof(UserRow.Ratings),
            Rank = rank,
            MissingValues = MissingValues.AreMissing,
            ActivationsL2Regularization = l2,
            TemplatesL2Regularization = l2,
            Normalization = ActivationNormalization.None,
        }).Fit(users);
        float[][] tastes = [.. transformer.Transform(users).GetColumn<float[]>("Taste")];
        FactorMatrix items = transformer.Model.Templates;
        double mean = set.Known.Average(rating => rating.Value);
        return [.. set.HeldOut.Select(rating => Predict(tastes[rating.User], items.Row(rating.Item), mean))];
    }

    private static float Predict(float[] taste, ReadOnlySpan<float> item, double mean)
    {
        double sum = 0;
        for (int k = 0; k < taste.Length; k++)
            sum += taste[k] * item[k];
        return (float)(sum > 0 ? sum : mean);
    }

    private static VBuffer<float> RowOf(IEnumerable<Rating> ratings, int items)
    {
        Rating[] sorted = [.. ratings.DistinctBy(rating => rating.Item).OrderBy(rating => rating.Item)];
        return new VBuffer<float>(items, sorted.Length, [.. sorted.Select(rating => rating.Value)], [.. sorted.Select(rating => rating.Item)]);
    }

    private static double[] Deviations(int count, Rating[] ratings, Func<Rating, int> indexOf, Func<Rating, double> deviationOf)
    {
        double[] sums = new double[count], counts = new double[count];
        foreach (Rating rating in ratings)
        {
            sums[indexOf(rating)] += deviationOf(rating);
            counts[indexOf(rating)]++;
        }

        return [.. sums.Zip(counts, (sum, number) => sum / (number + Doubt))];
    }

    private sealed class UserRow
    {
        public VBuffer<float> Ratings { get; set; }
    }
}
