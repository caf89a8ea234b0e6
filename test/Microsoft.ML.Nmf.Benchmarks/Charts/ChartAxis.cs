namespace Microsoft.ML.Nmf.Benchmarks.Charts;

/// <summary>From values to places along an axis, and where its marks are.</summary>
internal sealed class ChartAxis
{
    private const int Marks = 5;

    private readonly bool _isLogarithmic;
    private readonly double _least;
    private readonly double _most;

    public ChartAxis(IEnumerable<double> values, bool isLogarithmic)
    {
        double[] all = [.. values.Where(value => double.IsFinite(value) && (!isLogarithmic || value > 0))];
        _isLogarithmic = isLogarithmic;
        (_least, _most) = all.Length == 0 ? (Of(1), Of(10)) : (Of(all.Min()), Of(all.Max()));
        // One value alone stands in the middle of a range of its own size.
        double margin = _most > _least ? 0.03 * (_most - _least) : _isLogarithmic ? 0.5 : Math.Max(Math.Abs(_most) / 2, 1);
        (_least, _most) = (_least - margin, _most + margin);
    }

    /// <summary>The place of a value, 0 at the lower end and 1 at the upper.</summary>
    public double PlaceOf(double value) => (Of(value) - _least) / (_most - _least);

    /// <summary>The values that are marked: round ones.</summary>
    public IEnumerable<double> MarkedValues()
    {
        if (_isLogarithmic && _most - _least > 0.7)
        {
            int[] digits = _most - _least > 3 ? [1] : [1, 2, 5];
            return Enumerable.Range((int)Math.Floor(_least), (int)Math.Ceiling(_most) - (int)Math.Floor(_least) + 1)
                .SelectMany(power => digits.Select(digit => digit * Math.Pow(10, power))).Where(IsInside);
        }

        (double from, double to) = _isLogarithmic ? (Math.Pow(10, _least), Math.Pow(10, _most)) : (_least, _most);
        double power = Math.Pow(10, Math.Floor(Math.Log10((to - from) / Marks)));
        double step = power * new[] { 1, 2, 5, 10 }.First(digit => digit * power >= (to - from) / Marks);
        return Enumerable.Range(0, 2 * Marks).Select(i => (Math.Ceiling(from / step) + i) * step).Where(IsInside);
    }

    private bool IsInside(double value) => PlaceOf(value) is >= 0 and <= 1;

    private double Of(double value) => _isLogarithmic ? Math.Log10(value) : value;
}
