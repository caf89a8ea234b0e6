using Microsoft.ML.Nmf.Reading;

namespace Microsoft.ML.Nmf.Examining;

/// <summary>Sums what each topic brings to the rows of each period.</summary>
internal sealed class PeriodShares
{
    private readonly DataViewRow _row;
    private readonly DataViewSchema.Column _column;
    private readonly TimeBins _bins;
    private readonly int _rank;
    private readonly Func<DateTime> _read;
    private readonly SortedDictionary<DateTime, TopicAmounts> _amounts = [];

    /// <summary>Nothing summed.</summary>
    public PeriodShares(DataViewRow row, DataViewSchema.Column column, TimeBins bins, int rank)
    {
        _row = row;
        _column = column;
        _bins = bins;
        _rank = rank;
        _read = ColumnSearch.ReadTimes(row, column);
        foreach (DateTime start in bins.Starts)
            _amounts.Add(start, new TopicAmounts(rank));
    }

    /// <summary>Adds what each topic brings to the current row.</summary>
    /// <exception cref="InvalidOperationException">There are more periods than <see cref="TopicExamination.Options.MostGroups"/>.</exception>
    public void Add(double[] amounts)
    {
        DateTime time = _read();
        if (time == DateTime.MinValue)
            return;
        DateTime start = _bins.StartOf(time);
        if (!_amounts.TryGetValue(start, out TopicAmounts? ofPeriod))
        {
            if (_amounts.Count == TopicExamination.Options.MostGroups)
            {
                throw new InvalidOperationException($"Time column '{_column.Name}', {FeatureRowReader.Describe(_row)}: there are more than "
                    + $"{TopicExamination.Options.MostGroups} periods with rows. Set TimeUnit to a longer one, or NumberOfPeriods.");
            }

            _amounts.Add(start, ofPeriod = new TopicAmounts(_rank));
        }

        ofPeriod.Add(amounts);
    }

    /// <summary>The periods, the earliest first.</summary>
    public TopicPeriod[] Finish() =>
    [
        .. _amounts.Select(pair
            => new TopicPeriod { Start = pair.Key, End = _bins.EndOf(pair.Key), NumberOfRows = pair.Value.Rows, Shares = pair.Value.Shares() }),
    ];
}

/// <summary>Which period a time is in.</summary>
internal abstract class TimeBins
{
    /// <summary>The starts of the periods that are told even without rows.</summary>
    public virtual IEnumerable<DateTime> Starts => [];

    /// <summary>The start of the period that a time is in.</summary>
    public abstract DateTime StartOf(DateTime time);

    /// <summary>The end of the period of a start.</summary>
    public abstract DateTime EndOf(DateTime start);
}

/// <summary>Periods of the calendar.</summary>
internal sealed class CalendarBins(TopicTimeUnit unit) : TimeBins
{
    public override DateTime StartOf(DateTime time) => unit switch
    {
        TopicTimeUnit.Day => time.Date,
        // The first day of all was a Monday.
        TopicTimeUnit.Week => time.Date.AddDays(-(((int)time.DayOfWeek + 6) % 7)),
        TopicTimeUnit.Month => new DateTime(time.Year, time.Month, 1, 0, 0, 0, time.Kind),
        TopicTimeUnit.Quarter => new DateTime(time.Year, (time.Month - 1) / 3 * 3 + 1, 1, 0, 0, 0, time.Kind),
        _ => new DateTime(time.Year, 1, 1, 0, 0, 0, time.Kind),
    };

    public override DateTime EndOf(DateTime start)
    {
        // What ends after the last year that there is ends with it.
        try
        {
            return unit switch
            {
                TopicTimeUnit.Day => start.AddDays(1),
                TopicTimeUnit.Week => start.AddDays(7),
                TopicTimeUnit.Month => start.AddMonths(1),
                TopicTimeUnit.Quarter => start.AddMonths(3),
                _ => start.AddYears(1),
            };
        }
        catch (ArgumentOutOfRangeException)
        {
            return DateTime.SpecifyKind(DateTime.MaxValue, start.Kind);
        }
    }
}

/// <summary>Periods of the same length, from the first time to the last.</summary>
internal sealed class EqualBins : TimeBins
{
    private readonly DateTime[] _starts;
    private readonly DateTime _last;

    private EqualBins(DateTime first, DateTime last, int count)
    {
        _last = last;
        // Times that do not differ make one period.
        long ticks = last.Ticks - first.Ticks;
        _starts = [.. Enumerable.Range(0, count).Select(i => first.AddTicks((long)((Int128)ticks * i / count))).Distinct()];
    }

    public override IEnumerable<DateTime> Starts => _starts;

    /// <summary>Reads the times of some data.</summary>
    /// <returns>The periods; none where no row has a time.</returns>
    public static TimeBins Read(IDataView data, DataViewSchema.Column column, int count, Action checkAlive)
    {
        DateTime first = DateTime.MaxValue, last = DateTime.MinValue;
        using DataViewRowCursor cursor = data.GetRowCursor([column]);
        Func<DateTime> read = ColumnSearch.ReadTimes(cursor, column);
        while (cursor.MoveNext())
        {
            if (cursor.Position % TopicExaminer.RowsBetweenChecks == 0)
                checkAlive();
            DateTime time = read();
            if (time == DateTime.MinValue)
                continue;
            first = time < first ? time : first;
            last = time > last ? time : last;
        }

        return last < first ? new CalendarBins(TopicTimeUnit.Year) : new EqualBins(first, last, count);
    }

    public override DateTime StartOf(DateTime time)
    {
        int place = Array.BinarySearch(_starts, time);
        return _starts[place >= 0 ? place : Math.Max(~place - 1, 0)];
    }

    public override DateTime EndOf(DateTime start)
    {
        int next = Array.BinarySearch(_starts, start) + 1;
        return next < _starts.Length ? _starts[next] : _last;
    }
}
