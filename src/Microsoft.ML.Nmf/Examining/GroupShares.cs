using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Engine;
using Microsoft.ML.Nmf.Reading;

namespace Microsoft.ML.Nmf.Examining;

/// <summary>Sums what each topic brings to the rows of a group.</summary>
internal sealed class TopicAmounts(int rank)
{
    private readonly double[] _amounts = new double[rank];

    /// <summary>The number of rows.</summary>
    public long Rows { get; private set; }

    /// <summary>Adds what each topic brings to one row more.</summary>
    public void Add(double[] amounts)
    {
        Rows++;
        for (int k = 0; k < amounts.Length; k++)
            _amounts[k] += amounts[k];
    }

    /// <summary>The share of each topic; all 0 where there is nothing.</summary>
    public double[] Shares() => Proportions.Of(_amounts);
}

/// <summary>Sums what each topic brings to the rows of each value of a column.</summary>
internal sealed class GroupShares
{
    private static readonly KeyValuesOf[] _keyValues =
    [
        new KeyValuesOf<ReadOnlyMemory<char>>(TextDataViewType.Instance), new KeyValuesOf<bool>(BooleanDataViewType.Instance),
        new KeyValuesOf<float>(NumberDataViewType.Single), new KeyValuesOf<double>(NumberDataViewType.Double),
        new KeyValuesOf<sbyte>(NumberDataViewType.SByte), new KeyValuesOf<byte>(NumberDataViewType.Byte),
        new KeyValuesOf<short>(NumberDataViewType.Int16), new KeyValuesOf<ushort>(NumberDataViewType.UInt16),
        new KeyValuesOf<int>(NumberDataViewType.Int32), new KeyValuesOf<uint>(NumberDataViewType.UInt32),
        new KeyValuesOf<long>(NumberDataViewType.Int64), new KeyValuesOf<ulong>(NumberDataViewType.UInt64),
    ];

    private readonly DataViewRow _row;
    private readonly int _rank;
    private readonly LabelReader _reader;
    private readonly DataViewSchema.Column _column;
    private readonly Dictionary<uint, TopicAmounts> _amounts = [];

    /// <summary>Nothing summed.</summary>
    /// <param name="row">The cursor.</param>
    /// <param name="column">A column that <see cref="Find"/> found.</param>
    /// <param name="rank">The number of topics.</param>
    public GroupShares(DataViewRow row, LabelColumn column, int rank)
    {
        _row = row;
        _rank = rank;
        _column = column.Column;
        _reader = LabelReader.Create(column, row);
    }

    /// <summary>Finds a column of groups in a schema.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column, or its type is not one of groups.</exception>
    public static LabelColumn Find(DataViewSchema schema, string name)
    {
        DataViewSchema.Column column = ColumnSearch.Find(schema, name, "group");
        if (column.Type is not KeyDataViewType && !LabelReader.ReadsValues(column.Type))
        {
            throw new ArgumentOutOfRangeException("groupColumnName", name,
                $"Group column '{name}' is of type {column.Type}, but must be a text, a Boolean, a number or a key. "
                + $"{ColumnType.Of(column.Type).AdviseLabel()}");
        }

        return LabelColumn.Find(schema, name);
    }

    /// <summary>Adds what each topic brings to the current row.</summary>
    /// <exception cref="InvalidOperationException">There are more values than <see cref="TopicExamination.Options.MostGroups"/>.</exception>
    public void Add(double[] amounts)
    {
        uint number = _reader.Read();
        if (!_amounts.TryGetValue(number, out TopicAmounts? ofGroup))
        {
            // Rows without a value are not a value.
            if (number != 0 && _amounts.Count - (_amounts.ContainsKey(0) ? 1 : 0) == TopicExamination.Options.MostGroups)
            {
                throw new InvalidOperationException($"Group column '{_column.Name}', {FeatureRowReader.Describe(_row)}: it has more than "
                    + $"{TopicExamination.Options.MostGroups} values, which is too many to tell shares of topics for. "
                    + $"{ColumnType.Of(_column.Type).AdviseFewerClasses()}");
            }

            _amounts.Add(number, ofGroup = new TopicAmounts(_rank));
        }

        ofGroup.Add(amounts);
    }

    /// <summary>The groups by their values.</summary>
    public GroupedTopics Finish()
    {
        uint[] numbers = [.. _amounts.Keys], places = [.. numbers];
        string[]? names = NamesOf(_reader.Finish(places));
        IEnumerable<TopicGroup> groups = numbers.Zip(places)
            .OrderBy(pair => pair.Second == 0 ? uint.MaxValue : pair.Second)
            .Select(pair => new TopicGroup
            {
                Name = pair.Second == 0 ? null : names?[pair.Second - 1] ?? pair.Second.ToString(CultureInfo.InvariantCulture),
                NumberOfRows = _amounts[pair.First].Rows,
                Shares = _amounts[pair.First].Shares(),
            });
        return new GroupedTopics { ColumnName = _column.Name, Groups = [.. groups] };
    }

    // The values of the classes as text; null for keys without values.
    private static string[]? NamesOf(LabelColumn column)
    {
        if (column.Values is { } values)
            return [.. values.Cast<object>().Select(InText)];
        return _keyValues.FirstOrDefault(kind => column.Column.HasKeyValues(kind.Type))?.Read(column.Column);
    }

    private static string InText(object value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private abstract class KeyValuesOf(PrimitiveDataViewType type)
    {
        public PrimitiveDataViewType Type { get; } = type;

        public abstract string[] Read(DataViewSchema.Column column);
    }

    private sealed class KeyValuesOf<T>(PrimitiveDataViewType type) : KeyValuesOf(type)
        where T : notnull
    {
        public override string[] Read(DataViewSchema.Column column)
        {
            VBuffer<T> values = default;
            column.GetKeyValues(ref values);
            return [.. values.DenseValues().Select(value => InText(value))];
        }
    }
}
