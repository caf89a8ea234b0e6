using System.ComponentModel;
using System.Globalization;
using System.Text;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.Topics;

namespace Microsoft.ML.Nmf;

/// <summary>
/// Topics over the same features, and what they tell without any data: an <see cref="NmfModel"/> is one set of them, and so is each layer of a model of several
/// layers. V stands for their templates over the features: W of an <see cref="NmfModel"/>, <see cref="TopicLayer.EffectiveTemplates"/> of a layer.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public abstract class TopicSet
{
    private readonly Lazy<FactorMatrix> _components;
    private readonly Lazy<double[]> _sums;
    private readonly Lazy<string[]> _wordNames;
    private readonly Lock _renaming = new();
    private volatile string?[] _givenNames;

    private protected TopicSet(int rank, Func<FactorMatrix> components, IReadOnlyList<string>? featureNames, ActivationMoments moments)
    {
        Rank = rank;
        FeatureNames = featureNames;
        Moments = moments;
        _components = new(components);
        _sums = new(() => Components.ColumnMagnitudes());
        _wordNames = new(() => TopicNames.Of(Components, featureNames));
        _givenNames = new string?[rank];
    }

    /// <summary>The number of components, r.</summary>
    public int Rank { get; }

    /// <summary>The names of the features, as many as there are features; null when the training column had no slot names.</summary>
    public IReadOnlyList<string>? FeatureNames { get; }

    /// <summary>V, features × rank.</summary>
    internal FactorMatrix Components => _components.Value;

    /// <summary>The sums of the magnitudes of the columns of V.</summary>
    internal double[] ComponentSums => _sums.Value;

    /// <summary>Of the activations over the training examples.</summary>
    internal ActivationMoments Moments { get; }

    /// <summary>What topics were renamed to; null for those that were not.</summary>
    internal IReadOnlyList<string?> GivenNames => _givenNames;

    /// <summary>The names of the activations' slots; null where the features have no names and no topic was renamed.</summary>
    internal string[]? SlotNames => FeatureNames is null && Array.TrueForAll(_givenNames, name => name is null) ? null : Names;

    private string[] Names => TopicNames.Replace(_wordNames.Value, _givenNames);

    private bool KnowsPrevalence => Moments.Sums.Length > 0;

    /// <summary>
    /// The topics by their words: the features with the largest relevance <c>λ log φ_kw + (1 − λ) log(φ_kw / p_w)</c> (Sievert and Shirley, "LDAvis: a method
    /// for visualizing and interpreting topics", 2014, <see href="https://doi.org/10.3115/v1/W14-3110"/>). φ_kw is word w's share of topic k's column of V,
    /// and p_w its share of everything that the topics say about the training data, the φ of all topics weighted by their prevalence. λ = 1 orders by weight
    /// alone; a smaller one, for instance 0.6, brings words forward that few other topics have.
    /// </summary>
    /// <param name="wordsPerTopic">The most words of a topic, at least 1.</param>
    /// <param name="relevance">λ, from 0 to 1.</param>
    /// <returns>
    /// One topic a component, in the order of the activations' slots: the most prevalent first, unless the training started from given templates. Of words of
    /// equal relevance the heavier comes first, then the one of the first slot; a topic has no words of weight 0.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="wordsPerTopic"/> is below 1, or <paramref name="relevance"/> is not from 0 to
    /// 1.</exception>
    /// <exception cref="InvalidOperationException">
    /// <paramref name="relevance"/> is below 1 and the model was saved by an earlier version, which did not keep the prevalence of its topics.
    /// </exception>
    public IReadOnlyList<Topic> GetTopics(int wordsPerTopic = 10, double relevance = 1)
    {
        if (relevance is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(relevance), relevance, string.Create(CultureInfo.InvariantCulture,
                $"{nameof(relevance)} is {relevance}, but must be from 0, for words that no other topic has, to 1, for the heaviest words."));
        }

        if (relevance < 1)
            RequirePrevalence();
        TopicWord[][] words = TopicWords.Read(Components, FeatureNames, wordsPerTopic, relevance, Moments.Sums);
        IReadOnlyList<double> prevalence = KnowsPrevalence ? GetPrevalence() : [.. Enumerable.Repeat(double.NaN, Rank)];
        string?[] given = _givenNames;
        string[] names = TopicNames.Replace(_wordNames.Value, given);
        return
        [
            .. words.Select((ofTopic, k)
                => new Topic { Index = k, Name = names[k], IsRenamed = given[k] is not null, Prevalence = prevalence[k], Words = ofTopic }),
        ];
    }

    /// <summary>
    /// Gives a topic a name, which then stands before its words wherever it is shown, is the name of its slot in columns that are made afterwards, and is saved
    /// with the model. Views and prediction engines that were made before keep the names that they have.
    /// </summary>
    /// <param name="index">The topic, from 0 to <see cref="Rank"/> − 1.</param>
    /// <param name="name">The name, not blank, and different from that of every other topic here; null takes the given name back.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such topic.</exception>
    /// <exception cref="ArgumentException">The name is blank or that of another topic, or it has half of a surrogate pair, which no file can hold.</exception>
    public void RenameTopic(int index, string? name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Rank);
        lock (_renaming)
        {
            if (name is not null)
                CheckName(index, name);
            string?[] given = [.. _givenNames];
            given[index] = name;
            _givenNames = given;
        }
    }

    /// <summary>
    /// The share of each topic in what the model, or the layer, says about the training data: its activations times V, summed over both, from 0 to 1. Topics
    /// are in this order, the most prevalent first, unless the training started from given templates; in a model of several layers, unless the layer, or the
    /// one after it, did.
    /// </summary>
    /// <exception cref="InvalidOperationException">The model was saved by an earlier version, which did not keep it.</exception>
    public IReadOnlyList<double> GetPrevalence()
    {
        RequirePrevalence();
        return Moments.Prevalence(ComponentSums);
    }

    /// <summary>How alike every two topics are: the cosine of their columns of V, from 0 for no common word to 1. Cost: features × rank².</summary>
    /// <returns>rank × rank, symmetric. A topic of nothing has 0 with every topic, itself included.</returns>
    public double[,] GetSimilarity() => TopicMeasures.Cosines(Components);

    /// <summary>
    /// How few features each topic is made of: <c>(√m − ‖v‖₁ / ‖v‖₂) / (√m − 1)</c> of its m entries of V, from 0 for equal ones to 1 for a single one (Hoyer,
    /// "Non-negative matrix factorization with sparseness constraints", 2004, <see href="https://www.jmlr.org/papers/v5/hoyer04a.html"/>).
    /// </summary>
    /// <returns>One value a topic; NaN for a topic of nothing, and where there is only one feature.</returns>
    public IReadOnlyList<double> GetSparsity() => TopicMeasures.HoyerSparsity(Components);

    /// <summary>
    /// How little topics repeat each other: the share of different words among the heaviest of all topics (Dieng, Ruiz and Blei, "Topic modeling in embedding
    /// spaces", 2020, <see href="https://doi.org/10.1162/tacl_a_00325"/>).
    /// </summary>
    /// <param name="wordsPerTopic">The most words of a topic, at least 1; 25 as in the paper unless given.</param>
    /// <returns>Above 0, and 1 where no two topics share one of these words; NaN where no topic has a word.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="wordsPerTopic"/> is below 1.</exception>
    public double GetDiversity(int wordsPerTopic = 25) => TopicMeasures.Diversity(TopicWords.Read(Components, FeatureNames, wordsPerTopic));

    /// <summary>
    /// How much each topic has its words to itself: the mean of <c>φ_kw / Σ_j φ_jw</c> over its heaviest words, with φ_kw word w's share of topic k's column
    /// of V (Bischof and Airoldi, "Summarizing topical content with word frequency and exclusivity", 2012,
    /// <see href="https://doi.org/10.48550/arXiv.1206.4631"/>).
    /// </summary>
    /// <param name="wordsPerTopic">The most words of a topic, at least 1.</param>
    /// <returns>One value a topic, above 0, and 1 where no other topic has any of its words; NaN for a topic of nothing.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="wordsPerTopic"/> is below 1.</exception>
    public IReadOnlyList<double> GetExclusivity(int wordsPerTopic = 10)
        => TopicMeasures.Exclusivity(Components, TopicWords.Read(Components, FeatureNames, wordsPerTopic));

    /// <summary>
    /// V for other features of the same names, as another featurizer makes them: for <see cref="NmfEstimator.Options.FixedTemplates"/> of a model that learns
    /// new topics beside these.
    /// </summary>
    /// <param name="featureNames">The names of the other features, in their order.</param>
    /// <returns>
    /// One row for each of them, <see cref="Rank"/> columns: the row of the feature of that name, 0 where there is none. What V says about features that are
    /// not among the names is left out. Of two features of one name the first counts.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="featureNames"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The features of the model have no names (<see cref="FeatureNames"/>).</exception>
    public FactorMatrix TemplatesFor(IReadOnlyList<string> featureNames)
    {
        ArgumentNullException.ThrowIfNull(featureNames);
        return TopicTransfer.Of(Components, FeatureNames, featureNames);
    }

    /// <summary>V for the features of another column, by its slot names, as <see cref="TemplatesFor(IReadOnlyList{string})"/>.</summary>
    /// <param name="features">The column: <c>view.Schema["Words"]</c> of what the other featurizer makes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column has no slot names.</exception>
    /// <exception cref="InvalidOperationException">The features of the model have no names (<see cref="FeatureNames"/>).</exception>
    public FactorMatrix TemplatesFor(DataViewSchema.Column features) => TopicTransfer.Of(Components, FeatureNames, TopicTransfer.NamesOf(features));

    /// <summary>Gives topics the names that a model file has for them.</summary>
    internal void Restore(string?[] givenNames) => _givenNames = givenNames;

    private void RequirePrevalence()
    {
        if (!KnowsPrevalence)
            throw new InvalidOperationException("The model was saved by an earlier version, which did not keep the prevalence of its topics. Train it again.");
    }

    private void CheckName(int index, string name)
    {
        if (string.IsNullOrWhiteSpace(name))
            throw new ArgumentException($"The name of topic {index} is blank. Give it one that can be read, or null for its words.", nameof(name));
        int same = Array.IndexOf(Names, name);
        if (same >= 0 && same != index)
        {
            throw new ArgumentException(
                $"Topic {same} is already called '{name}', and names must differ. Rename that one first, or add to the name.", nameof(name));
        }

        try
        {
            ModelReader.StrictUtf8.GetByteCount(name);
        }
        catch (EncoderFallbackException)
        {
            throw new ArgumentException($"The name of topic {index} has half of a surrogate pair, which a model file cannot hold.", nameof(name));
        }
    }
}
