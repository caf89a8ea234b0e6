namespace Microsoft.ML.Nmf;

/// <summary>How a cluster trains. What it trains is said by the job.</summary>
public sealed class ClusterTrainingOptions
{
    private const int MostPartitions = 65_536;
    private const int MostAttempts = 1000;

    private string _argument = "";
    private int _partitions = 1;
    private int _sampleRows = 4096;
    private int _maximumNumberOfAttempts = 20;

    /// <summary>
    /// Into how many partitions the rows are cut, from 1 to 65,536. 1 unless set. A silo computes its partitions one after the other, each on all its
    /// processors, so some per silo are enough: more of them are spread more evenly when a silo is lost, fewer send less. The result depends on this number in
    /// the last digits, and not on the number of silos.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int Partitions
    {
        get => _partitions;
        set => _partitions = InRange(value, 1, MostPartitions, nameof(Partitions));
    }

    /// <summary>What is handed to the job on every silo, a folder or an address for instance. Empty unless set.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public string Argument
    {
        get => _argument;
        set
        {
            ArgumentNullException.ThrowIfNull(value, nameof(Argument));
            _argument = value;
        }
    }

    /// <summary>How many rows of all partitions together the start is made from, at least 1 of each partition. From 1 to 1,048,576; 4,096 unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int SampleRows
    {
        get => _sampleRows;
        set => _sampleRows = InRange(value, 1, 1 << 20, nameof(SampleRows));
    }

    /// <summary>
    /// How often a partition is asked for the same again, each time after a longer pause of up to 5 seconds, before the training ends with an exception. From
    /// 1 to 1,000; 20 unless set, which is about a minute and a half. It must be longer than the cluster needs to notice that a silo is lost.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int MaximumNumberOfAttempts
    {
        get => _maximumNumberOfAttempts;
        set => _maximumNumberOfAttempts = InRange(value, 1, MostAttempts, nameof(MaximumNumberOfAttempts));
    }

    /// <summary>Is told of every iteration. Null, for nobody, unless set.</summary>
    public IProgress<ClusterTrainingProgress>? Progress { get; set; }

    private static int InRange(int value, int least, int most, string name)
        => value >= least && value <= most ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}. Choose from {least} to {most}.");
}
