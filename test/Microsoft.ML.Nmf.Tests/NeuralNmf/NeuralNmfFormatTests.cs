using Microsoft.ML.Nmf.Hosting;
using Microsoft.ML.Nmf.NeuralNmf;
using Microsoft.ML.Nmf.Reading;
using Microsoft.ML.Nmf.Tests.Reference;

namespace Microsoft.ML.Nmf.Tests.NeuralNmf;

/// <summary>What a neural model is written as, and what is no such thing.</summary>
public class NeuralNmfFormatTests
{
    private readonly NeuralNmfModel _model;
    private readonly ClassKeys _classes;
    private readonly byte[] _bytes;

    public NeuralNmfFormatTests()
    {
        var context = new MLContext(1);
        IDataView data = NeuralRows.GroupView(context, Rows.Values(30));
        _model = context.Transforms.NeuralNmf(NeuralRows.Options(new() { Ranks = [3, 2], MaximumNumberOfIterations = 2 })).Fit(data).Model;
        _classes = ClassKeys.Of(LabelColumn.Find(data.Schema, "Label"));
        _bytes = Bytes.Of(writer => NeuralNmfTransformer.WriteModel(writer, _model));
    }

    [Fact]
    public void What_is_written_is_read_to_its_end()
    {
        ModelReader reader = Bytes.Reader(_bytes);
        NeuralNmfSameBitsTests.AssertSame(_model, NeuralNmfTransformer.ReadModel(reader, _classes));
        Assert.Equal(0, reader.BytesLeft);
    }

    [Fact]
    public void A_file_from_before_the_scores_has_none()
    {
        const int tail = 1 + 4 * 3 * (Rows.Size + 3 + 2 + 1) + 8;
        ModelReader reader = Bytes.Reader(_bytes[..^tail], version: 0x00010004);
        NeuralNmfModel model = NeuralNmfTransformer.ReadModel(reader, _classes);
        Assert.Equal(0, reader.BytesLeft);
        Assert.Null(model.Scores);
        Assert.Equal(_model.Classifier!.Weights.Values, model.Classifier!.Weights.Values);
    }

    [Fact]
    public void Values_that_cannot_have_been_written_are_refused()
    {
        // The layers, each a matrix with its two sizes; the normalization; the sums and mean squares of each layer, each after a byte; no topic of
        // either was renamed; no names.
        const int first = 4, second = first + 8 + 4 * Rows.Size * 3, normalization = second + 8 + 4 * 3 * 2, sums = normalization + 4 + 1;
        const int squares = sums + 8 * 3 + 1, topics = squares + 8 * 3 + 2 * (1 + 8 * 2);
        const int names = topics + 4 * 2, examples = names + 4, loss = examples + 4, phases = loss + 4;
        // At the end: whether there are scores, their weights for features, for the topics of both layers and alone, and their sharpness.
        int sharpness = _bytes.Length - 8, scores = sharpness - 4 * 3 * (Rows.Size + 3 + 2 + 1);
        int weights = scores - 1 - 4 * 3 * 2, labelLoss = weights - 4, epochs = labelLoss - 8 * 3 * (5 + 2) - 8;
        int end = phases + 4 + 1 + _model.Phases[0].Name.Length;
        (int At, int Value)[] impossible =
        [
            (0, 0), (0, -1), (0, 1 << 10), (first, 0), (first + 4, -3), (second, 4), (normalization, 4), (normalization, -1),
            (topics, -1), (topics, 4), (topics + 4, 3), (names, 3), (examples, 0), (loss, 9), (loss, -1), (phases, 0), (phases, 1 << 20),
            (end, 5), (end, -1), (epochs, 4), (epochs, 0), (epochs + 4, 0), (epochs + 4, 1), (epochs + 4, 1 << 20), (labelLoss, 2),
        ];
        foreach ((int at, int value) in impossible)
            AssertRefused(at, BitConverter.GetBytes(value));
        foreach (float value in new[] { float.NaN, float.PositiveInfinity, -1 })
        {
            AssertRefused(first + 8 + 4 * 7, BitConverter.GetBytes(value));
            AssertRefused(second + 8, BitConverter.GetBytes(value));
            AssertRefused(sums + 8 * 2, BitConverter.GetBytes((double)value));
            AssertRefused(squares + 8 * 2, BitConverter.GetBytes((double)value));
            if (!float.IsFinite(value))
            {
                AssertRefused(weights + 4 * 5, BitConverter.GetBytes(value));
                AssertRefused(scores + 4 * 5, BitConverter.GetBytes(value));
                AssertRefused(sharpness - 4, BitConverter.GetBytes(value));
            }

            AssertRefused(sharpness, BitConverter.GetBytes((double)value));
        }

        AssertRefused(scores - 1, [2]);
        AssertRefused(sharpness, BitConverter.GetBytes(0.0));

        Assert.Equal(-1, BitConverter.ToInt32(_bytes, names));
        Assert.Equal(30, BitConverter.ToInt32(_bytes, examples));
        Assert.Equal((3, 2), (BitConverter.ToInt32(_bytes, epochs), BitConverter.ToInt32(_bytes, epochs + 4)));
    }

    [Fact]
    public void A_file_that_ends_early_is_refused_wherever_it_ends()
    {
        for (int length = 0; length < _bytes.Length; length += 3)
        {
            var problem = Record.Exception(() => NeuralNmfTransformer.ReadModel(Bytes.Reader(_bytes[..length]), _classes));
            Assert.True(problem is FormatException, $"{length}: {problem}");
        }
    }

    [Fact]
    public void Classes_that_cannot_have_been_written_are_refused()
    {
        byte[] bytes = Bytes.Of(_classes.Write);
        Assert.Equal(["group 0", "group 1", "group 2"], ClassKeys.Read(Bytes.Reader(bytes)).Names!);
        foreach (int count in new[] { 0, -1, LabelColumn.MostClasses + 1 })
            Assert.Throws<FormatException>(() => ClassKeys.Read(Bytes.Reader([.. BitConverter.GetBytes(count), .. bytes[4..]])));
        foreach (sbyte code in new sbyte[] { -2, 12, 127 })
            Assert.Throws<FormatException>(() => ClassKeys.Read(Bytes.Reader([.. bytes[..4], (byte)code, .. bytes[5..]])));
        ClassKeys unnamed = ClassKeys.Read(Bytes.Reader([.. BitConverter.GetBytes(5), 255]));
        Assert.Equal((5, null), (unnamed.Count, unnamed.Names));
    }

    private void AssertRefused(int at, byte[] value)
    {
        byte[] damaged = [.. _bytes];
        value.CopyTo(damaged, at);
        var problem = Record.Exception(() => NeuralNmfTransformer.ReadModel(Bytes.Reader(damaged), _classes));
        Assert.True(problem is FormatException, $"{Convert.ToHexString(value)} at {at}: {problem?.ToString() ?? "read"}");
    }
}
