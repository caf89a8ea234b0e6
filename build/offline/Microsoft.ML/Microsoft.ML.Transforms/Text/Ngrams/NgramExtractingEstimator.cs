using System.Collections.Immutable;
using Microsoft.ML.Transforms.Offline;

namespace Microsoft.ML.Transforms.Text;

/// <summary>Learns the n-grams of documents of keys, and makes vectors of their counts.</summary>
public sealed class NgramExtractingEstimator : IEstimator<NgramExtractingTransformer>
{
    internal const string ExpectedColumnType = "Expected vector of Key type, and Key is convertible to UInt32";

    private readonly IHost _host;
    private readonly ColumnOptions[] _columns;

    internal NgramExtractingEstimator(IHostEnvironment env, string outputColumnName, string inputColumnName = null, int ngramLength = Defaults.NgramLength,
        int skipLength = Defaults.SkipLength, bool useAllLengths = Defaults.UseAllLengths, int maximumNgramsCount = Defaults.MaximumNgramsCount, WeightingCriteria weighting = Defaults.Weighting)
        : this(env, new ColumnOptions(outputColumnName, inputColumnName, ngramLength, skipLength, useAllLengths, weighting, maximumNgramsCount))
    {
    }

    internal NgramExtractingEstimator(IHostEnvironment env, params ColumnOptions[] columns)
    {
        Contracts.CheckValue(env, nameof(env));
        _host = env.Register(nameof(NgramExtractingEstimator));
        _columns = columns;
    }

    public NgramExtractingTransformer Fit(IDataView input) => new(_host, input, _columns);

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
        => ShapePropagation.Propagate(_host, inputSchema, _columns.Select(column => (column.Name, column.InputColumnName)), ExpectedColumnType, IsSchemaColumnValid,
            (name, source) => new(name, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, false,
                new SchemaShape(source.NeedsSlotNames() ? [ShapePropagation.SlotNames] : [])));

    internal static bool IsColumnTypeValid(DataViewType type)
        => type is VectorDataViewType { ItemType: KeyDataViewType key } && (key.Count > 0 || key.RawType != typeof(ulong));

    internal static bool IsSchemaColumnValid(SchemaShape.Column col)
        => col.Kind != SchemaShape.Column.VectorKind.Scalar && col.IsKey && col.ItemType.RawType != typeof(ulong);

    public enum WeightingCriteria
    {
        Tf = 0,
        Idf = 1,
        TfIdf = 2,
    }

    internal static class Defaults
    {
        public const int NgramLength = 2;
        public const bool UseAllLengths = true;
        public const int SkipLength = 0;
        public const int MaximumNgramsCount = 10000000;
        public const WeightingCriteria Weighting = WeightingCriteria.Tf;
    }

    internal sealed class ColumnOptions
    {
        public readonly string Name;

        public readonly string InputColumnName;

        public readonly int NgramLength;

        public readonly int SkipLength;

        public readonly bool UseAllLengths;

        public readonly WeightingCriteria Weighting;

        private readonly ImmutableArray<int> _maximumNgramsCounts;

        public ColumnOptions(string name, string inputColumnName = null, int ngramLength = Defaults.NgramLength, int skipLength = Defaults.SkipLength,
            bool useAllLengths = Defaults.UseAllLengths, WeightingCriteria weighting = Defaults.Weighting, int maximumNgramsCount = Defaults.MaximumNgramsCount)
            : this(name, ngramLength, skipLength, useAllLengths, weighting, [maximumNgramsCount], inputColumnName ?? name)
        {
        }

        internal ColumnOptions(string name, int ngramLength, int skipLength, bool useAllLengths, WeightingCriteria weighting, int[] maximumNgramsCounts, string inputColumnName = null)
        {
            if (ngramLength == 1 && skipLength != 0)
                throw Contracts.ExceptUserArg(nameof(skipLength), $"{nameof(skipLength)} (actual value: {skipLength}) can only be zero when {nameof(ngramLength)} set to one.");
            Contracts.CheckUserArg(ngramLength + skipLength <= Offline.NgramModel.MaxLength, nameof(skipLength), "The sum of skipLength and ngramLength must not exceed 10");
            Contracts.CheckUserArg(0 < ngramLength, nameof(ngramLength));
            Contracts.CheckUserArg(0 <= skipLength, nameof(skipLength));
            (Name, InputColumnName, NgramLength, SkipLength) = (name, inputColumnName ?? name, ngramLength, skipLength);
            (UseAllLengths, Weighting) = (useAllLengths, weighting);
            _maximumNgramsCounts = [.. Limits(maximumNgramsCounts ?? [])];
        }

        /// <summary>How many n-grams of length 1, 2, ... are kept.</summary>
        public IReadOnlyList<int> MaximumNgramsCounts => _maximumNgramsCounts;

        // One number is for all lengths that are used; of several, the last one is for all longer ones.
        private int[] Limits(int[] given)
        {
            Contracts.CheckUserArg(given.Length <= (UseAllLengths ? NgramLength : 1), "maximumNgramsCounts");
            Contracts.CheckUserArg(given.Length == 0 || given.All(count => count >= 0) && given[^1] > 0, "maximumNgramsCounts");
            int last = given.Length == 0 ? Defaults.MaximumNgramsCount : given[^1];
            return Utils.BuildArray(NgramLength, i => UseAllLengths ? i < given.Length ? given[i] : last : i == NgramLength - 1 ? last : 0);
        }
    }
}
