using System.Numerics;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Tests.Reference;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Nmf.Tests.Reading;

public class LabelColumnTests
{
    private readonly MLContext _context = new(1);

    [Fact]
    public void A_key_above_those_of_its_type_is_named_with_its_row_and_value()
    {
        AssertRefused<byte>(4);
        AssertRefused<byte>(255);
        AssertRefused<ushort>(60000);
        AssertRefused<uint>(4);
        AssertRefused<uint>(uint.MaxValue);
        AssertRefused<ulong>(4);
        // In 32 bits it would be 2, a class.
        AssertRefused<ulong>((1UL << 32) + 2);
    }

    [Fact]
    public void Keys_up_to_the_last_are_labels()
    {
        IDataView data = Labelled<ulong>(row => (ulong)(row % 4));
        Assert.NotNull(Fit(new UncheckedKeys<ulong>(data, 3)).Model.Classifier);
    }

    [Fact]
    public void A_vector_of_labels_is_told_to_be_one()
    {
        IDataView data = Rows.View(_context, Rows.Values());
        NeuralNmfEstimator estimator = _context.Transforms.NeuralNmf(NeuralRows.Options(new(), "Features"));
        foreach (Action call in new Action[] { () => estimator.GetOutputSchema(Shape.Of(data)), () => estimator.Fit(data) })
        {
            string message = Assert.Throws<ArgumentOutOfRangeException>(call).Message;
            Assert.Contains("but must be a text, a Boolean, a number or a key. Name a column that has one value a row. (Parameter 'labelColumnName')", message);
        }

        Assert.NotNull(Fit(data).Model.Classifier);
    }

