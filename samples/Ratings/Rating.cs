using System.Globalization;

namespace Ratings;

/// <summary>What a user gave an item.</summary>
/// <param name="User">The user, numbered from 0.</param>
/// <param name="Item">The item, numbered from 0.</param>
/// <param name="Value">The rating, at least 0.</param>
internal readonly record struct Rating(int User, int Item, float Value);

/// <summary>Ratings, some to learn from and some to be predicted.</summary>
/// <param name="Users">The number of users.</param>
/// <param name="Items">The number of items.</param>
/// <param name="Known">To learn from.</param>
/// <param name="HeldOut">To be predicted.</param>
internal sealed record RatingSet(int Users, int Items, Rating[] Known, Rating[] HeldOut)
{
    private const double ShareHeldOut = 0.2;

    /// <summary>Reads a file: user, item and rating in each line, between tabs, commas, semicolons, blanks or "::"; a first line without a rating is
    /// skipped.</summary>
    /// <param name="path">The file.</param>
    /// <param name="seed">Which ratings are held out.</param>
    /// <exception cref="FormatException">A line has no rating, or one that is negative.</exception>
    public static RatingSet Read(string path, int seed)
    {
        Dictionary<string, int> users = [], items = [];
        var ratings = new List<Rating>();
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            string[] parts = line.Replace("::", "\t", StringComparison.Ordinal).Split(['\t', ',', ';', ' '], StringSplitOptions.RemoveEmptyEntries);
            float value = 0;
            bool isRating = parts.Length >= 3 && float.TryParse(parts[2], NumberStyles.Float, CultureInfo.InvariantCulture, out value) && value >= 0;
            if (isRating)
                ratings.Add(new Rating(NumberOf(users, parts[0]), NumberOf(items, parts[1]), value));
            else if (number > 1 && line.Length > 0)
                throw new FormatException($"Line {number} of {path} is no rating of at least 0, \"user item rating\": {line}");
        }

        return Split(users.Count, items.Count, ratings, new Random(seed));

        static int NumberOf(Dictionary<string, int> numbers, string name) => numbers.TryGetValue(name, out int known) ? known : numbers[name] = numbers.Count;
    }

    /// <summary>Makes ratings from 1 to 5 of users who like some of five kinds of items, and are in good or bad humour.</summary>
    /// <param name="users">The number of users.</param>
    /// <param name="items">The number of items.</param>
    /// <param name="ratingsOfUser">How many each user gives on average.</param>
    /// <param name="seed">The seed of everything.</param>
    public static RatingSet Make(int users, int items, int ratingsOfUser, int seed)
    {
        const int Kinds = 5;
        const double Noise = 0.5;
        var random = new Random(seed);
        double[][] tastes = [.. Enumerable.Range(0, users).Select(_ => Draw())], kinds = [.. Enumerable.Range(0, items).Select(_ => Draw())];
        double[] humours = [.. Enumerable.Range(0, users).Select(_ => 0.5 * Normal())];
        var ratings = new List<Rating>();
        for (int user = 0; user < users; user++)
        {
            for (int item = 0; item < items; item++)
            {
                // Some items are rated far more often than others.
                if (random.NextDouble() * items > 2.0 * ratingsOfUser * (items - item) / items)
                    continue;
                double like = tastes[user].Zip(kinds[item], (taste, kind) => taste * kind).Sum();
                ratings.Add(new Rating(user, item, (float)Math.Clamp(Math.Round(1.5 + 6 * like + humours[user] + Noise * Normal()), 1, 5)));
            }
        }

        return Split(users, items, ratings, random);

        // Shares of the kinds, most of them small.
        double[] Draw()
        {
            double[] shares = [.. Enumerable.Range(0, Kinds).Select(_ => Math.Pow(random.NextDouble(), 4))];
            return [.. shares.Select(share => share / shares.Sum())];
        }

        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
    }

    private static RatingSet Split(int users, int items, List<Rating> ratings, Random random)
    {
        ILookup<bool, Rating> parts = ratings.ToLookup(_ => random.NextDouble() < ShareHeldOut);
        return new RatingSet(users, items, [.. parts[false]], [.. parts[true]]);
    }
}
