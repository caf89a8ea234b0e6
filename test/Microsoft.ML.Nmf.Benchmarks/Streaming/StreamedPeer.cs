namespace Microsoft.ML.Nmf.Benchmarks.Streaming;

/// <summary>A peer with some of its settings.</summary>
/// <param name="Name">Who it is.</param>
/// <param name="Request">What peers.py calls it.</param>
/// <param name="Beta">β.</param>
/// <param name="Settings">The settings as named arguments in JSON; those that are not among them are its defaults.</param>
internal sealed record StreamedPeer(string Name, string Request, double Beta, string Settings)
{
    private const string ScikitLearn = "scikit-learn's MiniBatchNMF";
    private const string Gensim = "gensim's Nmf";
    private const string Defaults = "{}";

    /// <summary>
    /// Each with its defaults, and with what is quicker at no larger error or has the least error after some number of passes: chosen among forget factors,
    /// restarts, starts, step sizes, and limits of inner iterations.
    /// </summary>
    public static IReadOnlyList<StreamedPeer> All { get; } =
    [
        new(ScikitLearn, "minibatch", 2, Defaults),
        new(ScikitLearn, "minibatch", 2, """{"forget_factor": 0.1}"""),
        new(ScikitLearn, "minibatch", 2, """{"forget_factor": 0.001}"""),
        new(ScikitLearn, "minibatch", 2, """{"forget_factor": 0.1, "fresh_restarts": true, "fresh_restarts_max_iter": 3, "transform_max_iter": 1}"""),
        new(ScikitLearn, "minibatch", 2, """{"forget_factor": 0.001, "fresh_restarts": true, "fresh_restarts_max_iter": 3, "transform_max_iter": 1}"""),
        new(Gensim, "gensim", 2, Defaults),
        new(Gensim, "gensim", 2, """{"w_max_iter": 2, "h_max_iter": 3}"""),
        new(Gensim, "gensim", 2, """{"w_max_iter": 3, "h_max_iter": 8}"""),
        new(ScikitLearn, "minibatch", 1, Defaults),
        new(ScikitLearn, "minibatch", 1, """{"forget_factor": 0.1}"""),
        new(ScikitLearn, "minibatch", 1, """{"forget_factor": 0.1, "fresh_restarts": true, "fresh_restarts_max_iter": 5, "transform_max_iter": 1}"""),
    ];

    /// <summary>The settings for people to read.</summary>
    public string SettingsInWords => Settings == Defaults ? "defaults" : $"`{Settings}`";
}
