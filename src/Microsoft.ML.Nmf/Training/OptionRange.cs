using System.Globalization;
using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>What values an option may have. Each check returns the value or throws an exception that names the option, the value and the range.</summary>
internal static class OptionRange
{
    /// <summary>A count.</summary>
    public static int AtLeastOne(int value, string option) => value >= 1 ? value : throw Refuse(option, value, "at least 1");

    /// <summary>A number of components.</summary>
    public static int Rank(int value, string option)
        => AtLeastOne(value, option) <= RankLimit.Most
            ? value
            : throw Refuse(option, value, $"at most {RankLimit.Most}: Gram matrices, rank × rank, grow with its square");

    /// <summary>A weight.</summary>
    public static float NotNegative(float value, string option)
        => value >= 0 && float.IsFinite(value) ? value : throw Refuse(option, value, "a finite number of at least 0");

    /// <summary>A weight, in double.</summary>
    public static double NotNegative(double value, string option)
        => value >= 0 && double.IsFinite(value) ? value : throw Refuse(option, value, "a finite number of at least 0");

    /// <summary>A share of one.</summary>
    public static double Share(double value, string option) => value is >= 0 and < 1 ? value : throw Refuse(option, value, "from 0 to below 1");

    /// <summary>A length or a rate.</summary>
    public static double Positive(double value, string option)
        => value > 0 && double.IsFinite(value) ? value : throw Refuse(option, value, "a finite number above 0");

    /// <summary>Any real number.</summary>
    public static double Finite(double value, string option) => double.IsFinite(value) ? value : throw Refuse(option, value, "a finite number");

    /// <summary>A value that its enumeration names.</summary>
    public static T Named<T>(T value, string option)
        where T : struct, Enum
        => Enum.IsDefined(value) ? value : throw Refuse(option, value, $"one of {string.Join(", ", Enum.GetNames<T>())}");

    /// <summary>A factor to start from: no negative and no infinite value.</summary>
    public static FactorMatrix? Factor(FactorMatrix? value, string option)
    {
        for (int i = 0; i < (value?.Values.Length ?? 0); i++)
        {
            float entry = value!.Values[i];
            if (!(entry >= 0 && entry <= float.MaxValue))
            {
                throw new ArgumentOutOfRangeException(option, entry, string.Create(CultureInfo.InvariantCulture,
                    $"{option} has the value {entry} in row {i / value.Columns}, column {i % value.Columns}, but all must be finite and at least 0."));
            }
        }

        return value;
    }

    /// <summary>A factor to start a training from: as <see cref="Factor"/>, and not zero in every entry, since no step would change it.</summary>
    public static FactorMatrix? Start(FactorMatrix? value, string option)
    {
        if (Factor(value, option) is { Values.IsEmpty: false } factor && factor.Values.IndexOfAnyExcept(0f) < 0)
        {
            throw new ArgumentOutOfRangeException(option, 0f,
                $"{option} is 0 in every entry, and a training that starts there stays there. Give every component positive entries, or leave {option} out.");
        }

        return value;
    }

    /// <summary>
    /// Components that are kept: as <see cref="Factor"/>, at least one, and none zero in every row, since no activation could make anything of it.
    /// </summary>
    public static FactorMatrix? Components(FactorMatrix? value, string option)
    {
        if (Factor(value, option) is not { } factor)
            return null;
        if (factor.Columns == 0)
            throw new ArgumentOutOfRangeException(option, 0, $"{option} has no columns. Leave it null where no component is known.");
        int empty = Array.FindIndex(factor.ColumnSums(), sum => sum == 0);
        if (empty >= 0)
        {
            throw new ArgumentOutOfRangeException(option, 0f,
                $"Column {empty} of {option} is 0 in every row: it would explain nothing. Leave that component out, or check that its features are "
                + "those of the data.");
        }

        return factor;
    }

    /// <summary>Weights: finite, none negative, and one of them above 0.</summary>
    public static float[]? Weights(IReadOnlyList<float>? value, string option)
    {
        if (value is null)
            return null;
        for (int j = 0; j < value.Count; j++)
            NotNegative(value[j], $"{option}[{j}]");
        if (!value.Any(weight => weight > 0))
            throw Refuse(option, value.Count == 0 ? "empty" : "0 everywhere", "above 0 for one feature at least");
        return [.. value];
    }

    /// <summary>The shape that a factor to start from must have.</summary>
    public static void Shape(FactorMatrix? factor, int rows, int columns, string rowsAre, string option)
    {
        if (factor is null || (factor.Rows == rows && factor.Columns == columns))
            return;
        throw new ArgumentOutOfRangeException(option, $"{factor.Rows} × {factor.Columns}",
            $"{option} is {factor.Rows} × {factor.Columns}, but must be {rows} × {columns}: one row for each {rowsAre}, one column for each component.");
    }

    /// <summary>The exception for a value that is not in the range.</summary>
    /// <param name="option">The name of the option.</param>
    /// <param name="value">The value.</param>
    /// <param name="range">What it must be, to follow "must be".</param>
    public static ArgumentOutOfRangeException Refuse(string option, object value, string range)
        => new(option, value, string.Create(CultureInfo.InvariantCulture, $"{option} is {value}, but must be {range}."));
}
