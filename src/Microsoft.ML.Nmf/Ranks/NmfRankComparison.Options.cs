using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

public sealed partial class NmfRankComparison
{
    /// <summary>What to compare. Every setter validates its value.</summary>
    public sealed class Options
    {
        private NmfEstimator.Options _nmf = new();
        private int[] _ranks = [.. Enumerable.Range(2, 19)];
        private int _folds = 5;
        private int _repetitions = 2;
        private int _starts = 4;
        private long? _memory;

        /// <summary>
        /// How each factorization is made: the input column, β, penalties, solver, iterations, seed, engine, threads, and the token that cancels. Its rank,
        /// output column, progress and recorder do not matter.
        /// </summary>
        /// <exception cref="ArgumentNullException">The value is null.</exception>
        /// <exception cref="ArgumentOutOfRangeException">It has initial or fixed templates, initial activations, or seed words.</exception>
        public NmfEstimator.Options Nmf
        {
            get => _nmf;
            set
            {
                ArgumentNullException.ThrowIfNull(value, nameof(Nmf));
                string? given = value.InitialTemplates is not null ? nameof(value.InitialTemplates)
                    : value.InitialActivations is not null ? nameof(value.InitialActivations)
                    : value.FixedTemplates is not null ? nameof(value.FixedTemplates)
                    : value.SeedWords.Count > 0 ? nameof(value.SeedWords) : null;
                if (given is not null)
                {
                    throw new ArgumentOutOfRangeException(nameof(Nmf), given,
                        $"Nmf has {given}, but a comparison finds out how many components the data has by itself. Leave {given} out.");
                }

                _nmf = value;
            }
        }

        /// <summary>The ranks to compare, each from 1 to 16,000. 2 to 20 unless set.</summary>
        /// <exception cref="ArgumentNullException">The value is null.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There is none, or one is out of its range.</exception>
        public IReadOnlyList<int> Ranks
        {
            get => _ranks;
            set
            {
                ArgumentNullException.ThrowIfNull(value, nameof(Ranks));
                if (value.Count == 0)
                    throw new ArgumentOutOfRangeException(nameof(Ranks), "none", "Ranks has no rank, but at least one must be compared.");
                _ranks = [.. value.Select((rank, i) => OptionRange.Rank(rank, $"{nameof(Ranks)}[{i}]")).Distinct().Order()];
            }
        }

        /// <summary>
        /// The blocks of a repetition. Rows and columns are each cut into as many parts, and a block of one part of both is held out of each training, which
        /// learns from the rest: with 5, from 64 % of all entries. At least 2. 5 unless set.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is below 2.</exception>
        public int NumberOfFolds
        {
            get => _folds;
            set => _folds = value >= 2 ? value : throw OptionRange.Refuse(nameof(NumberOfFolds), value, "at least 2");
        }

        /// <summary>How often rows and columns are cut anew, at least 1. 2 unless set.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
        public int NumberOfRepetitions
        {
            get => _repetitions;
            set => _repetitions = OptionRange.AtLeastOne(value, nameof(NumberOfRepetitions));
        }

        /// <summary>
        /// The random starts from which the stability of each rank is found; 0 for none, which saves as many trainings of all data for each rank, otherwise at
        /// least 2. 4 unless set.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is negative or 1.</exception>
        public int NumberOfStarts
        {
            get => _starts;
            set => _starts = value is 0 or >= 2 ? value : throw OptionRange.Refuse(nameof(NumberOfStarts), value, "0, or at least 2");
        }

        /// <summary>
        /// The most bytes that trainings which run at the same time may take together, at least 1; null for half of what is free. It limits how many run at
        /// once, but one always does. On the Torch engine they run one after the other.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
        public long? Memory
        {
            get => _memory;
            set => _memory = value is null or >= 1 ? value : throw OptionRange.Refuse(nameof(Memory), value, "at least 1 byte");
        }

        /// <summary>Is told after each training, one at a time, on the thread that made it; null for nothing. An exception that it throws ends the
        /// comparison.</summary>
        public IProgress<NmfRankProgress>? Progress { get; set; }

        /// <summary>A copy, so that a comparison does not change with the options it was made from.</summary>
        internal Options Copy() => (Options)MemberwiseClone();
    }
}
