namespace Microsoft.ML.Nmf;

/// <summary>How long the periods are that topics are followed over.</summary>
public enum TopicTimeUnit
{
    /// <summary>Days.</summary>
    Day,

    /// <summary>Weeks from Monday on.</summary>
    Week,

    /// <summary>Months.</summary>
    Month,

    /// <summary>Quarters from January on.</summary>
    Quarter,

    /// <summary>Years.</summary>
    Year,
}

public sealed partial class TopicExamination
{
    /// <summary>What to find out about topics in some data. Every setter validates its value.</summary>
    public sealed class Options
    {
        /// <summary>The layer whose topics are examined, from 0 for the one next to the features; null, the default, for the deepest.</summary>
        public int? Layer { get; set; }

        /// <summary>The most words of a topic, whose coherence is measured, at least 1; 10 unless set.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
        public int WordsPerTopic { get; set => field = AtLeast(1, value, nameof(WordsPerTopic)); } = 10;

        /// <summary>A column of texts, from which examples and rows of large residual are quoted; null, the default, for none.</summary>
        public string? TextColumnName { get; set; }

        /// <summary>How many rows to keep as examples of a topic, at least 0; 5 unless set.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
        public int ExamplesPerTopic { get; set => field = AtLeast(0, value, nameof(ExamplesPerTopic)); } = 5;

        /// <summary>How many rows of the largest residual to keep, at least 0; 10 unless set.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
        public int NumberOfLargestResiduals { get; set => field = AtLeast(0, value, nameof(NumberOfLargestResiduals)); } = 10;

        /// <summary>
        /// Columns by whose values the shares of topics are told: texts, booleans, numbers or keys, with at most 65,536 values that occur; none unless set.
        /// </summary>
        /// <exception cref="ArgumentNullException">The value is null.</exception>
        public IReadOnlyList<string> GroupColumnNames { get; set => field = value ?? throw new ArgumentNullException(nameof(GroupColumnNames)); } = [];

        /// <summary>
        /// A column of DateTime or DateTimeOffset, which counts in universal time, over which the shares of topics are told; null, the default, for none. A row
        /// whose time is the least possible, as where none was set, is in no period.
        /// </summary>
        public string? TimeColumnName { get; set; }

        /// <summary>How long a period is; months unless set. Periods without rows are left out.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
        public TopicTimeUnit TimeUnit
        {
            get;
            set => field = Enum.IsDefined(value)
                ? value
                : throw new ArgumentOutOfRangeException(nameof(TimeUnit), value,
                    $"TimeUnit is {value}, but must be one of {string.Join(", ", Enum.GetNames<TopicTimeUnit>())}.");
        }
        = TopicTimeUnit.Month;

        /// <summary>
        /// Into how many periods of the same length the time from the first row to the last is cut, from 1 to 65,536, instead of by <see cref="TimeUnit"/>;
        /// null, the default, for periods of that unit. Reads the times of the data once more, before everything else.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
        public int? NumberOfPeriods
        {
            get;
            set => field = value is null or (>= 1 and <= MostGroups)
                ? value
                : throw new ArgumentOutOfRangeException(nameof(NumberOfPeriods), value, $"NumberOfPeriods is {value}, but must be from 1 to {MostGroups}.");
        }

        /// <summary>The most values of a column, and the most periods, that shares are kept for.</summary>
        internal const int MostGroups = 1 << 16;

        private static int AtLeast(int least, int value, string option)
            => value >= least ? value : throw new ArgumentOutOfRangeException(option, value, $"{option} is {value}, but must be at least {least}.");
    }
}