    [Fact]
    public void A_label_of_another_type_is_refused_and_making_a_key_of_it_is_enough()
    {
        AssertMended(i => new DateTime(2020, 1, 1 + i % 3));
        AssertMended(i => new DateTimeOffset(2020, 1, 1 + i % 3, 0, 0, 0, TimeSpan.Zero));
        AssertMended(i => TimeSpan.FromHours(i % 3));
        AssertMended(i => new DataViewRowId((ulong)(i % 3), 0));

        void AssertMended<T>(Func<int, T> label)
        {
            IDataView data = Labelled(label);
            NeuralNmfEstimator estimator = _context.Transforms.NeuralNmf(NeuralRows.Options(new(), "Label"));
            foreach (Action call in new Action[] { () => estimator.GetOutputSchema(Shape.Of(data)), () => estimator.Fit(data) })
            {
                string message = Assert.Throws<ArgumentOutOfRangeException>(call).Message;
                Assert.StartsWith($"Label column 'Label' is of type {data.Schema["Label"].Type}, but must be a text, a Boolean, a number or a key. "
                    + "Make a key of it first, with Conversion.MapValueToKey.", message);
            }

            Assert.NotNull(Fit(_context.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data)).Model.Classifier);
        }
    }

    [Fact]
    public void Types_of_labels_are_those_whose_values_a_model_keeps()
    {
        DataViewType[] types =
        [
            TextDataViewType.Instance, BooleanDataViewType.Instance, DateTimeDataViewType.Instance, DateTimeOffsetDataViewType.Instance,
            TimeSpanDataViewType.Instance, RowIdDataViewType.Instance, NumberDataViewType.Single, NumberDataViewType.Double, NumberDataViewType.SByte,
            NumberDataViewType.Byte, NumberDataViewType.Int16, NumberDataViewType.UInt16, NumberDataViewType.Int32, NumberDataViewType.UInt32,
            NumberDataViewType.Int64, NumberDataViewType.UInt64, new KeyDataViewType(typeof(uint), 3), new VectorDataViewType(NumberDataViewType.Single, 3),
        ];
        Assert.Equal(12, types.Count(LabelReader.ReadsValues));
        Assert.All(types, type => Assert.Equal(ClassKeys.Keeps(type), LabelReader.ReadsValues(type)));
    }

    [Fact]
    public void Very_many_classes_are_warned_of_and_ranges_are_enough()
    {
        AssertWarned(i => i + 0.5f, true, "");
        AssertWarned(i => i + 0.5, true, "");
        AssertWarned(i => 7 * i, true, "Conversion.ConvertType, DataKind.Single, and ");
        AssertWarned(i => "row " + i, false, "");

        void AssertWarned<T>(Func<int, T> label, bool isNumber, string conversion)
        {
            IDataView data = Labelled(label);
            string ranges = isNumber
                ? $" Where the numbers measure something, make ranges of them first, with {conversion}NormalizeBinning and maximumBinCount: 10."
                : "";
            Assert.Equal(["Label column 'Label' has 90 classes in 90 rows with a label, fewer than two rows to a class: too few to learn from. "
                + "Name a column that tells which class a row is of." + ranges], Warnings(data));
            if (!isNumber)
                return;
            IDataView numbers = conversion.Length == 0
                ? data
                : _context.Transforms.Conversion.ConvertType("Label", outputKind: DataKind.Single).Fit(data).Transform(data);
            IDataView binned = _context.Transforms.NormalizeBinning("Label", maximumBinCount: 10).Fit(numbers).Transform(numbers);
            Assert.Empty(Warnings(binned));
            Assert.Equal(10, Fit(binned).Model.Classifier!.Weights.Rows);
        }
    }

    [Fact]
    public void Few_labels_or_classes_with_some_rows_each_are_no_reason_to_warn()
    {
        Assert.Empty(Warnings(Labelled(i => i % 3)));
        Assert.Empty(Warnings(Labelled(i => i / 2)));
        Assert.Empty(Warnings(Labelled(i => i < 20 ? i : float.NaN)));
        Assert.Empty(Warnings(NeuralRows.KeyView(_context, Rows.Values(), i => i)));
        Assert.NotEmpty(Warnings(Labelled(i => i < 21 ? i : float.NaN)));
    }

    [Fact]
    public void A_blank_text_is_a_class_with_a_warning()
    {
        IDataView data = Labelled(i => i % 9 == 0 ? " \t" : i % 9 == 1 ? "" : "group " + i % 3);
        Assert.Equal(["Label column 'Label': the text of 10 rows is blank but not empty, which makes a class of it. A row without a label has an empty text: "
            + "make it so where the data comes from."], Warnings(data));
        Assert.Equal(["class 0", "group 0", "group 1", "group 2"], Fit(data).Model.Classifier!.ClassNames!);
        Assert.Empty(Warnings(Labelled(i => i % 9 < 2 ? "" : "group " + i % 3)));
    }

    [Fact]
    public void A_value_too_many_is_named_with_its_row()
    {
        IDataView data = _context.Data.LoadFromEnumerable(Enumerable.Range(0, LabelColumn.MostClasses + 1).Select(i => new Number { Label = i - 5 }));
        using DataViewRowCursor cursor = data.GetRowCursor(data.Schema);
        LabelReader reader = LabelReader.Create(LabelColumn.Find(data.Schema, "Label"), cursor);
        for (int i = 0; i < LabelColumn.MostClasses; i++)
        {
            cursor.MoveNext();
            reader.Read();
        }

        cursor.MoveNext();
        Assert.StartsWith("Label column 'Label', row 1048576 (the first is 0): it has the 1048577th value that differs from those before, but there may be "
            + "1048576 at most. Name a column that tells which class a row is of.", Assert.Throws<InvalidOperationException>(() => reader.Read()).Message);
    }

    [Fact]
    public void Keys_of_too_many_classes_are_told_and_mapping_them_anew_is_enough()
    {
        IDataView data = _context.Data.LoadFromEnumerable(Rows.Values().Select((row, i) => new Many { Features = row, Label = (uint)(1000 * (i % 3)) + 1 }));
        string message = Assert.Throws<ArgumentOutOfRangeException>(() => Fit(data)).Message;
        Assert.StartsWith("Label column 'Label' has 5000000 classes, but there may be 1048576 at most. "
            + "Where fewer of them occur, map the keys anew with Conversion.MapValueToKey.", message);
        IDataView mapped = _context.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        Assert.Equal(3, Fit(mapped).Model.Classifier!.Weights.Rows);
    }

    [Fact]
    public void Labels_that_are_all_missing_need_not_be_named()
    {
        IDataView data = NeuralRows.View(_context, Rows.Values(), _ => "");
        IDataView known = NeuralRows.View(_context, Rows.Values(), NeuralRows.Group);
        IDataView missing = _context.Transforms.Conversion.MapValueToKey("Label").Fit(known).Transform(data);
        Assert.Contains("Leave LabelColumnName out to train without labels.", Assert.Throws<InvalidOperationException>(() => Fit(missing)).Message);
        Assert.Null(_context.Transforms.NeuralNmf(NeuralRows.Options(new() { MaximumNumberOfIterations = 2 }, label: null)).Fit(missing).Model.Classifier);
    }

    private void AssertRefused<T>(T key)
        where T : unmanaged, INumber<T>
    {
        IDataView data = new UncheckedKeys<T>(Labelled(row => row == 7 ? key : T.CreateChecked(row % 4)), 3);
        Assert.Equal(3, LabelColumn.Find(data.Schema, "Label").Classes);
        string message = Assert.Throws<InvalidOperationException>(() => Fit(data)).Message;
        Assert.StartsWith($"Label column 'Label', row 7 (the first is 0): the key is {key}, but its type promises 3 at most.", message);
    }

    private IDataView Labelled<T>(Func<int, T> label) => NeuralRows.View(_context, Rows.Values(), label);

    private NeuralNmfTransformer Fit(IDataView data) => _context.Transforms.NeuralNmf(NeuralRows.Options(new() { MaximumNumberOfIterations = 2 })).Fit(data);

    private string[] Warnings(IDataView data)
    {
        var warnings = new List<string>();
        void Listen(object? sender, LoggingEventArgs e)
        {
            if (e.Kind == ChannelMessageKind.Warning && e.RawMessage.StartsWith("Label", StringComparison.Ordinal))
                warnings.Add(e.RawMessage);
        }

        _context.Log += Listen;
        Fit(data);
        _context.Log -= Listen;
        return [.. warnings];
    }

    private sealed class Number
    {
        public int Label { get; set; }
    }

    private sealed class Many
    {
        [VectorType(Rows.Size)]
        public float[] Features { get; set; } = [];

        [KeyType(5000000)]
        public uint Label { get; set; }
    }
}
