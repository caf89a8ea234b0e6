using Microsoft.ML.Internal.Utilities.Offline;

namespace Microsoft.ML.Data.Offline;

/// <summary>Gives each row a number from 0 to 1: random, or the same for all rows of one key.</summary>
internal sealed class RowSplit
{
    private const uint DefaultSeed = 42;

    private readonly IHostEnvironment _env;
    private readonly IDataView _data;
    private readonly DataViewSchema.Column? _key;
    private readonly uint _seed;

    public RowSplit(IHostEnvironment env, IDataView data, string keyColumn, int? seed)
    {
        _env = env;
        _data = data;
        _seed = (uint?)(seed ?? (env as IHostEnvironmentInternal)?.Seed) ?? DefaultSeed;
        if (keyColumn is not null)
            _key = data.Schema.GetColumnOrNull(keyColumn) ?? throw env.ExceptSchemaMismatch("samplingKeyColumn", "SamplingKeyColumn", keyColumn);
    }

    /// <summary>The rows whose number is from a minimum up to, but without, a maximum, or the others.</summary>
    public IDataView Take(double min, double max, bool complement)
    {
        DataViewSchema.Column[] tested = _key is { } key ? [key] : [];
        return new FilterView(_env, _data, tested, Test, dependsOnOrder: true);

        Func<bool> Test(DataViewRow row)
        {
            var number = Number(row);
            return () => number() is var x && (min <= x && x < max) != complement;
        }
    }

    private Func<double> Number(DataViewRow row)
    {
        if (_key is { } key)
            return Generic.Call(Hashed<int>, key.Type.RawType, row, key);
        var random = RandomUtils.Create(_seed);
        return () => random.NextSingle();
    }

    private Func<double> Hashed<T>(DataViewRow row, DataViewSchema.Column key)
    {
        var get = row.GetGetter<T>(key);
        T value = default;
        return () =>
        {
            get(ref value);
            uint hash = _seed;
            foreach (char c in value.ToString())
                hash = Hashing.MurmurRound(hash, c);
            return Hashing.MixHash(hash) / (uint.MaxValue + 1.0);
        };
    }
}
