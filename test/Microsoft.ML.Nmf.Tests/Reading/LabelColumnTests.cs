using System.Numerics;
using Microsoft.ML.Data;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Tests.Reference;

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
    public void A_vector_of_labels_is_not_advised_to_be_mapped()
    {
        IDataView data = Rows.View(_context, Rows.Values());
        NeuralNmfEstimator estimator = _context.Transforms.NeuralNmf(NeuralRows.Options(new(), "Features"));
        foreach (Action call in new Action[] { () => estimator.GetOutputSchema(Shape.Of(data)), () => estimator.Fit(data) })
        {
            string message = Assert.Throws<ArgumentOutOfRangeException>(call).Message;
            Assert.Contains("Name a column that has one value a row, and make it a key first, for instance with Conversion.MapValueToKey.", message);
        }

        Assert.NotNull(Fit(_context.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data)).Model.Classifier);
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

    private sealed class Many
    {
        [VectorType(Rows.Size)]
        public float[] Features { get; set; } = [];

        [KeyType(5000000)]
        public uint Label { get; set; }
    }
}
