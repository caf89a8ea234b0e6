// Predicts ratings that were held out, by non-negative factors of those that are there, beside the means of users and items.
using System.Diagnostics;
using System.Globalization;
using Ratings;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int Seed = 1;
RatingSet set = args is [string path] ? RatingSet.Read(path, Seed) : RatingSet.Make(users: 1000, items: 500, ratingsOfUser: 40, Seed);
Console.WriteLine($"{set.Users:N0} users, {set.Items:N0} items, {set.Known.Length:N0} ratings known, {set.HeldOut.Length:N0} to be predicted");
Console.WriteLine($"{"way",-5}  {"rank",4}  {"penalty",7}  {"RMSE",6}  seconds");
double means = Tell("means", "", "", Predictors.Means);

int[] ranks = [2, 5, 10, 20];
double nmf = double.PositiveInfinity;
foreach (int rank in ranks)
{
    foreach (float l2 in new[] { 0.3f, 1, 3, 10 })
        nmf = Math.Min(nmf, Tell("Nmf", $"{rank}", $"{l2}", ratings => Predictors.Nmf(ratings, rank, l2)));
}

Console.WriteLine($"Nmf at its best {nmf:F4}, means {means:F4}.");

double Tell(string way, string rank, string penalty, Func<RatingSet, float[]> predict)
{
    var clock = Stopwatch.StartNew();
    float[] predicted = predict(set);
    double error = Math.Sqrt(set.HeldOut.Zip(predicted, (rating, value) => Math.Pow(rating.Value - value, 2)).Average());
    Console.WriteLine($"{way,-5}  {rank,4}  {penalty,7}  {error,6:F4}  {clock.Elapsed.TotalSeconds,7:F2}");
    return error;
}
