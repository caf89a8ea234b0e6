using System.Text.RegularExpressions;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.Reading;

/// <summary>What the exception for a bad value advises makes values of the column that can be trained on, whether they are Single or Double.</summary>
public class FeatureValueTests
{
    private readonly MLContext _context = new(1);

    public static TheoryData<double, string, string[]> BadValues() => new()
    {
        { -1, "is negative", ["Expression", "NormalizeMinMax and fixZero: false"] },
        { double.NegativeInfinity, "is negative", ["Expression"] },
        { double.NaN, "is not a number", ["ReplaceMissingValues"] },
        { double.PositiveInfinity, "is infinite", ["Expression"] },
        { 1e300, "is too large for float32", ["NormalizeMinMax"] },
    };

    [Theory, MemberData(nameof(BadValues))]
    public void What_is_advised_makes_the_column_fit(double value, string problem, string[] remedies)
    {
        float[][] rows = Rows.Values();
        // A slot with that value alone too.
        for (int i = 0; i < rows.Length; i++)
            rows[i][11] = i == 7 || value == -1 ? (float)value : 0;
        rows[7][5] = (float)value;
        IDataView[] views = value == 1e300
            ? [_context.Data.LoadFromEnumerable(rows.Select(row => new Rows.Double { Features = [.. row.Select(v => float.IsInfinity(v) ? value : v)] }))]
            : [Rows.View(_context, rows), Rows.SparseView(_context, rows), Rows.DoubleView(_context, rows)];
        foreach (IDataView view in views)
        {
            string message = Assert.Throws<InvalidOperationException>(() => Nmf.Fit(view)).Message;
            Assert.Contains(problem, message);
            foreach (string remedy in remedies)
            {
                Assert.Contains(remedy, message);
                IDataView mended = Remedy(remedy, message).Fit(view).Transform(view);
                Assert.Equal(90, Rows.Topics(Nmf.Fit(mended).Transform(mended)).Length);
            }
        }
    }

    [Fact]
    public void Only_negative_values_are_advised_to_be_shifted()
    {
        float[][] rows = Rows.Values();
        rows[0][0] = -1;
        string negative = Assert.Throws<InvalidOperationException>(() => Nmf.Fit(Rows.View(_context, rows))).Message;
        // With the default, fixZero: true, zero stays zero and negative values stay negative.
        IDataView scaled = _context.Transforms.NormalizeMinMax("Features").Fit(Rows.View(_context, rows)).Transform(Rows.View(_context, rows));
        Assert.Contains("is negative", Assert.Throws<InvalidOperationException>(() => Nmf.Fit(scaled)).Message);
        Assert.Contains("values below those that it was fitted to stay negative", negative);
        IDataView shifted = _context.Transforms.NormalizeMinMax("Features", fixZero: false).Fit(Rows.View(_context, Rows.Values()))
            .Transform(Rows.View(_context, rows));
        Assert.Contains("is negative", Assert.Throws<InvalidOperationException>(() => Nmf.Fit(shifted)).Message);
    }

    private NmfEstimator Nmf => _context.Transforms.Nmf("Topics", "Features", rank: 2);

    // An expression is taken from the message, as a user would.
    private IEstimator<ITransformer> Remedy(string name, string message) => name switch
    {
        "Expression" => Regex.Match(message, """Expression\("(\w+)", "([^"]+)", "(\w+)"\)""") is { Success: true, Groups: var parts }
            ? _context.Transforms.Expression(parts[1].Value, parts[2].Value, parts[3].Value)
            : throw new InvalidOperationException(message),
        "ReplaceMissingValues" => _context.Transforms.ReplaceMissingValues("Features"),
        "NormalizeMinMax" => _context.Transforms.NormalizeMinMax("Features"),
        _ => _context.Transforms.NormalizeMinMax("Features", fixZero: false),
    };
}
