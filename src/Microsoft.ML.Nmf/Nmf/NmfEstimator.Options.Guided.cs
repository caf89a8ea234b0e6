using System.Globalization;
using Microsoft.ML.Nmf.Training;

namespace Microsoft.ML.Nmf;

public sealed partial class NmfEstimator
{
    public sealed partial class Options
    {
        private FactorMatrix? _fixedTemplates;
        private TopicSeeds _seedWords = new([]);
        private float _seedStrength = Defaults.SeedStrength;
        private double? _templatesSparseness;
        private double? _activationsSparseness;

        /// <summary>
        /// Topics that are known, features × at most rank: the first components keep these templates, bit for bit, while the others are learned beside them
        /// from what they leave of the data. With as many as <see cref="Rank"/> nothing is trained but activations. They may come from another model, whose
        /// features need not be the same (<see cref="TopicSet.TemplatesFor(IReadOnlyList{string})"/>, <see cref="FactorMatrix.SelectColumns"/>). Of
        /// <see cref="InitialTemplates"/>, where they are set too, the first columns are replaced. Null, the default, for none.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">
        /// A value is negative or not finite, or a column is 0 in every feature. The estimator throws it for more columns than <see cref="Rank"/>, fitting for
        /// another number of features.
        /// </exception>
        public FactorMatrix? FixedTemplates
        {
            get => _fixedTemplates;
            set => _fixedTemplates = OptionRange.Components(value, nameof(FixedTemplates));
        }

        /// <summary>
        /// Topics that are wanted, each with a name and a few of its words: <c>SeedWords = { { "space", "orbit", "moon" } }</c>. They are the first components,
        /// after those of <see cref="FixedTemplates"/>, in this order and under these names; each starts from what goes with its words in the data, and is
        /// pulled to it (<see cref="SeedStrength"/>). The feature column must have slot names. A word that is not among them is warned about in the log; where
        /// none of a topic's words is, fitting throws an <see cref="ArgumentOutOfRangeException"/>. Empty unless filled. Not together with
        /// <see cref="InitialTemplates"/>.
        /// </summary>
        public TopicSeeds SeedWords => _seedWords;

        /// <summary>
        /// How much the templates of topics with <see cref="SeedWords"/> are pulled to what goes with these words in the data: as if there were so many times
        /// as many examples of nothing else as there are that show the topic. 0 leaves it at the start. At least 0. 1 unless set. It means the same for data of
        /// any unit and of any number of rows.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
        public float SeedStrength
        {
            get => _seedStrength;
            set => _seedStrength = OptionRange.NotNegative(value, nameof(SeedStrength));
        }

        /// <summary>
        /// How sparse the templates are to be, topics of few words, for those who cannot guess a <see cref="TemplatesL1Regularization"/>: the mean over topics
        /// of <see cref="TopicSet.GetSparsity"/>, from 0 for templates of equal entries to 1 for those of a single one (Hoyer, "Non-negative matrix
        /// factorization with sparseness constraints", 2004, <see href="https://www.jmlr.org/papers/v5/hoyer04a.html"/>). The L1 weight that leads there is
        /// found by training several times, while the activations of each topic keep their norm. From 0 to below 1; null, the default, for as it comes. A
        /// training that is as sparse without a penalty stays as it is. β = 2 only, and not together with <see cref="ActivationsSparseness"/>.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is negative, not finite, or 1 or more.</exception>
        public double? TemplatesSparseness
        {
            get => _templatesSparseness;
            set => _templatesSparseness = value is { } sparseness ? OptionRange.Share(sparseness, nameof(TemplatesSparseness)) : null;
        }

        /// <summary>
        /// How sparse the activations are to be, examples of few topics, for those who cannot guess an <see cref="ActivationsL1Regularization"/>: the mean over
        /// examples of Hoyer's sparseness <c>(√r − ‖s‖₁ / ‖s‖₂) / (√r − 1)</c> of the shares s of the r topics in it, from 0 for equal shares to 1 for a single
        /// topic. The L1 weight that leads there is found by training several times, while the templates of each topic keep their norm; transforming has it
        /// too. From 0 to below 1; null, the default, for as it comes. A training that is as sparse without a penalty stays as it is. β = 2 only, with a
        /// <see cref="Rank"/> of at least 2, and not together with <see cref="TemplatesSparseness"/>.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is negative, not finite, or 1 or more.</exception>
        public double? ActivationsSparseness
        {
            get => _activationsSparseness;
            set => _activationsSparseness = value is { } sparseness ? OptionRange.Share(sparseness, nameof(ActivationsSparseness)) : null;
        }

        /// <summary>How many of the first components have templates that are kept.</summary>
        internal int NumberFixed => _fixedTemplates?.Columns ?? 0;

        /// <summary>Whether all templates are kept, and only activations are fitted to them.</summary>
        internal bool AreTemplatesFixed => NumberFixed == _rank;

        /// <summary>How many of the first components stay first, kept or seeded.</summary>
        internal int NumberGuided => NumberFixed + _seedWords.Count;

