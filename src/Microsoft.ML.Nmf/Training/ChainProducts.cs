using Microsoft.ML.Nmf.Engine;

namespace Microsoft.ML.Nmf.Training;

/// <summary>
/// The partial products of X ≈ F_0 F_1ᵀ F_2ᵀ … F_Lᵀ, each computed when it is asked for and kept until one of its factors changes. What stands to the
/// left of F_k are its activations A_k = F_0 F_1ᵀ … F_(k−1)ᵀ, n × (columns of F_k); F_k with all to the right of it are its effective templates
/// T_k = F_L … F_(k+1) F_k, m × (columns of F_k); so X ≈ A_k T_kᵀ for every k from 1 to L.
/// </summary>
internal sealed class ChainProducts : IDisposable
{
    private readonly ComputeEngine _engine;
    private readonly Factor[] _factors;
    private readonly long[] _versions;
    private readonly (Factor? Value, long Stamp)[] _activations;
    private readonly (Factor? Value, long Stamp)[] _templates;

    /// <summary>Prepares the products of factors that stay the caller's.</summary>
    public ChainProducts(ComputeEngine engine, IEnumerable<Factor> factors)
    {
        _engine = engine;
        _factors = [.. factors];
        _versions = new long[_factors.Length];
        _activations = new (Factor?, long)[_factors.Length];
        _templates = new (Factor?, long)[_factors.Length];
    }

    /// <summary>The index of the factor next to the features.</summary>
    public int Last => _factors.Length - 1;

    /// <summary>A number that rises whenever A_k changes.</summary>
    public long StampOfActivations(int k) => Sum(0, k);

    /// <summary>A number that rises whenever T_k changes.</summary>
    public long StampOfTemplates(int k) => Sum(k, _factors.Length);

    /// <summary>A_k, for k from 1 to L. Cost n·(rows)·(columns) of each factor that is multiplied in.</summary>
    public Factor Activations(int k)
    {
        if (k == 1)
            return _factors[0];
        ref (Factor? Value, long Stamp) cached = ref _activations[k];
        if (cached.Value is not null && cached.Stamp == StampOfActivations(k))
            return cached.Value;
        Factor source = Activations(k - 1);
        cached.Value ??= _engine.Allocate(source.Rows, _factors[k].Rank);
        _engine.SmallProductTransposed(source, _factors[k - 1], cached.Value);
        cached.Stamp = StampOfActivations(k);
        return cached.Value;
    }

    /// <summary>T_k, for k from 1 to L. Cost m·(rows)·(columns) of each factor that is multiplied in.</summary>
    public Factor Templates(int k)
    {
        if (k == Last)
            return _factors[Last];
        ref (Factor? Value, long Stamp) cached = ref _templates[k];
        if (cached.Value is not null && cached.Stamp == StampOfTemplates(k))
            return cached.Value;
        Factor source = Templates(k + 1);
        cached.Value ??= _engine.Allocate(source.Rows, _factors[k].Rank);
        _engine.SmallProduct(source, _factors[k], cached.Value);
        cached.Stamp = StampOfTemplates(k);
        return cached.Value;
    }

    /// <summary>Takes note that a factor has changed, wherever it stands.</summary>
    public void Changed(Factor factor)
    {
        for (int k = 0; k < _factors.Length; k++)
        {
            if (ReferenceEquals(_factors[k], factor))
                _versions[k]++;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach ((Factor? value, _) in _activations.Concat(_templates))
            value?.Dispose();
    }

    private long Sum(int first, int end)
    {
        long sum = 0;
        for (int k = first; k < end; k++)
            sum += _versions[k];
        return sum;
    }
}