        /// <summary>The features of each topic's seed words, once they are known.</summary>
        internal IReadOnlyList<int[]> SeedFeatures { get; private set; } = [];

        /// <summary>The same options with the features of each topic's seed words.</summary>
        internal Options WithSeeds(IReadOnlyList<int[]> features)
        {
            var seeded = (Options)Copy();
            seeded.SeedFeatures = features;
            return seeded;
        }

        // What guides a training must leave room for it.
        private void RefuseGuidance()
        {
            if (NumberFixed > _rank)
            {
                throw new ArgumentOutOfRangeException(nameof(FixedTemplates), NumberFixed,
                    $"FixedTemplates has {NumberFixed} columns, but Rank is {_rank}: there are no more components than that. Choose a Rank of at least "
                    + $"{NumberFixed}, or fewer columns by SelectColumns.");
            }

            if (NumberGuided > _rank)
            {
                string beside = NumberFixed == 0 ? "" : $" and FixedTemplates {NumberFixed} columns";
                throw new ArgumentOutOfRangeException(nameof(SeedWords), _seedWords.Count,
                    $"SeedWords has {_seedWords.Count} topics{beside}, but Rank is {_rank}: there are no more components than that. Choose a Rank of at least "
                    + $"{NumberGuided}, and a larger one for topics of their own.");
            }

            if (_seedWords.Count > 0 && _initialTemplates is not null)
            {
                throw new ArgumentOutOfRangeException(nameof(InitialTemplates), $"{_initialTemplates.Rows} × {_initialTemplates.Columns}",
                    "InitialTemplates and SeedWords are both set, but each is a start. Leave one of them out.");
            }

            RefuseGuidanceOfCounts();
        }

        // What known templates leave of the data is taken from entries that are all there and count alike.
        private void RefuseGuidanceOfCounts()
        {
            string? option = _fixedTemplates is not null ? nameof(FixedTemplates) : _seedWords.Count > 0 ? nameof(SeedWords) : null;
            if (option is null)
                return;
            if (MissingValues == MissingValues.AreMissing)
            {
                throw new ArgumentOutOfRangeException(nameof(MissingValues), MissingValues,
                    $"MissingValues is {MissingValues}, but {option} is set, and components cannot be guided where values are missing. Leave one of the two out.");
            }

            if (Beta < 1 && (ExampleWeightColumnName is not null || FeatureWeights is not null))
            {
                throw new ArgumentOutOfRangeException(nameof(Beta), Beta, string.Create(CultureInfo.InvariantCulture,
                    $"Beta is {Beta} and {option} is set beside weights: components can be guided under weights from Beta = 1 on. Leave one of the three out."));
            }
        }

        private void RefuseSparseness()
        {
            if (_templatesSparseness is { } both && _activationsSparseness is not null)
            {
                throw new ArgumentOutOfRangeException(nameof(TemplatesSparseness), both,
                    "TemplatesSparseness and ActivationsSparseness are both set, but a factor grows as the other shrinks, so that one weight leads to one of "
                    + "them. Leave one out, and give its factor an L1 weight by hand if need be.");
            }

            (double? sparseness, string option, float weight, string penalty) = _templatesSparseness is not null
                ? (_templatesSparseness, nameof(TemplatesSparseness), _templatesL1Regularization, nameof(TemplatesL1Regularization))
                : (_activationsSparseness, nameof(ActivationsSparseness), ActivationsL1Regularization, nameof(ActivationsL1Regularization));
            if (sparseness is not { } wanted)
                return;
            if (Beta != BetaDivergence.Euclidean)
            {
                throw new ArgumentOutOfRangeException(option, wanted, string.Create(CultureInfo.InvariantCulture,
                    $"{option} is set, which needs Beta = 2, but Beta is {Beta}: under other divergences an L1 weight makes factors smaller before it makes ")
                    + "them sparse. Leave it out, or set Beta to 2.");
            }

            if (weight > 0)
            {
                throw new ArgumentOutOfRangeException(penalty, weight, string.Create(CultureInfo.InvariantCulture,
                    $"{penalty} is {weight}, but {option} is set, which finds that weight. Leave one of them out."));
            }

            if (Reading.CountsUnevenly)
            {
                throw new ArgumentOutOfRangeException(option, wanted,
                    $"{option} is set beside MissingValues, ExampleWeightColumnName or FeatureWeights, but sparseness is measured where all values count alike. Leave "
                    + "it out, or give an L1 weight by hand.");
            }

            if (_activationsSparseness is not null && _rank == 1)
                throw OptionRange.Refuse(nameof(Rank), _rank, "at least 2 where ActivationsSparseness is set: one topic is always alone");
            if (_templatesSparseness is { } ofTemplates && AreTemplatesFixed)
            {
                throw new ArgumentOutOfRangeException(nameof(TemplatesSparseness), ofTemplates,
                    "TemplatesSparseness is set, but FixedTemplates has all the templates, which stay as they are. Leave one of them out.");
            }
        }
    }
}
